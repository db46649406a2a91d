"""Sums by node: as a plain loop over the rows makes them, exact, each row where it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from xietong.engine.edition.nodes import industry_nodes
from xietong.engine.edition.rollup import (
    REGION,
    MapPlace,
    industry_sets,
    largest,
    leaves_of,
    place_nodes,
    summed,
)

PLACES = [
    MapPlace("1", "province", ""),
    MapPlace("2", "province", ""),
    MapPlace("11", "prefecture", "1"),
    MapPlace("12", "prefecture", "1"),
    MapPlace("21", "prefecture", "2"),
    MapPlace("111", "county", "11"),
    MapPlace("112", "county", "11"),
    MapPlace("121", "county", "12"),
    MapPlace("211", "county", "21"),
]
NODES = industry_nodes(
    {"39": "division", "391": "group", "3911": "class", "3912": "class", "17": "division"},
    {"39": "", "391": "39", "3911": "391", "3912": "391", "17": ""},
    [("chips", [("design", ["3911"]), ("cloth", ["17", "391"])])],
)
FIGURES = ("n", "capital", "capital_sq", "capital_max")
CELL = st.tuples(
    st.sampled_from([*(one.code for one in PLACES), ""]),
    st.sampled_from(["", "39", "391", "3911", "3912", "17"]),
    st.sampled_from([0, 1999, 2000]),
    st.integers(1, 9),
    st.integers(0, 10**6),
)
Cells = list[tuple[str, str, int, int, int]]


def table(cells: Cells) -> pa.Table:
    place, industry, year, n, capital = zip(*cells, strict=True) if cells else ((),) * 5
    return pa.table(
        {
            "place": pa.array(place, pa.string()),
            "industry": pa.array(industry, pa.string()),
            "year": pa.array(year, pa.int64()),
            "n": pa.array(n, pa.int64()),
            "capped": pa.array(capital, pa.int64()),
            "capped_sq": pa.array([one**2 for one in capital], pa.int64()),
            "capped_max": pa.array(capital, pa.int64()),
        }
    )


def above(code: str) -> set[str]:
    """A place's own code, those above it, and the region."""
    parents = {one.code: one.parent for one in PLACES}
    found = {REGION}
    while code:
        found.add(code)
        code = parents[code]
    return found


def looped(cells: Cells, place: str, codes: tuple[str, ...]) -> dict[str, int]:
    """One node by node figure, row after row."""
    made = dict.fromkeys(FIGURES, 0)
    for code, industry, _, n, capital in cells:
        if place in above(code) and any(industry.startswith(own) for own in codes):
            made["n"] += n
            made["capital"] += capital
            made["capital_sq"] += capital**2
            made["capital_max"] = max(made["capital_max"], capital)
    return made


@settings(max_examples=40, deadline=None)
@given(st.lists(CELL, max_size=25))
def test_every_node_is_what_a_loop_over_the_rows_makes(cells: Cells) -> None:
    rows = table(cells)
    codes = sorted(set(rows["industry"].to_pylist()))
    of_places, of_industries = place_nodes(PLACES), industry_sets(NODES, codes)
    leaves = leaves_of(rows, of_places, codes)
    made: dict[str, NDArray[np.int64]] = {
        name: summed(getattr(leaves, name), of_places, of_industries) for name in FIGURES[:3]
    }
    made["capital_max"] = largest(leaves.capital_max, of_places, of_industries)
    for row, place in enumerate(of_places.keys):
        for column, node in enumerate(NODES):
            wanted = looped(cells, place, node.codes)
            assert {name: int(made[name][row, column]) for name in FIGURES} == wanted


@settings(max_examples=20, deadline=None)
@given(st.lists(CELL, min_size=1, max_size=25))
def test_years_are_counted_over_all_industries(cells: Cells) -> None:
    of_places = place_nodes(PLACES)
    leaves = leaves_of(table(cells), of_places, ["", "17", "39", "391", "3911", "3912"])
    assert leaves.years.tolist() == sorted({year for _, _, year, _, _ in cells})
    for row, place in enumerate(of_places.keys):
        for column, year in enumerate(leaves.years):
            wanted = sum(n for code, _, at, n, _ in cells if at == year and place in above(code))
            assert leaves.by_year[of_places.inside[row], column].sum() == wanted


