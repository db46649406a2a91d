"""Amounts of money as registers write them, and their worth in the pack's own currency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from xietong.engine.tables.cells import parse_number
from xietong.engine.terms import fold

_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3}(?![a-z]))?")
_BETWEEN = re.compile(r"[\s()\[\]{}<>:：;、/\\_~*.。-]+")
_APART = re.compile(r"(?<=\d)\s+(?=\d)")
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
# What one 64-bit whole number holds, in units of 10,000.
_MOST = 2**63 - 1
_REMEMBERED = 10_000
TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Unit:
    """What a heading or a cell says beside its figure: a multiplier, a currency's code, or none."""

    multiplier: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount: `value` in whole units of `currency`; `unit_said` tells a cell with its own."""

    value: Decimal
    currency: str | None
    unit_said: bool


@dataclass(frozen=True)
class Currencies:
    """The words of amounts and what each currency is worth, from the pack's currencies.toml.

    `base` is the currency converted to; `worth` gives units of it per unit of each currency.
    """

    base: str
    worth: Mapping[str, Decimal]
    multipliers: Mapping[str, int]
    names: Mapping[str, str]
    words: re.Pattern[str]
    _units: dict[str, Unit | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def build(cls, facts: Mapping[str, Any]) -> Currencies:
        """Compile the facts; raises KeyError or ValueError where they contradict themselves."""
        multipliers = {fold(word): int(by) for word, by in facts["multipliers"].items()}
        names: dict[str, str] = {}
        for code, about in facts["currencies"].items():
            for name in (code, *about["names"]):
                if names.setdefault(_squeezed(name), code) != code:
                    raise ValueError(f"“{name}” names both {names[_squeezed(name)]} and {code}")
        fillers = [fold(word) for word in facts["fillers"]]
        worth = {code: Decimal(about["worth"]) for code, about in facts["currencies"].items()}
        if worth[facts["base"]] != 1:
            raise ValueError(f"the base {facts['base']} must be worth 1")
        longest_first = sorted(
            {*multipliers, *names, *fillers}, key=lambda word: (-len(word), word)
        )
        return cls(
            base=facts["base"],
            worth=worth,
            multipliers=multipliers,
            names=names,
            words=re.compile("|".join(map(re.escape, longest_first))),
        )

    def unit(self, text: str) -> Unit | None:
        """Return what a heading's remark says; None where a word of it is no word of amounts.

        `unit("（万元）")` is a multiplier of 10,000 with no currency.
        """
        return self._unit(_squeezed(text))

    def currency(self, text: str) -> str | None:
        """Return the code of a currency named alone in a cell, or None."""
        said = self.unit(text)
        return said.currency if said is not None and said.multiplier is None else None

    def amount(self, text: str) -> Amount | None:
        """Return the amount that a cell says, or None where it is not one amount.

        Reads 600(万元人民币), 1.2亿元, 4,264.8800(万元人民币), 50万美元, 1亿2000万元.
        """
        text = _squeezed(text)
        figures = list(_NUMBER.finditer(text))
        if not figures:
            return None
        if figures[0].group().startswith("-"):
            return None
        currency: str | None = None
        before = self._unit(text[: figures[0].start()])
        if before is None or before.multiplier is not None:
            return None
        currency = before.currency
        value = Decimal(0)
        unit_said = False
        smallest: int | None = None
        for at, figure in enumerate(figures):
            end = figures[at + 1].start() if at + 1 < len(figures) else len(text)
            number = parse_number(figure.group())
            said = self._unit(text[figure.end() : end])
            if number is None or said is None:
                return None
            if said.multiplier is None and len(figures) > 1:
                return None
            times = said.multiplier or 1
            # 1亿2000万 goes down in its units; two figures of one size are two amounts.
            if smallest is not None and times >= smallest:
                return None
            smallest = times
            unit_said = unit_said or said.multiplier is not None
            if said.currency is not None:
                if currency not in (None, said.currency):
                    return None
                currency = said.currency
            value += _EXACT.multiply(number, Decimal(times))
        return Amount(value, currency, unit_said)

    def in_ten_thousands(self, value: Decimal, currency: str) -> int | None:
        """Return the worth in whole units of 10,000 of the base, half to even; None beyond 64 bits.

        Raises KeyError for a currency without a stated worth.
        """
        worth = _EXACT.divide(_EXACT.multiply(value, self.worth[currency]), TEN_THOUSAND)
        if worth.adjusted() > 18:
            return None
        whole = int(worth.to_integral_value(rounding=ROUND_HALF_EVEN))
        return whole if abs(whole) <= _MOST else None

    def _unit(self, text: str) -> Unit | None:
        """Read a squeezed remark; the few that a table repeats are remembered."""
        if text not in self._units:
            if len(self._units) >= _REMEMBERED:
                self._units.clear()
            self._units[text] = self._read_unit(text)
        return self._units[text]

    def _read_unit(self, text: str) -> Unit | None:
        multiplier: int | None = None
        currency: str | None = None
        for word in self._cut(text):
            if word is None:
                return None
            if word in self.multipliers:
                multiplier = (multiplier or 1) * self.multipliers[word]
            elif word in self.names:
                if currency not in (None, self.names[word]):
                    return None
                currency = self.names[word]
        return Unit(multiplier, currency)

    def _cut(self, text: str) -> list[str | None]:
        """Cut a remark into words of amounts; None stands for anything else."""
        cut: list[str | None] = []
        for part in _BETWEEN.split(text):
            at = 0
            while at < len(part):
                found = self.words.match(part, at)
                if found is None:
                    return [None]
                cut.append(found.group())
                at = found.end()
        return cut


def _squeezed(text: str) -> str:
    # Two figures with a space between are not one: they stay apart, and are then refused.
    return "".join(_APART.sub(";", fold(text)).split())
