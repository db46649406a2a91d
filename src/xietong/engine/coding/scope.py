"""A business scope, cut into items: what each names and what the firm does with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xietong.engine.coding.lexicon import Lexicon
from xietong.engine.coding.vocabulary import GOODS, Sense, Vocabulary
from xietong.engine.terms import fold

_BRACKETED = re.compile(r"[(\[{<【〔《][^()\[\]{}<>【】〔〕《》]*[)\]}>】〕》]")
_UNCLOSED = re.compile(r"[(\[{<【〔《][^()\[\]{}<>【】〔〕《》]{0,200}$")
_SEGMENT = re.compile(r"[;。\n]+")
_ITEM = re.compile(r"[,、/.·*\s|+]+")
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a scope: its words, what is done with it, and whether it is a side line."""

    words: tuple[tuple[str, Sense], ...]
    roles: frozenset[str]
    side: bool


class ScopeReader:
    """Reads scopes with one vocabulary; items that recur (日用百货) are parsed once.

    The memory of parsed items is bounded, and it never changes an answer.
    """

    def __init__(self, vocabulary: Vocabulary, *, remembered: int = 200_000) -> None:
        self._vocabulary = vocabulary
        self._remembered = remembered
        self._parsed: dict[str, tuple[frozenset[str], str, frozenset[str]]] = {}
        self._found: dict[str, tuple[tuple[str, Sense], ...]] = {}
        verbs = sorted(vocabulary.verbs, key=lambda verb: (-len(verb), verb))
        either = "|".join(map(re.escape, verbs))
        self._leading = re.compile(rf"(?:{either})+(?:[及和与]|各类|各种)?")
        self._trailing = re.compile(
            rf"(?:的|及|和|与|及其)?((?:{either})(?:[及和与]|的)?)+(?:业务)?$"
        )
        self._verb = re.compile(either)

    def read(self, scope: str) -> list[Item]:
        """Return the items in the order in which the scope names them."""
        text = self._cleaned(scope)
        items: list[Item] = []
        side = False
        for segment in _SEGMENT.split(text):
            side = self._segment(segment, items, side)
        return items

    def _cleaned(self, scope: str) -> str:
        vocabulary = self._vocabulary
        text = fold(scope)
        for pattern in vocabulary.strip:
            text = pattern.sub(",", text)
        for _ in range(3):
            shorter = _BRACKETED.sub(self._bracketed, text)
            if shorter == text:
                break
            text = shorter
        return _UNCLOSED.sub("", text)

    def _bracketed(self, match: re.Match[str]) -> str:
        inner = match[0][1:-1]
        parts = [part for part in _ITEM.split(inner) if part]
        if parts and all(self._verb.sub("", part).strip("的及和与") == "" for part in parts):
            return inner
        return ""

    def _segment(self, segment: str, items: list[Item], side: bool) -> bool:
        leading: frozenset[str] = _NOTHING
        pending: list[int] = []  # items of this segment whose verb has not come yet
        spoken: list[int] = []  # items that the last trailing verb closed
        fresh = True
        for raw in _ITEM.split(segment.replace(":", ":,")):
            text = raw
            opens = text.endswith(":")
            if opens:
                text = text[:-1]
            if not text:
                continue
            if text.startswith(self._vocabulary.side_marks):
                side = True
            before, core, after = self._parse(text)
            if not core:
                roles = before | after
                if spoken and not opens:
                    for place in spoken:
                        items[place] = Item(
                            items[place].words, items[place].roles | roles, items[place].side
                        )
                elif pending and not opens:
                    for place in pending:
                        items[place] = Item(
                            items[place].words, items[place].roles | roles, items[place].side
                        )
                    spoken, pending = pending, []
                else:
                    leading = roles if fresh else leading | roles
                    fresh = False
                continue
            words = self._words(core)
            if before:
                leading = before if fresh or spoken or pending else leading | before
                spoken, pending = [], []
            fresh = True
            roles = after or leading
            items.append(Item(words, roles, side))
            place = len(items) - 1
            if after:
                for earlier in pending:
                    items[earlier] = Item(
                        items[earlier].words, items[earlier].roles | after, items[earlier].side
                    )
                spoken = [*pending, place]
                pending = []
            elif not leading:
                pending.append(place)
                spoken = []
            else:
                spoken = []
            if opens:
                leading, fresh = roles, True
        return side

    def _parse(self, text: str) -> tuple[frozenset[str], str, frozenset[str]]:
        known = self._parsed.get(text)
        if known is not None:
            return known
        before = after = _NOTHING
        core = text
        if core not in self._vocabulary.scope_senses:
            if match := self._leading.match(core):
                before = self._roles(match[0])
                core = core[match.end() :]
            if not self._ends_in_activity(core) and (match := self._trailing.search(core)):
                after = self._roles(match[0])
                core = core[: match.start()]
        parsed = (before, core.strip("的及和与等"), after)
        if len(self._parsed) < self._remembered:
            self._parsed[text] = parsed
        return parsed

    def _ends_in_activity(self, text: str) -> bool:
        """Whether a word such as 软件开发 closes the text, whose verb is part of the word."""
        found = self._vocabulary.scope_lexicon.find(text)
        if not found or found[-1][1] != len(text):
            return False
        return self._vocabulary.scope_senses[found[-1][2]].kind != GOODS

    def _roles(self, text: str) -> frozenset[str]:
        roles: frozenset[str] = _NOTHING
        for verb in self._verb.findall(text):
            roles |= self._vocabulary.verbs[verb]
        return roles

    def _words(self, core: str) -> tuple[tuple[str, Sense], ...]:
        known = self._found.get(core)
        if known is not None:
            return known
        found = senses_in(
            core, self._vocabulary.scope_lexicon, self._vocabulary.scope_senses, self._vocabulary
        )
        if len(self._found) < self._remembered:
            self._found[core] = found
        return found


def senses_in(
    text: str, lexicon: Lexicon, senses: Mapping[str, Sense], vocabulary: Vocabulary
) -> tuple[tuple[str, Sense], ...]:
    """Return the words of `text` with their senses, the last word first: it heads the compound.

    A part that follows the name of a vehicle or an apparatus (汽车 + 密封件) belongs to that
    vehicle's parts.
    """
    found = [(word, senses[word]) for _, _, word in reversed(lexicon.find(text))]
    for place, (word, sense) in enumerate(found[:-1]):
        if sense.kind != GOODS or not sense.make.startswith(vocabulary.modified):
            continue
        if sense.make.startswith(vocabulary.unmodified):
            continue
        before = found[place + 1][0]
        if code := vocabulary.modifiers.get(before):
            found[place] = (before + word, vocabulary.product(code, sense.weight))
    return tuple(found)
