"""Parquet files: their own types are kept, their row groups read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables.limits import MOST_COLUMNS, MOST_GROUP_BYTES, MOST_ROWS

# Names that are no UTF-8 come as a ValueError.
_DAMAGE = (pa.ArrowException, OSError, ValueError)


def flat_columns(path: Path) -> tuple[list[str], int]:
    """Return the columns that hold one value a row, and the number of rows.

    Raises ProblemsFound for a damaged, encrypted or outsized file.
    """
    with path.open("rb") as file:
        head = file.read(4)
        if head == b"PARE":
            raise ProblemsFound([Problem("file_encrypted")])
        if head != b"PAR1":
            raise ProblemsFound([Problem("content_not_as_named")])
    try:
        with pq.ParquetFile(path) as file:
            about = file.metadata
            names = [
                field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)
            ]
            # Not by column: in a damaged file Arrow then aborts the whole process.
            groups = [about.row_group(at).total_byte_size for at in range(about.num_row_groups)]
    except _DAMAGE as fault:
        code = "file_encrypted" if "ncrypt" in str(fault) else "file_damaged"
        raise ProblemsFound([Problem(code)]) from fault
    if len(names) > MOST_COLUMNS:
        params = {"columns": len(names), "most": MOST_COLUMNS}
        raise ProblemsFound([Problem("too_many_columns", params=params)])
    largest = max(groups, default=0)
    if about.num_rows > MOST_ROWS or largest > MOST_GROUP_BYTES:
        params = {"megabytes": largest >> 20, "most": MOST_GROUP_BYTES >> 20}
        raise ProblemsFound([Problem("file_too_large", params=params)])
    if len(set(names)) < len(names):
        raise ProblemsFound([Problem("file_damaged")])
    return names, about.num_rows


def read_columns(path: Path, names: list[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Give the file's rows in batches, dictionaries unpacked; damage found late is refused too."""
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=batch_rows, columns=names):
                # A file's texts are whatever bytes its writer put there.
                batch.validate(full=True)
                yield pa.RecordBatch.from_arrays(
                    [_unpacked(batch.column(name)) for name in names], names=names
                )
    except _DAMAGE as fault:
        raise ProblemsFound([Problem("file_damaged")]) from fault


def _unpacked(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return column.cast(pa.string())
    return column
