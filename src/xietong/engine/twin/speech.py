"""How a country's registers speak: the patterns that made-up rows are filled into."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

COUNTY, PREFECTURE = "county", "prefecture"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One pattern: how often it is used, for what kind of thing, and which fields it fills in."""

    pattern: str
    share: float
    kind: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Amount:
    """One way of writing capital: currency, how many ten-thousands its figure counts, the least."""

    pattern: str
    share: float
    currency: str
    unit: float
    least: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A pack's twin.toml: every word and habit of its made-up registers.

    `columns` maps what a row has to the heading that it stands under, in the order of the file.
    `habits` and `faults` give how often what a scope need not have, and each fault, turns up.
    """

    mark: str
    columns: Mapping[str, str]
    code_prefix: str
    code_mark: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    names: tuple[Phrase, ...]
    scopes: tuple[Phrase, ...]
    sidelines: tuple[str, ...]
    closings: tuple[str, ...]
    addresses: tuple[Phrase, ...]
    roads: tuple[str, ...]
    amounts: tuple[Amount, ...]
    forms: tuple[str, ...]
    dates: tuple[str, ...]
    mix: Mapping[str, float]
    habits: Mapping[str, float]
    faults: Mapping[str, float]

    @classmethod
    def of_pack(cls, facts: Mapping[str, Any]) -> Speech:
        """Take it from the parsed file; KeyError where it lacks a part."""
        code = facts.get("credit_code", {})
        return cls(
            mark=facts["mark"],
            columns=dict(facts["columns"]),
            code_prefix=code.get("prefix", ""),
            code_mark=code.get("mark", ""),
            first=tuple(facts["own"]["first"].split()),
            second=tuple(facts["own"]["second"].split()),
            names=_phrases(facts["name"], "kind"),
            scopes=_phrases(facts["scope"], "kind"),
            sidelines=tuple(facts["sidelines"]),
            closings=tuple(facts["closings"]),
            addresses=_phrases(facts["address"], "says"),
            roads=tuple(facts["roads"].split()),
            amounts=tuple(
                Amount(
                    one["pattern"],
                    float(one["share"]),
                    one["currency"],
                    float(one.get("unit", 1)),
                    float(one.get("least", 0)),
                )
                for one in facts["capital"]
            ),
            forms=tuple(facts["forms"]),
            dates=tuple(facts["dates"]),
            mix={code: float(weight) for code, weight in facts["mix"].items()},
            habits={name: float(share) for name, share in facts["habits"].items()},
            faults={name: float(share) for name, share in facts["faults"].items()},
        )


def _phrases(rows: Sequence[Mapping[str, Any]], kind: str) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(
            row["pattern"],
            float(row["share"]),
            row[kind],
            frozenset(name for _, name, _, _ in string.Formatter().parse(row["pattern"]) if name),
        )
        for row in rows
    )


def pick(chance: np.random.Generator, shares: ArrayLike, times: int) -> NDArray[np.int64]:
    """Draw positions in proportion to their shares."""
    weights = np.asarray(shares, dtype=np.float64)
    return chance.choice(len(weights), size=times, p=weights / weights.sum())
