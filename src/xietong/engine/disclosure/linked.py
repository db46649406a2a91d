"""A published table with all that is linked to it: its nodes, and what their differences tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xietong.engine.disclosure.guard import Guard
from xietong.engine.disclosure.moves import Floats
from xietong.engine.disclosure.nodes import Bools, Integers, Nodes, remainders


@dataclass(frozen=True)
class Linked:
    """Nodes and leaves without repetitions; the last nodes of each dimension are the remainders.

    `rows` and `columns` [node, kind of leaf] hold first the published nodes, each set once, then
    what a reader gets by subtracting them; `unpublished` [row node, column node] marks cells of
    these. `row_of` and `column_of` lead from a given node to its set, `row_kind` and `column_kind`
    from a given leaf to its kind: leaves in the same nodes are one.
    """

    rows: Bools
    columns: Bools
    unpublished: Bools
    row_of: NDArray[np.intp]
    column_of: NDArray[np.intp]
    row_kind: NDArray[np.intp]
    column_kind: NDArray[np.intp]

    @classmethod
    def of(cls, rows: Nodes, columns: Nodes) -> Linked:
        """Link the nodes of two dimensions."""
        row_sets, row_of, row_kind = _distinct(rows.inside)
        column_sets, column_of, column_kind = _distinct(columns.inside)
        row_rest, column_rest = remainders(row_sets), remainders(column_sets)
        shape = (len(row_sets) + len(row_rest), len(column_sets) + len(column_rest))
        unpublished = np.ones(shape, dtype=np.bool_)
        unpublished[: len(row_sets), : len(column_sets)] = False
        return cls(
            np.concatenate([row_sets, row_rest]),
            np.concatenate([column_sets, column_rest]),
            unpublished,
            row_of,
            column_of,
            row_kind,
            column_kind,
        )

    @property
    def loose(self) -> Bools:
        """The cells of what remains of a row node, such as units known only to a prefecture."""
        remainders_only = np.all(self.unpublished, axis=1)
        return np.repeat(np.asarray(remainders_only)[:, None], self.unpublished.shape[1], axis=1)

    @property
    def telling(self) -> Bools:
        """The cells that say something of somebody [row node, column node].

        What is left over of everything, in one dimension, says only how many rows could be placed
        or coded no closer.
        """
        whole_rows, whole_columns = (np.all(sets, axis=1) for sets in (self.rows, self.columns))
        of_everything = np.logical_or.outer(whole_rows, whole_columns)
        return np.asarray(~(self.unpublished & of_everything))

    def folded(self, table: ArrayLike, how: np.ufunc = np.add) -> Integers:
        """A table of the given leaves as one of kinds, added up or otherwise joined by `how`.

        Raises ValueError for another shape, or for numbers below 0.
        """
        given = np.asarray(table, dtype=np.int64)
        if given.shape != (len(self.row_kind), len(self.column_kind)):
            raise ValueError("expected one number a row leaf and column leaf")
        if (given < 0).any():
            raise ValueError("counts and amounts are not negative")
        folded = np.zeros((self.rows.shape[1], self.columns.shape[1]), dtype=np.int64)
        how.at(folded, (self.row_kind[:, None], self.column_kind[None, :]), given)
        return folded

    def over_nodes(self, kinds: Integers, how: np.ufunc = np.add) -> Integers:
        """A table of kinds as one of all nodes [row node, column node], remainders among them."""
        left = np.array([how.reduce(kinds[inside], axis=0, initial=0) for inside in self.rows])
        across = [how.reduce(left[:, inside], axis=1, initial=0) for inside in self.columns]
        return np.array(across, dtype=np.int64).T

    def of_published(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Cells of all nodes as cells of the nodes that were given, in their order."""
        return values[np.ix_(self.row_of, self.column_of)]

    def over_sets(self, values: NDArray[np.generic]) -> NDArray[np.generic]:
        """Cells of the nodes that were given as cells of all nodes; zero for the remainders."""
        spread = np.zeros(self.unpublished.shape, dtype=values.dtype)
        spread[np.ix_(self.row_of, self.column_of)] = values
        return spread

    def guard(
        self,
        kinds: Integers,
        *,
        sensitive: Bools,
        need_up: Integers,
        need_down: Integers,
        loss: Floats,
        row_worth: ArrayLike | None,
        column_worth: ArrayLike | None,
    ) -> tuple[Bools, tuple[tuple[int, int], ...]]:
        """Withhold what hides the sensitive cells; return it, and the cells left in the open.

        `kinds` is the folded table; the worths are by given node, all else [row node, column node]
        of all nodes.
        """
        worth_of_rows = self._worth(row_worth, self.row_of, len(self.rows))
        worth_of_columns = self._worth(column_worth, self.column_of, len(self.columns))
        dear = loss * worth_of_rows[:, None] * worth_of_columns[None, :]
        guard = Guard(
            kinds,
            self.rows,
            self.columns,
            sensitive=sensitive,
            need_up=need_up,
            need_down=need_down,
            loss=np.where(self.unpublished, 0.0, dear),
            row_worth=worth_of_rows,
            column_worth=worth_of_columns,
        )
        unproven = guard.run()
        at = zip(*(each.tolist() for each in np.nonzero(unproven)), strict=True)
        return guard.withheld, tuple(at)

    @staticmethod
    def _worth(given: ArrayLike | None, node_of: NDArray[np.intp], nodes: int) -> Floats:
        worth = np.zeros(nodes)
        # Of nodes with the same leaves the dearest counts; remainders are worth nothing.
        values = np.ones(len(node_of)) if given is None else np.asarray(given, dtype=np.float64)
        np.maximum.at(worth, node_of, values)
        return worth


def _distinct(inside: Bools) -> tuple[Bools, NDArray[np.intp], NDArray[np.intp]]:
    """Each set of leaves once, over kinds of leaves; which set a node, which kind a leaf is."""
    sets, node_of = np.unique(inside, axis=0, return_inverse=True)
    kinds, kind_of = np.unique(sets, axis=1, return_inverse=True)
    return kinds, node_of.ravel(), kind_of.ravel()
