"""Concentration: published answers, exact twins, the whole dartboard, and what must not matter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.measures.twins import dartboard, indices
from xietong.engine.measures import Undefined, concentration, concentration_of_plants

PLACES = 4
YARDSTICK = st.lists(st.integers(1, 50), min_size=PLACES, max_size=PLACES)
PLANTS = st.lists(
    st.tuples(st.integers(0, PLACES - 1), st.integers(1, 1_000)), min_size=2, max_size=25
)


def of(plants: list[tuple[int, int]], yardstick: list[int]) -> Any:
    """One industry's indices from its plants."""
    place, weight = zip(*plants, strict=True)
    return concentration_of_plants(
        [0] * len(plants), place, weight, industries=1, places=PLACES, place_weights=yardstick
    )


# Farhauer, O. and Kröll, A. (2014), Standorttheorien, as in the manual of the R package REAT
# (ellison.a): ten firms in Vienna, Linz and Graz.
def test_the_published_example_of_ten_firms() -> None:
    found = concentration_of_plants(
        [0] * 10,
        [0, 0, 0, 0, 0, 1, 1, 1, 1, 2],
        [200, 650, 12_000, 100, 50, 16_000, 13_000, 1_500, 1_500, 25_000],
        industries=1,
        places=3,
        place_weights=[500_000, 400_000, 100_000],
    )
    assert found.ellison_glaeser[0] == pytest.approx(0.05990628, abs=5e-9)


# The manual of PySAL's `inequality` (ellison_glaeser_egg, equation 5 of the paper, and
# maurel_sedillot_msg, equation 7): rows are areas, columns industries.
PYSAL = np.array([[10, 13, 13, 49], [19, 29, 31, 46], [33, 16, 34, 34]]).T


def test_the_published_example_of_a_peer_with_plants_of_one_worker() -> None:
    found = concentration(PYSAL, PYSAL.sum(axis=1))
    assert found.ellison_glaeser.round(6).tolist() == [0.054499, 0.016242, 0.010141, 0.028803]
    assert found.maurel_sedillot.round(6).tolist() == [0.078583, 0.035977, 0.039374, -0.009049]


def test_the_published_example_of_a_peer_with_given_plant_sizes() -> None:
    plant_hhi = np.array([0.549, 0.715, 0.603, 0.545])
    found = concentration(PYSAL, plant_hhi * PYSAL.sum(axis=1) ** 2)
    assert found.ellison_glaeser.round(6).tolist() == [-1.06264, -2.39227, -1.461383, -1.117953]
    assert found.maurel_sedillot.round(6).tolist() == [-1.010102, -2.324216, -1.38869, -1.200499]


@given(PLANTS, YARDSTICK)
def test_the_indices_are_those_of_exact_fractions(
    plants: list[tuple[int, int]], yardstick: list[int]
) -> None:
    found, twin = of(plants, yardstick), indices(plants, yardstick)
    for name, wanted in (
        ("place_hhi", twin.place_hhi),
        ("plant_hhi", twin.plant_hhi),
        ("ellison_glaeser", twin.gamma),
        ("eg_variance", twin.variance),
        ("maurel_sedillot", twin.maurel),
    ):
        assert getattr(found, name)[0] == pytest.approx(float(wanted), rel=1e-9, abs=1e-9), name
    away = float(twin.g - twin.mean_g) / float(twin.variance_of_g) ** 0.5
    assert found.eg_z[0] == pytest.approx(away, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("weights", "yardstick"),
    [
        ([1, 1, 1, 1], [1, 1, 1]),
        ([5, 3, 1, 1], [7, 2, 1]),
        ([100, 1, 1, 1, 1], [1, 3]),
        ([2, 3, 4, 5, 6], [90, 5, 5]),
    ],
)
def test_over_the_whole_dartboard_mean_and_variance_are_exact(
    weights: list[int], yardstick: list[int]
) -> None:
    outcomes = list(dartboard(weights, yardstick))
    assert sum(chance for chance, _ in outcomes) == 1
    for name in ("gamma", "maurel"):
        assert sum((chance * getattr(one, name) for chance, one in outcomes), Fraction(0)) == 0
    mean = sum(chance * one.g for chance, one in outcomes)
    assert mean == outcomes[0][1].mean_g
    variance = sum(chance * (one.g - mean) ** 2 for chance, one in outcomes)
    assert variance == outcomes[0][1].variance_of_g


