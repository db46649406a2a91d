"""Trades: an industry's code with the words that a made-up firm of it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xietong.engine.coding.vocabulary import longest

KINDS = MAKE, WHOLESALE, RETAIL, SERVICE = ("make", "wholesale", "retail", "service")
SHORTEST, LONGEST = 2, 8


@dataclass(frozen=True, slots=True)
class Trade:
    """One industry as firms speak of it: its code, what they do with the words, and the words."""

    code: str
    kind: str
    words: tuple[str, ...]


def trades_of(tables: Mapping[str, Any], *, divisions: Iterable[str]) -> dict[str, Trade]:
    """Return the trades of some divisions that a coder's vocabulary has words for, by code.

    `tables` is the union of a pack's vocabulary files (see xietong.engine.coding). A thing that is
    made gives words to its maker and to those who sell it in bulk and in shops; words that say
    little wherever they stand are left out.
    """
    wanted = frozenset(divisions)
    faint = {word for words in tables.get("faint", {}).values() for word in words.split()}
    faint |= {word for words in tables.get("faint_scope", {}).values() for word in words.split()}
    found: dict[tuple[str, str], dict[str, None]] = {}

    def add(code: str, kind: str, words: str) -> None:
        if code and code[:2] in wanted:
            good = [w for w in words.split() if SHORTEST <= len(w) <= LONGEST and w not in faint]
            found.setdefault((code, kind), {}).update(dict.fromkeys(good))

    for code, words in tables.get("products", {}).items():
        seller = longest(tables["sold"], code)
        add(code, MAKE, words)
        add(seller, WHOLESALE, words)
        add(longest(tables["retailed"], seller) if seller else "", RETAIL, words)
    for code, words in tables.get("goods", {}).items():
        add(code, WHOLESALE, words)
        add(longest(tables["retailed"], code), RETAIL, words)
    for code, words in tables.get("activities", {}).items():
        add(code, SERVICE, words)
    trades: dict[str, Trade] = {}
    for code, kind in sorted(found, key=lambda one: (one[0], KINDS.index(one[1]))):
        words_found = found[code, kind]
        # A code of several kinds keeps the one with most words, the first of KINDS among equals.
        if words_found and (code not in trades or len(words_found) > len(trades[code].words)):
            trades[code] = Trade(code, kind, tuple(words_found))
    return trades


def weights_of(trades: Mapping[str, Trade], mix: Mapping[str, float]) -> dict[str, float]:
    """Return each code's weight: its division's in `mix`, shared out by how many words it has."""
    total: dict[str, int] = {}
    for code, trade in trades.items():
        total[code[:2]] = total.get(code[:2], 0) + len(trade.words)
    return {
        code: mix.get(code[:2], 0.0) * len(trade.words) / total[code[:2]]
        for code, trade in trades.items()
    }
