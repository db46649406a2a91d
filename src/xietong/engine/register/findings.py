"""Faults as they are found: each one kept up to a bound, every one counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from xietong.engine.problems import Problem
from xietong.engine.register.columns import REFUSING

# So many of the refusing and so many of the warning ones are kept: a file of a million rotten rows
# must not fill the memory, and nobody reads on.
KEPT = 10_000
# Hears every problem, also those that are not kept: batch by batch, each in the order of its rows.
Told = Callable[[Sequence[Problem]], None]


class Findings:
    """Collects problems in the order of the rows; those that refuse are never crowded out."""

    def __init__(self, told: Told | None = None) -> None:
        self._told = told
        self.counts: Counter[str] = Counter()
        self._whole: list[Problem] = []
        self._kept: dict[bool, list[Problem]] = {True: [], False: []}
        self._listed: Counter[str] = Counter()

    def add(self, problems: Iterable[Problem]) -> None:
        """Take the problems of the next rows, in any order among themselves."""
        ordered = sorted(problems, key=_place)
        if self._told is not None and ordered:
            self._told(ordered)
        for one in ordered:
            self.counts[one.code] += 1
            if one.row is None:
                self._whole.append(one)
                self._listed[one.code] += 1
                continue
            kept = self._kept[one.code in REFUSING]
            if len(kept) < KEPT:
                kept.append(one)
                self._listed[one.code] += 1

    @property
    def refused(self) -> bool:
        """Tell whether the register must be refused whole."""
        return any(code in REFUSING for code in self.counts)

    def problems(self) -> tuple[Problem, ...]:
        """Return the whole file's problems, those not listed by number, then those of the rows."""
        unlisted = [
            Problem("problems_not_listed", params={"problem": code, "count": count - listed})
            for code, count in sorted(self.counts.items())
            if count > (listed := self._listed[code])
        ]
        rows = sorted([*self._kept[True], *self._kept[False]], key=_place)
        return (*self._whole, *unlisted, *rows)

    def tally(self) -> Mapping[str, int]:
        """Return how often each code was found, by code."""
        return dict(sorted(self.counts.items()))


def _place(one: Problem) -> tuple[int, str, str]:
    return one.row or 0, one.code, one.field or ""
