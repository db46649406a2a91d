"""Nobody's part of an amount can be estimated closer than the rules allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.disclosure.attack import Attacker
from engine.disclosure.tables import industries, places
from xietong.engine.disclosure import AmountProtection, AmountRules, protect_amounts

EXACT = 1e-6
RULES = AmountRules()


class Drawn:
    """Establishments with heavy-tailed amounts, each in a leaf; and all that follows from them."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rows, self.columns = places(rng, 3, 3), industries(rng, 3, 3, 2)
        shape = (len(self.rows.leaves), len(self.columns.leaves))
        self.n = rng.poisson(rng.gamma(0.4, 6.0, shape)).astype(np.int64)
        self.amount, self.largest = (np.zeros(shape, dtype=np.int64) for _ in range(2))
        for at in zip(*np.nonzero(self.n), strict=True):
            parts = np.ceil(rng.lognormal(3.0, 1.6, self.n[at])).astype(np.int64)
            self.amount[at], self.largest[at] = parts.sum(), parts.max()

    def nodes(self, table: np.ndarray, how: np.ufunc) -> np.ndarray:
        """The table summed (or maximised) to the published nodes, by plain loops."""
        return np.array(
            [
                [how.reduce(table[np.ix_(r, c)].ravel(), initial=0) for c in self.columns.inside]
                for r in self.rows.inside
            ]
        )

    def protected(self) -> AmountProtection:
        return protect_amounts(
            self.amount, self.n, self.largest, self.rows, self.columns, rules=RULES
        )


def attacker(drawn: Drawn, found: AmountProtection) -> Attacker:
    return Attacker.of(found.amounts, ~found.withheld, drawn.rows, drawn.columns)


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_nobody_is_estimated_closely(seed: int) -> None:
    drawn = Drawn(seed)
    found = drawn.protected()
    assert found.unproven == ()
    amounts, largest = drawn.nodes(drawn.amount, np.add), drawn.nodes(drawn.largest, np.maximum)
    few = drawn.nodes(drawn.n, np.add) < 3
    assert (found.amounts == amounts).all()
    sensitive = (amounts > 0) & (few | (largest * 1000 > amounts * 750))
    assert found.withheld[sensitive].all()
    looking = attacker(drawn, found)
    for row, column in zip(*np.nonzero(sensitive), strict=True):
        low, high = looking.interval(int(row), int(column))
        assert high - amounts[row, column] >= 0.1 * largest[row, column] - EXACT
        assert amounts[row, column] - low >= 0.1 * largest[row, column] - EXACT


def test_the_attacker_finds_what_is_only_blanked() -> None:
    drawn = Drawn(2)
    found = drawn.protected()
    amounts, largest = drawn.nodes(drawn.amount, np.add), drawn.nodes(drawn.largest, np.maximum)
    alone = (amounts > 0) & (largest * 1000 > amounts * 750)
    careless = AmountProtection(alone, found.amounts, ())
    looking = attacker(drawn, careless)
    close = 0
    for row, column in zip(*np.nonzero(alone), strict=True):
        low, high = looking.interval(int(row), int(column))
        close += high - low < 0.1 * largest[row, column]
    assert close > 0


def test_what_is_withheld_already_stays_so_and_costs_nothing() -> None:
    drawn = Drawn(4)
    already = np.zeros((len(drawn.rows.keys), len(drawn.columns.keys)), dtype=np.bool_)
    free = drawn.protected().withheld
    found = protect_amounts(
        drawn.amount,
        drawn.n,
        drawn.largest,
        drawn.rows,
        drawn.columns,
        rules=RULES,
        withheld_already=free | already,
    )
    assert (found.withheld <= free).all()


@pytest.mark.parametrize("shape", [(1, 2), (2, 1)])
def test_other_shapes_are_refused(shape: tuple[int, int]) -> None:
    drawn = Drawn(0)
    with pytest.raises(ValueError, match="one number"):
        protect_amounts(
            np.zeros(shape), drawn.n, drawn.largest, drawn.rows, drawn.columns, rules=RULES
        )
