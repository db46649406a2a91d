"""From checked registers to the base table of an edition: whole numbers that add up over files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEYS = ("place", "precision", "industry", "year")
SUMS = (
    "n",
    "capital",
    "capital_sq",
    "capital_n",
    "capped",
    "capped_sq",
    "jobs",
    "jobs_sq",
    "jobs_n",
)
MAXIMA = ("capital_max", "capped_max", "jobs_max")
ORDER = (
    "n",
    "capital",
    "capital_sq",
    "capital_max",
    "capital_n",
    "capped",
    "capped_sq",
    "capped_max",
    "jobs",
    "jobs_sq",
    "jobs_max",
    "jobs_n",
)


def cells_of(establishments: ir.Table, *, cap_wan: int) -> ir.Table:
    """The base table as one lazy expression over a table of establishments.

    `establishments` has the columns of a checked, placed and coded register: `place`, `precision`,
    `division`, `group`, `class` (strings, "" where unknown), `registered_on` (date), `capital_wan`
    (whole units of 10,000, null where missing) and `employees`. The result has one row for each
    place × precision × most precise industry × year (0 where the date is missing), with counts,
    sums, sums of squares and maxima; `capped` is capital with each establishment's share cut off
    at `cap_wan`. The same expression runs on any of Ibis' backends.
    """
    import ibis  # a large library; of all commands only compiling needs it

    t = establishments
    capital = t.capital_wan.fill_null(0)
    jobs = t.employees.cast("int64").fill_null(0)
    prepared = t.select(
        place=t.place,
        precision=t.precision,
        industry=ibis.coalesce(
            t["class"].nullif(""), t["group"].nullif(""), t.division.nullif(""), ibis.literal("")
        ),
        year=t.registered_on.year().cast("int64").fill_null(0),
        capital=capital,
        capped=ibis.least(capital, cap_wan),
        jobs=jobs,
        has_capital=t.capital_wan.notnull().cast("int64"),
        has_jobs=t.employees.notnull().cast("int64"),
    )

    return prepared.group_by(list(KEYS)).agg(
        n=prepared.count(),
        capital=_sum(prepared.capital),
        capital_sq=_sum(prepared.capital * prepared.capital),
        capital_max=prepared.capital.max(),
        capital_n=_sum(prepared.has_capital),
        capped=_sum(prepared.capped),
        capped_sq=_sum(prepared.capped * prepared.capped),
        capped_max=prepared.capped.max(),
        jobs=_sum(prepared.jobs),
        jobs_sq=_sum(prepared.jobs * prepared.jobs),
        jobs_max=prepared.jobs.max(),
        jobs_n=_sum(prepared.has_jobs),
    )


def _sum(values: ir.IntegerValue) -> ir.IntegerValue:
    # DuckDB adds up in 128 bits: the way back to 64 refuses what does not fit, and halves the
    # result's memory.
    return values.sum().cast("decimal(38, 0)").cast("int64")


def tabulate(
    registers: Sequence[Path],
    *,
    cap_wan: int,
    scratch: Path,
    memory_mb: int = 1000,
    threads: int = 2,
) -> pa.Table:
    """The base table of several registers (Parquet), sorted by its keys; all numbers int64.

    Works in bounded memory: DuckDB spills to `scratch` beyond `memory_mb`, and the table itself
    takes some 130 bytes a cell. The rows' order and how they are split over files change nothing.
    Raises OverflowError where a sum leaves 64 bits, and ValueError where there is no register.
    """
    if not registers:
        raise ValueError("no register to tabulate")
    import ibis  # as above

    connection = ibis.duckdb.connect(
        threads=threads,
        memory_limit=f"{memory_mb}MB",
        temp_directory=str(scratch / "spill"),
        # Without these two a missing extension would be sought on the internet.
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        preserve_insertion_order=False,
    )
    try:
        paths = [str(path) for path in registers]
        establishments = connection.read_parquet(paths)
        cells = cells_of(establishments, cap_wan=cap_wan).order_by(list(KEYS))
        return whole(cells.to_pyarrow())
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as fault:
        # DuckDB checks every product and sum; Arrow's own sums would wrap around in silence.
        raise OverflowError(f"a sum of the base table does not fit 64 bits: {fault}") from fault
    finally:
        connection.disconnect()


def whole(cells: pa.Table) -> pa.Table:
    """The same table with every number as int64, columns in their canonical order."""
    columns: dict[str, pa.ChunkedArray] = {name: cells[name] for name in KEYS[:3]}
    for name in ("year", *ORDER):
        try:
            columns[name] = pc.cast(cells[name], pa.int64())
        except pa.ArrowInvalid as fault:
            raise OverflowError(f"{name} does not fit 64 bits: {fault}") from fault
    return pa.table(columns)


def merge(tables: Sequence[pa.Table]) -> pa.Table:
    """The base table of all registers together, from the base tables of each.

    Raises OverflowError where a sum leaves 64 bits, and ValueError where there is no table.
    """
    if not tables:
        raise ValueError("no table to merge")
    together = pa.concat_tables(list(tables))
    # Arrow's sums of whole numbers wrap around in silence; those of decimals do not.
    for name in SUMS:
        at = together.schema.get_field_index(name)
        together = together.set_column(at, name, pc.cast(together[name], pa.decimal128(38, 0)))
    grouped = together.group_by(list(KEYS), use_threads=False).aggregate(
        [(name, "sum") for name in SUMS] + [(name, "max") for name in MAXIMA]
    )
    columns = {name: grouped[name] for name in KEYS}
    columns.update((name, grouped[f"{name}_sum"]) for name in SUMS)
    columns.update((name, grouped[f"{name}_max"]) for name in MAXIMA)
    return whole(pa.table(columns).sort_by([(name, "ascending") for name in KEYS]))