def thrown(weights: NDArray[np.float64], x: NDArray[np.float64], draws: int, seed: int) -> Any:
    """Many industries of the same plants, each thrown anew at the places."""
    draw = np.random.default_rng(seed)
    place = draw.choice(len(x), (draws, len(weights)), p=x)
    return concentration_of_plants(
        np.repeat(np.arange(draws), len(weights)),
        place.ravel(),
        np.tile(weights, draws),
        industries=draws,
        places=len(x),
        place_weights=x,
    )


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.0])
def test_thrown_darts_have_the_mean_and_variance_that_are_stated(sigma: float) -> None:
    draw = np.random.default_rng(3)
    weights, x = draw.lognormal(0, sigma, 200), draw.dirichlet(np.ones(40))
    found = thrown(weights, x, draws=4_000, seed=4)
    error = (found.eg_variance[0] / 4_000) ** 0.5
    assert abs(found.ellison_glaeser.mean()) < 4 * error
    assert abs(found.maurel_sedillot.mean()) < 4 * found.maurel_sedillot.std() / 4_000**0.5
    # Variances of skewed sums: the sampling error of this ratio is some 3 %.
    assert found.ellison_glaeser.var() / found.eg_variance[0] == pytest.approx(1, abs=0.12)
    assert found.eg_z.std() == pytest.approx(1, abs=0.06)


@given(PLANTS, YARDSTICK)
def test_without_fourth_powers_the_variance_is_bounded_from_above(
    plants: list[tuple[int, int]], yardstick: list[int]
) -> None:
    exact = of(plants, yardstick)
    table = np.zeros((1, PLACES))
    for place, weight in plants:
        table[0, place] += weight
    found = concentration(table, [sum(weight**2 for _, weight in plants)], place_weights=yardstick)
    assert found.eg_variance[0] >= exact.eg_variance[0] * (1 - 1e-9) - 1e-15
    assert found.ellison_glaeser[0] == pytest.approx(exact.ellison_glaeser[0], rel=1e-9, abs=1e-12)


def test_where_plants_weigh_the_same_the_bound_is_the_variance_itself() -> None:
    counts, yardstick = [[5, 3, 2, 1]], [10, 10, 10, 12]
    plain = concentration(counts, [11], place_weights=yardstick)
    told = concentration(counts, [11], place_weights=yardstick, fourths=[11])
    assert plain.eg_variance[0] == pytest.approx(told.eg_variance[0], rel=1e-12)
    # One place that outweighs the rest turns the bound to the other end.
    heavy = [500, *[1] * 3]
    plain = concentration(counts, [11], place_weights=heavy)
    told = concentration(counts, [11], place_weights=heavy, fourths=[11])
    assert plain.eg_variance[0] > told.eg_variance[0] * 1.01


@given(YARDSTICK, st.integers(2, 30), st.integers(0, PLACES - 1))
def test_all_plants_in_one_place(yardstick: list[int], plants: int, place: int) -> None:
    assume(sum(yardstick) > max(yardstick))
    x = np.array(yardstick) / sum(yardstick)
    alone = np.zeros((PLACES, PLACES))
    np.fill_diagonal(alone, plants)
    found = concentration(alone, [plants] * PLACES, place_weights=yardstick)
    assert found.maurel_sedillot == pytest.approx([1.0] * PLACES)
    assert found.place_hhi == pytest.approx([1.0] * PLACES)
    # Ellison and Glaeser's is 1 over places as they are chosen, not in each of them.
    assert float(found.ellison_glaeser @ x) == pytest.approx(1.0)
    heavier = x[place] > (x**2).sum() + 1e-9
    assert not (heavier and found.ellison_glaeser[place] >= 1.0)


@given(PLANTS, YARDSTICK, st.permutations(range(PLACES)), st.integers(1, 1_000))
def test_names_order_and_units_do_not_matter(
    plants: list[tuple[int, int]], yardstick: list[int], order: list[int], unit: int
) -> None:
    before = of(plants, yardstick)
    moved = [(order[place], weight * unit) for place, weight in reversed(plants)]
    turned = [0] * PLACES
    for place, new in enumerate(order):
        turned[new] = yardstick[place] * unit
    after = of(moved, turned)
    for name in ("place_hhi", "plant_hhi", "ellison_glaeser", "eg_variance", "maurel_sedillot"):
        assert getattr(after, name)[0] == pytest.approx(
            getattr(before, name)[0], rel=1e-9, abs=1e-9
        )


