"""What an edition publishes, as arrays, and the one file that keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Marks = NDArray[np.uint8]
Flags = NDArray[np.bool_]

# How a cell may be read; the order is that of engine.disclosure.
ZERO, PUBLISHED, WITHHELD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class LevelTable:
    """One level of places: rows are industries, columns are places, in the edition's orders.

    Numbers of a cell that is not PUBLISHED are 0 or NaN here: what is withheld is not in the file.
    `capital` is in units of 10,000 of the country's currency, each establishment's up to the cap;
    it is told for no groups. The indices describe one industry
    over all places of the level, NaN where they are withheld or undefined.
    """

    places: NDArray[np.str_]  # P
    status: Marks  # I × P
    n: Ints
    lq: Floats
    low: Floats
    high: Floats
    symmetric: Floats
    standardised: Floats
    significant: Flags
    capital_status: Marks
    capital: Ints
    capital_lq: Floats
    capital_low: Floats
    capital_high: Floats
    hhi: Floats  # I
    ellison_glaeser: Floats
    eg_deviation: Floats
    maurel_sedillot: Floats


@dataclass(frozen=True, slots=True)
class YearTable:
    """Registrations by year of units that survived: prefecture × division × year, and totals."""

    places: NDArray[np.str_]  # prefectures and provinces, P
    industries: NDArray[np.str_]  # node keys: the total and divisions, I
    years: Ints  # Y
    status: Marks  # P × I × Y
    n: Ints


@dataclass(frozen=True, slots=True)
class EditionTables:
    """All that an edition publishes, apart from names, outlines and clusters."""

    industries: NDArray[np.str_]  # node keys, I
    totals: Ints  # units of the region by industry, 0 where withheld, I
    total_status: Marks  # how they may be read, I
    levels: Mapping[str, LevelTable]
    years: YearTable
    insufficient: NDArray[np.str_]  # codes of places too thinly placed to be read
    coverage_places: NDArray[np.str_]  # prefectures
    coverage: Floats  # share of their rows that are placed at county level


def save(tables: EditionTables, path: Path) -> None:
    """Write the tables to one compressed .npz file."""
    arrays: dict[str, Any] = {
        "industries": tables.industries,
        "totals": tables.totals,
        "total_status": tables.total_status,
        "insufficient": tables.insufficient,
        "coverage_places": tables.coverage_places,
        "coverage": tables.coverage,
    }
    for level, table in tables.levels.items():
        for part in fields(LevelTable):
            arrays[f"{level}.{part.name}"] = getattr(table, part.name)
    for part in fields(YearTable):
        arrays[f"years.{part.name}"] = getattr(tables.years, part.name)
    np.savez_compressed(path, **arrays)


def load(path: Path) -> EditionTables:
    """Read what `save` wrote; the arrays are read-only."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    for array in arrays.values():
        array.flags.writeable = False
    levels = {name.split(".")[0] for name in arrays if name.endswith(".lq")}
    return EditionTables(
        industries=arrays["industries"],
        totals=arrays["totals"],
        total_status=arrays["total_status"],
        insufficient=arrays["insufficient"],
        coverage_places=arrays["coverage_places"],
        coverage=arrays["coverage"],
        levels={
            level: LevelTable(**{p.name: arrays[f"{level}.{p.name}"] for p in fields(LevelTable)})
            for level in sorted(levels)
        },
        years=YearTable(**{p.name: arrays[f"years.{p.name}"] for p in fields(YearTable)}),
    )
