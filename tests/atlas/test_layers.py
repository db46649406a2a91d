"""Every view of the map: counted as by hand, ranked without gaps, silent where it must be."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import grown_lakes
from editions import Grown
from xietong.atlas import queries
from xietong.atlas.schemas import Cell, Counted, LayerOut, Level, MeasureName
from xietong.engine.edition.league import ranking
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.rules import LOCAL, READER

pytestmark = pytest.mark.django_db
LEVELS: tuple[Level, ...] = get_args(Level)
MEASURES: tuple[MeasureName, ...] = get_args(MeasureName)
OF_CAPITAL: tuple[MeasureName, ...] = ("lq", "n")
ORDER = ("ok", "zero", "withheld", "insufficient")


def by_hand(industry: str) -> Counter[str]:
    """Return how many firms of an industry every place has, from the table they were made by."""
    known = grown_lakes.FAMILIES[industry]
    found: Counter[str] = Counter()
    for place in [*grown_lakes.COUNTIES, *grown_lakes.ABOVE]:
        found[place] = sum(one.class_ in known for one in grown_lakes.inside(place))
    return found


def views() -> Iterator[tuple[Level, MeasureName, Counted]]:
    """Give every level, measure and thing counted that may be asked for."""
    for level, measure in itertools.product(LEVELS, MEASURES):
        yield level, measure, "n"
        if measure in OF_CAPITAL:
            yield level, measure, "capital"


def layer(
    industry: str,
    level: Level = "county",
    measure: MeasureName = "lq",
    counted: Counted = "n",
) -> LayerOut:
    return queries.layer(READER, industry=industry, level=level, measure=measure, counted=counted)


def cell(shown: LayerOut, code: str) -> Cell:
    return next(one for one in shown.cells if one.code == code)


@pytest.mark.parametrize("level", LEVELS)
def test_units_are_those_counted_by_hand(grown: Grown, level: Level) -> None:
    published = 0
    for industry in grown_lakes.FAMILIES:
        counted = by_hand(industry)
        for one in layer(industry, level).cells:
            if one.state == "ok":
                assert one.n == counted[one.code] >= 3
                published += 1
            elif one.state == "zero":
                assert one.n == counted[one.code] == 0
            else:
                assert one.n is None
            if counted[one.code] in (1, 2):
                assert one.state in ("withheld", "insufficient")
    assert published > 10


def test_what_is_too_little_is_withheld(grown: Grown) -> None:
    county, group = grown_lakes.SMALL
    for measure in MEASURES:
        one = cell(layer(f"g{group}", "county", measure), county)
        assert one.state == "withheld"
        assert (one.n, one.value, one.low, one.high) == (None,) * 4
        assert (one.significant, one.rank) == (None, None)


def test_a_county_of_a_thinly_placed_prefecture_is_insufficient(grown: Grown) -> None:
    for view in views():
        shown = layer("d11", *view)
        thin = {one.code for one in shown.cells if one.state == "insufficient"}
        wanted = set(grown_lakes.THIN_COUNTIES) if view[0] == "county" else set()
        assert thin == wanted
        for one in shown.cells:
            if one.code in thin:
                assert (one.n, one.value, one.low, one.high, one.rank) == (None,) * 5


@pytest.mark.parametrize("view", list(views()), ids="-".join)
@pytest.mark.parametrize("industry", ["all", "d11", "g112", "c-lake_boats", "s-lamplight.lamps"])
def test_every_view_holds_together(
    grown: Grown, industry: str, view: tuple[Level, MeasureName, Counted]
) -> None:
    if industry.startswith("g") and view[2] == "capital":
        with pytest.raises(Refusal, match="capital_not_told"):
            layer(industry, *view)
        return
    shown = layer(industry, *view)
    cells = shown.cells
    assert (shown.level, shown.measure, shown.counted) == view
    assert len(cells) == {"province": 2, "prefecture": 4, "county": 12}[view[0]]
    assert shown.counts == {state: sum(one.state == state for one in cells) for state in ORDER}
    ranked = [one for one in cells if one.rank is not None]
    assert cells[: len(ranked)] == ranked
    assert [one.rank for one in ranked] == list(range(1, len(ranked) + 1))
    # An amount of few establishments has no interval: it stands behind those that have one.
    merits = [
        (one.low is None, -((one.value if one.low is None else one.low) or 0.0)) for one in ranked
    ]
    assert merits == sorted(merits)
    behind = [(ORDER.index(one.state), one.code) for one in cells[len(ranked) :]]
    assert behind == sorted(behind)
    for one in cells:
        numbers = [number for number in (one.value, one.low, one.high) if number is not None]
        assert all(math.isfinite(number) for number in numbers)
        assert (one.rank is None) == (one.state != "ok" or one.value is None)
        if one.state not in ("ok", "zero"):
            assert numbers == []
        if one.low is not None and one.high is not None and one.value is not None:
            assert one.low <= one.value <= one.high
    assert shown.breaks == sorted(set(shown.breaks))
    assert shown.diverging == (view[1] in ("lq", "symmetric", "standardised"))
    assert shown.total == shown.industry.n


def test_a_quotient_is_that_of_its_definition(grown: Grown) -> None:
    shown = layer("d11", "prefecture")
    boats, all_of = by_hand("d11"), by_hand("all")
    assert shown.counts["ok"] == 4
    firms = grown_lakes.firms()
    whole = sum(one.class_ in grown_lakes.FAMILIES["d11"] for one in firms) / len(firms)
    for one in shown.cells:
        assert one.value == pytest.approx(boats[one.code] / all_of[one.code] / whole)
        symmetric = cell(layer("d11", "prefecture", "symmetric"), one.code)
        assert one.value is not None
        assert symmetric.value == pytest.approx((one.value - 1) / (one.value + 1))


def test_shares_are_of_the_whole_region(grown: Grown) -> None:
    total = sum(one.class_ in grown_lakes.FAMILIES["d11"] for one in grown_lakes.firms())
    shown = [one for one in layer("d11", "prefecture", "share").cells if one.state == "ok"]
    assert len(shown) >= 3
    for one in shown:
        assert one.value == pytest.approx(100 * by_hand("d11")[one.code] / total)


def test_zero_means_what_each_measure_says_of_nothing(grown: Grown) -> None:
    zeros = {
        measure: cell(layer("g112", "county", measure), "820101").value for measure in MEASURES
    }
    assert zeros == {"lq": 0.0, "symmetric": -1.0, "standardised": None, "n": 0.0, "share": 0.0}


def test_units_are_shown_where_only_the_capital_is_withheld(grown: Grown) -> None:
    county, class_ = grown_lakes.GIANT
    for measure in OF_CAPITAL:
        one = cell(layer(f"d{class_[:2]}", "county", measure, "capital"), county)
        assert (one.state, one.value, one.low, one.high) == ("withheld", None, None, None)
        assert one.n == by_hand(f"d{class_[:2]}")[county]


def test_the_capital_of_groups_is_not_told(grown: Grown) -> None:
    with pytest.raises(Refusal) as refused:
        layer("g111", "county", "lq", "capital")
    assert (refused.value.code, refused.value.field) == ("capital_not_told", "counted")


def test_units_without_any_capital_are_not_said_to_be_none(grown: Grown) -> None:
    county, class_ = grown_lakes.SILENT
    assert grown_lakes.FAMILIES["s-lamplight.lamps"] == {class_}
    one = cell(layer("s-lamplight.lamps", "county", "n", "capital"), county)
    assert (one.state, one.value) == ("zero", 0.0)
    assert one.n == by_hand("s-lamplight.lamps")[county] > 3


def test_the_planted_specialisations_are_significant(grown: Grown) -> None:
    significant = {one.code for one in layer("d11").cells if one.significant}
    assert significant == set(grown_lakes.BOATS)
    assert {one.code for one in layer("g122").cells if one.significant} == set(grown_lakes.LAMPS)


def test_significance_by_capital_is_that_of_the_capital(grown: Grown) -> None:
    for one in layer("d11", "county", "lq", "capital").cells:
        if one.low is not None:
            assert one.significant == (one.low > 1)


@pytest.mark.parametrize("measure", [one for one in MEASURES if one not in OF_CAPITAL])
def test_what_is_not_measured_by_capital_is_refused(grown: Grown, measure: MeasureName) -> None:
    with pytest.raises(Refusal, match="not_measured") as refused:
        layer("d11", "county", measure, "capital")
    assert refused.value.field == "counted"
    assert refused.value.params == {"measure": measure}


@pytest.mark.parametrize("key", ["", "d99", "D11", "c-", "../d11", "d11\0"])
def test_an_unknown_industry_is_refused(grown: Grown, key: str) -> None:
    with pytest.raises(NotFound, match="no_such_industry"):
        layer(key)


def test_a_reader_is_told_what_the_operator_is_told(grown: Grown) -> None:
    assert layer("d11") == queries.layer(LOCAL, grown.number, industry="d11")


def test_a_layer_is_read_without_asking_the_database_twice(
    grown: Grown, django_assert_num_queries: Any
) -> None:
    layer("d11")
    with django_assert_num_queries(1):
        layer("d12", "prefecture", "share")


numbers = st.one_of(st.floats(-10, 10), st.sampled_from([np.nan, np.inf, -np.inf]))


@given(st.lists(st.tuples(numbers, numbers, st.booleans()), max_size=12))
def test_nothing_without_a_value_is_ranked(cells: list[tuple[float, float, bool]]) -> None:
    value, low = np.array([one[0] for one in cells]), np.array([one[1] for one in cells])
    shown = np.array([one[2] for one in cells], dtype=bool)
    order = ranking(value, low, shown).tolist()
    wanted = [at for at, one in enumerate(cells) if one[2] and math.isfinite(one[0])]
    assert sorted(order) == wanted
    merits = [
        (bounded := math.isfinite(low[at]), low[at] if bounded else value[at], value[at], -at)
        for at in order
    ]
    assert merits == sorted(merits, reverse=True)