@given(PLANTS, PLANTS, YARDSTICK)
def test_members_tables_add_up_to_the_indices_of_all(
    first: list[tuple[int, int]], second: list[tuple[int, int]], yardstick: list[int]
) -> None:
    def sums(plants: list[tuple[int, int]]) -> tuple[NDArray[np.float64], int, int]:
        table = np.zeros((1, PLACES))
        for place, weight in plants:
            table[0, place] += weight
        return table, sum(w**2 for _, w in plants), sum(w**4 for _, w in plants)

    (a, a2, a4), (b, b2, b4) = sums(first), sums(second)
    together = of(first + second, yardstick)
    merged = concentration(a + b, [a2 + b2], place_weights=yardstick, fourths=[a4 + b4])
    assert merged.ellison_glaeser[0] == pytest.approx(
        together.ellison_glaeser[0], rel=1e-9, abs=1e-9
    )
    assert merged.eg_variance[0] == pytest.approx(together.eg_variance[0], rel=1e-6, abs=1e-12)


@given(YARDSTICK)
def test_one_pass_over_a_table_is_one_pass_an_industry(yardstick: list[int]) -> None:
    table = np.array([[3.0, 4, 0, 1], [0, 0, 9, 1], [5, 5, 5, 5]])
    whole = concentration(table, table.sum(axis=1), place_weights=yardstick)
    for row in range(3):
        one = concentration(table[row : row + 1], [table[row].sum()], place_weights=yardstick)
        for name in ("ellison_glaeser", "eg_variance", "eg_z", "maurel_sedillot"):
            wanted = getattr(whole, name)[row]
            assert getattr(one, name)[0] == pytest.approx(wanted, rel=1e-9, abs=1e-9), name


def test_every_missing_index_has_its_reason() -> None:
    counts = [[0, 0], [1, 0], [5, 5]]
    found = concentration(counts, [0, 1, 10], place_weights=[6, 6])
    assert found.reason.tolist() == [
        Undefined.NO_ESTABLISHMENTS,
        Undefined.ONE_PLANT,
        Undefined.DEFINED,
    ]
    for name in ("ellison_glaeser", "eg_variance", "eg_z", "maurel_sedillot"):
        assert np.isnan(getattr(found, name)).tolist() == [True, True, False], name
    one_place = concentration([[5, 0]], [5], place_weights=[9, 0])
    assert one_place.reason.tolist() == [Undefined.ONE_PLACE]


def test_an_industry_of_almost_one_plant_has_no_index() -> None:
    found = concentration([[10**9, 1]], [10**18 + 1], place_weights=[1, 1])
    assert found.reason.tolist() == [Undefined.DEFINED]
    found = concentration([[10**12, 1]], [10**24 + 1], place_weights=[1, 1])
    assert found.reason.tolist() == [Undefined.ONE_PLANT]


@pytest.mark.parametrize(
    ("weights", "squares", "places"),
    [
        ([[1, 2]], [3, 4], None),
        ([1, 2], [3], None),
        ([[1, 2]], [3], [1, 2, 3]),
        ([[1, -2]], [3], None),
        ([[1, 2]], [-3], None),
        ([[1, np.nan]], [3], None),
        ([[1, 2]], [np.inf], None),
        ([[1, 2]], [3], [1, -1]),
        ([[1, 2]], [9.01], None),
    ],
)
def test_sums_that_cannot_be_are_refused(weights: Any, squares: Any, places: Any) -> None:
    with pytest.raises(ValueError):
        concentration(weights, squares, place_weights=places)


@pytest.mark.parametrize(
    ("industry", "place", "weight"),
    [([0], [0, 1], [1, 1]), ([1], [0], [1]), ([0], [2], [1]), ([0], [-1], [1]), ([0], [0], [-1])],
)
def test_plants_that_cannot_be_are_refused(industry: Any, place: Any, weight: Any) -> None:
    with pytest.raises(ValueError):
        concentration_of_plants(industry, place, weight, industries=1, places=2)


def test_the_callers_arrays_are_left_alone() -> None:
    weights, squares = np.array([[8.0, 2.0], [2.0, 8.0]]), np.array([10.0, 10.0])
    weights.flags.writeable = squares.flags.writeable = False
    concentration(weights, squares)
    assert weights.tolist() == [[8, 2], [2, 8]]
