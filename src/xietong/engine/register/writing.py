"""A checked register as a file: written aside, flushed, and named by its content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.register.checking import Reading
from xietong.engine.register.columns import SCHEMA, Rules
from xietong.engine.register.findings import Told
from xietong.engine.tables.headers import ColumnMapping
from xietong.engine.tables.source import BATCH_ROWS, TableSource

# Rows of every row group but the last: also what `transform` is given at a time.
GROUP_ROWS = 131_072
PART = ".part-"
Transform = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class WrittenRegister:
    """The file that was written: its path ends in `<sha256>.parquet`.

    `problems` are the warnings, `quality` as of `Check`.
    """

    path: Path
    sha256: str
    rows: int
    problems: tuple[Problem, ...]
    quality: dict[str, Any]


def write_register(
    source: TableSource,
    mapping: ColumnMapping,
    rules: Rules,
    out_dir: Path,
    *,
    transform: Transform | None = None,
    told: Told | None = None,
    batch_rows: int = BATCH_ROWS,
) -> WrittenRegister:
    """Check a register and write it as Parquet, in the order of the table, or write nothing.

    `transform` is given `GROUP_ROWS` rows by SCHEMA at a time (the last time fewer) and returns as
    many, with columns added; each time with the same schema. The same table, rules and transform
    give the same bytes, whatever `batch_rows` is. `told` hears every problem, however many. A
    writer that is killed leaves a file named `.part-…` in `out_dir`; anything else that fails
    leaves nothing. Raises ProblemsFound, with warnings and all, where the register is refused.
    """
    reading = Reading(source, mapping, rules, told)
    out_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, suffix=".parquet", dir=out_dir)
    os.close(handle)
    part = Path(name)
    try:
        write_groups(part, _transformed(_groups(reading, batch_rows), transform, reading))
        check = reading.check()
        if check.refused:
            raise ProblemsFound(list(check.problems))
        path, digest = name_by_content(part, out_dir)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(out_dir)
    return WrittenRegister(path, digest, check.quality["rows"], check.problems, check.quality)


def _groups(reading: Reading, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Cut the batches anew, so that a group's rows do not depend on how the table was read."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in reading.batches(batch_rows):
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= GROUP_ROWS:
            whole = pa.concat_batches(waiting)
            yield whole.slice(0, GROUP_ROWS)
            rows -= GROUP_ROWS
            waiting = [whole.slice(GROUP_ROWS)] if rows else []
    if waiting:
        yield pa.concat_batches(waiting)


def _transformed(
    groups: Iterable[pa.RecordBatch], transform: Transform | None, reading: Reading
) -> Iterator[pa.RecordBatch]:
    for group in groups:
        # A refused register is read on, so that all faults are told, but it is not transformed.
        if reading.refused:
            continue
        yield group if transform is None else transform(group)


def name_by_content(part: Path, out_dir: Path) -> tuple[Path, str]:
    """Flush a finished file and give it the name of its content; return path and SHA-256."""
    with part.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
        os.fsync(written.fileno())
    path = out_dir / f"{digest}.parquet"
    part.chmod(0o644)
    part.replace(path)
    return path, digest


def write_groups(part: Path, groups: Iterable[pa.RecordBatch]) -> None:
    """Write groups of rows as Parquet, each a row group; without any, an empty register."""
    writer: pq.ParquetWriter | None = None
    try:
        for group in groups:
            plain = group.schema.remove_metadata()
            if writer is None:
                writer = pq.ParquetWriter(part, plain, compression="zstd", write_statistics=True)
            table = pa.Table.from_batches([group.replace_schema_metadata(None)])
            writer.write_table(table, row_group_size=GROUP_ROWS)
        if writer is None:
            writer = pq.ParquetWriter(part, SCHEMA, compression="zstd")
    finally:
        if writer is not None:
            writer.close()


def flush_folder(folder: Path) -> None:
    """See that a folder's new names are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
