#!/usr/bin/env python3
"""Fit what is fitted in the industry coder, and say by cross-validation what it is worth.

`tools/tune_coding.py` fits the calibration on the fresh rows, which nobody tuned anything to, and
prints the knots of `regions/china/coding/coding.toml` and the table of docs/methods. With
`--weights` it also searches the weights of the evidence on the tuned rows, from round numbers, once
for each fold and once for all. Needs the real registers (XIETONG_DATA).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from math import log
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from engine.coding.labelled import Labelled, coders_labels, interval, labels
from engine.coding.pack import china_vocabulary
from xietong.engine.coding import Vocabulary
from xietong.engine.coding.decision import shares, summed
from xietong.engine.coding.evidence import Evidence, weigh_name, weigh_scope
from xietong.engine.coding.scope import Item, ScopeReader
from xietong.engine.coding.vocabulary import Weights
from xietong.engine.terms import fold

BINS, FOLDS, BANDS, SEED = 6, 10, 4, 1
# The search looks at shares that are sharper than those that are calibrated: what counts for the
# decision is which share is the largest.
SHARP = {"heat": 3.0, "sharpness": 8.0, "enough": 3.0}
FIXED = {*SHARP, "decided", "unnamed"}
# Weights that are shares of something, at most one.
PARTS = [
    "parent",
    "head",
    "modifier",
    "decay",
    "floor",
    "field_decay",
    "field_floor",
    "unknown_decay",
    "again",
    "side",
    "retail_named",
    "served",
]
# Round numbers, by size.
ROUND = {
    6.0: "tail",
    3.0: "name_activity scope_make",
    2.0: "name_process name_field scope_activity scope_sell scope_retail made_field",
    1.5: "bare_sell bare_field",
    1.0: "name_make name_wholesale retail_wholesale bare_make bare_alike developed sold_field",
    0.7: "unknown_decay",
    0.5: "parent head modifier decay field_decay side served retail_named name_retail bare_traded "
    "sold_made_field",
    0.2: "floor field_floor again",
}
START = {name: size for size, names in ROUND.items() for name in names.split()}


@dataclass(frozen=True)
class Read:
    """A labelled row whose texts are read already, since weights do not change the reading."""

    name: str
    items: list[Item]
    label: Labelled

    def shares(self, vocabulary: Vocabulary) -> dict[str, float]:
        evidence = Evidence()
        weigh_name(self.name, vocabulary, evidence)
        weigh_scope(self.items, vocabulary, evidence)
        return summed(shares(evidence, vocabulary))

    def judged(self, vocabulary: Vocabulary) -> tuple[float, bool, bool]:
        """Return the largest share, whether its division is right, and whether defensible."""
        found = self.shares(vocabulary)
        if not found:
            return 0.0, False, False
        division = min(found, key=lambda code: (-found[code], code))
        return found[division], self.label.right(division), self.label.defensible(division)


def read(rows: Sequence[Labelled], vocabulary: Vocabulary) -> list[Read]:
    reader = ScopeReader(vocabulary)
    return [Read(fold(row.name), reader.read(row.scope), row) for row in rows]


def knots(judged: Sequence[tuple[float, bool, bool]]) -> list[tuple[float, float]]:
    """Return share → right, by bins of equal size made monotone (pool adjacent violators).

    A bin of n rows with k right counts as (k + 1) / (n + 2), so that none is certain.
    """
    ordered = sorted(judged)
    parts = [list(part) for part in np.array_split(np.arange(len(ordered)), BINS)]
    blocks = [
        [
            sum(ordered[row][0] for row in part),
            sum(ordered[row][1] for row in part) + 1.0,
            len(part) + 2.0,
            float(len(part)),
        ]
        for part in parts
    ]
    merged: list[list[float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] / merged[-2][2] >= merged[-1][1] / merged[-1][2]:
            last = merged.pop()
            merged[-1] = [a + b for a, b in zip(merged[-1], last, strict=True)]
    inner = [(round(x / n, 3), round(k / of, 3)) for x, k, of, n in merged]
    return [(0.0, 0.0), *inner, (1.0, inner[-1][1])]


def stated(share: float, table: Sequence[tuple[float, float]]) -> float:
    return float(np.interp(share, [x for x, _ in table], [y for _, y in table]))


def folds(number: int, of: int) -> list[list[int]]:
    order = list(range(of))
    random.Random(SEED).shuffle(order)  # noqa: S311
    return [order[at::number] for at in range(number)]


def calibration(rows: Sequence[Read], vocabulary: Vocabulary) -> Iterator[str]:
    """Give the knots, and the four bands of what held-out folds state and what is right there."""
    judged = [row.judged(vocabulary) for row in rows]
    told: list[tuple[float, bool]] = []
    for held in folds(FOLDS, len(rows)):
        table = knots([judged[at] for at in range(len(rows)) if at not in set(held)])
        told += [(stated(judged[at][0], table), judged[at][1]) for at in held]
    yield f"knots = {[list(knot) for knot in knots(judged)]}"
    yield ""
    yield "| band | rows | stated | right | 95 % interval |"
    yield "|---|---|---|---|---|"
    told.sort()
    for band in np.array_split(np.arange(len(told)), BANDS):
        part = [told[row] for row in band]
        right = sum(ok for _, ok in part)
        low, high = interval(right, len(part))
        mean = sum(share for share, _ in part) / len(part)
        yield (
            f"| {part[0][0]:.2f}–{part[-1][0]:.2f} | {len(part)} | {mean:.3f} "
            f"| {right / len(part):.3f} | {low:.3f}–{high:.3f} |"
        )


def loss(rows: Sequence[Read], vocabulary: Vocabulary) -> float:
    """Return the mean logarithmic loss; an alternative counts half."""
    total = 0.0
    for row in rows:
        found = row.shares(vocabulary)
        others = row.label.alternatives - {row.label.division}
        share = found.get(row.label.division, 0.0)
        share += 0.5 * sum(found.get(other, 0.0) for other in others)
        total -= log(share + 0.02)
    return total / len(rows)


def search(rows: Sequence[Read], vocabulary: Vocabulary) -> Weights:
    """Return weights found by coordinate descent from round numbers, which they are drawn to."""
    start = replace(vocabulary.weights, **START, **SHARP)
    free = [one.name for one in fields(Weights) if one.name not in FIXED]

    def cost(weights: Weights) -> float:
        drawn = sum(log(getattr(weights, one) / getattr(start, one)) ** 2 for one in free)
        return loss(rows, replace(vocabulary, weights=weights)) + 0.001 * drawn

    best, least = start, cost(start)
    for step in (1.5, 1.25, 1.1):
        random.Random(SEED).shuffle(free)  # noqa: S311
        for name in free:
            for factor in (step, 1 / step):
                best, least = _walk(best, least, name, factor, cost)
    return best


def _walk(
    best: Weights, least: float, name: str, factor: float, cost: Callable[[Weights], float]
) -> tuple[Weights, float]:
    while True:
        value = getattr(best, name) * factor
        if name in PARTS and value > 1:
            return best, least
        tried = replace(best, **{name: value})
        found = cost(tried)
        if found > least - 1e-5:
            return best, least
        best, least = tried, found


def weights(rows: Sequence[Read], vocabulary: Vocabulary) -> Iterator[str]:
    """Give what weights found on other rows are worth on each fold, and those found on all."""
    right = defensible = 0
    for held in folds(5, len(rows)):
        found = search([rows[at] for at in range(len(rows)) if at not in set(held)], vocabulary)
        fitted = replace(vocabulary, weights=found)
        judged = [rows[at].judged(fitted) for at in held]
        right += sum(one[1] for one in judged)
        defensible += sum(one[2] for one in judged)
    yield f"held out: {right / len(rows):.3f} right, {defensible / len(rows):.3f} defensible"
    found = search(rows, vocabulary)
    for one in fields(Weights):
        if one.name not in FIXED:
            yield f"{one.name} = {getattr(found, one.name):.2g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", action="store_true", help="search the weights too (minutes)")
    wanted = parser.parse_args()
    vocabulary = china_vocabulary()
    lines: list[str] = []
    if wanted.weights:
        tuned = [row for row in labels("tuning_labels.csv") if row.pool == "random"]
        lines += weights(read([*coders_labels(), *tuned], vocabulary), vocabulary)
    lines += calibration(read(labels("fresh_labels.csv"), vocabulary), vocabulary)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
