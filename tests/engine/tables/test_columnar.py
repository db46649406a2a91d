"""Parquet files keep their types, and what is no flat table of them is refused or left out."""

from __future__ import annotations

import contextlib
import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.tables.packs import cells, synonyms
from engine.tables.test_text import code_of
from xietong.engine.problems import ProblemsFound
from xietong.engine.tables import columnar, open_table

FLAT = {
    "name": pa.array(["甲", "乙", None]),
    "capital": pa.array([1.5, None, 3.0]),
    "registered on": pa.array([datetime.date(2004, 12, 31)] * 3),
    "county code": pa.array([310_101, 310_104, None], pa.int32()),
    "scope": pa.array(["x", "y", "x"]).dictionary_encode(),
    "address": pa.array(["某路", "某街", "某巷"], pa.large_string()),
    "amount": pa.array([Decimal("1.50")] * 3),
}


def written(path: Path, columns: dict[str, pa.Array], **options: object) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_types_and_rows_are_kept(tmp_path: Path) -> None:
    source = open_table(written(tmp_path / "a.parquet", FLAT), synonyms())
    assert (source.form, source.columns, source.first_row) == ("parquet", tuple(FLAT), 2)
    batches = list(source.batches())
    assert batches[0].rows.to_pylist() == [2, 3, 4]
    assert batches[0].data.to_pydict() == {
        name: column.to_pylist() for name, column in FLAT.items()
    }
    assert pa.types.is_string(batches[0].data.schema.field("scope").type)
    assert pa.types.is_string(batches[0].data.schema.field("address").type)


def test_rows_are_numbered_through_groups_and_batches(tmp_path: Path) -> None:
    names = [f"甲{at}" for at in range(1_000)]
    path = written(tmp_path / "a.pq", {"name": pa.array(names)}, row_group_size=170)
    source = open_table(path)
    for rows in (1_000, 333, 64):
        assert cells(source, rows) == [(at, [name]) for at, name in enumerate(names, 2)]


def test_lists_are_left_out_and_empty_columns_kept(tmp_path: Path) -> None:
    columns = {
        "list": pa.array([[1], [2]]),
        "name": pa.array(["甲", "乙"]),
        "pair": pa.array([{"a": 1}, {"a": 2}]),
        "null": pa.nulls(2),
    }
    source = open_table(written(tmp_path / "a.parquet", columns))
    assert source.columns == ("name", "null")
    assert cells(source) == [(2, ["甲", ""]), (3, ["乙", ""])]


def test_bytes_are_texts_or_damage(tmp_path: Path) -> None:
    good = written(tmp_path / "a.parquet", {"name": pa.array(["甲".encode()])})
    assert cells(open_table(good)) == [(2, ["甲"])]
    bad = written(tmp_path / "b.parquet", {"name": pa.array([b"\xff\xfe\xfd"])})
    assert code_of(lambda: cells(open_table(bad))) == "file_damaged"


def test_what_is_no_parquet_file(tmp_path: Path) -> None:
    good = written(tmp_path / "a.parquet", FLAT).read_bytes()
    path = tmp_path / "b.parquet"
    for content, code in (
        (b"", "content_not_as_named"),
        (b"a,b\n", "content_not_as_named"),
        (b"PARE" + good[4:], "file_encrypted"),
        (good[: len(good) // 2], "file_damaged"),
        (good[:-40] + bytes(40), "file_damaged"),
    ):
        path.write_bytes(content)
        assert code_of(lambda: open_table(path)) == code


def test_no_rows_or_no_flat_column_is_an_empty_table(tmp_path: Path) -> None:
    for columns in ({"name": pa.array([], pa.string())}, {"list": pa.array([[1]])}):
        path = written(tmp_path / "a.parquet", columns)
        assert code_of(partial(open_table, path)) == "table_empty"


def test_too_many_columns_and_too_large_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = written(tmp_path / "a.parquet", {f"c{at}": pa.array([1]) for at in range(2_001)})
    assert code_of(lambda: open_table(wide)) == "too_many_columns"
    path = written(tmp_path / "b.parquet", FLAT)
    monkeypatch.setattr(columnar, "MOST_GROUP_BYTES", 10)
    assert code_of(lambda: open_table(path)) == "file_too_large"


def test_two_columns_of_one_name_are_damage(tmp_path: Path) -> None:
    table = pa.Table.from_arrays([pa.array(["甲"]), pa.array(["乙"])], names=["name", "name"])
    pq.write_table(table, tmp_path / "a.parquet")
    assert code_of(lambda: open_table(tmp_path / "a.parquet")) == "file_damaged"


def test_statistics_that_contradict_their_column_abort_nothing(tmp_path: Path) -> None:
    """Arrow ends the process when it is asked for the metadata of such a column."""
    path = written(tmp_path / "a.parquet", {"name": pa.array(["甲", "乙"])})
    optional, required = b"\x15\x0c\x25\x02\x18\x04name", b"\x15\x0c\x25\x00\x18\x04name"
    whole = path.read_bytes()
    assert whole.count(optional) == 1
    path.write_bytes(whole.replace(optional, required))
    with contextlib.suppress(ProblemsFound):
        assert cells(open_table(path))
