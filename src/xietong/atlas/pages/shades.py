"""Which colour a value has: class limits become the names of tokens that style sheets define."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import ceil, log2

from xietong.atlas.schemas import LayerOut
from xietong.kit import figures

BELOW, ABOVE, AMOUNTS = 3, 4, 6  # shades that atlas.css defines on either side, and in sequence
BINS = 24


@dataclass(frozen=True, slots=True)
class Shade:
    """One class of the legend."""

    token: str
    label: str
    count: int
    beside: int | None = None  # how many places of the second map, where it has the same classes


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the histogram, in hundredths of its width and height."""

    x: str
    y: str
    width: str
    height: str
    token: str


def neutral(layer: LayerOut) -> float:
    """Return the value at which a diverging measure says neither more nor less."""
    return 1.0 if layer.measure == "lq" else 0.0


def tokens(layer: LayerOut) -> list[str]:
    """Return the token of each class, from the lowest on."""
    classes = len(layer.breaks) + 1
    if not layer.diverging:
        return [f"s{_spread(at, classes, AMOUNTS)}" for at in range(classes)]
    below = bisect_right(layer.breaks, neutral(layer))
    above = classes - below
    return [f"b{below - at}" for at in range(below)] + [
        f"a{_spread(at, above, ABOVE)}" for at in range(above)
    ]


def shades(layer: LayerOut, beside: LayerOut | None = None) -> list[Shade]:
    """Return the classes with their limits and how many places fall into each."""
    counts = _counts(layer)
    others = _counts(beside) if beside and beside.breaks == layer.breaks else [None] * len(counts)
    return [
        Shade(name, _label(layer, at), counts[at], others[at])
        for at, name in enumerate(tokens(layer))
    ]


def _counts(layer: LayerOut) -> list[int]:
    counts = [0] * (len(layer.breaks) + 1)
    for cell in layer.cells:
        if cell.state == "ok" and cell.value is not None:
            counts[bisect_right(layer.breaks, cell.value)] += 1
    return counts


def histogram(layer: LayerOut) -> list[Bar]:
    """Return how values spread: quotients over their logarithm, the rest over themselves."""
    values = [c.value for c in layer.cells if c.state == "ok" and c.value is not None]
    scaled = [log2(v) for v in values if v > 0] if layer.measure == "lq" else values
    if len(scaled) < 2 or min(scaled) == max(scaled):
        return []
    ordered = sorted(scaled)
    low, high = ordered[0], ordered[min(len(ordered) - 1, int(len(ordered) * 0.98))]
    if high <= low:
        return []
    counts = [0] * BINS
    for value in scaled:
        counts[min(int((value - low) / (high - low) * BINS), BINS - 1)] += 1
    names, tallest, step = tokens(layer), max(counts), 100 / BINS
    bars = []
    for at, count in enumerate(counts):
        middle = low + (at + 0.5) * (high - low) / BINS
        value = 2**middle if layer.measure == "lq" else middle
        height = 100 * count / tallest
        bars.append(
            Bar(
                x=f"{at * step:.2f}",
                y=f"{100 - height:.2f}",
                width=f"{step * 0.86:.2f}",
                height=f"{height:.2f}",
                token=names[bisect_right(layer.breaks, value)],
            )
        )
    return bars


def _spread(at: int, classes: int, shades_there: int) -> int:
    """Return the shade of class `at` when `classes` use the whole range of shades, from 1."""
    if classes == 1:
        return shades_there // 2
    return 1 + round(at * (shades_there - 1) / (classes - 1))


def _label(layer: LayerOut, at: int) -> str:
    whole = layer.measure == "n"  # of whole numbers, “6.4 or more” is “7 or more”
    limits = [_limit(ceil(value) if whole else value) for value in layer.breaks]
    if not limits:
        return "–"
    if at == 0:
        return f"< {limits[0]}"
    if at == len(limits):
        return f"≥ {limits[-1]}"
    return f"{limits[at - 1]} – {limits[at]}"


def _limit(value: float) -> str:
    text = figures.grouped(int(value)) if value == int(value) and abs(value) >= 10 else f"{value:g}"
    return text.replace("-", "−")
