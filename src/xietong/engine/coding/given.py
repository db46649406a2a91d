"""Industry codes that a register brings: which edition they are of, and what they are today."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xietong.engine.coding.concordance import Concordance

# An older edition must explain so many more of every thousand rows than the one in use: a few
# slips of the pen that happen to be older codes do not date a register.
MORE_PERMILLE = 10
# Digits of the deepest codes.
DEPTH = 4
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class GivenCodes:
    """How one register's codes are read: of which edition, and whether a sheet ate their zeros.

    `codes` are all codes of the edition in use, of any length.
    """

    concordance: Concordance
    codes: Collection[str]
    vintage: str
    zeros_lost: bool

    @classmethod
    def of(
        cls,
        counts: Mapping[str, int],
        *,
        heading: str,
        concordance: Concordance,
        codes: Collection[str],
    ) -> GivenCodes:
        """Tell from all codes of a register, and how often each occurs, how they are to be read.

        A year in the heading, as in “industry code (2011)”, decides the edition, where there is
        one of that year. Else it is the one in use, unless an older one knows clearly more rows.
        Zeros are lost where no code begins with one and some are codes only with one before them.
        """
        older = sorted({*concordance.by_vintage} - {concordance.current}, key=_year, reverse=True)
        editions = [cls(concordance, codes, one, False) for one in (concordance.current, *older)]
        years = _YEAR.findall(heading)
        stated = [one for one in editions if _year(one.vintage) in years]
        plain = stated[0] if stated else _dated(editions, counts)
        zeros_lost = not any(code.startswith("0") for code in counts) and any(
            len(code) == DEPTH - 1 and not plain._found(code) and plain._found(f"0{code}")
            for code in counts
        )
        return cls(concordance, codes, plain.vintage, zeros_lost)

    def today(self, code: str) -> str | None:
        """Return the code in use that a register's code is: "" where its edition's successors share
        none, None where its edition knows no such code.

        A code longer than the classification's counts by its beginning (391101 as 3911), one filled
        up with zeros by what stands before them (3900 as 39).
        """
        short = self.zeros_lost and len(code) == DEPTH - 1
        found = self._found(f"0{code}") if short else None
        found = found or self._found(code)
        if found is None or self.vintage == self.concordance.current:
            return found
        return self.concordance.concord(found, self.vintage)

    def known(self, counts: Mapping[str, int]) -> int:
        """Return how many rows have a code of this edition."""
        return sum(count for code, count in counts.items() if self._found(code))

    def _found(self, code: str) -> str | None:
        known: Collection[str] = self.codes
        if self.vintage != self.concordance.current:
            known = self.concordance.by_vintage[self.vintage]
        return next((form for form in _forms(code) if form in known), None)


def _year(edition: str) -> str:
    """Return the year in an edition's name, "" where it names none."""
    return next(iter(_YEAR.findall(edition)), "")


def _dated(editions: Sequence[GivenCodes], counts: Mapping[str, int]) -> GivenCodes:
    best, most = editions[0], editions[0].known(counts)
    for one in editions[1:]:
        known = one.known(counts)
        if (known - most) * 1000 > sum(counts.values()) * MORE_PERMILLE:
            best, most = one, known
    return best


def _forms(code: str) -> Iterator[str]:
    yield code
    short = code[:DEPTH]
    if short != code:
        yield short
    while short.endswith("0") and len(short) > 2:
        short = short[:-1]
        yield short
