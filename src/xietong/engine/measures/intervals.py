"""Intervals for a share, for one cell or for a family of cells at once."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are loaded where they are first used, not at every start
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def simultaneous_level(level: float, family: int) -> float:
    """The level each of `family` intervals needs so that all hold together with `level`.

    Bonferroni's bound: it needs no assumption on how the cells depend on one another, which matters
    here, as cells of a table share their margins.

    >>> round(simultaneous_level(0.95, 100), 4)
    0.9995

    Raises ValueError for a level outside (0, 1) or a family below 1.

    Source: Miller, R. G. (1981). Simultaneous Statistical Inference, 2nd ed., ch. 1. Springer.
    """
    if not 0.0 < level < 1.0:
        raise ValueError("a level lies between 0 and 1")
    if family < 1:
        raise ValueError("a family holds at least one interval")
    return 1.0 - (1.0 - level) / family


def share_bounds(
    hits: ArrayLike, trials: ArrayLike, *, level: float, family: int = 1
) -> tuple[Floats, Floats]:
    """Lower and upper bounds of a binomial share, from `hits` out of `trials` (any shape).

    Neither need be whole: an effective count (Kish) is fractional. One interval (`family` = 1) is
    Jeffreys', whose coverage is `level` on average over shares. Intervals of a family are exact
    (Clopper and Pearson), each at the simultaneous level, so that the family's promise holds for
    every share. The observed share lies within its bounds; no hit bounds it at 0 from below,
    nothing but hits at 1 from above.

    >>> low, high = share_bounds([0, 5], [10, 10], level=0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.224], [0.217, 0.776])

    Source: Brown, L. D., Cai, T. T. and DasGupta, A. (2001). Interval estimation for a binomial
    proportion. Statistical Science 16, 101-133.
    """
    tail = (1.0 - simultaneous_level(level, family)) / 2.0
    near, far = (0.5, 0.5) if family == 1 else (0.0, 1.0)
    made, of = np.asarray(hits, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    misses = np.maximum(of - made, 0.0)
    some, not_all = made > 0, misses > 0
    low, high = np.zeros_like(made), np.ones_like(made)
    low[some] = scipy.special.betaincinv(made[some] + near, misses[some] + far, tail)
    high[not_all] = scipy.special.betaincinv(
        made[not_all] + far, misses[not_all] + near, 1.0 - tail
    )
    # Of less than one hit, or less than one miss, Jeffreys' prior would make more.
    low[some] = np.minimum(low[some], made[some] / of[some])
    high[not_all] = np.maximum(high[not_all], made[not_all] / of[not_all])
    return low, high
