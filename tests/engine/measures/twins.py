"""The measures again, by plain loops over establishments and in exact fractions."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy import stats

# An establishment: its industry, its place, what it weighs.
Plant = tuple[int, int, int]


def quotient(plants: Sequence[Plant], industry: int, place: int) -> Fraction | None:
    """The location quotient of a cell, None where the industry or the place holds nothing."""
    cell = of_industry = of_place = everything = 0
    for i, r, weight in plants:
        everything += weight
        if i == industry:
            of_industry += weight
        if r == place:
            of_place += weight
        if i == industry and r == place:
            cell += weight
    if not of_industry or not of_place:
        return None
    return Fraction(cell, of_place) / Fraction(of_industry, everything)


def z_score(values: Sequence[float], at: int) -> float:
    """Distance from the mean in sample standard deviations, NaN where there is none."""
    if len(values) < 2 or len(set(values)) == 1:
        return math.nan
    return (values[at] - statistics.fmean(values)) / statistics.stdev(values)


@dataclass(frozen=True)
class Indices:
    """One industry's concentration, exact."""

    place_hhi: Fraction
    plant_hhi: Fraction
    g: Fraction
    mean_g: Fraction
    gamma: Fraction
    variance_of_g: Fraction
    variance: Fraction
    maurel: Fraction


def indices(plants: Sequence[tuple[int, int]], yardstick: Sequence[int]) -> Indices:
    """Ellison and Glaeser's and Maurel and Sédillot's, as their papers define them.

    `plants` are (place, weight) of one industry, `yardstick` is all activity by place.
    """
    total, everything = sum(weight for _, weight in plants), sum(yardstick)
    x = [Fraction(one, everything) for one in yardstick]
    s = [Fraction(0) for _ in yardstick]
    z = [Fraction(weight, total) for _, weight in plants]
    for (place, _), share in zip(plants, z, strict=True):
        s[place] += share
    g = sum(((a - b) ** 2 for a, b in zip(s, x, strict=True)), Fraction(0))
    h = sum((share**2 for share in z), Fraction(0))
    x2, x3 = sum(one**2 for one in x), sum(one**3 for one in x)
    s2 = sum((one**2 for one in s), Fraction(0))
    variance_of_g = 2 * (
        h**2 * (x2 - 2 * x3 + x2**2) - sum(share**4 for share in z) * (x2 - 4 * x3 + 3 * x2**2)
    )
    return Indices(
        place_hhi=s2,
        plant_hhi=h,
        g=g,
        mean_g=(1 - x2) * h,
        gamma=(g - (1 - x2) * h) / ((1 - x2) * (1 - h)),
        variance_of_g=variance_of_g,
        variance=variance_of_g / ((1 - x2) * (1 - h)) ** 2,
        maurel=((s2 - x2) / (1 - x2) - h) / (1 - h),
    )


def dartboard(
    weights: Sequence[int], yardstick: Sequence[int]
) -> Iterator[tuple[Fraction, Indices]]:
    """Every way in which plants can fall on the places, each with its probability."""
    everything = sum(yardstick)
    for places in itertools.product(range(len(yardstick)), repeat=len(weights)):
        chance = math.prod(
            (Fraction(yardstick[place], everything) for place in places), start=Fraction(1)
        )
        yield chance, indices(list(zip(places, weights, strict=True)), yardstick)


def interval(
    cell: float, industry: float, place: float, everything: float, *, level: float, family: int = 1
) -> tuple[float, float]:
    """The interval of a quotient of counts: one cell, one bound after the other.

    The share of the smaller margin has a binomial interval; the variance of log LQ beyond that
    share's own joins each bound by the square and recover of MOVER.
    """
    tail = (1 - level) / family / 2
    margin = min(industry, place)
    expected = industry * place / everything
    if family == 1:
        low = stats.beta.ppf(tail, cell + 0.5, margin - cell + 0.5) if cell else 0.0
        high = stats.beta.isf(tail, cell + 0.5, margin - cell + 0.5) if cell < margin else 1.0
    else:
        low = stats.beta.ppf(tail, cell, margin - cell + 1) if cell else 0.0
        high = stats.beta.isf(tail, cell + 1, margin - cell) if cell < margin else 1.0
    if not cell:
        return 0.0, high * margin / expected
    value, share, own = cell / expected, cell / margin, 1 / cell - 1 / margin
    whole = slopes_variance(cell, industry, place, everything)
    z = stats.norm.isf(tail)

    def bound(reach: float) -> float:
        if whole > own:
            return math.sqrt(reach**2 + z**2 * (whole - own))
        return reach * math.sqrt(whole / own)

    down, up = bound(math.log(share / low)), bound(math.log(high / share))
    return value * math.exp(-down), value * math.exp(up)


def slopes_variance(cell: float, industry: float, place: float, everything: float) -> float:
    """Variance of log LQ from the slope in each of the four blocks, by differences."""
    blocks = [cell, place - cell, industry - cell, everything - place - industry + cell]

    def log_quotient(parts: Sequence[float]) -> float:
        a, b, c, d = parts
        return math.log(a * (a + b + c + d) / ((a + b) * (a + c)))

    variance = 0.0
    for at, block in enumerate(blocks):
        step = 1e-4 * max(block, 1.0)
        moved = [[*blocks], [*blocks]]
        moved[0][at] += step
        moved[1][at] -= step
        slope = (log_quotient(moved[0]) - log_quotient(moved[1])) / (2 * step)
        variance += slope**2 * block
    return variance
