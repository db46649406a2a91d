"""What happens to an agreement stands in the audit of each of its parties, and of nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cast import Cast, signed_in
from xietong.agreements import operations
from xietong.agreements.models import Agreement
from xietong.kit.references import Reference
from xietong.region import queries
from xietong.region.models import Member
from xietong.region.queries import Wanted
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Opener = Callable[..., Agreement]
NORTH, SOUTH = "northshore", "southshore"


def verbs(cast: Cast, part: str, row: Agreement, member: str = "") -> list[str]:
    """Return the verbs of the entries on an agreement in the list of a part."""
    about = str(Reference("agreements", "agreement", str(row.pk)))
    listed = queries.entries(cast[part], Wanted(member=member))
    return [one.verb for one in listed if one.subject == about]


def agreed(cast: Cast, row: Agreement) -> None:
    for part, member in (("north_approver", NORTH), ("south_approver", SOUTH)):
        operations.consent(actor=cast[part], agreement=row.pk, member=member, verdict="agree")


def test_each_party_has_its_beginning_its_words_and_its_end_in_the_list(
    cast: Cast, opened: Opener
) -> None:
    row = opened()
    agreed(cast, row)
    about = Reference.parse(row.subject)
    operations.lapse_agreements(actor=LOCAL, subject=about, digest="b" * 64)
    whole = ["open_agreement", "consent", "consent", "enter_into_force", "end_agreement"]
    for part in ("north_officer", "north_approver", "south_administrator", "office_officer"):
        assert verbs(cast, part, row) == whole, part
        assert set(whole) <= set(queries.verbs_in_audit(cast[part]))
    assert verbs(cast, "institute_officer", row) == []


def test_the_other_ends_are_there_too(cast: Cast, opened: Opener) -> None:
    late = opened(closes_at=timezone.now() + timedelta(days=3))
    Agreement.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    operations.lapse_overdue(actor=LOCAL)
    taken_back = opened("b" * 64)
    operations.withdraw_agreement(
        actor=cast["office_officer"], agreement=taken_back.pk, reason="另行商议"
    )
    objected = opened("c" * 64)
    operations.consent(
        actor=cast["north_approver"],
        agreement=objected.pk,
        member=NORTH,
        verdict="object",
        condition="检验标准不一",
    )
    for row in (late, taken_back, objected):
        for part in ("north_officer", "south_officer"):
            listed = verbs(cast, part, row)
            assert (listed[0], listed[-1]) == ("open_agreement", "end_agreement"), part


def test_who_is_no_party_has_nothing_of_it(cast: Cast, opened: Opener, client: Client) -> None:
    row = opened(parties=list(Member.objects.filter(code=NORTH)))
    assert verbs(cast, "north_officer", row) == ["open_agreement"]
    assert verbs(cast, "south_officer", row) == []
    about = Reference("agreements", "agreement", str(row.pk))
    assert queries.has_history(cast["north_officer"], about)
    assert not queries.has_history(cast["south_officer"], about)
    here = f"/en/audit/of/{about}/"
    for part, sees in (("north_officer", True), ("south_officer", False)):
        signed_in(client, cast.person(part))
        assert (here in client.get("/en/audit/").content.decode()) is sees, part
        assert client.get(here).status_code == (200 if sees else 404), part


def test_the_list_narrowed_to_a_member_holds_what_that_member_shares(
    cast: Cast, opened: Opener
) -> None:
    both = opened()
    alone = opened(
        subject=Reference("plan", "scheme", "8"), parties=[Member.objects.get(code=NORTH)]
    )
    for part in ("operator", "office_officer"):
        assert verbs(cast, part, both, member=NORTH) == ["open_agreement"]
        assert verbs(cast, part, both, member=SOUTH) == ["open_agreement"]
        assert verbs(cast, part, alone, member=NORTH) == ["open_agreement"]
        assert verbs(cast, part, alone, member=SOUTH) == []
    assert verbs(cast, "south_officer", alone, member=NORTH) == []
