"""How unevenly an industry is spread over places, beyond what its few large plants explain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Below this 1 - H is rounding noise, and whatever is divided by it too.
_NEARLY_ONE_PLANT = 1e-9
_ROUNDING = 1e-9


class Undefined(IntEnum):
    """Why an industry has no index, or that it has one."""

    DEFINED = 0
    NO_ESTABLISHMENTS = 1
    ONE_PLANT = 2
    ONE_PLACE = 3


@dataclass(frozen=True, slots=True)
class Concentration:
    """One number per industry in each array; `reason` holds an `Undefined` for every NaN.

    `place_hhi` is the sum of squared place shares, `plant_hhi` that of plant shares; both lie in
    (0, 1]. `ellison_glaeser` and `maurel_sedillot` are 0 in expectation where plants choose places
    at random. Where all plants share one place `maurel_sedillot` is 1, and `ellison_glaeser` is 1
    on average over such places: above it in a small place, below it in a large one. `eg_variance`
    is the variance of `ellison_glaeser` under the null, `eg_z` the distance from it in standard
    deviations.
    """

    place_hhi: Floats
    plant_hhi: Floats
    ellison_glaeser: Floats
    eg_variance: Floats
    eg_z: Floats
    maurel_sedillot: Floats
    reason: NDArray[np.int8]


def concentration(
    weights: ArrayLike,
    squares: ArrayLike,
    *,
    place_weights: ArrayLike | None = None,
    fourths: ArrayLike | None = None,
) -> Concentration:
    """All industries' concentration in one pass over the table.

    `weights` [industry, place] are establishments, jobs or capital; `squares` [industry] their
    squares summed over the industry's establishments (for plain counts: the count).
    `place_weights` [place] is the yardstick, all activity of each place; left out, the column
    sums, which is right only where rows do not overlap. `fourths` [industry], sums of fourth
    powers (for plain counts: the count), serve the variance alone; without them it is the largest
    that the squares allow. That is the exact one where all establishments weigh the same, unless
    one place outweighs the yardstick's others (more than a third, amid many small ones).

    >>> found = concentration([[8, 2], [2, 8]], [10, 10])
    >>> found.ellison_glaeser.round(4).tolist(), found.plant_hhi.round(4).tolist()
    ([0.2889, 0.2889], [0.1, 0.1])

    Raises ValueError for shapes that do not fit, for sums that are negative or not finite, and for
    squares above the square of their sum.

    Source: Ellison, G. and Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
    industries: a dartboard approach. Journal of Political Economy 105, 889-927 (index: eq. 5;
    variance of G under random location: appendix); Maurel, F. and Sedillot, B. (1999). A measure
    of the geographic concentration in French manufacturing industries. Regional Science and Urban
    Economics 29, 575-604 (eq. 7).
    """
    e = np.asarray(weights, dtype=np.float64)
    e2 = np.asarray(squares, dtype=np.float64)
    yardstick = e.sum(axis=0) if place_weights is None else np.asarray(place_weights, np.float64)
    if e.ndim != 2 or e2.shape != e.shape[:1] or yardstick.shape != e.shape[1:]:
        raise ValueError("expected [industry, place], [industry] and [place]")
    total = e.sum(axis=1)
    for sums in (e, e2, yardstick):
        if not ((sums >= 0) & np.isfinite(sums)).all():
            raise ValueError("sums of what establishments weigh are finite and not negative")
    if (e2 > total**2 * (1.0 + _ROUNDING)).any():
        raise ValueError("squares of parts do not exceed the square of the whole")
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = e / total[:, None]
        x = yardstick / yardstick.sum()
        place_hhi = np.einsum("ir,ir->i", shares, shares)
        cross = shares @ x
        plant_hhi = np.clip(e2 / total**2, 0.0, 1.0)
        x2, x3 = float((x**2).sum()), float((x**3).sum())
        spread = place_hhi - 2.0 * cross + x2
        room, diversity = 1.0 - x2, 1.0 - plant_hhi
        gamma = (spread / room - plant_hhi) / diversity
        maurel = ((place_hhi - x2) / room - plant_hhi) / diversity
        slope = x2 - 4.0 * x3 + 3.0 * x2**2
        if fourths is not None:
            z4 = np.asarray(fourths, dtype=np.float64) / total**4
        else:
            # H^3 <= sum of z^4 <= H^2: take the end at which the variance is largest.
            z4 = plant_hhi**3 if slope >= 0 else plant_hhi**2
        of_spread = 2.0 * (plant_hhi**2 * (x2 - 2.0 * x3 + x2**2) - z4 * slope)
        of_spread = np.maximum(of_spread, 0.0)
        variance = of_spread / (room * diversity) ** 2
        z = (spread - room * plant_hhi) / np.sqrt(of_spread)
    reason = np.zeros(len(e), dtype=np.int8)
    reason[diversity < _NEARLY_ONE_PLANT] = Undefined.ONE_PLANT
    if not room > _NEARLY_ONE_PLANT:
        reason[:] = Undefined.ONE_PLACE
    reason[total == 0] = Undefined.NO_ESTABLISHMENTS
    known = reason == Undefined.DEFINED
    return Concentration(
        place_hhi=place_hhi,
        plant_hhi=plant_hhi,
        ellison_glaeser=np.where(known, gamma, np.nan),
        eg_variance=np.where(known, variance, np.nan),
        eg_z=np.where(known & (of_spread > 0), z, np.nan),
        maurel_sedillot=np.where(known, maurel, np.nan),
        reason=reason,
    )


def concentration_of_plants(
    industry: ArrayLike,
    place: ArrayLike,
    weight: ArrayLike,
    *,
    industries: int,
    places: int,
    place_weights: ArrayLike | None = None,
) -> Concentration:
    """The same indices from one row per establishment, in time linear in the rows.

    `industry` and `place` number each establishment's industry (< `industries`) and place
    (< `places`); `weight` is its size, >= 0.

    >>> found = concentration_of_plants([0, 0, 0], [0, 0, 1], [2.0, 1.0, 1.0],
    ...                                 industries=1, places=2, place_weights=[5, 5])
    >>> found.plant_hhi.tolist()
    [0.375]

    Raises ValueError for numbers out of range or negative sizes; the source is `concentration`'s.
    """
    i, r = np.asarray(industry, dtype=np.int64), np.asarray(place, dtype=np.int64)
    w = np.asarray(weight, dtype=np.float64)
    if not (i.shape == r.shape == w.shape):
        raise ValueError("one industry, place and weight an establishment")
    if i.size and (i.min() < 0 or i.max() >= industries or r.min() < 0 or r.max() >= places):
        raise ValueError("an industry or place is out of range")
    table = np.bincount(i * places + r, weights=w, minlength=industries * places)
    square = w * w
    return concentration(
        table.reshape(industries, places),
        np.bincount(i, weights=square, minlength=industries),
        place_weights=place_weights,
        fourths=np.bincount(i, weights=square * square, minlength=industries),
    )
