"""Reading a pack's curated words: checked, every fault at once, and made ready for the coder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from xietong.engine.coding.lexicon import Lexicon
from xietong.engine.coding.vocabulary import (
    ACTIVITY,
    FORM,
    GOODS,
    PROCESS,
    Sense,
    Vocabulary,
    Weights,
    longest,
)
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.terms import fold

_GOODS_ACTORS = frozenset(("make", "wholesale", "retail"))


def merged(tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one mapping of several parsed files; word lists under one key are joined."""
    whole: dict[str, Any] = {}
    for table in tables:
        for key, value in table.items():
            if isinstance(value, Mapping):
                inner = whole.setdefault(key, {})
                for code, words in value.items():
                    known = inner.get(code)
                    both = isinstance(known, str) and isinstance(words, str)
                    inner[code] = f"{known} {words}" if both else words
            elif isinstance(value, list):
                whole[key] = [*whole.get(key, []), *value]
            else:
                whole[key] = value
    return whole


def read_vocabulary(
    tables: Mapping[str, Any], classification: Iterable[Mapping[str, str]]
) -> Vocabulary:
    """Return the vocabulary of parsed tables, or raise `ProblemsFound` with every fault.

    `tables` is the union of the pack's parsed TOML files (docs/methods/industry-coding.md gives the
    format); `classification` has rows with `code`, `level` and `name_zh`. The classification's
    own names become words where the curated tables do not know them.
    """
    rows = list(classification)
    codes = frozenset(row["code"] for row in rows if row["code"].isdigit())
    builder = _Builder(tables, codes)
    builder.read()
    builder.add_names(rows)
    if builder.problems:
        raise ProblemsFound(builder.problems)
    return builder.vocabulary()


def deepened_codes(codes: frozenset[str]) -> dict[str, str]:
    """Return the class of each division or group that holds but one."""
    below: dict[str, set[str]] = {}
    for code in codes:
        if len(code) == 4:
            for depth in (2, 3):
                below.setdefault(code[:depth], set()).add(code)
    return {code: min(classes) for code, classes in below.items() if len(classes) == 1}


