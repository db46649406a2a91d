"""Finding a vocabulary's words in a text: the cut that explains most of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Found: TypeAlias = tuple[int, int, str]  # start, end, word


class Lexicon:
    """A set of words that finds its members in a text, never two over the same characters.

    At each place only the longest word counts. Where words overlap, those stay that explain most:
    the sum of their squared lengths decides, so that 管理发展 is 管理 and 发展 (where both are
    words) and not 理发. Words are looked up by their first two characters, so that most places of a
    text cost one dictionary look-up; a word of one character is found only as the whole text.
    """

    __slots__ = ("_lengths", "_singles", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        known = frozenset(words)
        self._words = frozenset(word for word in known if len(word) > 1)
        self._singles = known - self._words
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {
            pair: tuple(sorted(found, reverse=True)) for pair, found in lengths.items()
        }

    def find(self, text: str) -> list[Found]:
        """Return `(start, end, word)` of the words that explain most, from left to right.

        >>> Lexicon(["理发", "管理", "发展"]).find("管理发展公司")
        [(0, 2, '管理'), (2, 4, '发展')]
        """
        size = len(text)
        if size == 1:
            return [(0, 1, text)] if text in self._singles else []
        found: list[Found] = []  # without those that lie wholly inside another
        every: list[Found] = []
        reach = 0
        overlapping = False
        words = self._words
        lengths_of = self._lengths.get
        for start in range(size - 1):
            lengths = lengths_of(text[start : start + 2])
            if lengths is None:
                continue
            for length in lengths:
                end = start + length
                if end <= size and (word := text[start:end]) in words:
                    every.append((start, end, word))
                    if end > reach:
                        overlapping = overlapping or start < reach
                        found.append(every[-1])
                        reach = end
                    break
        return _best(every) if overlapping else found


def _best(found: list[Found]) -> list[Found]:
    """Return those of the words, ordered by start, that explain most; where two cuts are equal,
    the one of later words: a compound's head stands last, and a name's fancy part first.
    """
    values = [0] * (len(found) + 1)
    chosen: list[tuple[bool, int]] = [(False, 0)] * len(found)
    for place in range(len(found) - 1, -1, -1):
        start, end, _ = found[place]
        after = place + 1
        while after < len(found) and found[after][0] < end:
            after += 1
        taken = (end - start) ** 2 + values[after]
        chosen[place] = (taken > values[place + 1], after)
        values[place] = max(taken, values[place + 1])
    kept: list[Found] = []
    place = 0
    while place < len(found):
        take, after = chosen[place]
        if take:
            kept.append(found[place])
        place = after if take else place + 1
    return kept
