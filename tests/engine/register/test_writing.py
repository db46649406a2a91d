"""A register is written whole, named by its bytes, and the same bytes each time; or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from engine.register.rows import code, opened, written
from engine.tables.packs import rules
from real_data import ROOT
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import GROUP_ROWS, SCHEMA, WrittenRegister, check_register, writing
from xietong.engine.register import write_register as engine_write

ROWS = [
    {"name": f"甲{at}厂", "credit_code": code(at), "capital": f"{at}万", "address": f"某路{at}号"}
    for at in range(1, 501)
]
COLUMNS = ["name", "credit_code", "capital", "address"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return written(tmp_path / "register.csv", ROWS, COLUMNS)


def write(
    path: Path, out: Path, batch_rows: int = 32_768, transform: writing.Transform | None = None
) -> WrittenRegister:
    return engine_write(*opened(path), rules(), out, transform=transform, batch_rows=batch_rows)


def numbered(group: pa.RecordBatch) -> pa.RecordBatch:
    """One column more, which shows how the rows were grouped."""
    sizes = pa.array([group.num_rows] * group.num_rows, pa.int64())
    return group.append_column("group_rows", sizes)


def test_what_is_written_is_the_register(table: Path, tmp_path: Path) -> None:
    found = write(table, tmp_path / "out")
    assert found.path == tmp_path / "out" / f"{found.sha256}.parquet"
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert [one.name for one in found.path.parent.iterdir()] == [found.path.name]
    assert found.path.stat().st_mode & 0o777 == 0o644
    whole = pq.read_table(found.path)
    assert whole.schema.equals(SCHEMA)
    assert whole.schema.metadata is None
    assert whole["name"].to_pylist() == [row["name"] for row in ROWS]
    assert whole["capital_wan"].to_pylist() == list(range(1, 501))
    assert whole["row"].to_pylist() == list(range(2, 502))
    told = check_register(*opened(table), rules())
    assert (found.rows, found.problems, found.quality) == (500, told.problems, told.quality)


def test_the_same_table_gives_the_same_bytes_whatever_the_batches(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GROUP_ROWS", 128)
    first = write(table, tmp_path / "out", transform=numbered)
    for batch_rows in (1, 7, 127, 128, 129, 256, 499, 500, 501):
        again = write(table, tmp_path / "out", batch_rows, numbered)
        assert again == first
    assert len(list((tmp_path / "out").iterdir())) == 1
    about = pq.ParquetFile(first.path).metadata
    assert [about.row_group(at).num_rows for at in range(about.num_row_groups)] == [
        128, 128, 128, 116,
    ]  # fmt: skip
    sizes = pq.read_table(first.path)["group_rows"].to_pylist()
    assert sizes == [128] * 384 + [116] * 116


def test_csv_and_parquet_of_one_table_are_one_register(table: Path, tmp_path: Path) -> None:
    source, _ = opened(table)
    batches = [batch.data for batch in source.batches()]
    pq.write_table(pa.Table.from_batches(batches), tmp_path / "register.parquet")
    by_text = write(table, tmp_path / "out")
    assert write(tmp_path / "register.parquet", tmp_path / "out").sha256 == by_text.sha256


def test_a_group_is_as_large_as_it_says() -> None:
    assert GROUP_ROWS == writing.GROUP_ROWS == 131_072


def test_a_changed_row_changes_the_name(table: Path, tmp_path: Path) -> None:
    first = write(table, tmp_path / "out")
    other = written(tmp_path / "b.csv", [*ROWS[:-1], {**ROWS[-1], "address": "另路"}], COLUMNS)
    assert write(other, tmp_path / "out").sha256 != first.sha256


def test_a_refused_register_leaves_nothing_and_tells_all(tmp_path: Path) -> None:
    asked: list[int] = []

    def transform(group: pa.RecordBatch) -> pa.RecordBatch:
        asked.append(group.num_rows)
        return group

    rows = [ROWS[0], {**ROWS[1], "name": ""}, {**ROWS[2], "credit_code": "x"}]
    path = written(tmp_path / "a.csv", rows, COLUMNS)
    with pytest.raises(ProblemsFound) as found:
        write(path, tmp_path / "out", transform=transform)
    assert [one.code for one in found.value.problems] == ["name_missing", "credit_code_length"]
    assert list((tmp_path / "out").iterdir()) == []
    assert asked == []


def broken(_: pa.RecordBatch) -> pa.RecordBatch:
    raise RuntimeError("half way")


def other_rows(group: pa.RecordBatch) -> pa.RecordBatch:
    """A second group with a column that the first had not."""
    return numbered(group) if pc.min(group["row"]).as_py() > 2 else group


@pytest.mark.parametrize("transform", [broken, other_rows])
def test_a_transform_that_fails_leaves_nothing(
    table: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    transform: Callable[[pa.RecordBatch], pa.RecordBatch],
) -> None:
    monkeypatch.setattr(writing, "GROUP_ROWS", 128)
    with pytest.raises((RuntimeError, ValueError)):
        write(table, tmp_path / "out", transform=transform)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_full_disk_leaves_nothing(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(table, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_killed_writer_leaves_a_part_and_no_register(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = textwrap.dedent(
        f"""
        import sys, time
        sys.path.insert(0, {str(ROOT / "tests")!r})
        from pathlib import Path
        from engine.register.rows import opened
        from engine.tables.packs import rules
        from xietong.engine.register import write_register

        def slow(group):
            print("begun", flush=True)
            time.sleep(60)
            return group

        write_register(*opened(Path({str(table)!r})), rules(), Path({str(out)!r}), transform=slow)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        began = time.monotonic()
        os.kill(writer.pid, signal.SIGKILL)
    assert time.monotonic() - began < 30
    assert writer.returncode == -signal.SIGKILL
    left = [one.name for one in out.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(writing.PART)
    # The next writer neither minds the part nor takes it for a register.
    assert write(table, out).rows == 500
    assert sorted(one.suffix for one in out.iterdir()) == [".parquet", ".parquet"]
