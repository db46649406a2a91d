"""Registers for tests: the lakes' own rows read plainly, and invented files of any make."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from houses import Lakes
from xietong.atlas.models import RegisterVersion

HEADINGS = ("Name", "Registration number", "Business scope", "Address", "Industry code")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as its author planted it: the county stands in the registration number."""

    name: str
    county: str
    code: str


def planted(path: Path) -> list[Row]:
    """Read one of the lakes' registers by nothing but the csv module."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    name, number = (
        ("Name", "Registration number") if "Name" in rows[0] else ("Firm name", "Reg. no.")
    )
    return [Row(row[name], row[number][2:8], row["Industry code"]) for row in rows]


def stored(house: Lakes, version: RegisterVersion) -> pa.Table:
    """Return the rows that a version keeps, and see that its file is what its name says."""
    path = house.home / "registers" / f"{version.digest}.parquet"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == version.digest
    return pq.read_table(path)


def on_the_shelf(house: Lakes) -> list[str]:
    """Return the names of everything on the shelf of registers."""
    folder = house.home / "registers"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def write_csv(
    path: Path, rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS
) -> Path:
    """Write a table of texts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def shuffled(path: Path, into: Path, order: Sequence[int]) -> Path:
    """Write a register's rows in another order."""
    heading, *lines = path.read_text(encoding="utf-8").splitlines()
    into.write_text("\n".join([heading, *(lines[at] for at in order)]) + "\n", encoding="utf-8")
    return into