def closing_roles(
    words: Iterable[str], verbs: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return the roles of the verb that a word ends in (软件开发): it speaks for a whole list."""
    closing: dict[str, frozenset[str]] = {}
    for word in words:
        for start in range(1, len(word) - 1):
            if roles := verbs.get(word[start:]):
                closing[word] = roles
                break
    return closing


def _weights(table: Mapping[str, str]) -> dict[str, float]:
    return {word: float(weight) for weight, words in table.items() for word in words.split()}


class _Builder:
    def __init__(self, tables: Mapping[str, Any], codes: frozenset[str]) -> None:
        self.tables = tables
        self.codes = codes
        self.deepened = deepened_codes(codes)
        self.problems: list[Problem] = []
        self.shared: dict[str, Sense] = {}
        self.name: dict[str, Sense] = {}
        self.scope: dict[str, Sense] = {}
        self.tail: dict[str, Sense] = {}
        self.faint = _weights(tables.get("faint", {}))
        self.faint_name = _weights(tables.get("faint_name", {}))
        self.faint_scope = _weights(tables.get("faint_scope", {}))
        self.faint_later = _weights(tables.get("faint_later", {}))
        self.sold = dict(tables["sold"])
        self.retailed = dict(tables["retailed"])
        self.made = dict(tables["made"])

    def read(self) -> None:
        given = self.tables["weights"]
        names = {one.name for one in fields(Weights)}
        self.problems += [
            Problem("vocabulary_weight_unknown", params={"weight": name})
            for name in sorted(names ^ {*given})
        ]
        self._check_codes()
        for code, word in self._words("products"):
            self._put(self.shared, word, self._product(word, code))
        for code, word in self._words("goods"):
            self._put(
                self.shared,
                word,
                Sense(
                    GOODS,
                    make=longest(self.made, code),
                    wholesale=code,
                    retail=longest(self.retailed, code),
                    weight=self.faint.get(word, 1.0),
                    traded=True,
                    guessed=True,
                ),
            )
        for code, word in self._words("retail_goods"):
            known = self.shared.get(word)
            if known is None:
                self.problems.append(
                    Problem("vocabulary_word_unknown", field="retail_goods", params={"word": word})
                )
                continue
            self.shared[word] = replace(known, retail=code)
        for word in self.tables["traded"]["words"].split():
            if word in self.shared:
                self.shared[word] = replace(self.shared[word], traded=True)
        for code, word in self._words("processes"):
            self._put(
                self.shared,
                word,
                Sense(PROCESS, make=code, weight=self.faint.get(word, 1.0)),
            )
        for code, word in self._words("activities"):
            self._put(self.shared, word, self._activity(word, code))
        for code, word in self._words("name"):
            self._put(self.name, word, self._activity(word, code))
        for code, word in self._words("name_products"):
            self._put(self.name, word, self._product(word, code))
        for code, word in self._words("scope"):
            self._put(self.scope, word, self._activity(word, code))
        for code, word in self._words("tail"):
            self._put(self.tail, word, self._activity(word, code))
        for form in self.tables["form"]:
            sense = Sense(FORM, actors=dict(form["actors"]))
            for word in form.get("words", "").split():
                self._put(self.name, word, sense)
        for word in self.tables["ignored_name_words"].split():
            self._put(self.name, word, Sense(FORM))
        for word in self.tables["ignored_words"].split():
            self.name.setdefault(word, Sense(FORM))
            self._put(self.scope, word, Sense(FORM))

    def _check_codes(self) -> None:
        """Find codes that are none, in the tables that lead from a code or a word to a code."""
        tables = self.tables
        led = {
            name: {*tables[name].values()}
            for name in ("sold", "retailed", "made", "unnamed", "machines_for")
        }
        led["modifiers"] = {*tables["modifiers"]}
        led["services"] = {code for codes in tables["services"].values() for code in codes.values()}
        led["form"] = {actor for form in tables["form"] for actor in form["actors"]} - _GOODS_ACTORS
        self.problems += [
            Problem("vocabulary_code_unknown", field=name, params={"code": code})
            for name, codes in led.items()
            for code in sorted(codes - self.codes)
        ]

    def add_names(self, rows: list[Mapping[str, str]]) -> None:
        """Add the classification's own names, without 制造, 批发 and their like."""
        ending = re.compile(self.tables["classification_ending"])
        parting = re.compile(self.tables["classification_parting"])
        never = {*self.tables["classification_never"].split()}
        for row in sorted(rows, key=lambda row: (-len(row["code"]), row["code"])):
            code = row["code"]
            if row["level"] not in ("class", "group") or not code.isdigit():
                continue
            plain = re.sub(r"[(（].*?[)）]", "", row["name_zh"])
            making = bool(longest(self.sold, code))
            for part in parting.split(plain):
                word = fold(ending.sub("", part))
                if len(word) < 3 or word in self.shared or word in never:
                    continue
                if making:
                    self.shared[word] = self._product(word, code)
                elif code[:2] not in ("51", "52") and len(word) > 3:
                    self.shared[word] = self._activity(word, code)

    def vocabulary(self) -> Vocabulary:
        name = {**self.shared, **self.name}
        scope = {**self.shared, **self.scope}
        for word, weight in self.faint_name.items():
            if word in name:
                name[word] = replace(name[word], weight=weight)
        for word, weight in self.faint_scope.items():
            if word in scope:
                scope[word] = replace(scope[word], weight=weight)
        for word, weight in self.faint_later.items():
            if word in scope:
                scope[word] = replace(scope[word], later=weight)
        tail = dict(self.tail)
        tables = self.tables
        joints = "|".join(map(re.escape, tables["joints"].split()))
        conjunctions = "|".join(map(re.escape, tables["conjunctions"].split()))
        verbs = {
            verb: frozenset(roles.split("+")) - {"none"}
            for roles, verbs in tables["verbs"].items()
            for verb in verbs.split()
        }
        return Vocabulary(
            name_senses=name,
            scope_senses=scope,
            tail_senses=tail,
            name_lexicon=Lexicon(name),
            scope_lexicon=Lexicon([*scope, *verbs]),
            tail_lexicon=Lexicon(tail),
            verbs=verbs,
            joints=re.compile(joints),
            conjunction=re.compile(f"(?:{conjunctions})(?:{joints})*"),
            closing=closing_roles(scope, verbs),
            strip=tuple(re.compile(pattern) for pattern in tables["strip"]),
            name_strip=tuple(re.compile(pattern) for pattern in tables["name_strip"]),
            name_split=re.compile(tables["name_split"]),
            side_marks=tuple(tables["side_marks"]),
            forms=tuple(
                (re.compile(form["pattern"]), dict(form["actors"]))
                for form in tables["form"]
                if "pattern" in form
            ),
            unnamed=dict(tables["unnamed"]),
            generic=frozenset(tables["generic"]["words"].split()),
            machines=frozenset(tables["generic"]["machines"].split()),
            machines_for=self._deep(tables["machines_for"]),
            modifiers={
                word: self.deepened.get(code, code)
                for code, words in tables["modifiers"].items()
                for word in words.split()
            },
            modified=tuple(tables["modified"]["parts"].split()),
            unmodified=tuple(tables["modified"]["never"].split()),
            services={role: self._deep(codes) for role, codes in tables["services"].items()},
            codes=self.codes,
            weights=Weights(**{key: float(value) for key, value in tables["weights"].items()}),
            sold=self.sold,
            retailed=self.retailed,
            calibration=tuple((float(x), float(y)) for x, y in tables["calibration"]["knots"]),
        )

    def _deep(self, table: Mapping[str, str]) -> dict[str, str]:
        """Return a table of codes, each as deep as it goes where there is but one way down."""
        return {key: self.deepened.get(code, code) for key, code in table.items()}

    def _words(self, table: str) -> Iterable[tuple[str, str]]:
        for code, words in self.tables.get(table, {}).items():
            if code not in self.codes:
                self.problems.append(
                    Problem("vocabulary_code_unknown", field=table, params={"code": code})
                )
            for word in words.split():
                yield self.deepened.get(code, code), word

    def _put(self, into: dict[str, Sense], word: str, sense: Sense) -> None:
        if word != fold(word):
            self.problems.append(Problem("vocabulary_word_unfolded", params={"word": word}))
        if word in into:
            self.problems.append(Problem("vocabulary_word_twice", params={"word": word}))
        into[word] = sense

    def _product(self, word: str, code: str) -> Sense:
        wholesale = longest(self.sold, code)
        return Sense(
            GOODS,
            make=code,
            wholesale=wholesale,
            retail=longest(self.retailed, wholesale),
            weight=self.faint.get(word, 1.0),
        )

    def _activity(self, word: str, code: str) -> Sense:
        return Sense(ACTIVITY, code=code, weight=self.faint.get(word, 1.0))
