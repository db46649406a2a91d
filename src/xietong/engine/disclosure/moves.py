"""Moves: changes of the unpublished leaves that leave every published number as it is.

The simplest takes one establishment from (place p, industry b) to (place p, industry a) and one
back at place q: four leaves change, and with them only the nodes that hold one of a, b and one of
p, q. If all those cells are withheld, a reader cannot tell the true table from the moved one.
Either partner may be missing ("nowhere"): then the change reaches the totals, which must be
withheld too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded where they are first used, not at every start
from numpy.typing import NDArray

from xietong.engine.disclosure.nodes import Bools, Integers

Costs = NDArray[np.float32]
Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Targets:
    """Cells to be hidden, one a place in each array: node cell, a leaf within it, by how much."""

    row_node: Numbers
    column_node: Numbers
    row: Numbers
    column: Numbers
    step: Integers

    def at(self, which: Numbers) -> Targets:
        """The targets with these numbers."""
        return Targets(
            self.row_node[which],
            self.column_node[which],
            self.row[which],
            self.column[which],
            self.step[which],
        )


@dataclass(frozen=True, slots=True)
class Moves:
    """The cheapest move of each target; an infinite cost says that there is none."""

    cost: Costs
    partner: Numbers
    side: Numbers

    @classmethod
    def none(cls, targets: int) -> Moves:
        """No move for any of so many targets."""
        cost = np.full(targets, np.inf, dtype=np.float32)
        return cls(cost, np.zeros(targets, dtype=np.intp), np.zeros(targets, dtype=np.intp))

    def at(self, which: Numbers) -> Moves:
        """The moves with these numbers."""
        return Moves(self.cost[which], self.partner[which], self.side[which])


class Axis:
    """One dimension prepared for looking up moves: leaves, their nodes, their nearest leaves.

    Leaf number `nowhere` is the missing partner; node number `nothing` is one that no move touches.
    Two leaves are the farther apart, the more nodes hold one and not the other, by their worth.
    """

    def __init__(self, inside: Bools, worth: Floats) -> None:
        nodes, leaves = inside.shape
        self.nowhere, self.nothing = leaves, nodes
        self.inside = np.zeros((nodes + 1, leaves + 1), dtype=np.bool_)
        self.inside[:nodes, :leaves] = inside
        self.depth = int(inside.sum(axis=0).max(initial=1))
        self.holders = np.full((leaves + 1, self.depth), nodes, dtype=np.intp)
        for leaf in range(leaves):
            holders = np.flatnonzero(inside[:, leaf])
            self.holders[leaf, : len(holders)] = holders
        weighed = inside * np.sqrt(worth)[:, None]
        whole = (weighed**2).sum(axis=0)
        distance = np.round(whole[:, None] + whole[None, :] - 2.0 * (weighed.T @ weighed), 6)
        np.fill_diagonal(distance, np.inf)
        self.nearest = np.argsort(distance, axis=1, kind="stable")[:, : max(leaves - 1, 0)]

    def apart(self, leaves: Numbers, others: Numbers) -> tuple[Numbers, Numbers]:
        """Nodes that hold the leaf and not the other, and the other way round.

        `leaves` and `others` broadcast; the answers have one more axis.
        """
        own, theirs = self.holders[leaves], self.holders[others]
        own_only = np.where(self.inside[own, others[..., None]], self.nothing, own)
        their_only = np.where(self.inside[theirs, leaves[..., None]], self.nothing, theirs)
        return own_only, their_only


class MoveFinder:
    """Finds the cheapest moves that change a cell.

    `loss` [row node + 1, column node + 1] says what it costs to withhold a cell, 0 where it is
    withheld already; it may change between calls.
    """

    def __init__(self, leaves: Integers, rows: Axis, columns: Axis, loss: Costs) -> None:
        self.rows, self.columns, self.loss = rows, columns, loss
        # One more row and column for "nowhere", which can always give.
        self.leaves = np.pad(leaves, ((0, 1), (0, 1)), constant_values=np.iinfo(np.int64).max // 4)

    def cheapest(self, targets: Targets, sign: int, choice: int) -> Moves:
        """The cheapest move that changes each target by `sign` * its step.

        Weighed are the leaves nearest to the target's own, `choice` on either dimension of those
        that lie outside it and can give what they must, and none at all.
        """
        moves = Moves.none(len(targets.row))
        for row in np.unique(targets.row):
            which = np.flatnonzero(targets.row == row)
            found = self._weigh(int(row), targets.at(which), sign, choice)
            moves.cost[which], moves.partner[which], moves.side[which] = found
        return moves

    def _weigh(
        self, row: int, t: Targets, sign: int, choice: int
    ) -> tuple[Costs, Numbers, Numbers]:
        """The cheapest moves of targets whose own leaf lies in one row."""
        step = t.step[:, None]
        # A move costs what its rows and columns cost crosswise: first each partner's rows added up.
        partners = np.append(self.rows.nearest[row, : 4 * choice], self.rows.nowhere)
        own, theirs = self.rows.apart(np.full(len(partners), row), partners)
        by_partner = self.loss[np.concatenate([own, theirs], axis=1)].sum(axis=1).T
        sides = self._sides(row, t, sign, choice)
        own, theirs = self.columns.apart(t.column[:, None], sides)
        columns = np.concatenate([own, theirs], axis=2)
        picked = scipy.sparse.csr_array(
            (
                np.ones(columns.size, dtype=np.float32),
                columns.ravel(),
                np.arange(0, columns.size + 1, columns.shape[2]),
            ),
            shape=(sides.size, by_partner.shape[0]),
        )
        cost = (picked @ by_partner).reshape(*sides.shape, len(partners))
        able = ~self.rows.inside[t.row_node[:, None], partners]
        if sign > 0:
            able &= self.leaves[partners, t.column[:, None]] >= step
            gives = self.leaves[row, sides] >= step
        else:
            gives = np.broadcast_to(self.leaves[row, t.column][:, None] >= step, sides.shape)
            cost[self.leaves[partners[None, None, :], sides[:, :, None]] < step[:, :, None]] = (
                np.inf
            )
        outside = ~self.columns.inside[t.column_node[:, None], sides]
        cost[~(able[:, None, :] & (gives & outside)[:, :, None])] = np.inf
        flat = cost.reshape(len(t.row), -1)
        best = flat.argmin(axis=1)
        which = np.arange(len(t.row))
        q, b = np.unravel_index(best, cost.shape[1:])
        return flat[which, best], partners[b], sides[which, q]

    def _sides(self, row: int, t: Targets, sign: int, choice: int) -> Numbers:
        """For each target the nearest columns that can give in its row, and nowhere."""
        near = self.columns.nearest[t.column]
        able = ~self.columns.inside[t.column_node[:, None], near]
        if sign > 0:
            able &= self.leaves[row, near] >= t.step[:, None]
        order = np.argsort(~able, axis=1, kind="stable")[:, :choice]
        chosen = np.take_along_axis(near, order, axis=1)
        return np.pad(chosen, ((0, 0), (0, 1)), constant_values=self.columns.nowhere)

    def touched(self, t: Targets, moves: Moves, sign: int) -> tuple[tuple[Numbers, Numbers], ...]:
        """The cells that rise, and those that fall, as (row, column) node numbers [move, cell]."""
        own_rows, their_rows = self.rows.apart(t.row, moves.partner)
        own_columns, their_columns = self.columns.apart(t.column, moves.side)
        along = _pairs((own_rows, own_columns), (their_rows, their_columns))
        against = _pairs((own_rows, their_columns), (their_rows, own_columns))
        return (along, against) if sign > 0 else (against, along)

    def moved(self, target: Targets, move: Moves, sign: int) -> Integers:
        """The leaves after the move of one target."""
        leaves = self.leaves.copy()
        row, column, step = target.row[0], target.column[0], sign * int(target.step[0])
        partner, side = move.partner[0], move.side[0]
        leaves[row, column] += step
        leaves[partner, side] += step
        leaves[partner, column] -= step
        leaves[row, side] -= step
        return leaves[:-1, :-1]


def _pairs(*blocks: tuple[Numbers, Numbers]) -> tuple[Numbers, Numbers]:
    rows = [np.repeat(r, c.shape[1], axis=1) for r, c in blocks]
    columns = [np.tile(c, (1, r.shape[1])) for r, c in blocks]
    return np.concatenate(rows, axis=1), np.concatenate(columns, axis=1)
