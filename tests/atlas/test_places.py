"""A place's profile: the same numbers and ranks as the layers, years that tell no withheld one."""

from __future__ import annotations

from typing import Any

import pytest

import grown_lakes
from editions import Grown
from xietong.atlas import queries
from xietong.atlas.schemas import PlaceProfile
from xietong.kit.refusals import NotFound
from xietong.region.rules import READER

pytestmark = pytest.mark.django_db
PLACES = [*grown_lakes.COUNTIES, *grown_lakes.ABOVE]


def profile(code: str) -> PlaceProfile:
    return queries.place_profile(READER, None, code)


@pytest.mark.parametrize("code", PLACES)
def test_a_profile_says_what_the_layers_say(grown: Grown, code: str) -> None:
    told = profile(code)
    if told.insufficient:
        assert code in grown_lakes.THIN_COUNTIES
        assert (told.n, told.top) == (None, [])
        return
    whole = queries.layer(READER, industry="all", level=told.level).cells
    assert told.n == next(cell.n for cell in whole if cell.code == code)
    assert told.n in (None, sum(1 for _ in grown_lakes.inside(code)))
    found = {}
    for one in queries.industries(READER):
        if one.kind == "division":
            shown = queries.layer(READER, industry=one.key, level=told.level)
            cell = next(cell for cell in shown.cells if cell.code == code)
            if cell.state == "ok":
                found[one.key] = (cell.n, cell.value, cell.low, cell.high, cell.rank)
    assert {
        one.industry.key: (one.n, one.lq, one.low, one.high, one.rank) for one in told.top
    } == found
    lows = [one.low for one in told.top]
    assert lows == sorted(lows, reverse=True)
    assert len(found) >= 2 or told.level == "province"  # which hides what the others tell


def test_the_planted_specialisations_lead(grown: Grown) -> None:
    assert profile("820103").top[0].industry.key == "d11"
    assert profile("820202").top[0].industry.key == "d12"
    assert profile("820200").top[0].industry.key == "d12"


def test_a_place_knows_what_is_above_and_below_it(grown: Grown) -> None:
    county = profile("820202")
    assert [(one.code, one.level) for one in county.parents] == [
        ("820000", "province"),
        ("820200", "prefecture"),
    ]
    assert county.children == []
    assert county.member == "southshore"
    above = profile("820200")
    assert [one.code for one in above.children] == ["820201", "820202", "820203"]
    assert above.name.en == "Stonemirror"
    assert profile("820000").parents == []


@pytest.mark.parametrize("code", ["810100", "810200", "820100", "820200"])
def test_coverage_is_counted_by_hand(grown: Grown, code: str) -> None:
    firms = list(grown_lakes.inside(code))
    share = sum(bool(one.county) for one in firms) / len(firms)
    assert profile(code).placed_at_county_share == pytest.approx(share)
    assert profile(f"{code[:4]}01").placed_at_county_share == pytest.approx(share)
    assert profile(f"{code[:4]}01").insufficient == (share < 0.8) == (code == grown_lakes.THIN)


@pytest.mark.parametrize("code", [*grown_lakes.ABOVE])
def test_years_are_counted_by_hand(grown: Grown, code: str) -> None:
    told = profile(code)
    assert told.years_of is None
    assert [one.year for one in told.years] == list(range(1990, 2011))
    published = [one for one in told.years if one.n is not None]
    assert len(published) > 15
    for one in published:
        by_hand = sum(firm.year == one.year for firm in grown_lakes.inside(code))
        assert one.n == by_hand
        assert by_hand not in (1, 2)


def test_a_countys_years_are_those_of_its_prefecture(grown: Grown) -> None:
    county, above = profile("820202"), profile("820200")
    assert county.years_of is not None
    assert county.years_of.code == "820200"
    assert county.years == above.years


def test_a_place_lists_the_clusters_that_reach_into_it(grown: Grown) -> None:
    rows = queries.clusters(READER)
    above = {one["code"]: one["parent"] for one in queries.open_edition(READER).places.values()}
    for code in PLACES:
        wanted = {
            row.key
            for row in rows
            if any(code in (inner, above[inner], above[above[inner]]) for inner in row.places)
        }
        told = profile(code).clusters
        assert {one.key for one in told} == wanted
        assert [one.units for one in told] == sorted((one.units for one in told), reverse=True)
    assert profile("820202").clusters


@pytest.mark.parametrize("code", ["", "999999", "810000\0", "north", "81"])
def test_an_unknown_place_is_refused(grown: Grown, code: str) -> None:
    with pytest.raises(NotFound, match="no_such_place") as refused:
        profile(code)
    assert refused.value.field == "place"


def test_a_profile_costs_two_reads(grown: Grown, django_assert_num_queries: Any) -> None:
    profile("820200")
    with django_assert_num_queries(2):  # the edition, and its clusters
        profile("820202")
