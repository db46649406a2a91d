"""A table written for people: CSV, XLSX or Parquet by its ending, and no cell that runs."""

from __future__ import annotations

import csv
import math
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from xietong.engine.problems import Problem, ProblemsFound

# What a sheet program takes for a formula, or for the start of one after trimming: also in the
# wide and small forms that input methods of East Asia write, and behind what nobody sees.
_FORMULA = re.compile(
    "[\t\r\n]|[\\s\\x00-\\x1f\u00ad\u200b-\u200f\u2060\ufeff]*"
    "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
)
_FIGURE = re.compile(r"[+-]?\d+(\.\d+)?")
SHEET_ROWS = 1_048_575
SHEET_CHARACTERS = 32_767
SHEET_COLUMNS = 16_384
ENDINGS = (".csv", ".xlsx", ".parquet")


def write_table(path: Path, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> int:
    """Write a table whole or not at all, and return its number of rows.

    `columns` are the headings, one for each column of the batches; an empty or repeated one gets a
    name of its own in Parquet. CSV is UTF-8 with a mark, so that sheet programs read it right; in
    CSV and XLSX a text that a sheet program would run gets an apostrophe before it, and codes with
    leading zeros are texts. Raises ProblemsFound for another ending, and for what a sheet cannot
    hold.
    """
    ending = path.suffix.lower()
    writers = {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}
    if ending not in writers:
        raise ProblemsFound([Problem("ending_not_written", params={"ending": ending or "–"})])
    handle, name = tempfile.mkstemp(prefix=".part-", suffix=ending, dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        rows = writers[ending](part, columns, batches)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return rows


def harmless(text: str) -> str:
    """Return a text that no sheet program runs; a plain signed number stays as it is.

    >>> harmless("=HYPERLINK(A1)"), harmless("-5.2"), harmless("甲公司")
    ("'=HYPERLINK(A1)", '-5.2', '甲公司')
    """
    if _FORMULA.match(text) and not _FIGURE.fullmatch(text):
        return "'" + text
    return text


def _write_csv(part: Path, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> int:
    rows = 0
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(heading) for heading in columns])
        for batch in batches:
            values = [_for_people(column) for column in batch.columns]
            writer.writerows(zip(*values, strict=True))
            rows += batch.num_rows
    return rows


def _write_xlsx(part: Path, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> int:
    if len(columns) > SHEET_COLUMNS:
        params = {"columns": len(columns), "most": SHEET_COLUMNS}
        raise ProblemsFound([Problem("too_many_columns", params=params)])
    rows = 0
    options = {"constant_memory": True, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(part), options) as book:
        sheet = book.add_worksheet()
        heading_form = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for at, heading in enumerate(columns):
            sheet.write_string(0, at, harmless(heading), heading_form)
        for batch in batches:
            if rows + batch.num_rows > SHEET_ROWS:
                raise ProblemsFound([Problem("too_many_rows", params={"most": SHEET_ROWS})])
            values = [_for_people(column) for column in batch.columns]
            for row in zip(*values, strict=True):
                rows += 1
                for at, value in enumerate(row):
                    if isinstance(value, str):
                        _write_text(sheet, rows, at, value, columns[at])
                    elif value is not None:
                        sheet.write_number(rows, at, value)
    return rows


def _write_text(sheet: Any, row: int, at: int, text: str, heading: str) -> None:
    if len(text) > SHEET_CHARACTERS:
        params = {"length": len(text), "most": SHEET_CHARACTERS}
        raise ProblemsFound([Problem("cell_too_long", row + 1, heading, params)])
    if text:
        sheet.write_string(row, at, text)


def _write_parquet(part: Path, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> int:
    names = _unique(columns)
    rows = 0
    writer: pq.ParquetWriter | None = None
    try:
        for batch in batches:
            table = pa.Table.from_arrays(batch.columns, names=names)
            if writer is None:
                writer = pq.ParquetWriter(part, table.schema, compression="zstd")
            writer.write_table(table)
            rows += batch.num_rows
        if writer is None:
            writer = pq.ParquetWriter(part, pa.schema([(name, pa.string()) for name in names]))
    finally:
        if writer is not None:
            writer.close()
    return rows


def _unique(columns: Sequence[str]) -> list[str]:
    names: list[str] = []
    for at, heading in enumerate(columns, 1):
        name, again = heading or f"column {at}", 2
        while name in names:
            name, again = f"{heading or f'column {at}'} ({again})", again + 1
        names.append(name)
    return names


def _for_people(column: pa.Array) -> list[Any]:
    """Return cells for a sheet: whole and decimal numbers as such, the rest as harmless text."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        # A sheet knows neither infinities nor what is not a number.
        values = column.to_pylist()
        return [None if one is None or not math.isfinite(one) else one for one in values]
    if not pa.types.is_string(kind):
        column = column.cast(pa.string())
    return [None if text is None else harmless(text) for text in column.to_pylist()]
