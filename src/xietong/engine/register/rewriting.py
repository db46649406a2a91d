"""A checked register written anew: the same rows, and what a transform adds to them today."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xietong.engine.register.columns import SCHEMA
from xietong.engine.register.writing import (
    GROUP_ROWS,
    PART,
    Transform,
    flush_folder,
    name_by_content,
    write_groups,
)


def rewrite_register(kept: Path, out_dir: Path, *, transform: Transform) -> tuple[Path, str]:
    """Write the rows of a register's file with what `transform` adds; return path and SHA-256.

    What an earlier transform had added is left out first: the same rows and the same transform
    give the bytes that `write_register` gives. What fails leaves nothing.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PART, suffix=".parquet", dir=out_dir)
    os.close(handle)
    part = Path(name)
    try:
        with pq.ParquetFile(kept) as file:
            groups = (
                pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA)
                for at in range(file.num_row_groups)
                for batch in file.read_row_group(at, columns=SCHEMA.names)
                .combine_chunks()
                .to_batches(GROUP_ROWS)
            )
            write_groups(part, (transform(group) for group in groups))
        path, digest = name_by_content(part, out_dir)
    finally:
        part.unlink(missing_ok=True)
    flush_folder(out_dir)
    return path, digest
