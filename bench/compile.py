"""From establishments to an edition: seconds and peak memory, the table beside one by pandas.

`python -m bench.compile [ROWS …]`; every figure is one fresh process on this machine.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bench.fresh import fresh, peak_megabytes, serve, timed
from xietong.engine.canonical import digest
from xietong.engine.edition.build import build_edition
from xietong.engine.edition.nodes import industry_nodes
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.rollup import MapPlace
from xietong.engine.tabulate import KEYS, tabulate, whole

ROWS = (100_000, 1_000_000, 10_000_000)
GROUP_ROWS = 131_072
CAP_WAN = 100_000
LENGTHS = {2: "division", 3: "group", 4: "class"}
COUNTIES, CLASSES, YEARS = 307, 1_400, range(1978, 2005)
BOUND_MEGABYTES = 1_500


def batches(rows: int, seed: int = 1) -> Iterator[pa.RecordBatch]:
    """Give invented establishments in a register's columns, as unevenly spread as real ones."""
    draw = np.random.default_rng(seed)
    classes, counties = np.array(_classes()), np.array(_counties())
    of_classes = _shares(draw.permutation(CLASSES) + 3.0)
    of_counties = _shares(draw.permutation(COUNTIES) + 20.0)
    for start in range(0, rows, GROUP_ROWS):
        n = min(GROUP_ROWS, rows - start)
        code = classes[draw.choice(CLASSES, n, p=of_classes)]
        place = counties[draw.choice(COUNTIES, n, p=of_counties)]
        known = draw.random(n)  # some are known only to their prefecture, some only to a division
        coarse, only_division = known < 0.08, known > 0.8
        day = np.datetime64("1978-01-01") + draw.integers(0, 365 * len(YEARS), n)
        capital = np.rint(draw.lognormal(4.5, 1.8, n)).astype(np.int64)
        yield pa.record_batch(
            {
                "place": pa.array(np.where(coarse, _cut(place, 4, "00"), place)),
                "precision": pa.array(np.where(coarse, "prefecture", "county")),
                "division": pa.array(_cut(code, 2)),
                "group": pa.array(np.where(only_division, "", _cut(code, 3))),
                "class": pa.array(np.where(only_division, "", code)),
                "registered_on": pa.array(day.astype("datetime64[D]"), mask=draw.random(n) < 0.01),
                "capital_wan": pa.array(capital, mask=draw.random(n) < 0.1),
                "employees": pa.array(
                    draw.integers(0, 500, n, dtype=np.int32), mask=draw.random(n) < 0.7
                ),
            }
        )


def _classes() -> list[str]:
    return [f"{1000 + 5 * number}" for number in range(CLASSES)]


def _counties() -> list[str]:
    return [f"{310101 + 100 * (number // 15) + number % 15}" for number in range(COUNTIES)]


def _map() -> dict[str, Any]:
    """Return the places, industries and borders that an edition of these rows is built over."""
    counties, classes = _counties(), _classes()
    prefectures = sorted({f"{code[:4]}00" for code in counties})
    levels = {code[:length]: kind for code in classes for length, kind in LENGTHS.items()}
    return {
        "places": [
            MapPlace("310000", "province", ""),
            *(MapPlace(code, "prefecture", "310000") for code in prefectures),
            *(MapPlace(code, "county", f"{code[:4]}00") for code in counties),
        ],
        "nodes": industry_nodes(levels, {code: code[:-1] for code in levels}, []),
        "adjacency": list(pairwise(counties)),
        "parameters": Parameters(),
    }


