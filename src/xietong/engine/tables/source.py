"""One table, whatever it came in: its headings, and its rows in batches with their numbers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables import columnar, text, workbook
from xietong.engine.tables.headers import Synonyms
from xietong.engine.tables.heading_rows import SAMPLE, find_headings
from xietong.engine.tables.limits import MOST_CHARACTERS, MOST_COLUMNS

BATCH_ROWS = 32_768
TEXTS = {".csv", ".tsv", ".txt"}
SHEETS = {".xlsx", ".xlsm", ".xls", ".ods"}
PARQUETS = {".parquet", ".pq"}
_BINARY = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"), b"PAR1", b"PARE", b"%PDF", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class TableBatch:
    """Some rows of a table: `rows` are their numbers as the person sees them (int64, no nulls).

    `data` has the source's columns in order: strings, or a Parquet file's own types; a blank cell
    is null or "". `problems` are rows that could not be cut into cells; they are not in `data`.
    """

    rows: pa.Array
    data: pa.RecordBatch
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class TableSource:
    """A table that can be read, again and again, from its first record on.

    `columns` are the headings as found ("" where a column has none). `form` is csv, sheet or
    parquet; `encoding` and `delimiter` are a text's, `sheet` a workbook's, "" otherwise.
    `epoch_1904` tells how serial days count.
    """

    path: Path
    form: str
    columns: tuple[str, ...]
    first_row: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    epoch_1904: bool = False
    _read: Callable[[int], Iterator[TableBatch]] | None = None

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[TableBatch]:
        """Give all records in the file's order, `rows` at a time; blank rows are left out.

        Raises ProblemsFound where the file turns out damaged on the way.
        """
        if rows < 1:
            raise ValueError(f"a batch of {rows} rows")
        assert self._read is not None  # noqa: S101  (open_table always gives one)
        return self._read(rows)

    def watched(self, told: Callable[[int], None]) -> TableSource:
        """Return the same table; `told` hears how many records it has given, batch by batch."""

        def read(rows: int) -> Iterator[TableBatch]:
            given = 0
            for batch in self.batches(rows):
                given += batch.data.num_rows
                told(given)
                yield batch

        return replace(self, _read=read)


def open_table(
    path: Path, synonyms: Synonyms | None = None, *, sheet: str | None = None
) -> TableSource:
    """Open a CSV, XLSX, XLS, ODS or Parquet file by its ending, and find its headings.

    `synonyms` tell headings from titles above them and find headings in two rows; without them the
    first row of texts is taken. Nothing but the head of the file is read here (a sheet is read
    whole). Raises ProblemsFound for an ending that is not known, a content that is not what the
    ending says, and a file that is empty, damaged, encrypted or too large.
    """
    ending = path.suffix.lower()
    if ending in TEXTS:
        source = _text(path, synonyms)
    elif ending in SHEETS:
        source = _sheet(path, synonyms, sheet)
    elif ending in PARQUETS:
        source = _parquet(path)
    else:
        raise ProblemsFound([Problem("ending_unknown", params={"ending": ending or "–"})])
    if len(source.columns) > MOST_COLUMNS:
        params = {"columns": len(source.columns), "most": MOST_COLUMNS}
        raise ProblemsFound([Problem("too_many_columns", params=params)])
    if any(len(one) > MOST_CHARACTERS for one in source.columns):
        raise ProblemsFound([Problem("cell_too_large", params={"most": MOST_CHARACTERS})])
    return source


def sheets_of(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's sheets, () of any other table.

    Raises ProblemsFound for a workbook that cannot be opened.
    """
    return workbook.list_sheets(path) if path.suffix.lower() in SHEETS else ()


