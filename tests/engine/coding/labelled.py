"""Rows that somebody has read and coded, joined to the registers by a hash of the row's number.

The label files of this folder carry no row of a register: only the first 16 digits of the SHA-256
of its credit code or older number, and what we wrote about it.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

import pyarrow.parquet as pq

from real_data import REAL_DATA

HERE = Path(__file__).resolve().parent
MEMBERS = ("shanghai", "jiangsu", "zhejiang", "anhui")


@dataclass(frozen=True)
class Labelled:
    """A row with its label: the division, other defensible ones, and what lies below, or ""."""

    name: str
    scope: str
    division: str
    alternatives: frozenset[str]
    group: str
    class_: str = ""
    pool: str = "random"
    coders: tuple[str, ...] = ()

    def right(self, division: str) -> bool:
        return division == self.division

    def defensible(self, division: str) -> bool:
        return division == self.division or division in self.alternatives


def register(member: str) -> Iterator[tuple[str, str, str]]:
    """Give each row's number (its credit code, else the older one), name and scope."""
    path = REAL_DATA / "yrd-enterprises-1978-2004" / f"enterprises_{member}.parquet"
    table = pq.read_table(path, columns=["uscc", "regno", "name", "scope"])
    for code, older, name, scope in zip(
        *(table[column].to_pylist() for column in table.column_names), strict=True
    ):
        yield code or older or "", name or "", scope or ""


def key(number: str) -> str:
    """Return what stands for a row in the label files."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]


@cache
def rows_by_key() -> dict[str, tuple[str, str]]:
    """Name and scope of every row that has a number."""
    return {
        key(number): (name, scope)
        for member in MEMBERS
        for number, name, scope in register(member)
        if number
    }


def labels(file: str) -> list[Labelled]:
    """The rows of one of this folder's label files."""
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        return [
            Labelled(
                *rows_by_key()[row["key"]],
                division=row["division"],
                alternatives=frozenset(row["alternatives"].split()),
                group=row["group"],
                class_=row.get("class", ""),
                pool=row.get("pool", "random"),
            )
            for row in csv.DictReader(lines)
        ]


def coders_labels() -> list[Labelled]:
    """The 240 rows of two coders; the first one's label, alternatives of both, a shared group."""
    with (REAL_DATA / "industry-labels" / "labels.csv").open(encoding="utf-8") as lines:
        return [
            Labelled(
                *rows_by_key()[key(row["uscc"])],
                division=row["division_a"],
                alternatives=frozenset((row["division_b"], row["alt_a"], row["alt_b"])) - {""},
                group=row["group_a"] if row["group_a"] == row["group_b"] else "",
                coders=(row["division_a"], row["division_b"]),
            )
            for row in csv.DictReader(lines)
        ]


def interval(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval of a share, at 95 % (Wilson 1927, JASA 22:209)."""
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half
