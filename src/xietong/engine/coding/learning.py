"""Words that corrections teach: proposed with what each would change, never taken in silently."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from xietong.engine.coding.coder import Coder
from xietong.engine.coding.curated import closing_roles, deepened_codes
from xietong.engine.coding.lexicon import Lexicon
from xietong.engine.coding.vocabulary import ACTIVITY, Sense, Vocabulary, longest
from xietong.engine.terms import fold

PRODUCTS, ACTIVITIES = "products", "activities"
# So many corrected rows must hold a word, and so large a share of them mean one division.
SUPPORT, RATIO = 3, 0.8
# Where so many rows of the sample hold the word and are coded surely, half must agree with it.
CONTRADICTED_ROWS, CONTRADICTED_SHARE, SURE = 10, 0.5, 0.8
SHORTEST, LONGEST = 2, 6
# The most promising words that are tried on the rows.
TRIED = 40


@dataclass(frozen=True, slots=True)
class Known:
    """A firm's texts and the code that an officer says is right."""

    name: str
    scope: str
    code: str


@dataclass(frozen=True, slots=True, order=True)
class Addition:
    """A word of the house's own, for a code: `kind` is the pack's table that it would stand in."""

    kind: str
    code: str
    word: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word with its evidence.

    `holding` corrected rows hold the word, `support` of them mean this division. Of all `corrected`
    rows `right_before` are coded right without it and `right_after` with it. `sample_holding` of
    the `sample` rows of the register hold it, and `sample_changes` of them would change division.
    """

    addition: Addition
    support: int
    holding: int
    corrected: int
    right_before: int
    right_after: int
    sample: int
    sample_holding: int
    sample_changes: int

    @property
    def ratio(self) -> float:
        """Return which share of the corrected rows that hold the word mean its division."""
        return self.support / self.holding


def kind_of(code: str, vocabulary: Vocabulary) -> str:
    """Return the table for a word of this code, "" where a word of its own cannot tell it.

    Goods are told by who makes them; who sells them follows. A seller's code needs both.
    """
    if longest(vocabulary.sold, code):
        return PRODUCTS
    sellers = {*vocabulary.sold.values(), *vocabulary.retailed.values()}
    if any(one.startswith(code) or code.startswith(one) for one in sellers):
        return ""
    return ACTIVITIES


def extended(vocabulary: Vocabulary, additions: Iterable[Addition]) -> Vocabulary:
    """Return the vocabulary with words added after its own: a word that it knows stays as it was,
    and one of a code that is not in use is left out.
    """
    deepened = deepened_codes(vocabulary.codes)
    new: dict[str, Sense] = {}
    for one in sorted(additions):
        known = one.word in vocabulary.name_senses or one.word in vocabulary.scope_senses
        if known or one.code not in vocabulary.codes:
            continue
        code = deepened.get(one.code, one.code)
        new[one.word] = (
            vocabulary.product(code) if one.kind == PRODUCTS else Sense(ACTIVITY, code=code)
        )
    if not new:
        return vocabulary
    name, scope = {**vocabulary.name_senses, **new}, {**vocabulary.scope_senses, **new}
    return replace(
        vocabulary,
        name_senses=name,
        scope_senses=scope,
        name_lexicon=Lexicon(name),
        scope_lexicon=Lexicon([*scope, *vocabulary.verbs]),
        closing=closing_roles(scope, vocabulary.verbs),
    )


def propose(
    corrected: Sequence[Known],
    sample: Sequence[tuple[str, str]],
    vocabulary: Vocabulary,
    *,
    never: Collection[str] = (),
) -> list[Proposal]:
    """Return the words that would code more of the corrected rows right, the most helpful first.

    `sample` are names and scopes of the register's rows; `never` words that tell a place or alike.
    No proposal makes a corrected row wrong that is right without it.
    """
    rows = [_Row.of(one.name, one.scope, one.code) for one in corrected]
    coder = Coder(vocabulary)
    for row in rows:
        row.read = coder.code(row.name, row.scope).division
    before = sum(row.right for row in rows)
    drawn = [_Row.of(name, scope, "") for name, scope in sample]
    folded = {fold(word) for word in never}
    found = []
    for addition, holding in _candidates(rows, vocabulary, folded)[:TRIED]:
        trial = Coder(extended(vocabulary, [addition]))
        anew = [(row, trial.code(row.name, row.scope).division) for row in holding]
        if any(row.right and division != row.division for row, division in anew):
            continue
        gain = sum(division == row.division and not row.right for row, division in anew)
        if not gain:
            continue
        others = [row for row in drawn if addition.word in row.text]
        for row in others:
            if not row.coded:
                read = coder.code(row.name, row.scope)
                row.read, row.sure, row.coded = read.division, read.confidence >= SURE, True
        if _contradicted(others, _meaning(addition, vocabulary)):
            continue
        changes = sum(trial.code(row.name, row.scope).division != row.read for row in others)
        found.append(
            Proposal(
                addition=addition,
                support=sum(row.division == addition.code[:2] for row in holding),
                holding=len(holding),
                corrected=len(rows),
                right_before=before,
                right_after=before + gain,
                sample=len(drawn),
                sample_holding=len(others),
                sample_changes=changes,
            )
        )
    return sorted(found, key=lambda one: (-one.right_after, -one.support, one.addition.word))


def accuracy(corrected: Sequence[Known], vocabulary: Vocabulary) -> tuple[int, int]:
    """Return how many corrected rows a vocabulary codes right by division, and how many wrong."""
    coder = Coder(vocabulary)
    right = sum(coder.code(one.name, one.scope).division == one.code[:2] for one in corrected)
    return right, len(corrected) - right


def as_toml(additions: Iterable[Addition]) -> str:
    """Return the words in the form of a pack's coding tables, ready to be taken over there."""
    tables: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(additions):
        tables[one.kind][one.code].append(one.word)
    lines = []
    for kind, codes in sorted(tables.items()):
        lines.append(f"[{kind}]")
        for code, words in sorted(codes.items()):
            lines.append(f'"{code}" = {json.dumps(" ".join(words), ensure_ascii=False)}')
        lines.append("")
    return "\n".join(lines)


