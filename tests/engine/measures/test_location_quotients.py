"""Location quotients: published answers, exact twins, and what must not matter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from engine.measures.twins import Plant, interval, quotient, slopes_variance, z_score
from xietong.engine.measures import (
    LocationQuotients,
    location_quotients,
    weighted_location_quotients,
)

Ints = NDArray[np.int64]
PARTS = ("value", "low", "high", "symmetric", "standardised", "standardised_log")

COUNTS = arrays.arrays(np.int64, (3, 4), elements=st.integers(0, 40))
PLANTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(1, 10_000)), min_size=1, max_size=40
)


def same(one: LocationQuotients, other: LocationQuotients) -> None:
    for name in PARTS:
        assert getattr(one, name) == pytest.approx(getattr(other, name), nan_ok=True), name


def tables(plants: list[Plant]) -> tuple[Ints, Ints, Ints]:
    """Counts, sums and sums of squares of plants, by plain loops."""
    n, e, e2 = (np.zeros((3, 4), dtype=np.int64) for _ in range(3))
    for industry, place, weight in plants:
        n[industry, place] += 1
        e[industry, place] += weight
        e2[industry, place] += weight**2
    return n, e, e2


def test_the_published_example() -> None:
    # Farhauer, O. and Kröll, A. (2013), Standorttheorien, as in the manual of the R package REAT
    # (locq): 1,714 jobs of an industry's 879,213 in a region of 79,006 of all 15,593,224.
    cell, industry, place, everything = 1_714, 879_213, 79_006, 15_593_224
    found = location_quotients([[cell, industry - cell]], place_totals=[place, everything - place])
    assert found.value[0, 0] == pytest.approx(0.3847623, abs=5e-8)


@given(PLANTS)
def test_the_quotient_is_that_of_exact_fractions(plants: list[Plant]) -> None:
    n, e, e2 = tables(plants)
    ones = [(industry, place, 1) for industry, place, _ in plants]
    for found, twin_of in (
        (location_quotients(n), ones),
        (weighted_location_quotients(e, e2), plants),
        (weighted_location_quotients(e, e2, counts=n), plants),
    ):
        for industry, place in np.ndindex(3, 4):
            wanted = quotient(twin_of, industry, place)
            value, symmetric = found.value[industry, place], found.symmetric[industry, place]
            if wanted is None:
                assert math.isnan(value)
                assert math.isnan(symmetric)
            else:
                assert value == pytest.approx(float(wanted), rel=1e-12)
                assert symmetric == pytest.approx(float((wanted - 1) / (wanted + 1)), abs=1e-12)


@given(COUNTS)
def test_the_standard_scores_are_those_of_plain_statistics(counts: Ints) -> None:
    found = location_quotients(counts)
    for row in range(3):
        values = [each for each in found.value[row] if not math.isnan(each)]
        logs = [math.log(each) for each in values if each > 0]
        for place in range(4):
            value = found.value[row, place]
            score, log_score = found.standardised[row, place], found.standardised_log[row, place]
            if math.isnan(value):
                assert math.isnan(score)
                assert math.isnan(log_score)
                continue
            wanted = z_score(values, values.index(value))
            if abs(max(values) - min(values)) > 1e-9:
                assert score == pytest.approx(wanted, nan_ok=True, rel=1e-6, abs=1e-9)
            if value == 0:
                assert math.isnan(log_score)
            elif abs(max(logs) - min(logs)) > 1e-9:
                wanted = z_score(logs, logs.index(math.log(value)))
                assert log_score == pytest.approx(wanted, nan_ok=True, rel=1e-6, abs=1e-9)


@given(COUNTS, st.sampled_from([0.8, 0.95]), st.sampled_from([1, 12, 5_000]))
def test_the_interval_is_that_of_one_cell_at_a_time(
    counts: Ints, level: float, family: int
) -> None:
    found = location_quotients(counts, level=level, family=family)
    everything = float(counts.sum())
    for row, column in np.ndindex(3, 4):
        industry, place = float(counts[row].sum()), float(counts[:, column].sum())
        low, high = found.low[row, column], found.high[row, column]
        if not industry or not place:
            assert math.isnan(low)
            assert math.isnan(high)
            continue
        cell = float(counts[row, column])
        if cell in (industry, place):
            continue  # the slopes of the twin want room on both sides
        wanted = interval(cell, industry, place, everything, level=level, family=family)
        assert (low, high) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    "table", [[[30, 10], [70, 90]], [[5, 1, 40], [2, 2, 2], [100, 7, 9]], [[400, 3], [1, 900]]]
)
def test_the_variance_of_the_log_is_that_of_drawn_tables(table: list[list[int]]) -> None:
    counts = np.array(table) * 200
    drawn = np.random.default_rng(5).poisson(counts, (20_000, *counts.shape)).astype(float)
    quotients = (
        drawn
        * drawn.sum((1, 2), keepdims=True)
        / (drawn.sum(1, keepdims=True) * drawn.sum(2, keepdims=True))
    )
    spread = np.log(quotients).var(axis=0)
    for row, column in np.ndindex(counts.shape):
        stated = slopes_variance(
            float(counts[row, column]),
            float(counts[row].sum()),
            float(counts[:, column].sum()),
            float(counts.sum()),
        )
        assert spread[row, column] == pytest.approx(stated, rel=0.05)


@given(COUNTS)
def test_the_interval_holds_the_quotient_and_widens_with_its_family(counts: Ints) -> None:
    alone, family = location_quotients(counts), location_quotients(counts, family=12)
    known = np.isfinite(alone.value)
    assert (alone.low[known] <= alone.value[known]).all()
    assert (alone.high[known] >= alone.value[known]).all()
    assert (family.low[known] <= alone.low[known] + 1e-12).all()
    assert (family.high[known] >= alone.high[known] - 1e-12).all()
    assert (alone.low[known] >= 0).all()


@given(COUNTS, st.permutations(range(3)), st.permutations(range(4)))
def test_the_order_of_rows_and_columns_changes_nothing(
    counts: Ints, rows: list[int], columns: list[int]
) -> None:
    before, after = location_quotients(counts), location_quotients(counts[rows][:, columns])
    for name in PARTS:
        moved = getattr(before, name)[rows][:, columns]
        assert getattr(after, name) == pytest.approx(moved, nan_ok=True, rel=1e-9, abs=1e-9), name


@given(PLANTS, st.integers(2, 10_000))
def test_the_unit_of_an_amount_changes_nothing(plants: list[Plant], unit: int) -> None:
    n, e, e2 = tables(plants)
    before = weighted_location_quotients(e, e2, counts=n)
    after = weighted_location_quotients(e * unit, e2 * unit**2, counts=n)
    for name in ("value", "low", "high"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), nan_ok=True, rel=1e-6)


@given(COUNTS)
def test_the_whole_has_a_quotient_of_one(counts: Ints) -> None:
    whole = location_quotients(counts.sum(axis=1, keepdims=True))
    there = counts.sum(axis=1) > 0
    for part in (whole.value, whole.low, whole.high):
        assert part[there, 0] == pytest.approx(1.0)
        assert np.isnan(part[~there]).all()
    # Over places as large as they are, every industry's quotients average 1.
    value, shares = location_quotients(counts).value, counts.sum(axis=0) / max(counts.sum(), 1)
    assert np.nan_to_num(value) @ shares == pytest.approx(there.astype(float))


@given(COUNTS, COUNTS)
def test_members_tables_add_up(first: Ints, second: Ints) -> None:
    totals = first.sum(axis=0) + second.sum(axis=0)
    same(
        location_quotients(first + second), location_quotients(first + second, place_totals=totals)
    )


@given(COUNTS)
def test_rows_that_overlap_take_their_totals_from_outside(counts: Ints) -> None:
    chain = np.vstack([counts, counts[:2].sum(axis=0)])
    found = location_quotients(chain, place_totals=counts.sum(axis=0))
    plain = location_quotients(counts)
    assert found.value[:3] == pytest.approx(plain.value, nan_ok=True)
    assert found.low[:3] == pytest.approx(plain.low, nan_ok=True)


@given(COUNTS)
def test_amounts_of_one_each_are_counts(counts: Ints) -> None:
    plain = location_quotients(counts)
    same(weighted_location_quotients(counts, counts), plain)
    told = weighted_location_quotients(counts, counts, counts=counts)
    for name in ("value", "low", "high"):
        assert getattr(told, name) == pytest.approx(getattr(plain, name), nan_ok=True, rel=1e-9)


def test_knowing_the_counts_a_cell_varies_as_all_establishments_do() -> None:
    # Two plants of one size say nothing of giants; ninety-eight others, and one giant, do.
    weights, counts = [[20, 500], [500, 5_000]], [[2, 28], [30, 40]]
    squares = [[200, 9_000], [9_000, 16_000_000]]
    untold = weighted_location_quotients(weights, squares)
    told = weighted_location_quotients(weights, squares, counts=counts)
    assert told.value.tolist() == untold.value.tolist()
    assert told.low[0, 0] < 0.2 * untold.low[0, 0]
    assert told.high[0, 0] > 2 * untold.high[0, 0]


def test_one_giant_tells_less_than_many_equals() -> None:
    weights = [[40, 400], [400, 1200]]
    many = weighted_location_quotients(weights, weights)
    giant = weighted_location_quotients(weights, [[40**2, 400], [400, 1200]])
    assert giant.value.tolist() == many.value.tolist()
    assert giant.low[0, 0] < 0.5 * many.low[0, 0]
    assert giant.high[0, 0] > 1.5 * many.high[0, 0]


def test_an_industry_that_stands_only_there_is_bounded() -> None:
    found = location_quotients([[5, 0], [10, 300]])
    assert found.value[0, 0] == pytest.approx(315 / 15)
    assert 1 < found.low[0, 0] < found.value[0, 0] < found.high[0, 0] < math.inf
    assert found.low[0, 1] == 0
    assert 0 < found.high[0, 1] < 1


def test_it_is_undefined_where_a_margin_is_empty() -> None:
    found = location_quotients([[0, 0, 0], [3, 4, 0]], place_totals=[3, 5, 0])
    for name in PARTS:
        undefined = np.isnan(getattr(found, name))
        assert undefined[0].all(), name
        assert undefined[:, 2].all(), name
    assert np.isfinite(found.value[1, :2]).all()


COUNT = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("counts", "totals"),
    [
        ([1, 2], None),
        ([[1, -1]], None),
        ([[1, math.nan]], None),
        (COUNT, [4]),
        (COUNT, [4, 5, 6]),
        (COUNT, [4, 3]),
        (COUNT, [4, math.inf]),
    ],
)
def test_tables_that_cannot_be_are_refused(counts: Any, totals: Any) -> None:
    with pytest.raises(ValueError):
        location_quotients(counts, place_totals=totals)


@pytest.mark.parametrize(
    "given_",
    [
        {"place_weights": [4, 6]},
        {"place_squares": [4, 6]},
        {"place_weights": [4, 6], "place_squares": [4, 6], "counts": COUNT},
        {"counts": COUNT, "place_counts": [4, 6]},
        {"place_counts": [4, 6]},
        {"counts": [[1, 2]]},
        {"place_weights": [4, 6], "place_squares": [4, 3]},
        {"level": 1.5},
    ],
)
def test_figures_given_for_one_side_only_are_refused(given_: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        weighted_location_quotients(COUNT, COUNT, **given_)


def test_the_callers_arrays_are_left_alone() -> None:
    counts = np.array(COUNT)
    counts.flags.writeable = False
    location_quotients(counts)
    weighted_location_quotients(counts, counts, counts=counts)
    assert counts.tolist() == COUNT