def _shares(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    return (1 / ranks) / (1 / ranks).sum()


def _cut(codes: NDArray[np.str_], length: int, end: str = "") -> NDArray[np.str_]:
    return np.char.add(codes.astype(f"U{length}"), end)


def ours(path: str) -> dict[str, Any]:
    """Tabulate, hash and build by the engine."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=Path(path).parent) as scratch:
        with timed(told, "table"):
            cells = tabulate([Path(path)], cap_wan=CAP_WAN, scratch=Path(scratch))
        with timed(told, "hash"):
            told["digest"] = _digest(cells)
        with timed(told, "edition"):
            told["clusters"] = len(build_edition(cells=cells, **_map()).clusters)
    return {**told, "cells": cells.num_rows, "peak_megabytes": peak_megabytes()}


def by_pandas(path: str) -> dict[str, Any]:
    """Make the same table as one would by hand in pandas."""
    import pandas as pd

    told: dict[str, Any] = {}
    with timed(told, "table"):
        rows = pd.read_parquet(path)
        industry = rows["class"].where(rows["class"] != "", rows["group"])
        capital = rows["capital_wan"].fillna(0).astype("int64")
        jobs = rows["employees"].fillna(0).astype("int64")
        capped = capital.clip(upper=CAP_WAN)
        ready = pd.DataFrame(
            {
                "place": rows["place"],
                "precision": rows["precision"],
                "industry": industry.where(industry != "", rows["division"]),
                "year": pd.to_datetime(rows["registered_on"]).dt.year.fillna(0).astype("int64"),
                "n": 1,
                "capital": capital,
                "capital_sq": capital * capital,
                "capital_max": capital,
                "capital_n": rows["capital_wan"].notna().astype("int64"),
                "capped": capped,
                "capped_sq": capped * capped,
                "capped_max": capped,
                "jobs": jobs,
                "jobs_sq": jobs * jobs,
                "jobs_max": jobs,
                "jobs_n": rows["employees"].notna().astype("int64"),
            }
        )
        how = {
            name: "max" if name.endswith("_max") else "sum"
            for name in ready.columns
            if name not in KEYS
        }
        made = ready.groupby(list(KEYS), as_index=False, sort=True).agg(how)
    told["digest"] = _digest(whole(_plain(pa.Table.from_pandas(made, preserve_index=False))))
    return {**told, "cells": len(made)}


def _plain(table: pa.Table) -> pa.Table:
    """Return the same table with its texts as the engine keeps them."""
    kinds = [
        pa.field(one.name, pa.int64() if pa.types.is_integer(one.type) else pa.string())
        for one in table.schema
    ]
    return table.cast(pa.schema(kinds))


def _digest(cells: pa.Table) -> str:
    return digest(tables={"cells": cells}, parameters={}, digests={}, versions={})


WAYS = {"xietong": ours, "pandas": by_pandas}


def main(sizes: tuple[int, ...] = ROWS) -> None:
    """Print seconds and peak memory by size, ours, pandas', their ratios, and the growth."""
    print(f"{'rows':>12} {'cells':>10} {'way':9}{'table':>8} {'growth':>7} {'peak':>9}", end="")
    print(f" {'hash':>7} {'edition':>8} {'peak':>9}")
    before: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            path = Path(folder) / f"{rows}.parquet"
            write(path, rows)
            told = {way: fresh("compile", way, path) for way in WAYS}
            for way, one in told.items():
                _tell(rows, way, one, before.get(way))
                before[way] = one["table_seconds"]
            us, them = told["xietong"], told["pandas"]
            print(
                f"{'':24}{'ratio':9}{us['table_seconds'] / them['table_seconds']:8.2f} {'':7} "
                f"{us['table_megabytes'] / them['table_megabytes']:9.2f}",
                flush=True,
            )
            assert us["digest"] == them["digest"], "the two tables differ"
            assert us["peak_megabytes"] < BOUND_MEGABYTES
            path.unlink()


def _tell(rows: int, way: str, told: dict[str, Any], before: float | None) -> None:
    growth = f"{told['table_seconds'] / before:6.1f}×" if before else ""
    line = f"{rows:12,} {told['cells']:10,} {way:9}{told['table_seconds']:7.1f}s {growth:>7}"
    line += f" {told['table_megabytes']:6,} MB"
    if "hash_seconds" in told:
        line += f" {told['hash_seconds']:6.1f}s {told['edition_seconds']:7.1f}s"
        line += f" {told['peak_megabytes']:6,} MB"
    print(line)


def write(path: Path, rows: int) -> None:
    """Write so many invented establishments as a register's file."""
    given = batches(rows)
    first = next(given)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        writer.write_batch(first)
        for batch in given:
            writer.write_batch(batch)


if __name__ == "__main__" and not serve(WAYS):
    main(tuple(map(int, sys.argv[1:])) or ROWS)