@dataclass(slots=True, eq=False)
class _Row:
    name: str
    scope: str
    text: str
    code: str
    read: str = ""
    sure: bool = False
    coded: bool = False

    @classmethod
    def of(cls, name: str, scope: str, code: str) -> _Row:
        return cls(name, scope, f"{fold(name)}\n{fold(scope)}", code)

    @property
    def division(self) -> str:
        return self.code[:2]

    @property
    def right(self) -> bool:
        return self.read == self.division


def _meaning(addition: Addition, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the divisions that a word may stand for: goods are held by those who sell them too."""
    if addition.kind != PRODUCTS:
        return frozenset({addition.code[:2]})
    sense = vocabulary.product(addition.code)
    return frozenset(code[:2] for code in (sense.make, sense.wholesale, sense.retail) if code)


def _contradicted(rows: Sequence[_Row], divisions: Collection[str]) -> bool:
    """Tell whether the rows that are coded surely mostly mean something else by the word."""
    sure = [row for row in rows if row.sure]
    agreeing = sum(row.read in divisions for row in sure)
    return len(sure) >= CONTRADICTED_ROWS and agreeing < CONTRADICTED_SHARE * len(sure)


def _candidates(
    rows: Sequence[_Row], vocabulary: Vocabulary, never: Collection[str]
) -> list[tuple[Addition, list[_Row]]]:
    """Return words with the rows that hold them, those with most wrong rows to mend first."""
    holding: dict[str, list[int]] = defaultdict(list)
    cut = _cut(vocabulary)
    for at, row in enumerate(rows):
        for word in {word for part in cut.split(row.text) for word in _words(part)}:
            holding[word].append(at)
    longest_of: dict[tuple[int, ...], str] = {}
    for word, places in holding.items():
        if len(places) < SUPPORT or _known(word, vocabulary) or word in never:
            continue
        # Of words that always stand together the longest says the most.
        key = tuple(places)
        kept = longest_of.get(key, "")
        if (len(word), word) > (len(kept), kept):
            longest_of[key] = word
    found = []
    for key, word in longest_of.items():
        held = [rows[at] for at in key]
        counts = Counter(row.division for row in held)
        division = min(counts, key=lambda one: (-counts[one], one))
        support = counts[division]
        code = _shared([row.code for row in held if row.division == division])
        kind = kind_of(code, vocabulary)
        if support < SUPPORT or support < RATIO * len(held) or not kind:
            continue
        if not _of_business(word, held):
            continue
        wrong = sum(not row.right for row in held if row.division == division)
        found.append((-wrong, -support, -len(word), word, Addition(kind, code, word), held))
    return [(addition, held) for *_, addition, held in sorted(found, key=lambda one: one[:4])]


def _shared(codes: Sequence[str]) -> str:
    """Return what all of the codes begin with, at least their division."""
    first, last = min(codes), max(codes)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[: max(same, 2)]


def _words(text: str) -> set[str]:
    """Return every run of two to six Han characters that a text holds."""
    return {
        text[start : start + size]
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(len(text) - size + 1)
        if all("\u3400" <= one <= "\u9fff" for one in text[start : start + size])
    }


def _known(word: str, vocabulary: Vocabulary) -> bool:
    """Tell whether the word says something already, or holds what says how things are meant."""
    return (
        word in vocabulary.name_senses
        or word in vocabulary.scope_senses
        or word in vocabulary.tail_senses
        or word in vocabulary.verbs
        or any(verb in word for verb in vocabulary.verbs)
        or vocabulary.joints.search(word) is not None
    )


def _cut(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Return what stands between unknown words: verbs, kinds of firms, and words that are known."""
    known = {
        *vocabulary.verbs,
        *vocabulary.name_senses,
        *vocabulary.scope_senses,
        *vocabulary.tail_senses,
    }
    words = "|".join(map(re.escape, sorted(known, key=lambda one: (-len(one), one))))
    return re.compile(f"{words}|{vocabulary.joints.pattern}|\n")


def _of_business(word: str, rows: Sequence[_Row]) -> bool:
    """Tell whether a word names a business rather than a firm: half of the scopes hold it too."""
    scopes = [one for row in rows if (one := row.text.partition("\n")[2])]
    return 2 * sum(word in one for one in scopes) >= len(scopes)
