"""What the coder knows: words with their senses, and how much each kind of evidence counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from xietong.engine.coding.lexicon import Lexicon

GOODS, PROCESS, ACTIVITY, FORM = "goods", "process", "activity", "form"


@dataclass(frozen=True, slots=True)
class Sense:
    """What one word says.

    `kind` is `goods` (a thing that is made or sold), `process` (a way of making), `activity`
    (a service, with its code) or `form` (what kind of firm a name announces). `make`, `wholesale`
    and `retail` are the codes of who makes or sells the thing; `traded` marks a word of trade
    rather than of one maker (五金交电), `guessed` that its maker is but the usual one. `code` is an
    activity's code. `weight` is 1 for a plain word, less for one that says little (设备, 电器) and
    more for one that settles the matter (银行); `later` multiplies it where others are named
    before (物业管理).
    """

    kind: str
    make: str = ""
    wholesale: str = ""
    retail: str = ""
    code: str = ""
    weight: float = 1.0
    later: float = 1.0
    traded: bool = False
    guessed: bool = False
    actors: Mapping[str, float] = field(default_factory=dict)


Words: TypeAlias = tuple[tuple[str, Sense], ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts; docs/methods/industry-coding.md says what each is."""

    heat: float
    sharpness: float
    enough: float
    decided: float
    unnamed: float
    tail: float
    parent: float
    head: float
    modifier: float
    name_activity: float
    name_process: float
    name_make: float
    name_wholesale: float
    name_retail: float
    name_field: float
    decay: float
    floor: float
    field_decay: float
    field_floor: float
    unknown_decay: float
    again: float
    side: float
    scope_activity: float
    scope_make: float
    scope_sell: float
    scope_retail: float
    retail_wholesale: float
    bare_sell: float
    bare_make: float
    bare_traded: float
    bare_alike: float
    retail_named: float
    served: float
    developed: float
    made_field: float
    sold_field: float
    bare_field: float
    sold_made_field: float


@dataclass(frozen=True)
class Vocabulary:
    """Words, verbs, weights and calibration of one classification; made by `read_vocabulary`."""

    name_senses: Mapping[str, Sense]
    scope_senses: Mapping[str, Sense]
    tail_senses: Mapping[str, Sense]
    name_lexicon: Lexicon
    scope_lexicon: Lexicon
    tail_lexicon: Lexicon
    verbs: Mapping[str, frozenset[str]]
    joints: re.Pattern[str]
    conjunction: re.Pattern[str]
    closing: Mapping[str, frozenset[str]]
    strip: tuple[re.Pattern[str], ...]
    name_strip: tuple[re.Pattern[str], ...]
    name_split: re.Pattern[str]
    side_marks: tuple[str, ...]
    forms: tuple[tuple[re.Pattern[str], Mapping[str, float]], ...]
    unnamed: Mapping[str, str]
    generic: frozenset[str]
    machines: frozenset[str]
    machines_for: Mapping[str, str]
    modifiers: Mapping[str, str]
    modified: tuple[str, ...]
    unmodified: tuple[str, ...]
    services: Mapping[str, Mapping[str, str]]
    codes: frozenset[str]
    weights: Weights
    calibration: tuple[tuple[float, float], ...]
    sold: Mapping[str, str]
    retailed: Mapping[str, str]

    def sensed(self, words: Sequence[str], senses: Mapping[str, Sense]) -> Words:
        """Return the words with their senses, the last first, since it heads the compound.

        A word that says nothing by itself (配件, 制品) takes the sense of the word before it, a
        machine that of the industry it works for (纺织 + 设备), a part after the name of a vehicle
        or an apparatus (汽车 + 密封件) that of the vehicle's parts.
        """
        found = [(word, senses[word]) for word in reversed(words) if senses[word].kind != FORM]
        for place, (word, sense) in enumerate(found[:-1]):
            before, sense_before = found[place + 1]
            if word in self.generic and sense.kind == sense_before.kind == ACTIVITY:
                found[place] = (before + word, sense_before)
            elif code := self._compound(word, sense, before, sense_before):
                weight = sense_before.weight if code == sense_before.make else 1.0
                found[place] = (before + word, self.product(code, weight))
        return tuple(found)

    def _compound(self, word: str, sense: Sense, before: str, sense_before: Sense) -> str:
        """Return the code that a word has only because of the word before it, or ""."""
        if sense.kind != GOODS:
            return ""
        if code := self.modifiers.get(before):
            plain = sense.make.startswith(self.modified)
            if word in self.generic or (plain and not sense.make.startswith(self.unmodified)):
                return code
        field = sense_before.make or sense_before.code
        if word in self.machines:
            return longest(self.machines_for, field)
        if word in self.generic and sense_before.kind == GOODS:
            return sense_before.make
        return ""

    def product(self, code: str, weight: float = 1.0) -> Sense:
        """Return the sense of a thing made by `code`, with who sells it."""
        wholesale = longest(self.sold, code)
        return Sense(
            GOODS,
            make=code,
            wholesale=wholesale,
            retail=longest(self.retailed, wholesale),
            weight=weight,
        )


def longest(table: Mapping[str, str], code: str) -> str:
    """Return the entry of the longest prefix of `code` in `table`, or ""."""
    for length in range(len(code), -1, -1):
        if code[:length] in table:
            return table[code[:length]]
    return ""
