"""Registers of the lakes that are large enough for something to happen in their midst."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import grown_lakes


def many_firms(path: Path, member: str, rows: int, *, salt: int = 0) -> Path:
    """Write a register with so many rows, each firm with a number of its own."""
    known = [one for one in grown_lakes.firms() if one.member == member]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(grown_lakes.HEADINGS)
        for at, firm in enumerate(islice(cycle(known), rows), start=1):
            out.writerow(replace(firm, number=1000 * (at + rows * salt) + firm.number % 1000).row())
    return path
