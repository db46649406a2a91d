"""One industry's league in both editions, column beside column, and its map of differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from xietong.atlas.comparison.reading import Compared
from xietong.atlas.queries.editions import Opened
from xietong.atlas.queries.layers import layer_of
from xietong.atlas.schemas import Cell, Level
from xietong.engine.edition.comparison import surely_differs

SHOWN = 15
Tendency = Literal["up", "down", "same", "shown", "hidden", "unread"]


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of a league: the cell, and where the place stands in the other edition."""

    cell: Cell
    other_rank: int | None

    @property
    def move(self) -> int | None:
        """How many ranks up from the other edition's; None where it has none there."""
        if self.cell.rank is None or self.other_rank is None:
            return None
        return self.other_rank - self.cell.rank


@dataclass(frozen=True, slots=True)
class Leagues:
    """Both columns, and what has become of each place: `tendencies` by its code."""

    before: list[Moved]
    after: list[Moved]
    tendencies: dict[str, Tendency]
    names: dict[str, Cell]


def leagues(whole: Compared, industry: str, level: Level) -> Leagues | None:
    """Return an industry's leagues; None where only one of the editions has the industry."""
    if not all(industry in one.industries for one in (whole.before, whole.after)):
        return None
    old, new = _cells(whole.before, industry, level), _cells(whole.after, industry, level)
    return Leagues(
        before=_column(old, new),
        after=_column(new, old),
        tendencies={code: _tendency(old.get(code), cell) for code, cell in new.items()},
        names=new,
    )


def _cells(opened: Opened, industry: str, level: Level) -> dict[str, Cell]:
    return {one.code: one for one in layer_of(opened, industry=industry, level=level).cells}


def _column(own: dict[str, Cell], other: dict[str, Cell]) -> list[Moved]:
    ranked = [cell for cell in own.values() if cell.rank is not None][:SHOWN]
    return [Moved(cell, other[cell.code].rank if cell.code in other else None) for cell in ranked]


def _tendency(old: Cell | None, new: Cell) -> Tendency:
    told = ("ok", "zero")
    if old is None:
        return "unread"
    if old.state in told and new.state not in told:
        return "hidden"
    if new.state in told and old.state not in told:
        return "shown"
    if new.state not in told:
        return "unread"
    numbers = [old.value, old.low, old.high, new.value, new.low, new.high]
    one = [np.array([np.nan if number is None else number]) for number in numbers]
    if not surely_differs(*one)[0]:
        return "same"
    return "up" if (new.value or 0.0) > (old.value or 0.0) else "down"
