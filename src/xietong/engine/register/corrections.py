"""Corrections of a register: what an officer said of a unit stands over what a machine read."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import pyarrow as pa

Field: TypeAlias = Literal["industry", "place"]
INDUSTRY: Field = "industry"
PLACE: Field = "place"
FIELDS: tuple[Field, ...] = (INDUSTRY, PLACE)
CORRECTED = "corrected"
# What an override touches, in a register whose rows were placed and coded.
TOUCHED = ("place", "precision", "reason", "division", "group", "class", "confidence", "coded_by")


@dataclass(frozen=True, slots=True)
class Correction:
    """One field of one unit as an officer knows it; `value` is an industry's or a place's code."""

    unit: str
    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Corrections:
    """The corrections of one register, at most one a unit and field; their order means nothing.

    `precisions` tells for each place how close it is (county, prefecture, province), `industries`
    are the codes in use: a correction to what is in neither is no longer valid and stays aside.
    """

    by_field: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    precisions: Mapping[str, str] = field(default_factory=dict)
    industries: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        corrections: Iterable[Correction],
        *,
        precisions: Mapping[str, str],
        industries: Iterable[str],
    ) -> Corrections:
        """Gather corrections. Raises ValueError where two speak of one field of one unit."""
        by_field: dict[Field, dict[str, str]] = {name: {} for name in FIELDS}
        for one in corrections:
            if one.unit in by_field[one.field]:
                raise ValueError(f"two corrections of the {one.field} of {one.unit}")
            by_field[one.field][one.unit] = one.value
        return cls(by_field, precisions, frozenset(industries))

    @property
    def digest(self) -> str:
        """Return one hash over what they say, "" where there are none."""
        told = sorted(
            (name, unit, value)
            for name, units in self.by_field.items()
            for unit, value in units.items()
        )
        return hashlib.sha256(json.dumps(told).encode()).hexdigest() if told else ""

    def valid(self, name: Field, value: str) -> bool:
        """Tell whether a code is one that this field may have today."""
        return value in (self.precisions if name == PLACE else self.industries)


class Overriding:
    """Lays corrections over placed and coded rows, batch by batch; `facts()` counts at the end."""

    def __init__(self, corrections: Corrections) -> None:
        self._corrections = corrections
        self._left = {name: set(corrections.by_field.get(name, ())) for name in FIELDS}
        self._counts: dict[Field, Counter[str]] = {name: Counter() for name in FIELDS}

    def __call__(
        self, units: pa.Array, columns: Mapping[str, list[Any]]
    ) -> Mapping[str, list[Any]]:
        """Return the columns of TOUCHED with what was corrected; the given ones stay as they are.

        A unit whose machine-read industry lies within the corrected one keeps its deeper code.
        """
        if not any(self._left.values()):
            return columns
        changed = {name: list(columns[name]) for name in TOUCHED}
        for at, unit in enumerate(units.to_pylist()):
            for name in FIELDS:
                if unit in self._left[name]:
                    self._left[name].discard(unit)
                    self._one(name, self._corrections.by_field[name][unit], at, changed)
        return changed

    def facts(self) -> dict[str, dict[str, int]]:
        """Return by field how many were applied, how many of these the machine now says too, how
        many spoke of no row, and how many of a code that is in use no more.
        """
        return {
            name: {
                "applied": self._counts[name]["applied"],
                "agreed": self._counts[name]["agreed"],
                "not_found": len(self._left[name]),
                "invalid": self._counts[name]["invalid"],
            }
            for name in FIELDS
        }

    def _one(self, name: Field, value: str, at: int, columns: Mapping[str, list[Any]]) -> None:
        counts = self._counts[name]
        if not self._corrections.valid(name, value):
            counts["invalid"] += 1
            return
        counts["applied"] += 1
        if name == PLACE:
            counts["agreed"] += columns["place"][at] == value
            columns["place"][at] = value
            columns["precision"][at] = self._corrections.precisions[value]
            columns["reason"][at] = CORRECTED
            return
        read = columns["class"][at] or columns["group"][at] or columns["division"][at]
        agreed = read.startswith(value)
        counts["agreed"] += agreed
        code = read if agreed else value
        columns["division"][at] = code[:2]
        columns["group"][at] = code[:3] if len(code) > 2 else ""
        columns["class"][at] = code if len(code) > 3 else ""
        columns["confidence"][at] = 1.0
        columns["coded_by"][at] = CORRECTED
