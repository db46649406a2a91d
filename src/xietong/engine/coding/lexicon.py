"""Finding a vocabulary's words in a text, the longest first."""

from __future__ import annotations

from collections.abc import Iterable


class Lexicon:
    """A set of words that finds its members in a text in one pass.

    At each place only the longest word counts, and a word that lies wholly inside another found
    word is dropped: in 化工机械 the word 化工机械 hides 化工 and 机械. Words that merely overlap
    both stay. Words are looked up by their first two characters, so that most places of a text
    cost one dictionary look-up; a word of one character is found only as the whole text.
    """

    __slots__ = ("_lengths", "_singles", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if len(word) > 1)
        self._singles = frozenset(word for word in words if len(word) == 1)
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {
            pair: tuple(sorted(found, reverse=True)) for pair, found in lengths.items()
        }

    def find(self, text: str) -> list[tuple[int, int, str]]:
        """Return `(start, end, word)` of the longest words, from left to right.

        >>> Lexicon(["化工", "机械", "化工机械", "机械制造"]).find("化工机械制造厂")
        [(0, 4, '化工机械'), (2, 6, '机械制造')]
        """
        if len(text) == 1:
            return [(0, 1, text)] if text in self._singles else []
        found: list[tuple[int, int, str]] = []
        reach = 0
        size = len(text)
        words = self._words
        lengths_of = self._lengths.get
        for start in range(size - 1):
            lengths = lengths_of(text[start : start + 2])
            if lengths is None:
                continue
            for length in lengths:
                end = start + length
                if end <= reach:
                    break
                if end > size:
                    continue
                word = text[start:end]
                if word in words:
                    found.append((start, end, word))
                    reach = end
                    break
        return found
