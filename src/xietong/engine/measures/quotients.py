"""Location quotients: how many times over its expected share an industry stands in a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded where they are first used, not at every start
from numpy.typing import ArrayLike, NDArray

from xietong.engine.measures.intervals import Floats, share_bounds, simultaneous_level


@dataclass(frozen=True, slots=True)
class LocationQuotients:
    """Five arrays [industry, place], pure numbers; NaN where the quotient is not defined.

    It is not defined where the place holds nothing at all or the industry exists nowhere.
    `symmetric` is (value - 1) / (value + 1), from -1 to below 1. `standardised` is the z-score of
    the quotient over the industry's places, by the sample's standard deviation, `standardised_log`
    that of its logarithm over the places that have the industry.

    Source: Laursen, K. (1998). Revealed comparative advantage and the alternatives as measures of
    international specialisation. DRUID Working Paper 98-30 (symmetric); O'Donoghue, D. and Gleave,
    B. (2004). A note on methods for measuring industrial agglomeration. Regional Studies 38,
    419-427 (standardised); Tian, Z. (2013). Measuring agglomeration using the standardized location
    quotient with a bootstrap method. Journal of Regional Analysis and Policy 43, 186-197 (its log).
    """

    value: Floats
    low: Floats
    high: Floats
    symmetric: Floats
    standardised: Floats
    standardised_log: Floats


def location_quotients(
    counts: ArrayLike,
    *,
    place_totals: ArrayLike | None = None,
    level: float = 0.95,
    family: int = 1,
) -> LocationQuotients:
    """Every cell's location quotient with an interval that covers the true one `level` of the time.

    `counts` [industry, place] are establishments, whole and >= 0. `place_totals` [place] are all
    establishments of each place; leave it out only where the rows are the industries themselves,
    each establishment in one row. Where rows overlap (chains, segments, divisions next to
    groups) the row sums would count twice, so it must be given. With `family` above 1 the
    intervals of that many cells hold all together, and are wider.

    The cell's share of its smaller margin has a binomial interval; the chance in the other margin
    joins it on the log scale, bound by bound (MOVER). Closed form, no draws. Measured coverage
    stands in docs/methods/location-quotient.md.

    >>> found = location_quotients([[30, 10], [70, 90]])
    >>> found.value.round(3).tolist()
    [[1.5, 0.5], [0.875, 1.125]]
    >>> found.low[0].round(3).tolist(), found.high[0].round(3).tolist()
    ([1.203, 0.284], [1.727, 0.771])

    Raises ValueError for shapes that do not fit, negative counts, or totals below a cell.

    Source: Hoover, E. M. (1936). The measurement of industrial localization. Review of Economics
    and Statistics 18, 162-171; Balassa, B. (1965). Trade liberalisation and "revealed" comparative
    advantage. Manchester School 33, 99-123; Zou, G. Y. and Donner, A. (2008). Construction of
    confidence limits about effect measures. Statistics in Medicine 27, 1693-1702.
    """
    n = np.asarray(counts, dtype=np.float64)
    totals = n.sum(axis=0) if place_totals is None else np.asarray(place_totals, dtype=np.float64)
    sums = _Sums(n, totals)
    return _quotients(sums, sums, None, level, family)


def weighted_location_quotients(
    weights: ArrayLike,
    squares: ArrayLike,
    *,
    place_weights: ArrayLike | None = None,
    place_squares: ArrayLike | None = None,
    counts: ArrayLike | None = None,
    place_counts: ArrayLike | None = None,
    level: float = 0.95,
    family: int = 1,
) -> LocationQuotients:
    """Location quotients of an amount (capital, jobs), with an interval from its effective count.

    `weights` and `squares` [industry, place] are sums of the amount and of its square over the
    cell's establishments; `place_weights` and `place_squares` [place] the same over all of them
    (left out: column sums, as for `location_quotients`). Establishments are taken as independent
    draws, so a cell weighs like (sum)^2 / sum of squares equal ones (Kish).

    A cell of few establishments seldom holds one of the giants, so its own squares say too little
    of what chance could do there. `counts` and `place_counts`, the establishments themselves, set
    that right: no part of the table then varies less, for its count, than all establishments
    together do. With amounts as skewed as registered capital the interval needs them to cover what
    it says; docs/methods/location-quotient.md has the measured tables, with and without.

    >>> found = weighted_location_quotients([[30, 10], [70, 90]], [[30, 10], [70, 90]])
    >>> found.low[0].round(3).tolist()
    [1.203, 0.284]

    Raises ValueError as `location_quotients` does, or for squares or counts given for one side
    only.

    Source: Kish, L. (1965). Survey Sampling, ch. 11. Wiley; delta method as in Moineddin, R.,
    Beyene, J. and Boyle, E. (2003). On the location quotient confidence interval. Geographical
    Analysis 35, 249-256.
    """
    if (place_weights is None) != (place_squares is None):
        raise ValueError("the places' weights and squares come together")
    if counts is not None and (place_weights is None) != (place_counts is None):
        raise ValueError("the places' counts come with their weights")
    if counts is None and place_counts is not None:
        raise ValueError("the places' counts come with those of the cells")
    return _quotients(
        _Sums.of(weights, place_weights),
        _Sums.of(squares, place_squares),
        None if counts is None else _Sums.of(counts, place_counts),
        level,
        family,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """One additive figure in each cell [industry, place], and in each place over everything."""

    cell: Floats
    totals: Floats

    @classmethod
    def of(cls, cells: ArrayLike, totals: ArrayLike | None) -> _Sums:
        cell = np.asarray(cells, dtype=np.float64)
        return cls(cell, cell.sum(axis=0) if totals is None else np.asarray(totals, np.float64))

    @property
    def industry(self) -> Floats:
        return np.asarray(self.cell.sum(axis=1)[:, None])

    @property
    def blocks(self) -> Floats:
        """The table's four independent parts as a cell sees it [part, industry, place]: itself,
        the rest of its place, the rest of its industry, all else."""
        place, industry = self.totals[None, :], self.industry
        rest = self.totals.sum() - place - industry + self.cell
        parts = np.stack([self.cell, place - self.cell, industry - self.cell, rest])
        return np.asarray(np.maximum(parts, 0.0))


def _quotients(
    e: _Sums, squares: _Sums, counts: _Sums | None, level: float, family: int
) -> LocationQuotients:
    _refuse(e, squares, counts)
    cell, industry, place = e.cell, e.industry, e.totals[None, :]
    everything = e.totals.sum()
    defined = (industry > 0) & (place > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = place * industry / everything
        value = np.where(defined, cell / expected, np.nan)
        variances = _variances(e, squares, counts)
        margin = np.where(defined, np.minimum(industry, place), 1.0)
        rest2 = np.where(industry <= place, variances[2], variances[1])
        hits, trials = _effective(cell, variances[0], margin, rest2)
        lower, upper = share_bounds(hits, trials, level=level, family=family)
        # The rest of the variance of log LQ: the other margin is chance too, and shares the cell.
        whole = _log_variance(cell, industry, place, everything, variances)
        own = 1.0 / hits - 1.0 / trials
        z = scipy.special.ndtri(1.0 - (1.0 - simultaneous_level(level, family)) / 2.0)
        share = cell / margin
        down = _widen(np.log(share / lower), whole, own, z)
        up = _widen(np.log(upper / share), whole, own, z)
        low = np.where(cell > 0, value * np.exp(-down), 0.0)
        high = np.where(cell > 0, value * np.exp(up), upper * margin / expected)
        symmetric = (value - 1.0) / (value + 1.0)
    # What is all there is has its share by definition, whatever chance does.
    certain = np.isclose(np.maximum(place, industry), everything, rtol=1e-12, atol=0.0)
    low, high = np.where(certain, value, low), np.where(certain, value, high)
    low, high = np.where(defined, low, np.nan), np.where(defined, high, np.nan)
    log = np.log(value, where=value > 0, out=np.full_like(value, np.nan))
    return LocationQuotients(value, low, high, symmetric, z_scores(value), z_scores(log))


def _variances(e: _Sums, squares: _Sums, counts: _Sums | None) -> Floats:
    """The variance of each block's sum: its squares, or what its count makes of everybody's."""
    own = squares.blocks
    if counts is None:
        return own
    n = counts.blocks
    # How much more a sum varies than that of as many equal ones.
    unlike = counts.totals.sum() * squares.totals.sum() / e.totals.sum() ** 2
    return np.where(n > 0, np.maximum(own, unlike * e.blocks**2 / n), own)


def _effective(e: Floats, e2: Floats, margin: Floats, rest2: Floats) -> tuple[Floats, Floats]:
    """How many equal establishments would leave the share e / margin as uncertain as it is."""
    rest = margin - e
    # Where all of the margin lies on one side the other side's count is nought and stays out.
    spread = np.where(e > 0, (rest / margin) * e2 / (e * margin), 0.0)
    spread += np.where(rest > 0, (e / margin) * rest2 / (rest * margin), 0.0)
    one_sided = np.where(e > 0, e * e / e2, np.where(rest > 0, rest * rest / rest2, 0.0))
    mixed = (e > 0) & (rest > 0)
    trials = np.where(mixed, 1.0 / np.where(mixed, spread, 1.0), one_sided)
    return e / margin * trials, trials


def _log_variance(
    e: Floats,
    industry: Floats,
    place: Floats,
    everything: np.float64,
    variances: Floats,
) -> Floats:
    """Variance of log LQ by the delta method, every margin counted as chance.

    LQ = cell * everything / (place * industry): each block of the table enters with its slope
    squared times its variance.
    """
    one, by_place, by_industry = 1.0 / everything, 1.0 / place, 1.0 / industry
    of_cell = 1.0 / e - by_place - by_industry + one
    slopes = np.broadcast_arrays(of_cell, one - by_place, one - by_industry, one)
    return np.asarray((np.stack(slopes) ** 2 * variances).sum(axis=0))


def _widen(reach: Floats, whole: Floats, own: Floats, z: float) -> Floats:
    """A bound's distance on the log scale once the variance beyond the share's own has joined."""
    beyond = whole - own
    narrower = reach * np.sqrt(np.clip(whole / np.where(own > 0, own, 1.0), 0.0, 1.0))
    return np.asarray(
        np.where(beyond > 0, np.sqrt(reach**2 + z * z * np.maximum(beyond, 0.0)), narrower)
    )


def z_scores(values: Floats) -> Floats:
    """Distance from the row's mean in sample standard deviations, over the row's finite values."""
    known = np.isfinite(values)
    n = known.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / n
        off = np.where(known, values - mean, 0.0)
        spread = np.sqrt((off**2).sum(axis=1, keepdims=True) / (n - 1))
        return np.where(known & (n > 1) & (spread > 0), off / spread, np.nan)


def _refuse(*figures: _Sums | None) -> None:
    shape = figures[0].cell.shape if figures[0] else ()
    for one in figures:
        if one is None:
            continue
        if len(shape) != 2 or one.cell.shape != shape or one.totals.shape != shape[1:]:
            raise ValueError("expected [industry, place] and as many totals as places")
        # Said the positive way round, so that a NaN fails too.
        fits: NDArray[np.bool_] = (one.cell >= 0) & (one.cell <= one.totals)
        if not (fits & np.isfinite(one.totals)).all():
            raise ValueError("a cell is negative, no number, or larger than its place's total")
