"""Withheld counts stay hidden from a linear program over all that is published together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.disclosure.attack import Attacker
from engine.disclosure.tables import counts, industries, places
from xietong.engine.disclosure import Nodes, Protection, Status, crossed, nodes_over, protect_counts

EXACT = 1e-6
Table = tuple[np.ndarray, Nodes, Nodes]


def table(seed: int, *, small: bool = True) -> Table:
    rng = np.random.default_rng(seed)
    rows = places(rng, 3 if small else 8, 3 if small else 7)
    columns = industries(rng, 3 if small else 9, 3 if small else 6, 2 if small else 5)
    return counts(rng, rows, columns), rows, columns


def published(found: Protection) -> np.ndarray:
    return np.asarray((found.status == Status.ZERO) | (found.status == Status.PUBLISHED))


def exposed(found: Protection, rows: Nodes, columns: Nodes, minimum: int) -> list[tuple[int, int]]:
    """Withheld cells of which the attacker can rule out 1, or the largest withheld count."""
    attacker = Attacker.of(found.counts, published(found), rows, columns)
    cells = zip(*np.nonzero(found.status == Status.WITHHELD), strict=True)
    known = []
    for row, column in cells:
        low, high = attacker.interval(int(row), int(column))
        if low > 1 + EXACT or high < minimum - 1 - EXACT:
            known.append((int(row), int(column)))
    return known


@given(st.integers(0, 10_000), st.sampled_from([2, 3, 5]))
@settings(max_examples=30, deadline=None)
def test_no_small_count_follows_from_what_is_published(seed: int, minimum: int) -> None:
    leaves, rows, columns = table(seed)
    found = protect_counts(leaves, rows, columns, minimum=minimum)
    assert found.unproven == ()
    assert exposed(found, rows, columns, minimum) == []


def test_the_attacker_finds_what_is_only_blanked() -> None:
    """The check can fail: withholding the small cells alone gives most of them away."""
    leaves, rows, columns = table(1)
    found = protect_counts(leaves, rows, columns)
    small = found.status == Status.WITHHELD
    assert (found.status == Status.PROTECTED).any()
    bare = np.where(small, Status.WITHHELD, Status.PUBLISHED)
    careless = Protection(bare.astype(np.int8), found.counts, ())
    assert len(exposed(careless, rows, columns, 3)) > small.sum() / 2


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_what_a_status_says_is_so(seed: int) -> None:
    leaves, rows, columns = table(seed)
    found = protect_counts(leaves, rows, columns)
    expected = rows.inside.astype(int) @ leaves @ columns.inside.T.astype(int)
    assert (found.counts == expected).all()
    small = (expected > 0) & (expected < 3)
    assert ((found.status == Status.WITHHELD) == small).all()
    assert (expected[found.status == Status.ZERO] == 0).all()
    assert (expected[found.status == Status.PUBLISHED] >= 3).all()


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_nodes_with_the_same_leaves_are_told_the_same(seed: int, random: object) -> None:
    """A province with one prefecture must not publish in one place what it hides in the other."""
    leaves, rows, columns = table(seed)
    twice = Nodes(
        (*rows.keys, *(f"{key}'" for key in rows.keys)),
        rows.leaves,
        np.concatenate([rows.inside, rows.inside]),
    )
    found = protect_counts(leaves, twice, columns)
    assert (found.status[: len(rows.keys)] == found.status[len(rows.keys) :]).all()
    assert (found.status[: len(rows.keys)] == protect_counts(leaves, rows, columns).status).all()


def test_a_remainder_of_one_is_hidden_too() -> None:
    """One firm known only to lie in the prefecture: the prefecture less its counties must not
    say which industry it has."""
    rows = nodes_over(
        ["a", "b", "+", "c", "d"],
        {
            "all": ["a", "b", "+", "c", "d"],
            "P": ["a", "b", "+"],
            "Q": ["c", "d"],
            "a": ["a"],
            "b": ["b"],
            "c": ["c"],
            "d": ["d"],
        },
    )
    columns = nodes_over(["x", "y"], {"all": ["x", "y"], "x": ["x"], "y": ["y"]})
    leaves = np.array([[5, 6], [7, 8], [1, 0], [9, 9], [8, 7]])
    found = protect_counts(leaves, rows, columns)
    told = published(found)[:, 1]
    at = {key: told[rows.keys.index(key)] for key in ("P", "a", "b")}
    assert not all(at.values())


def test_dear_cells_stay_published_where_others_can_hide_instead() -> None:
    leaves, rows, columns = table(5, small=False)
    dear = np.where([key.startswith("c") for key in columns.keys], 50.0, 1.0)
    chains = [at for at, key in enumerate(columns.keys) if key.startswith("c")]
    plain = protect_counts(leaves, rows, columns).status[:, chains]
    spared = protect_counts(leaves, rows, columns, column_worth=dear).status[:, chains]
    assert (spared == Status.PROTECTED).sum() < (plain == Status.PROTECTED).sum()


def test_three_dimensions_are_two() -> None:
    """Prefecture x division x year, as prefecture x division against year."""
    rng = np.random.default_rng(3)
    rows = crossed(places(rng, 2, 2), industries(rng, 2, 1, 0))
    columns = nodes_over(
        ["1", "2", "3"], {"1": ["1"], "2": ["2"], "3": ["3"], "ever": ["1", "2", "3"]}
    )
    leaves = rng.poisson(1.5, (len(rows.leaves), 3)).astype(np.int64)
    found = protect_counts(leaves, rows, columns)
    assert found.unproven == ()
    assert exposed(found, rows, columns, 3) == []


@pytest.mark.parametrize(
    ("leaves", "minimum", "said"),
    [
        ([[1, 2]], 3, "one number"),
        ([[1, -2, 0]], 3, "not negative"),
        ([[1, 2, 0]], 1, "withholds nothing"),
    ],
)
def test_nonsense_is_refused(leaves: list[list[int]], minimum: int, said: str) -> None:
    rows = nodes_over(["a"], {"a": ["a"]})
    columns = nodes_over(["x", "y", "z"], {"x": ["x"], "all": ["x", "y", "z"]})
    with pytest.raises(ValueError, match=said):
        protect_counts(leaves, rows, columns, minimum=minimum)


def test_an_empty_table_is_no_trouble() -> None:
    rows = nodes_over(["a"], {"a": ["a"]})
    columns = nodes_over([], {"none": []})
    found = protect_counts(np.zeros((1, 0)), rows, columns)
    assert found.status.tolist() == [[Status.ZERO]]


@pytest.mark.deep
def test_a_large_linked_table_is_safe() -> None:
    for seed in range(6):
        leaves, rows, columns = table(seed, small=False)
        found = protect_counts(leaves, rows, columns)
        assert found.unproven == ()
        assert exposed(found, rows, columns, 3) == []
