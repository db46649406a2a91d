"""Two editions compared cell by cell: ranks, quotients, and what may be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from xietong.engine.edition.league import ranks
from xietong.engine.edition.tables import (
    PUBLISHED,
    WITHHELD,
    EditionTables,
    Flags,
    Floats,
    Ints,
    LevelTable,
)

# A change of rank is told of who stands, or stood, so high; below, ranks are mostly chance.
FIRST = 10
TOTAL = "all"  # the key of all industries together
INSUFFICIENT = 3  # a fourth way to read a cell, beside those of the tables
STATES = ("zero", "ok", "withheld", "insufficient")
CellKind = Literal["rank", "quotient", "published", "withheld", "insufficient"]


@dataclass(frozen=True, slots=True)
class Side:
    """A cell as one edition shows it to everybody; None where that edition tells no number."""

    state: str  # one of STATES
    n: int | None
    value: float | None
    low: float | None
    high: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class CellChange:
    """What has become of one cell. Numbers stand only where the edition beside shows them."""

    kind: CellKind
    industry: str
    level: str
    place: str
    before: Side
    after: Side


def compare_cells(before: EditionTables, after: EditionTables) -> tuple[CellChange, ...]:
    """Return every change of a cell that both editions have, by level, industry and place.

    A rank counts where the place is among the first ten before or after. A quotient has changed
    where zero lies outside of the interval of the difference, see `surely_differs`. A cell that
    became readable, withheld or insufficient is told as that; what it hides is told in neither
    edition and so not here either.

    Only what the two tables hold goes in, so that whoever has both editions can say the same.
    """
    found: list[CellChange] = []
    for level in before.levels:
        if level in after.levels:
            found.extend(_level(level, before, after))
    return tuple(found)


def surely_differs(
    one: Floats, one_low: Floats, one_high: Floats, two: Floats, two_low: Floats, two_high: Floats
) -> Flags:
    """Return where two quotients differ beyond the joint interval of their difference.

    The interval of `two - one` is made from both intervals, bound by bound (MOVER), as if the
    editions were drawn apart from each other; most establishments stand in both, so it is too wide
    rather than too narrow.

    >>> surely_differs(np.array([1.0]), np.array([.8]), np.array([1.2]),
    ...     np.array([1.3]), np.array([1.1]), np.array([1.5])).tolist()
    [True]

    Source: Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect
    measures. Statistics in Medicine 27, 1693-1702.
    """
    difference = two - one
    with np.errstate(invalid="ignore"):
        down = np.sqrt((two - two_low) ** 2 + (one_high - one) ** 2)
        up = np.sqrt((two_high - two) ** 2 + (one - one_low) ** 2)
        return (difference - down > 0) | (difference + up < 0)


@dataclass(frozen=True, slots=True)
class _Aligned:
    """One edition's side of a level: only industries and places that both editions have."""

    states: Ints
    n: Ints
    value: Floats
    low: Floats
    high: Floats
    rank: Ints

    @classmethod
    def of(cls, tables: EditionTables, table: LevelTable, rows: Ints, columns: Ints) -> _Aligned:
        readable = ~np.isin(table.places, tables.insufficient)
        states = np.where(readable, table.status, INSUFFICIENT)
        own = np.ix_(rows, columns)
        return cls(
            states[own],
            table.n[own],
            table.lq[own],
            table.low[own],
            table.high[own],
            ranks(table, readable)[own],
        )

    def side(self, row: int, column: int) -> Side:
        """Return one cell as this edition shows it."""
        state = STATES[self.states[row, column]]
        told = state == "ok"
        return Side(
            state=state,
            n=int(self.n[row, column]) if state in ("ok", "zero") else None,
            value=_number(self.value[row, column]) if told else None,
            low=_number(self.low[row, column]) if told else None,
            high=_number(self.high[row, column]) if told else None,
            rank=int(self.rank[row, column]) or None,
        )


def _level(level: str, before: EditionTables, after: EditionTables) -> Iterator[CellChange]:
    old, new = before.levels[level], after.levels[level]
    industries = [key for key in before.industries if key in set(after.industries.tolist())]
    places = [code for code in old.places if code in set(new.places.tolist())]
    one = _Aligned.of(before, old, _at(before.industries, industries), _at(old.places, places))
    two = _Aligned.of(after, new, _at(after.industries, industries), _at(new.places, places))
    # Over all industries together every quotient is one, and ranks say nothing.
    alone = np.array([key != TOTAL for key in industries], dtype=np.bool_)[:, None]
    for kind, found in _kinds(one, two):
        changed = found & alone if kind in ("rank", "quotient") else found
        for row, column in np.argwhere(changed).tolist():
            yield CellChange(
                kind,
                str(industries[row]),
                level,
                str(places[column]),
                one.side(row, column),
                two.side(row, column),
            )


def _kinds(one: _Aligned, two: _Aligned) -> Iterator[tuple[CellKind, Flags]]:
    high = (_first(one.rank) | _first(two.rank)) & (one.rank != two.rank)
    # What was hidden before has no rank that could have changed; that it is shown now is told.
    open_ = (one.states < WITHHELD) & (two.states < WITHHELD)
    yield "rank", high & open_
    both = (one.states == PUBLISHED) & (two.states == PUBLISHED)
    differs = surely_differs(one.value, one.low, one.high, two.value, two.low, two.high)
    yield "quotient", both & differs
    moved = one.states != two.states
    yield "published", moved & (one.states >= WITHHELD) & (two.states < WITHHELD)
    yield "withheld", moved & (two.states == WITHHELD)
    yield "insufficient", moved & (two.states == INSUFFICIENT)


def _first(rank: Ints) -> Flags:
    return (rank > 0) & (rank <= FIRST)


def _at(known: np.ndarray, wanted: list[str]) -> Ints:
    position = {str(key): at for at, key in enumerate(known)}
    return np.array([position[str(key)] for key in wanted], dtype=np.int64)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
