"""The league of an industry: which places have a rank, and which rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xietong.engine.edition.tables import PUBLISHED, Flags, Floats, LevelTable


def ranking(value: Floats, low: Floats, shown: Flags) -> NDArray[np.int64]:
    """Return the positions that have a rank, the best first.

    The lower end of the interval decides; those without one stand behind, by their value; then the
    value, then the order of the positions. What is not shown or has no value has no rank.

    >>> lq, low = np.array([9.0, 2.0, np.nan, 2.5]), np.array([0.5, 1.5, np.nan, 1.5])
    >>> ranking(lq, low, np.array([True, True, True, True])).tolist()
    [3, 1, 0]
    """
    bounded = np.isfinite(low)
    best_first = np.lexsort((-value, -np.where(bounded, low, value), ~bounded))
    return best_first[(shown & np.isfinite(value))[best_first]]


def ranks(table: LevelTable, readable: Flags) -> NDArray[np.int64]:
    """Return the rank of every cell [industry, place] of a level, from 1; 0 where it has none."""
    found = np.zeros(table.status.shape, dtype=np.int64)
    shown = readable & (table.status == PUBLISHED)
    for row in np.flatnonzero(shown.any(axis=1)):
        order = ranking(table.lq[row], table.low[row], shown[row])
        found[row, order] = np.arange(1, len(order) + 1)
    return found
