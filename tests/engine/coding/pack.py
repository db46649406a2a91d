"""The coder with the words of China's pack."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from typing import Any

from real_data import REGIONS
from xietong.engine.coding import Coder, Vocabulary, merged, read_vocabulary

CHINA = REGIONS / "china"


def china_tables() -> dict[str, Any]:
    """The union of the pack's files."""
    files = sorted((CHINA / "coding").glob("*.toml"))
    return merged(tomllib.loads(path.read_text("utf-8")) for path in files)


@cache
def classification() -> tuple[dict[str, str], ...]:
    """All sections, divisions, groups and classes."""
    path = CHINA / "classification" / "gbt4754-2017.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def china_vocabulary() -> Vocabulary:
    """Read once a run; it is frozen."""
    return read_vocabulary(china_tables(), classification())


@cache
def china_coder() -> Coder:
    """One coder for all tests; what it remembers never changes an answer."""
    return Coder(china_vocabulary())
