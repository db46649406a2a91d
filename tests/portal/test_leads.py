"""References lead to their records for whoever may see these, and nowhere for anybody else."""

from __future__ import annotations

import ast
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

import xietong
from cast import Cast, signed_in
from editions import Grown
from xietong.agreements.models import Agreement
from xietong.atlas import operations as atlas
from xietong.atlas.models import Edition
from xietong.desk import operations as desk
from xietong.kit.references import Reference
from xietong.kit.refusals import NotFound
from xietong.portal.references import KINDS
from xietong.region import operations as writes
from xietong.region import queries as region
from xietong.region.leads import Lead, known_kinds, lead_to, leads_to
from xietong.region.models import AuditEntry
from xietong.region.operations.organisations import About
from xietong.region.rules import LOCAL, OUTSIDER, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
PACKAGE = Path(xietong.__file__).parent


def kinds_written() -> set[tuple[str, str]]:
    """Return every kind of record to which some code refers, read from the code."""
    return {
        (str(one.args[0].value), str(one.args[1].value))
        for path in PACKAGE.rglob("*.py")
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Call)
        and getattr(one.func, "id", "") == "Reference"
        and len(one.args) == 3
        and isinstance(one.args[0], ast.Constant)
        and isinstance(one.args[1], ast.Constant)
    }


def test_every_kind_that_code_refers_to_leads_somewhere_and_is_checked() -> None:
    written = kinds_written()
    assert {("atlas", "edition"), ("region", "person"), ("desk", "job")} <= written
    assert written - known_kinds() == set()
    assert written - set(KINDS) == set()
    assert known_kinds() == set(KINDS)


def test_every_kind_answers_to_any_key_and_tells_an_outsider_nothing(cast: Cast) -> None:
    keys = ("1", "0", "northshore", "northshore.1", "newest", "index", "9" * 30, "a-b.c", "..1")
    asked = [f"{room}:{kind}:{key}" for room, kind in sorted(known_kinds()) for key in keys]
    for part in ("operator", "reader", "nobody", "north_officer", "office_viewer"):
        leads_to(cast[part], asked)
    assert leads_to(OUTSIDER, asked) == {}
    assert leads_to(LOCAL, ["no reference", "", "a:b", "atlas:nothing:1"]) == {}


def test_a_draft_edition_leads_only_those_who_see_it(grown: Grown, cast: Cast) -> None:
    about = f"atlas:edition:{grown.number}"
    with translation.override("en"):
        lead = lead_to(READER, about)
        assert lead == Lead(f"Edition {grown.number}", f"/en/atlas/editions/{grown.number}/")
    Edition.objects.filter(number=grown.number).update(state=Edition.State.DRAFT)
    assert lead_to(READER, about) is None
    assert lead_to(cast["nobody"], about) is None
    assert lead_to(cast["north_officer"], about) is not None


def test_what_happened_in_a_house_leads_the_operator_to_each_record(
    grown: Grown, cast: Cast
) -> None:
    desk.enqueue(actor=cast["office_analyst"], kind="compile_edition", parameters={})
    subjects = set(AuditEntry.objects.values_list("subject", flat=True))
    assert len(subjects) > 5
    assert subjects - set(leads_to(LOCAL, subjects)) == set()


def test_pages_lead_from_the_record_to_its_history_and_back(
    grown: Grown, cast: Cast, client: Client
) -> None:
    Edition.objects.filter(number=grown.number).update(state=Edition.State.DRAFT)
    atlas.submit_edition(actor=cast["office_officer"], number=grown.number)
    agreement = Agreement.objects.get()
    signed_in(client, cast.person("office_officer"))

    def text(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200, address
        return str(answer.content.decode())

    for room, kind, key, page in (
        ("atlas", "edition", grown.number, f"/en/atlas/editions/{grown.number}/"),
        ("agreements", "agreement", agreement.pk, f"/en/agreements/{agreement.pk}/"),
    ):
        history = f"/en/audit/of/{room}:{kind}:{key}"
        assert f'href="{history}' in text(page)
        assert f'href="{page}"' in text(f"{history}/")
        assert f'href="{page}"' in text("/en/audit/")
    assert f'href="/en/atlas/editions/{grown.number}/"' in text(f"/en/agreements/{agreement.pk}/")


def test_whoever_reads_no_audit_is_not_led_to_it(grown: Grown, cast: Cast, client: Client) -> None:
    page = f"/en/atlas/editions/{grown.number}/"
    assert "Who changed what" not in client.get(page).content.decode()
    signed_in(client, cast.person("north_viewer"))
    assert "Who changed what" not in client.get(page).content.decode()


def test_a_page_of_the_audit_asks_once_for_each_kind(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        desk.enqueue(actor=cast["office_analyst"], kind="compile_edition", parameters={})
    signed_in(client, cast.person("office_administrator"))
    client.get("/audit/")
    with django_assert_max_num_queries(25):
        assert client.get("/audit/").status_code == 200


def test_parties_read_what_happened_to_their_agreement_and_desks_are_their_members(
    grown: Grown, cast: Cast
) -> None:
    Edition.objects.filter(number=grown.number).update(state=Edition.State.DRAFT)
    atlas.submit_edition(actor=cast["office_officer"], number=grown.number)
    about = Reference("agreements", "agreement", str(Agreement.objects.get().pk))
    for part in ("north_officer", "south_approver", "office_officer"):
        assert [one.verb for one in region.history(cast[part], about)] == ["open_agreement"]
        assert region.has_history(cast[part], about)
    for part in ("north_viewer", "institute_officer", "nobody", "reader", "outsider"):
        assert not region.has_history(cast[part], about)
        with pytest.raises(NotFound, match="no_history"):
            region.history(cast[part], about)
    stream = io.BytesIO(b"a,b\n")
    kept = desk.keep_file(
        actor=cast["north_officer"], stream=stream, name="a.csv", scope="member:northshore"
    )
    about = Reference("desk", "file", str(kept.pk))
    assert region.has_history(cast["north_approver"], about)
    assert not region.has_history(cast["south_approver"], about)


def rename(cast: Cast, key: str) -> None:
    """Give an organisation of the cast an English name."""
    row = cast.organisations[key]
    about = About(name_zh=row.name_zh, name_en=f"The {key}", kind=row.kind)
    writes.change_organisation(actor=LOCAL, key=row.pk, about=about)


def test_holders_of_an_organisation_read_what_happened_to_it(cast: Cast) -> None:
    key = cast.organisations["institute"].pk
    rename(cast, "institute")
    about = Reference("region", "organisation", str(key))
    assert region.has_history(cast["institute_officer"], about)
    assert {one.subject for one in region.entries(cast["institute_officer"])} == {str(about)}
    other = Reference("region", "organisation", str(cast.organisations["south_bureau"].pk))
    rename(cast, "south_bureau")
    assert not region.has_history(cast["institute_officer"], other)
