"""The attacker to beat: a linear program over everything that is published, all of it at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from xietong.engine.disclosure import Nodes

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Attacker:
    """Knows all nodes, the published cells and that nothing is negative; knows no leaf."""

    equations: sparse.csr_array
    values: Integers
    every: sparse.csr_array
    columns: int

    @classmethod
    def of(cls, numbers: Integers, published: Bools, rows: Nodes, columns: Nodes) -> Attacker:
        every = sparse.kron(
            sparse.csr_array(rows.inside.astype(float)),
            sparse.csr_array(columns.inside.astype(float)),
            format="csr",
        )
        known = np.flatnonzero(published.ravel())
        return cls(every[known], numbers.ravel()[known], every, numbers.shape[1])

    def interval(self, row: int, column: int) -> tuple[float, float]:
        """The closest bounds of a cell that follow from what is published."""
        wanted = self.every[[row * self.columns + column]].toarray().ravel()
        bounds = []
        for sign in (1, -1):
            found = linprog(
                sign * wanted,
                A_eq=self.equations,
                b_eq=self.values,
                bounds=(0, None),
                method="highs",
            )
            # Unbounded: nothing published says anything of the cell in that direction.
            bounds.append(sign * found.fun if found.status == 0 else sign * -np.inf)
        return bounds[0], bounds[1]
