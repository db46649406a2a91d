"""Withhold, round by round, until every sensitive cell has moves that hide it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xietong.engine.disclosure.moves import Axis, Floats, MoveFinder, Moves, Targets
from xietong.engine.disclosure.nodes import Bools, Integers


@dataclass(frozen=True, slots=True)
class _Pass:
    """One go over the open cells: leaves tried in each, partners weighed, the dearest move."""

    leaves: int
    choice: int
    dearest: float


# What costs nothing first; what is dear only after a wider search has found nothing cheaper.
_PASSES = (
    _Pass(1, 8, 0.0),
    _Pass(1, 8, 10.0),
    _Pass(3, 16, 30.0),
    _Pass(4, 40, 100.0),
    _Pass(6, 80, np.inf),
)
# Of the moves that cost something, so many are taken before the rest are weighed again.
_SHARE = 0.5


class Guard:
    """Withholds cells of one table [row node, column node] until each sensitive one is hidden.

    `leaves` [row leaf, column leaf] is what nobody is shown, >= 0. `sensitive` cells are withheld;
    each must be able to rise by `need_up` and to fall by `need_down` without any published cell
    changing. `loss` is what withholding a cell costs, 0 for cells that are not published anyway;
    `row_worth` and `column_worth` tell which nodes a move should rather not touch.
    """

    def __init__(
        self,
        leaves: Integers,
        rows: Bools,
        columns: Bools,
        *,
        sensitive: Bools,
        need_up: Integers,
        need_down: Integers,
        loss: Floats,
        row_worth: Floats,
        column_worth: Floats,
    ) -> None:
        self._leaves = leaves
        self._row_leaves = [np.flatnonzero(inside) for inside in rows]
        self._column_leaves = [np.flatnonzero(inside) for inside in columns]
        self._sensitive = sensitive
        self._need = {1: need_up, -1: need_down}
        costs = np.where(sensitive, 0.0, loss).astype(np.float32)
        self._finder = MoveFinder(
            leaves,
            Axis(rows, row_worth),
            Axis(columns, column_worth),
            np.pad(costs, ((0, 1), (0, 1))),
        )
        self._withheld = np.pad(sensitive, ((0, 1), (0, 1)))
        # How far each cell is known to be able to rise and to fall.
        shape = self._withheld.shape
        self._reach = {sign: np.zeros(shape, dtype=np.int64) for sign in (1, -1)}
        # A leaf that is common elsewhere finds partners that can give.
        self._common = np.sqrt(1.0 + (leaves > 0).sum(axis=0))
        self._full = np.sqrt(1.0 + (leaves > 0).sum(axis=1))

    @property
    def withheld(self) -> Bools:
        """The cells that must not be published, the sensitive ones among them."""
        return self._withheld[:-1, :-1]

    def run(self) -> Bools:
        """Withhold what is needed; return which sensitive cells no move was found for."""
        for each in _PASSES:
            for sign in (1, -1):
                self._settle(sign, each)
        for row, column in zip(*np.nonzero(self._open(-1)), strict=True):
            self._fall_in_steps(int(row), int(column))
        return np.asarray(self._open(1) | self._open(-1))

    def _open(self, sign: int) -> Bools:
        short = self._reach[sign][:-1, :-1] < self._need[sign]
        return np.asarray(self._sensitive & short)

    def _settle(self, sign: int, this: _Pass) -> None:
        """Take moves, the cheap ones first, since each makes others cheaper."""
        targets = self._targets(sign, this.leaves)
        while len(targets.row):
            moves = self._finder.cheapest(targets, sign, this.choice)
            able = np.isfinite(moves.cost) & (moves.cost <= this.dearest)
            if not able.any():
                return
            costly = moves.cost[able & (moves.cost > 0)]
            limit = np.quantile(costly, _SHARE) if len(costly) else 0.0
            taken = self._one_a_cell(targets, moves, np.flatnonzero(able & (moves.cost <= limit)))
            self._take(targets.at(taken), moves.at(taken), sign)
            reached = self._reach[sign][targets.row_node, targets.column_node]
            targets = targets.at(np.flatnonzero(reached < targets.step))

    def _fall_in_steps(self, row: int, column: int) -> None:
        """Let a cell fall by one move after another, where no leaf of it can fall so far alone."""
        need = int(self._need[-1][row, column])
        leaves, fallen = self._leaves.copy(), 0
        while fallen < need:
            finder = MoveFinder(leaves, self._finder.rows, self._finder.columns, self._finder.loss)
            at_row, at_column = self._leaves_of(leaves, row, column, -1, 1)[0]
            step = min(int(leaves[at_row, at_column]), need - fallen)
            target = Targets(*(np.array([each]) for each in (row, column, at_row, at_column, step)))
            # Nowhere to nowhere is always a move: this one falls, and all that hold it.
            move = finder.cheapest(target, -1, _PASSES[-1].choice)
            for cells in finder.touched(target, move, -1):
                self._withheld[cells] = True
                self._finder.loss[cells] = 0.0
            leaves = finder.moved(target, move, -1)
            fallen += step
        self._reach[-1][row, column] = need

    def _targets(self, sign: int, most: int) -> Targets:
        """Every open cell with up to `most` of its leaves."""
        found = [
            (r, c, *leaf)
            for r, c in zip(*np.nonzero(self._open(sign)), strict=True)
            for leaf in self._leaves_of(self._leaves, r, c, sign, most)
        ]
        numbers = np.array(found, dtype=np.intp).reshape(-1, 4)
        row_node, column_node, row, column = numbers.T
        return Targets(row_node, column_node, row, column, self._need[sign][row_node, column_node])

    def _leaves_of(
        self, leaves: Integers, row: int, column: int, sign: int, most: int
    ) -> list[tuple[int, int]]:
        """The leaves of a cell that serve best: the fullest to fall, any to rise."""
        rows, columns = self._row_leaves[row], self._column_leaves[column]
        block = leaves[np.ix_(rows, columns)]
        if sign > 0:
            merit = (1.0 + 2.0 * (block > 0)) * self._common[columns] * self._full[rows, None]
        else:
            merit = block.astype(np.float64)
        at_row, at_column = np.nonzero(merit)
        best = np.argsort(-merit[at_row, at_column], kind="stable")[:most]
        return [(int(rows[at_row[at]]), int(columns[at_column[at]])) for at in best]

    def _one_a_cell(self, targets: Targets, moves: Moves, which: Integers) -> Integers:
        """Of several moves for one cell the cheapest."""
        order = which[np.argsort(moves.cost[which], kind="stable")]
        cell = targets.row_node[order] * len(self._column_leaves) + targets.column_node[order]
        return np.asarray(order[np.unique(cell, return_index=True)[1]])

    def _take(self, targets: Targets, moves: Moves, sign: int) -> None:
        touched = self._finder.touched(targets, moves, sign)
        for direction, cells in zip((1, -1), touched, strict=True):
            self._withheld[cells] = True
            self._finder.loss[cells] = 0.0
            np.maximum.at(self._reach[direction], cells, targets.step[:, None])