def test_a_row_that_names_only_its_city_counts_for_the_city_and_for_no_county() -> None:
    of_places = place_nodes(PLACES)
    leaves = leaves_of(table([("11", "39", 2000, 5, 10)]), of_places, ["39"])
    by_place = dict(
        zip(of_places.keys, summed(leaves.n, of_places, _all(["39"]))[:, 0].tolist(), strict=True)
    )
    assert {place for place, n in by_place.items() if n} == {"11", "1", REGION}


def test_a_row_that_is_placed_nowhere_counts_for_the_region_alone() -> None:
    of_places = place_nodes(PLACES)
    leaves = leaves_of(table([("", "39", 2000, 5, 10)]), of_places, ["39"])
    by_place = summed(leaves.n, of_places, _all(["39"]))[:, 0]
    assert by_place[of_places.keys.index(REGION)] == 5
    assert by_place.sum() == 5


def _all(codes: list[str]) -> Any:
    return industry_sets(NODES[:1], codes)


def test_a_row_coded_only_to_its_division_is_in_none_of_its_groups() -> None:
    inside = industry_sets(NODES, ["39"])
    having = [key for key, has in zip(inside.keys, inside.inside[:, 0], strict=True) if has]
    assert having == ["all", "d39"]


def test_provinces_and_what_lies_nowhere_add_up_to_the_region() -> None:
    cells: Cells = [(one.code, "39", 2000, 1, 1) for one in PLACES] + [("", "17", 0, 4, 2)]
    of_places = place_nodes(PLACES)
    leaves = leaves_of(table(cells), of_places, ["17", "39"])
    by_place = summed(leaves.n, of_places, _all(["17", "39"]))[:, 0]
    at: Callable[[str], int] = lambda key: int(by_place[of_places.keys.index(key)])  # noqa: E731
    assert at(REGION) == at("1") + at("2") + 4 == len(PLACES) + 4


@pytest.mark.parametrize(
    "odd",
    [
        MapPlace("111", "prefecture", "1"),  # the code of a county
        MapPlace("13", "prefecture", "13"),
        MapPlace("13", "prefecture", "3"),
        MapPlace("13", "prefecture", "111"),
        MapPlace("13", "prefecture", "11"),
        MapPlace("", "county", "11"),
        MapPlace("3", "town", ""),
    ],
)
def test_places_that_do_not_nest_are_refused(odd: MapPlace) -> None:
    with pytest.raises(ValueError):
        place_nodes([*PLACES, odd])


def test_a_county_may_lie_in_its_province_itself() -> None:
    nodes = place_nodes([*PLACES, MapPlace("901", "county", "1")])
    having = {key for key, row in zip(nodes.keys, nodes.inside, strict=True) if row[4]}
    assert nodes.leaves[4] == "901"
    assert having == {"901", "1", REGION}


@pytest.mark.parametrize("cell", [("999", "39", 0, 1, 1), ("111", "40", 0, 1, 1)])
def test_what_the_map_does_not_have_is_refused(cell: Any) -> None:
    with pytest.raises(KeyError, match=r"999|40"):
        leaves_of(table([cell]), place_nodes(PLACES), ["39"])


def test_a_sum_beyond_64_bits_is_refused() -> None:
    cells: Cells = [(place, "39", 2000, 1, 3 * 10**9) for place in ("111", "211")]
    with pytest.raises(OverflowError, match="capped_sq"):
        leaves_of(table(cells), place_nodes(PLACES), ["39"])
    fits = leaves_of(table(cells[:1]), place_nodes(PLACES), ["39"])
    assert fits.capital_sq.sum() == 9 * 10**18
