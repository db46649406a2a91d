"""One item of a scope as it stands: what it names, and the verbs before and behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xietong.engine.coding.lexicon import Found
from xietong.engine.coding.vocabulary import FORM, GOODS, Vocabulary, Words

NO_ROLES: frozenset[str] = frozenset()
_TELLING = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Part:
    """A thing or a service with the roles of its verbs; None where no verb stands.

    `core` says that it names something, be the words known or not. `double` marks a word that may
    be a verb or an activity (设计, 租赁), `side` the mark of a side line, `opens` a colon behind.
    """

    before: frozenset[str] | None
    words: Words
    after: frozenset[str] | None
    core: bool
    double: bool = False
    side: bool = False
    opens: bool = False


class PartReader:
    """Reads items with one vocabulary; those that recur (日用百货) are read once.

    The memory is bounded, and it never changes an answer.
    """

    def __init__(self, vocabulary: Vocabulary, *, remembered: int) -> None:
        self._vocabulary = vocabulary
        self._remembered = remembered
        self._known: dict[str, tuple[Part, ...]] = {}

    def read(self, text: str) -> tuple[Part, ...]:
        """Return the parts of one item; mostly one, but 船舶修理及零配件制造 has two."""
        known = self._known.get(text)
        if known is None:
            known = tuple(self._parts(text.rstrip(":")))
            if known and text.endswith(":"):
                known = (*known[:-1], replace(known[-1], opens=True))
            if len(self._known) < self._remembered:
                self._known[text] = known
        return known

    def _parts(self, text: str) -> list[Part]:
        if not text:
            return []
        vocabulary = self._vocabulary
        found = vocabulary.scope_lexicon.find(text)
        begin = first = 0
        parts: list[Part] = []
        for place in range(len(found) - 1):
            end, following = found[place][1], found[place + 1][0]
            if end == following or not vocabulary.conjunction.fullmatch(text, end, following):
                continue
            if self._names(found[first : place + 1]) and self._names(found[place + 1 :]):
                parts.append(self._part(text[begin:end], _moved(found[first : place + 1], begin)))
                begin, first = following, place + 1
        parts.append(self._part(text[begin:], _moved(found[first:], begin)))
        closing = vocabulary.closing.get(found[-1][2]) if found else None
        if closing and parts[-1].after is None:
            # 计算机及软件开发: the verb that is part of the last word speaks for the first too.
            parts[:-1] = [replace(one, after=one.after or closing) for one in parts[:-1]]
        if text.startswith(vocabulary.side_marks):
            parts[0] = replace(parts[0], side=True)
        return parts

    def _names(self, found: Sequence[Found]) -> bool:
        """Whether any word names something by itself."""
        generic = self._vocabulary.generic
        return any(self._says(word) and word not in generic for _, _, word in found)

    def _part(self, text: str, found: Sequence[Found]) -> Part:
        vocabulary = self._vocabulary
        verbs, senses = vocabulary.verbs, vocabulary.scope_senses
        if text in verbs and [word for _, _, word in found] == [text]:
            alone: Words = ((text, senses[text]),) if self._says(text) else ()
            return Part(verbs[text], alone, None, core=False, double=bool(alone))
        first, begin, before = self._verbs_before(text, found)
        last, end, after = self._verbs_after(text, found, first, begin)
        if last > first and found[last - 1][1] == end:
            head = found[last - 1][2]
            if (closing := vocabulary.closing.get(head)) and senses[head].kind == GOODS:
                after = closing | (after or NO_ROLES)
        words = vocabulary.sensed(
            [word for _, _, word in found[first:last] if word in senses], senses
        )
        core = vocabulary.joints.sub("", text[begin:end])
        if not words and len(core) == 1 and core in senses:
            words = ((core, senses[core]),)
        return Part(before, words, after, core=bool(_TELLING.search(core)))

    def _verbs_before(
        self, text: str, found: Sequence[Found]
    ) -> tuple[int, int, frozenset[str] | None]:
        """Return the first word after the opening verbs, where it may begin, the verbs' roles."""
        roles: frozenset[str] | None = None
        begin = 0
        for place, (start, end, word) in enumerate(found):
            verb = self._vocabulary.verbs.get(word)
            if verb is None or self._vocabulary.joints.sub("", text[begin:start]):
                return place, begin, roles
            if end == len(text) and self._says(word):
                return place, begin, roles
            roles = verb if roles is None else roles | verb
            begin = end
        return len(found), begin, roles

    def _verbs_after(
        self, text: str, found: Sequence[Found], first: int, begin: int
    ) -> tuple[int, int, frozenset[str] | None]:
        """Return the end of the words before the closing verbs, where it lies, the verbs' roles."""
        roles: frozenset[str] | None = None
        stop = len(text)
        for place in range(len(found) - 1, first - 1, -1):
            start, end, word = found[place]
            verb = self._vocabulary.verbs.get(word)
            if verb is None or self._vocabulary.joints.sub("", text[end:stop]):
                return place + 1, stop, roles
            if self._says(word) and not any(self._says(one) for _, _, one in found[first:place]):
                return place + 1, stop, roles
            roles = verb if roles is None else roles | verb
            stop = start
        return first, max(stop, begin), roles

    def _says(self, word: str) -> bool:
        """Whether a word has a sense of its own, be it a verb too (设计) or not."""
        sense = self._vocabulary.scope_senses.get(word)
        return sense is not None and sense.kind != FORM


def _moved(found: Sequence[Found], by: int) -> list[Found]:
    return [(start - by, end - by, word) for start, end, word in found]