def _text(path: Path, synonyms: Synonyms | None) -> TableSource:
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_BINARY) or zipfile.is_zipfile(path):
        raise ProblemsFound([Problem("content_not_as_named")])
    form = text.detect(path)
    start = list(islice(text.records(path, form), SAMPLE + 1))
    grid = [[] if isinstance(one, Problem) else one for one in start]
    headings = find_headings(grid, synonyms)
    if headings is None:
        broken = [one for one in start if isinstance(one, Problem)]
        raise ProblemsFound(broken or [Problem("table_empty")])
    first_row = headings.last + 2
    names = headings.names

    def read(rows: int) -> Iterator[TableBatch]:
        cut = enumerate(text.records(path, form), 1)
        wanted = ((row, record) for row, record in cut if row >= first_row)
        return _batches(wanted, names, rows)

    return TableSource(
        path, "csv", names, first_row, encoding=form.encoding, delimiter=form.delimiter, _read=read
    )


def _sheet(path: Path, synonyms: Synonyms | None, sheet: str | None) -> TableSource:
    found = workbook.read_sheet(path, synonyms, sheet)
    names = found.headings.names

    def read(rows: int) -> Iterator[TableBatch]:
        return _batches(found.rows(), names, rows)

    return TableSource(
        path,
        "sheet",
        names,
        found.headings.last + 2,
        sheet=found.name,
        epoch_1904=found.epoch_1904,
        _read=read,
    )


def _parquet(path: Path) -> TableSource:
    names, count = columnar.flat_columns(path)
    if not names or not count:
        raise ProblemsFound([Problem("table_empty")])

    def read(rows: int) -> Iterator[TableBatch]:
        row = 2
        for batch in columnar.read_columns(path, names, rows):
            numbers = np.arange(row, row + batch.num_rows, dtype=np.int64)
            yield _without_large_cells(TableBatch(pa.array(numbers), batch))
            row += batch.num_rows

    return TableSource(path, "parquet", tuple(names), 2, _read=read)


def _batches(
    records: Iterator[tuple[int, list[str] | list[str | None] | Problem]],
    names: tuple[str, ...],
    rows: int,
) -> Iterator[TableBatch]:
    width = len(names)
    kept: list[list[str] | list[str | None]] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    for row, record in records:
        if isinstance(record, Problem):
            problems.append(record)
            continue
        if len(record) != width:
            spare = record[width:]
            if any(cell and cell.strip() for cell in spare):
                params = {"cells": len(record), "columns": width}
                problems.append(Problem("row_too_long", row, params=params))
                continue
            record = [*record[:width], *[None] * (width - len(record))]
        if not any(record) or not any(cell and cell.strip() for cell in record):
            continue
        kept.append(record)
        numbers.append(row)
        if len(kept) == rows:
            yield _batch(kept, numbers, names, problems)
            kept, numbers, problems = [], [], []
    if kept or problems:
        yield _batch(kept, numbers, names, problems)


def _batch(
    kept: list[list[str] | list[str | None]],
    numbers: list[int],
    names: tuple[str, ...],
    problems: list[Problem],
) -> TableBatch:
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(names)
    return _without_large_cells(
        TableBatch(
            pa.array(numbers, pa.int64()),
            pa.RecordBatch.from_arrays(
                [pa.array(column, pa.string()) for column in columns], names=list(names)
            ),
            tuple(problems),
        )
    )


def _without_large_cells(batch: TableBatch) -> TableBatch:
    """Leave rows out of which a cell is larger than any that people write, and say so."""
    large = None
    for column in batch.data.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            lengths = pc.utf8_length(column)
            if (pc.max(lengths).as_py() or 0) > MOST_CHARACTERS:
                found = pc.fill_null(pc.greater(lengths, MOST_CHARACTERS), False)
                large = found if large is None else pc.or_(large, found)
    if large is None:
        return batch
    told = [
        Problem("cell_too_large", row, params={"most": MOST_CHARACTERS})
        for row in batch.rows.filter(large).to_pylist()
    ]
    kept = pc.invert(large)
    return TableBatch(batch.rows.filter(kept), batch.data.filter(kept), (*batch.problems, *told))
