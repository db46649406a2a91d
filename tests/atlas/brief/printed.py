"""What stands where on the pages of a PDF, read by poppler, which knows nothing of typst.

poppler's `pdftotext` gives each word with the box in which it is drawn: so a test sees words that
lie over each other, or beyond the page's edge, which no text alone would tell.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

PROGRAM = "pdftotext"
needs_poppler = pytest.mark.skipif(
    shutil.which(PROGRAM) is None,
    reason="pdftotext is not here (apt-get install poppler-utils)",
)
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.S)
WORD = re.compile(
    r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>'
)
# Of a box, which is as high as the type is large, letters fill the middle.
AIR = 0.1
# Signs that fill half of their square, at its left or its right; typst hangs them and closes up.
ENDING, BEGINNING = "，。、；：！？）》〉”’】", "（《〈“‘【"
# Narrow signs that hang into the margin.
HANGING = ",.;:-–\u00ad"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, and the box of its letters in points from the page's left upper corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def lies_over(self, other: Word) -> bool:
        """Tell whether letters of both would be drawn in one place."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 1
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 1
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its size in points, and its words."""

    width: float
    height: float
    words: tuple[Word, ...]

    def overlapping(self) -> list[tuple[str, str]]:
        """Return words that lie over each other."""
        found = []
        ordered = sorted(self.words, key=lambda one: one.top)
        for at, one in enumerate(ordered):
            for other in ordered[at + 1 :]:
                if other.top >= one.bottom:
                    break
                if one.lies_over(other):
                    found.append((one.text, other.text))
        return found

    def beyond(self, left: float, top: float, right: float, bottom: float) -> list[str]:
        """Return words that reach beyond margins of so many points."""
        return [
            one.text
            for one in self.words
            if one.left < left - 1
            or one.top < top - 1
            or one.right > self.width - right + 1
            or one.bottom > self.height - bottom + 1
        ]

    @property
    def text(self) -> str:
        """Return all words, without the spaces and the ends of lines that setting them makes."""
        return bare(" ".join(one.text for one in self.words))


def bare(text: str) -> str:
    """Return a text as `Page.text` gives it: without the hyphens too at which it was broken."""
    return re.sub(r"[\s\u00ad]+", "", text)


def pages(body: bytes) -> list[Page]:
    """Return the pages of a PDF, their words in the order in which they were set."""
    told = subprocess.run(
        [PROGRAM, "-raw", "-bbox", "-", "-"], input=body, capture_output=True, check=True
    ).stdout.decode()
    return [
        Page(float(width), float(height), tuple(_words(inside)))
        for width, height, inside in PAGE.findall(told)
    ]


def _words(inside: str) -> Iterator[Word]:
    for at in WORD.findall(inside):
        left, top, right, bottom = map(float, at[:4])
        text = html.unescape(at[4])
        square, air = bottom - top, (bottom - top) * AIR
        right -= square * (0.5 * (text[-1] in ENDING) + 0.35 * (text[-1] in HANGING))
        left += square * 0.5 * (text[0] in BEGINNING)
        yield Word(text, left, top + air, right, bottom - air)
