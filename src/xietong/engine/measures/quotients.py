"""Location quotients: how many times over its expected share an industry stands in a place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from xietong.engine.measures.intervals import Floats, share_bounds, simultaneous_level


@dataclass(frozen=True, slots=True)
class LocationQuotients:
    """Five arrays [industry, place], pure numbers; NaN where the quotient is not defined.

    It is not defined where the place holds nothing at all or the industry exists nowhere.
    `standardised` is the z-score of the quotient over the industry's places, `standardised_log`
    that of its logarithm over the places that have the industry.
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
    return _quotients(n, n, totals, totals, level, family)


def weighted_location_quotients(
    weights: ArrayLike,
    squares: ArrayLike,
    *,
    place_weights: ArrayLike | None = None,
    place_squares: ArrayLike | None = None,
    level: float = 0.95,
    family: int = 1,
) -> LocationQuotients:
    """Location quotients of an amount (capital, jobs), with an interval from its effective count.

    `weights` and `squares` [industry, place] are sums of the amount and of its square over the
    cell's establishments; `place_weights` and `place_squares` [place] the same over all of them
    (left out: column sums, as for `location_quotients`). Establishments are taken as independent
    draws, so a cell weighs like (sum)^2 / sum of squares equal ones (Kish). With amounts as skewed
    as registered capital the interval covers less than it says in cells of few establishments;
    docs/methods/location-quotient.md has the measured table.

    >>> found = weighted_location_quotients([[30, 10], [70, 90]], [[30, 10], [70, 90]])
    >>> found.low[0].round(3).tolist()
    [1.203, 0.284]

    Raises ValueError as `location_quotients` does, or for squares given for one side only.

    Source: Kish, L. (1965). Survey Sampling, ch. 11. Wiley; delta method as in Moineddin, R.,
    Beyene, J. and Boyle, E. (2003). On the location quotient confidence interval. Geographical
    Analysis 35, 249-256.
    """
    if (place_weights is None) != (place_squares is None):
        raise ValueError("the places' weights and squares come together")
    e = np.asarray(weights, dtype=np.float64)
    e2 = np.asarray(squares, dtype=np.float64)
    totals = e.sum(axis=0) if place_weights is None else np.asarray(place_weights, dtype=np.float64)
    totals2 = (
        e2.sum(axis=0) if place_squares is None else np.asarray(place_squares, dtype=np.float64)
    )
    return _quotients(e, e2, totals, totals2, level, family)


def _quotients(
    e: Floats, e2: Floats, totals: Floats, totals2: Floats, level: float, family: int
) -> LocationQuotients:
    _refuse(e, e2, totals, totals2)
    industry, industry2 = e.sum(axis=1)[:, None], e2.sum(axis=1)[:, None]
    place, place2 = totals[None, :], totals2[None, :]
    everything, everything2 = totals.sum(), totals2.sum()
    defined = (industry > 0) & (place > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = place * industry / everything
        value = np.where(defined, e / expected, np.nan)
        margin = np.where(defined, np.minimum(industry, place), 1.0)
        margin2 = np.where(industry <= place, industry2, place2)
        hits, trials = _effective(e, e2, margin, margin2)
        lower, upper = share_bounds(hits, trials, level=level, family=family)
        # The rest of the variance of log LQ: the other margin is chance too, and shares the cell.
        whole = _log_variance(
            e, e2, industry, industry2, place, place2, float(everything), float(everything2)
        )
        own = 1.0 / hits - 1.0 / trials
        z = special.ndtri(1.0 - (1.0 - simultaneous_level(level, family)) / 2.0)
        share = e / margin
        down = _widen(np.log(share / lower), whole, own, z)
        up = _widen(np.log(upper / share), whole, own, z)
        low = np.where(e > 0, value * np.exp(-down), 0.0)
        high = np.where(e > 0, value * np.exp(up), upper * margin / expected)
        symmetric = (value - 1.0) / (value + 1.0)
    low, high = np.where(defined, low, np.nan), np.where(defined, high, np.nan)
    log = np.log(value, where=value > 0, out=np.full_like(value, np.nan))
    return LocationQuotients(value, low, high, symmetric, _z_scores(value), _z_scores(log))


def _effective(e: Floats, e2: Floats, margin: Floats, margin2: Floats) -> tuple[Floats, Floats]:
    """How many equal establishments would leave the share e / margin as uncertain as it is."""
    rest, rest2 = margin - e, np.maximum(margin2 - e2, 0.0)
    # Where all of the margin lies on one side the other side's count is nought and stays out.
    spread = np.where(e > 0, (rest / margin) * e2 / (e * margin), 0.0)
    spread += np.where(rest > 0, (e / margin) * rest2 / (rest * margin), 0.0)
    one_sided = np.where(e > 0, e * e / e2, np.where(rest > 0, rest * rest / rest2, 0.0))
    mixed = (e > 0) & (rest > 0)
    trials = np.where(mixed, 1.0 / np.where(mixed, spread, 1.0), one_sided)
    return e / margin * trials, trials


def _log_variance(
    e: Floats,
    e2: Floats,
    industry: Floats,
    industry2: Floats,
    place: Floats,
    place2: Floats,
    everything: float,
    everything2: float,
) -> Floats:
    """Variance of log LQ by the delta method, every margin counted as chance.

    The table is four independent blocks (cell, rest of the place, rest of the industry, all else)
    and LQ = cell * everything / (place * industry): each block enters with its slope squared times
    its variance, which for a sum of independent draws is their sum of squares.
    """
    one, by_place, by_industry = 1.0 / everything, 1.0 / place, 1.0 / industry
    return np.asarray(
        (1.0 / e - by_place - by_industry + one) ** 2 * e2
        + (one - by_place) ** 2 * (place2 - e2)
        + (one - by_industry) ** 2 * (industry2 - e2)
        + one**2 * (everything2 - place2 - industry2 + e2)
    )


def _widen(reach: Floats, whole: Floats, own: Floats, z: float) -> Floats:
    """A bound's distance on the log scale once the variance beyond the share's own has joined."""
    beyond = whole - own
    narrower = reach * np.sqrt(np.clip(whole / np.where(own > 0, own, 1.0), 0.0, 1.0))
    return np.asarray(
        np.where(beyond > 0, np.sqrt(reach**2 + z * z * np.maximum(beyond, 0.0)), narrower)
    )


def _z_scores(values: Floats) -> Floats:
    """Distance from the row's mean in sample standard deviations, over the row's finite values."""
    known = np.isfinite(values)
    n = known.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / n
        off = np.where(known, values - mean, 0.0)
        spread = np.sqrt((off**2).sum(axis=1, keepdims=True) / (n - 1))
        return np.where(known & (n > 1) & (spread > 0), off / spread, np.nan)


def _refuse(e: Floats, e2: Floats, totals: Floats, totals2: Floats) -> None:
    if e.ndim != 2 or e2.shape != e.shape or totals.shape != e.shape[1:]:
        raise ValueError("expected [industry, place] and as many totals as places")
    if totals2.shape != totals.shape:
        raise ValueError("expected as many squares as totals")
    below: NDArray[np.bool_] = (e < 0) | (e2 < 0) | (e > totals) | (e2 > totals2)
    if below.any():
        raise ValueError("a cell is negative, or larger than its place's total")
