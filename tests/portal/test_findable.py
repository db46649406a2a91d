"""Search finds editions, agreements and versions of registers, each for whoever may see it."""

from __future__ import annotations

import pytest

from cast import Cast
from editions import Grown
from xietong.agreements.models import Agreement
from xietong.atlas import operations as atlas
from xietong.atlas.models import Edition, RegisterVersion
from xietong.desk import operations as desk
from xietong.desk.models import SearchEntry
from xietong.desk.queries import find
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _saved(grown: Grown, cast: Cast) -> None:
    """Save again what the fixture lays as bare rows, past the changes that index it."""
    for version in RegisterVersion.objects.all():
        version.save()
    Edition.objects.get().save()


def finding(cast: Cast, q: str, url: str) -> set[str]:
    return {
        part
        for part, actor in cast.everybody().items()
        if any(one.url.endswith(url) for one in find(actor, q))
    }


def of(cast: Cast, *beginnings: str) -> set[str]:
    return {one for one in cast.everybody() if one.startswith(beginnings)}


def test_an_edition_is_found_by_whoever_sees_it(grown: Grown, cast: Cast) -> None:
    page, title = f"/atlas/editions/{grown.number}/", Edition.objects.get().title_zh
    row = Edition.objects.get()
    row.state = Edition.State.DRAFT
    row.save()
    assert finding(cast, title, page) == of(cast, "north_", "south_", "office_", "operator")
    row.state = Edition.State.PUBLISHED
    row.save()
    assert finding(cast, title, page) == set(cast.everybody()) - {"outsider"}
    atlas.withdraw_edition(actor=LOCAL, number=grown.number, reason="a wrong file")
    assert finding(cast, title, page) == of(cast, "north_", "south_", "office_", "operator")


def test_an_agreement_and_a_version_are_found_by_whose_they_are(grown: Grown, cast: Cast) -> None:
    Edition.objects.update(state=Edition.State.DRAFT)
    atlas.submit_edition(actor=cast["office_officer"], number=grown.number)
    agreement = Agreement.objects.get()
    found = finding(cast, agreement.title_zh, f"/agreements/{agreement.pk}/")
    assert found == of(cast, "north_", "south_", "office_", "operator")
    analysts = {"office_analyst", "office_officer"}
    register = finding(cast, "企业名录", "/registers/northshore/")
    assert register == of(cast, "north_", "operator") | analysts
    # The name of a file is told where imports are, to who sees those.
    version = finding(cast, "企业名录", "/registers/northshore/versions/")
    assert version == of(cast, "north_analyst", "north_officer", "operator")


def test_rebuilding_finds_the_same_as_changes_left(grown: Grown, cast: Cast) -> None:
    Edition.objects.update(state=Edition.State.DRAFT)
    atlas.submit_edition(actor=cast["office_officer"], number=grown.number)

    def index() -> dict[str, object]:
        return {
            one.reference: (one.title_zh, one.title_en, one.url, one.words, scopes(one))
            for one in SearchEntry.objects.all()
        }

    def scopes(one: SearchEntry) -> list[tuple[str, str]]:
        return sorted(one.scopes.values_list("line", "scope"))

    before = index()
    assert {one.split(":")[1] for one in before} >= {"edition", "agreement", "register_version"}
    desk.rebuild_search(actor=LOCAL)
    assert index() == before
