"""Clusters: the planted ones are found, noise has none, and nothing withheld is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from xietong.engine.clusters import Cluster, grow_clusters
from xietong.engine.measures import location_quotients

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
SIDE = 6


@dataclass(frozen=True)
class Country:
    """A square of counties, two provinces side by side, everybody in one of the industries."""

    counts: Ints  # [industry, county]

    @property
    def totals(self) -> Ints:
        return self.counts.sum(axis=0)

    def grow(self, **other: Any) -> tuple[Cluster, ...]:
        given_: dict[str, Any] = {
            "industries": names("i", len(self.counts)),
            "places": names("p", SIDE**2),
            "members": ["west" if at % SIDE < SIDE // 2 else "east" for at in range(SIDE**2)],
            "neighbours": NEIGHBOURS,
            "place_totals": self.totals,
            "publishable": np.ones(self.counts.shape, bool),
            **other,
        }
        return grow_clusters(self.counts, **given_)


def names(letter: str, number: int) -> list[str]:
    return [f"{letter}{at:02}" for at in range(number)]


NEIGHBOURS = [
    (at, at + step)
    for at in range(SIDE**2)
    for step in (1, SIDE)
    if (step == SIDE and at + SIDE < SIDE**2) or (step == 1 and at % SIDE < SIDE - 1)
]


def drawn(seed: int, planted: Sequence[int] = (), times: float = 5.0) -> Country:
    """Uneven margins, places chosen by chance; industry 0 stands out in the planted places."""
    draw = np.random.default_rng(seed)
    of_industries, of_places = draw.dirichlet(np.full(10, 3.0)), draw.dirichlet(np.full(36, 5.0))
    of_industries[0] = 0.02  # so small that the others hardly notice
    shares = of_industries[:, None] * of_places[None, :]
    shares[0, list(planted)] *= times
    return Country(draw.multinomial(40_000, (shares / shares.sum()).ravel()).reshape(shares.shape))


BLOCK = [14, 15, 20, 21, 26, 27]  # three rows of two, one column in each province


def test_planted_clusters_are_found_and_nothing_else() -> None:
    found = [drawn(seed, BLOCK).grow() for seed in range(100)]
    whole = [any(one.places == tuple(f"p{at}" for at in BLOCK) for one in each) for each in found]
    inside = {("i00", f"p{at}") for at in BLOCK}
    astray = [
        any((one.industry, place) not in inside for one in each for place in one.places)
        for each in found
    ]
    # Now and then a small county of the block falls short of the bound, and splits it.
    assert np.mean(whole) >= 0.9
    assert np.mean(astray) <= 0.05


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_cluster_is_found_whole_and_alone(seed: int) -> None:
    [found] = drawn(seed, BLOCK).grow()
    country = drawn(seed, BLOCK)
    assert found.industry == "i00"
    assert found.places == tuple(f"p{at}" for at in BLOCK)
    assert found.members == ("east", "west")
    assert found.units == country.counts[0, BLOCK].sum()
    assert found.share == pytest.approx(found.units / country.counts[0].sum())
    core = BLOCK[int(country.counts[0, BLOCK].argmax())]
    assert (found.core, found.key, found.rank) == (f"p{core}", f"i00@p{core}", 1)
    ground = country.totals[BLOCK].sum()
    expected = country.counts[0].sum() * ground / country.totals.sum()
    assert found.quotient == pytest.approx(found.units / expected)
    assert 1 < found.low < found.quotient < found.high


def test_noise_has_no_cluster_at_the_level_that_is_stated() -> None:
    with_any = sum(bool(drawn(seed).grow(least_units=1)) for seed in range(150))
    assert with_any <= 0.05 * 150


@pytest.mark.deep
def test_noise_has_no_cluster_over_thousands_of_countries() -> None:
    with_any = [bool(drawn(seed).grow(least_units=1)) for seed in range(4_000)]
    assert np.mean(with_any) <= 0.05
    loose = [bool(drawn(seed).grow(least_units=1, level=0.5)) for seed in range(400)]
    # One bound of two is tested, so half of what the level leaves; the bound is not idle, either.
    assert 0.02 < np.mean(loose) <= 0.5


def test_shuffling_a_planted_industry_over_all_units_unmakes_its_cluster() -> None:
    country = drawn(1, BLOCK)
    draw = np.random.default_rng(2)
    of_units = np.repeat(np.arange(36), country.totals)
    shuffled = np.zeros_like(country.counts)
    industry = draw.permutation(np.repeat(np.arange(10), country.counts.sum(axis=1)))
    np.add.at(shuffled, (industry, of_units), 1)
    assert (shuffled.sum(axis=0) == country.totals).all()
    assert Country(shuffled).grow(least_units=1) == ()


def flooded(inside: Sequence[bool], pairs: Sequence[tuple[int, int]]) -> set[frozenset[int]]:
    """Connected groups by walking from place to place."""
    beside: dict[int, set[int]] = {at: set() for at in range(len(inside))}
    for one, other in pairs:
        beside[one].add(other)
        beside[other].add(one)
    groups, seen = set(), set()
    for start, wanted in enumerate(inside):
        if not wanted or start in seen:
            continue
        group, waiting = set(), [start]
        while waiting:
            at = waiting.pop()
            if at in group:
                continue
            group.add(at)
            waiting.extend(other for other in beside[at] if inside[other])
        seen |= group
        groups.add(frozenset(group))
    return groups


PAIRS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=12, max_size=12), PAIRS, st.data())
def test_groups_are_those_that_a_walker_finds(
    strong: list[bool], pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    shown = np.array(data.draw(st.lists(st.booleans(), min_size=12, max_size=12)))
    counts = np.array([np.where(strong, 90, 5), np.full(12, 100)])
    totals = np.full(12, 200)
    bounds = location_quotients(counts, place_totals=totals, level=0.95, family=24)
    found = grow_clusters(
        counts,
        industries=["a", "b"],
        places=names("p", 12),
        members=["m"] * 12,
        neighbours=pairs,
        place_totals=totals,
        publishable=np.array([shown, shown]),
        least_units=1,
    )
    for row, industry in enumerate(["a", "b"]):
        inside = (shown & (bounds.low[row] > 1)).tolist()
        groups = {
            frozenset(int(place[1:]) for place in one.places)
            for one in found
            if one.industry == industry
        }
        assert groups == flooded(inside, pairs)


def turned(found: Sequence[Cluster]) -> list[tuple[Any, ...]]:
    return [
        (one.key, one.rank, one.places, one.members, one.units, round(one.low, 9)) for one in found
    ]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(10)), st.permutations(range(36)), st.randoms(use_true_random=False))
def test_the_order_of_rows_columns_and_pairs_changes_nothing(
    rows: list[int], columns: list[int], draw: Any
) -> None:
    country = drawn(3, [0, 1, 6, 35])
    before = country.grow()
    assert len(before) == 2
    position = {old: new for new, old in enumerate(columns)}
    pairs = [(position[other], position[one]) for one, other in NEIGHBOURS]
    draw.shuffle(pairs)
    moved = grow_clusters(
        country.counts[rows][:, columns],
        industries=[names("i", 10)[at] for at in rows],
        places=[names("p", 36)[at] for at in columns],
        members=["west" if at % SIDE < SIDE // 2 else "east" for at in columns],
        neighbours=pairs,
        place_totals=country.totals[columns],
        publishable=np.ones((10, 36), bool),
    )
    assert turned(moved) == turned(before)


def test_a_withheld_cell_is_never_merged_nor_counted() -> None:
    country = drawn(1, [13, 14, 15])
    assert [one.places for one in country.grow()] == [("p13", "p14", "p15")]
    shown = np.ones(country.counts.shape, bool)
    shown[0, 14] = False
    left, right = sorted(country.grow(publishable=shown), key=lambda one: one.places)
    assert (left.places, right.places) == (("p13",), ("p15",))
    assert (left.units, right.units) == (country.counts[0, 13], country.counts[0, 15])
    # What the withheld cell holds changes neither which places stand out nor who merges.
    assert country.grow(publishable=np.zeros_like(shown)) == ()


def test_small_groups_are_dropped() -> None:
    country = drawn(1, [13, 14, 15])
    [found] = country.grow()
    assert country.grow(least_units=found.units) == (found,)
    assert country.grow(least_units=found.units + 1) == ()


def test_places_that_touch_no_other_are_clusters_of_their_own() -> None:
    found = drawn(1, [13, 14, 15]).grow(neighbours=[])
    assert sorted(one.places for one in found) == [("p13",), ("p14",), ("p15",)]
    assert [one.rank for one in found] == [1, 2, 3]
    assert [one.units for one in found] == sorted((one.units for one in found), reverse=True)


def test_of_equal_cores_the_first_code_is_taken() -> None:
    counts = np.array([[50, 50, 2], [100, 100, 900]])
    [found] = grow_clusters(
        counts,
        industries=["a", "b"],
        places=["z", "y", "x"],
        members=["m", "m", "m"],
        neighbours=[(0, 1)],
        place_totals=counts.sum(axis=0),
        publishable=[[True] * 3, [False] * 3],
    )
    assert (found.core, found.places) == ("y", ("y", "z"))


def test_a_cluster_that_is_all_there_is_says_so() -> None:
    country = Country(np.zeros((2, 36), dtype=np.int64))
    country.counts[0, 0], country.counts[1, 1:] = 500, 300
    [first, *_] = [one for one in country.grow() if one.industry == "i00"]
    assert (first.share, first.units) == (1.0, 500)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"industries": ["a"]}, "industry, place"),
        ({"publishable": np.ones((10, 3), bool)}, "industry, place"),
        ({"place_totals": [1, 2]}, "one total"),
        ({"members": ["west"]}, "one member"),
        ({"places": ["p"] * 36}, "twice"),
        ({"industries": ["i"] * 10}, "twice"),
        ({"neighbours": [(0, 36)]}, "not there"),
        ({"neighbours": [(-1, 0)]}, "not there"),
        ({"place_totals": np.zeros(36, dtype=np.int64)}, "larger than"),
        ({"level": 95}, "level"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        drawn(1).grow(**changed)
