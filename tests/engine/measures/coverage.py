"""How often intervals of location quotients hold the true one, by seeded simulation.

`PYTHONPATH=tests python -m engine.measures.coverage` prints the tables of
docs/methods/location-quotient.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xietong.engine.measures import (
    LocationQuotients,
    location_quotients,
    weighted_location_quotients,
)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

LEVEL = 0.95
INDUSTRIES, PLACES, UNITS = 40, 60, 20_000
# Cells by how many establishments are expected in them.
BANDS = (0.0, 1.0, 3.0, 10.0, 30.0, 100.0, np.inf)
SHOWN = 3


@dataclass(frozen=True)
class Band:
    """What happened to the intervals of cells that expect from `least` to `most` establishments."""

    least: float
    most: float
    held: float
    too_high: float  # the whole interval lies above the true quotient
    too_low: float
    shown: float  # the share of such cells that reach the minimum of three
    held_shown: float


def truth(seed: int = 1) -> Floats:
    """Probabilities [industry, place] of a region: uneven margins, and quotients from 0.1 to 10."""
    draw = np.random.default_rng(seed)
    industry = 1.0 / (draw.permutation(INDUSTRIES) + 2.0)
    place = 1.0 / (draw.permutation(PLACES) + 5.0)
    bent = np.exp(draw.normal(0.0, 0.8, (INDUSTRIES, PLACES)))
    cells = industry[:, None] * place[None, :] * bent
    return np.asarray(cells / cells.sum())


def quotients_of(cells: Floats) -> Floats:
    """The true location quotients of a table of probabilities."""
    return np.asarray(cells * cells.sum() / cells.sum(1, keepdims=True) / cells.sum(0))


@dataclass(frozen=True)
class Case:
    """What is counted: establishments, or amounts of a log-spread, with or without their counts."""

    name: str
    sigma: float | None = None
    with_counts: bool = False


COUNTS = Case("establishments")
CASES = (
    COUNTS,
    Case("amounts, log-spread 0.5", 0.5),
    Case("amounts, log-spread 1", 1.0),
    Case("amounts, log-spread 1.9", 1.9),
    Case("amounts, log-spread 0.5, with counts", 0.5, True),
    Case("amounts, log-spread 1, with counts", 1.0, True),
    Case("amounts, log-spread 1.9, with counts", 1.9, True),
)


def drawn(case: Case, draws: int, seed: int) -> Iterator[tuple[Counts, LocationQuotients]]:
    """Give tables of counts, and the quotients of what the case counts."""
    draw = np.random.default_rng(seed)
    cells = truth()
    for _ in range(draws):
        n = draw.multinomial(UNITS, cells.ravel()).reshape(cells.shape)
        if case.sigma is None:
            yield n, location_quotients(n, level=LEVEL)
            continue
        of_cell = np.repeat(np.arange(n.size), n.ravel())
        size = draw.lognormal(0.0, case.sigma, UNITS)
        e, e2 = (
            np.bincount(of_cell, weights=w, minlength=n.size).reshape(n.shape)
            for w in (size, size**2)
        )
        counts = n if case.with_counts else None
        yield n, weighted_location_quotients(e, e2, counts=counts, level=LEVEL)


def coverage(case: Case, *, draws: int = 400, seed: int = 7) -> list[Band]:
    """How often the intervals hold, band by band."""
    cells = truth()
    expected, true = UNITS * cells, quotients_of(cells)
    band = np.digitize(expected, BANDS[1:-1]).ravel()
    sums = np.zeros((5, len(BANDS) - 1))
    for n, found in drawn(case, draws, seed):
        above, below = found.low > true, found.high < true
        held = ~(above | below) & np.isfinite(found.value)
        shown = n >= SHOWN
        for row, what in enumerate((held, above, below, shown, held & shown)):
            sums[row] += np.bincount(band, weights=what.ravel(), minlength=sums.shape[1])
    cells_in = draws * np.bincount(band, minlength=sums.shape[1])
    return [
        Band(
            least=BANDS[at],
            most=BANDS[at + 1],
            held=float(sums[0, at] / cells_in[at]),
            too_high=float(sums[1, at] / cells_in[at]),
            too_low=float(sums[2, at] / cells_in[at]),
            shown=float(sums[3, at] / cells_in[at]),
            held_shown=float(sums[4, at] / sums[3, at]),
        )
        for at in range(sums.shape[1])
    ]


def together(*, draws: int = 500, seed: int = 8) -> tuple[float, float]:
    """How often all intervals of a table hold at once, and how often all lower bounds do."""
    draw = np.random.default_rng(seed)
    cells = truth()
    true = quotients_of(cells)
    all_held = all_below = 0
    for _ in range(draws):
        n = draw.multinomial(UNITS, cells.ravel()).reshape(cells.shape)
        found = location_quotients(n, level=LEVEL, family=n.size)
        below, above = found.low <= true, found.high >= true
        all_below += bool(below.all())
        all_held += bool((below & above).all())
    return all_held / draws, all_below / draws


def row_of(band: Band) -> str:
    """One band as a row of a Markdown table, in percent."""
    name = f"{band.least:g} and more"
    if np.isfinite(band.most):
        name = f"{band.least:g} to {band.most:g}"
    figures = (band.held, band.too_high, band.too_low, band.shown, band.held_shown)
    return f"| {name} | " + " | ".join(f"{100 * each:.1f}" for each in figures) + " |"


if __name__ == "__main__":
    for case in CASES:
        rows = [row_of(band) for band in coverage(case)]
        sys.stdout.write("\n".join([case.name, *rows]) + "\n")
    both, lower = together()
    sys.stdout.write(f"all at once {100 * both:.1f}, all lower bounds {100 * lower:.1f}\n")
