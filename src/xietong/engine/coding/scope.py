"""A business scope, cut into items: what each names and what the firm does with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xietong.engine.coding.parts import NO_ROLES, Part, PartReader
from xietong.engine.coding.vocabulary import Vocabulary, Words
from xietong.engine.terms import fold

# What is read of a scope; registers hold a thousand characters at most, files of strangers more.
READ_CHARACTERS = 4_000
_BRACKETED = re.compile(r"[(\[{<【〔《][^()\[\]{}<>【】〔〕《》]*[)\]}>】〕》]")
_UNCLOSED = re.compile(r"[(\[{<【〔《][^()\[\]{}<>【】〔〕《》]{0,200}$")
_SEGMENT = re.compile(r"[;。\n]+")
_RUN = re.compile(r"[,]+|(?<=:)")
_ITEM = re.compile(r"[、/.·*\s|+#&?!\"'“”]+")
_INNER = re.compile(r"[,、/\s]+")
# Verbs that close a whole list; others speak only of what stands with them between two commas:
# 五金交电,汽配,空调安装 are goods and one service.
_CLOSING_LISTS = frozenset(("make", "trade", "wholesale", "retail"))
# 服务 does not say what is done with a thing, before a list (服务:水泵) or behind what is made.
_SERVING = frozenset(("serve",))


@dataclass(slots=True)
class Item:
    """One item of a scope: its words, the last first, what is done with it, whether it is a side
    line. `run` numbers the stretches between two commas.
    """

    words: Words
    roles: frozenset[str]
    side: bool
    run: int


@dataclass(slots=True)
class _Reading:
    """Where the reading of a scope stands: its items so far, and the verbs that still speak.

    `waiting` are items whose verb has not come yet, `closed` those that the last closing verb
    spoke of; `verbs_only` says that the text just before was verbs, of which `leading` is the sum.
    """

    items: list[Item] = field(default_factory=list)
    waiting: list[Item] = field(default_factory=list)
    closed: list[Item] = field(default_factory=list)
    leading: frozenset[str] | None = None
    verbs_only: bool = False
    side: bool = False
    run: int = 0

    def begin_segment(self) -> None:
        self.leading, self.closed, self.verbs_only = None, [], False

    def verbs(self, roles: frozenset[str], *, opens: bool) -> None:
        """Take verbs that stand by themselves: for the items before them, or for those to come."""
        if (self.closed or self.waiting) and not opens and not self.verbs_only:
            for one in self.closed:
                one.roles |= roles
            self.closed = self.closed or self._close(roles)
        else:
            self.leading = roles | self.leading if self.verbs_only and self.leading else roles
            self.verbs_only = True
            self.closed = []

    def item(self, part: Part) -> None:
        """Take a thing or a service with the verbs that stand with it."""
        if part.before is not None:
            summed = self.leading if self.verbs_only and self.leading else NO_ROLES
            self.leading = part.before | summed
            self.waiting.clear()
        roles = part.after or self.leading or NO_ROLES
        if part.after == _SERVING and self.leading:
            roles |= self.leading
        one = Item(part.words, roles, self.side, self.run)
        self.items.append(one)
        self.closed = []
        if part.after:
            self.closed = [*self._close(part.after), one]
        elif not self.leading or self.leading == _SERVING:
            self.waiting.append(one)
        self.verbs_only = part.opens
        if part.opens:
            self.leading = roles

    def _close(self, roles: frozenset[str]) -> list[Item]:
        closed = [one for one in self.waiting if one.run == self.run or roles & _CLOSING_LISTS]
        for one in closed:
            one.roles |= roles if one.run == self.run else roles & _CLOSING_LISTS
        self.waiting.clear()
        return closed


class ScopeReader:
    """Reads scopes with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, *, remembered: int = 200_000) -> None:
        self._vocabulary = vocabulary
        self._parts = PartReader(vocabulary, remembered=remembered)

    def read(self, scope: str) -> list[Item]:
        """Return the items in the order in which the scope names them.

        Only the first 4,000 characters are read.
        """
        reading = _Reading()
        for segment in _SEGMENT.split(self._cleaned(scope)):
            reading.begin_segment()
            runs = [
                [part for raw in _ITEM.split(run) if raw for part in self._parts.read(raw)]
                for run in _RUN.split(segment)
            ]
            parts = [part for run in runs for part in run]
            place = 0
            for run in runs:
                reading.run += 1
                for part in run:
                    self._take(part, parts, place, reading)
                    place += 1
        return reading.items

    def _take(self, part: Part, parts: Sequence[Part], place: int, reading: _Reading) -> None:
        reading.side = reading.side or part.side
        if part.double and not part.opens and not _among_verbs(parts, place, reading.verbs_only):
            part = replace(part, before=None, core=True)
        if part.core:
            reading.item(part)
        else:
            roles = (part.before or NO_ROLES) | (part.after or NO_ROLES)
            reading.verbs(roles, opens=part.opens)

    def _cleaned(self, scope: str) -> str:
        text = fold(scope[: 2 * READ_CHARACTERS])[:READ_CHARACTERS]
        for _ in range(3):
            shorter = _BRACKETED.sub(self._bracketed, text)
            if shorter == text:
                break
            text = shorter
        text = _UNCLOSED.sub("", text)
        for pattern in self._vocabulary.strip:
            text = pattern.sub(",", text)
        return text

    def _bracketed(self, match: re.Match[str]) -> str:
        """Keep a bracket that holds only verbs, as in 灯具(制造、销售)."""
        inner = match[0][1:-1]
        parts = [part for raw in _INNER.split(inner) for part in self._parts.read(raw)]
        return inner if parts and not any(part.core for part in parts) else ""


def _among_verbs(parts: Sequence[Part], place: int, verbs_only: bool) -> bool:
    """Whether a word that may be a verb or an activity stands among verbs."""
    if verbs_only or (place and parts[place - 1].after is not None):
        return True
    following = parts[place + 1] if place + 1 < len(parts) else None
    return following is not None and (following.before is not None or following.double)
