"""Codes of older editions of a classification, carried into the edition in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Concordance:
    """For each older edition: which code in use a code of any length becomes."""

    by_vintage: Mapping[str, Mapping[str, str]]
    current: str

    def concord(self, code: str, vintage: str) -> str:
        """Return the code in use that `code` of edition `vintage` became, as deep as is certain.

        A class that was split comes back as the common parent of its successors: the group, the
        division, or "" where they share none. A shortened code (division or group) is carried by
        all the classes below it. An unknown code gives "", a code of the edition in use itself.
        Raises KeyError for an unknown edition.

        >>> read_concordance([{"gb2002": "0111", "gb2017": "0112"},
        ...                   {"gb2002": "0111", "gb2017": "0119"}]).concord("0111", "gb2002")
        '011'
        """
        return self.by_vintage[vintage].get(code.strip(), "")


def read_concordance(rows: Iterable[Mapping[str, str]], *, current: str = "gb2017") -> Concordance:
    """Return the concordance of a table with one column of class codes for each edition.

    Every row pairs codes that stand for the same activity; `current` names the column in use.
    Many codes may become one, and one may become several: see `Concordance.concord`.
    """
    successors: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        target = row.get(current) or ""
        if not target:
            continue
        for vintage, code in row.items():
            if not code:
                continue
            of_vintage = successors.setdefault(vintage, {})
            for depth in range(2, len(code) + 1):
                of_vintage.setdefault(code[:depth], set()).add(target)
    return Concordance(
        by_vintage=MappingProxyType(
            {
                vintage: MappingProxyType(
                    {
                        code: _shared(targets, len(code) if len(code) < 4 else 4)
                        for code, targets in of_vintage.items()
                    }
                )
                for vintage, of_vintage in successors.items()
            }
        ),
        current=current,
    )


def _shared(targets: set[str], depth: int) -> str:
    """Return the longest beginning (of at most `depth` digits) that all targets share."""
    one = min(targets)
    for length in range(depth, 1, -1):
        if all(target.startswith(one[:length]) for target in targets):
            return one[:length]
    return ""
