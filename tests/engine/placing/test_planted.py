"""Planted rows are placed right, and a table gives what its rows give."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.placing.planted import Planted, Planter, delta_gazetteer
from xietong.engine.placing import COLUMNS, Placer

SHARE_RIGHT = 0.99


def placer() -> Placer:
    return Placer(delta_gazetteer())


def as_table(rows: list[Planted]) -> dict[str, list[str | None]]:
    columns = [column for column in COLUMNS if any(column in row.row for row in rows)]
    return {column: [row.row.get(column) for row in rows] for column in columns}


@pytest.mark.parametrize("seed", [1, 2])
def test_ninety_nine_of_a_hundred_planted_rows_are_right(seed: int) -> None:
    rows = Planter(seed).rows(60)
    wrong: dict[str, list[object]] = {}
    one = placer()
    for row in rows:
        found = one.place(member=row.member, **row.row)  # type: ignore[arg-type]
        if found.place != row.truth:
            wrong.setdefault(row.style, []).append((row.row, row.truth, found))
    misses = sum(map(len, wrong.values()))
    assert misses <= (1 - SHARE_RIGHT) * len(rows), wrong
    assert all(len(cases) <= 3 for cases in wrong.values()), wrong


def test_no_planted_row_is_placed_in_a_county_that_it_does_not_name() -> None:
    for row in Planter(7).rows(40):
        found = placer().place(member=row.member, **row.row)  # type: ignore[arg-type]
        if found.precision == "county" and row.truth.endswith("00"):
            pytest.fail(f"{row} was guessed to lie in {found}")


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12), st.randoms())
@settings(max_examples=25, deadline=None)
def test_a_table_gives_what_its_rows_give_in_any_order(seeds: list[int], order: object) -> None:
    planter = Planter(sum(seeds))
    rows = [planter.one(sorted(planter.styles)[seed % len(planter.styles)]) for seed in seeds]
    order.shuffle(rows)  # type: ignore[attr-defined]
    table = as_table(rows)
    many = placer().place_many(table)
    arrow = placer().place_many(pa.table(table))
    one = placer()
    for at, row in enumerate(rows):
        single = one.place(**row.row)  # type: ignore[arg-type]
        found = (many.place[at].as_py(), many.precision[at].as_py(), many.place_reason[at].as_py())
        assert found == (single.place, single.precision, single.reason)
    assert many.place == arrow.place


@given(st.dictionaries(st.sampled_from(COLUMNS[2:]), st.text(max_size=40)))
@settings(max_examples=200, deadline=None)
def test_any_text_at_all_is_placed_or_left_unplaced(row: dict[str, str]) -> None:
    found = placer().place(member="310000", **row)  # type: ignore[arg-type]
    known = delta_gazetteer().history.places
    assert (found.place in known) == (found.precision != "none")
    assert (found.reason == "none") == (found.precision == "none")
