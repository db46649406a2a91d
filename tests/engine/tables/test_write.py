"""Tables written for people: whole or not at all, read back as they were, and no cell runs."""

from __future__ import annotations

import csv
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.tables.packs import cells
from engine.tables.test_text import code_of
from xietong.engine.problems import ProblemsFound
from xietong.engine.tables import open_table, write, write_table
from xietong.engine.tables.write import ENDINGS, harmless

COLUMNS = ["企业名称", "区县代码", "数量"]
BATCH = pa.RecordBatch.from_arrays(
    [pa.array(["甲", None, "丙"]), pa.array(["031", "310104", ""]), pa.array([1, 2, None])],
    names=["a", "b", "c"],
)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    assert write_table(path, COLUMNS, [BATCH, BATCH.slice(1, 1)]) == 4
    source = open_table(path)
    assert source.columns == tuple(COLUMNS)
    found = [[str(cell) for cell in record] for _, record in cells(source)]
    assert found == [["甲", "031", "1"], ["", "310104", "2"], ["丙", "", ""], ["", "310104", "2"]]
    assert path.stat().st_mode & 0o777 == 0o644


def test_csv_carries_the_mark_by_which_sheet_programs_know_utf8(tmp_path: Path) -> None:
    write_table(tmp_path / "out.csv", COLUMNS, [BATCH])
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").splitlines()[1] == "甲,031,1"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd", "'+cmd"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－甲", "'－甲"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("﹦1", "'﹦1"),
        (" =1+1", "' =1+1"),
        ("\u3000\ufeff\u200b＝1", "'\u3000\ufeff\u200b＝1"),
        (" 甲", " 甲"),
        ("-5.2", "-5.2"),
        ("+86", "+86"),
        ("甲=乙", "甲=乙"),
        ("", ""),
    ],
)
def test_what_a_sheet_program_would_run(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(
    st.lists(
        st.text(st.sampled_from("=+-@＝＋－＠\t\r\n1甲,\"' "), max_size=6), min_size=1, max_size=6
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_cell_runs_in_a_sheet(tmp_path: Path, texts: list[str]) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(texts)], names=["a"])
    write_table(tmp_path / "out.csv", texts[:1], [batch])
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] if row else "" for row in rows] == [harmless(text) for text in texts[:1] + texts]
    for row in rows:
        for cell in row:
            assert not cell.startswith(("\t", "\r", "\n"))
            assert not cell.lstrip().startswith(tuple("=@＝＋－＠"))
            assert not cell.lstrip().startswith(("+", "-")) or cell[1:].replace(".", "").isdigit()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_no_infinity_in_a_sheet(tmp_path: Path, ending: str) -> None:
    values = pa.array([1.5, math.nan, math.inf, -math.inf, None])
    batch = pa.RecordBatch.from_arrays([pa.array(list("abcde")), values], names=["a", "b"])
    write_table(tmp_path / f"out{ending}", ["甲", "乙"], [batch])
    found = [record[1] for _, record in cells(open_table(tmp_path / f"out{ending}"))]
    assert found == ["1.5", "", "", "", ""]


def test_an_address_in_a_cell_is_no_link(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["http://example.org/"])], names=["a"])
    write_table(tmp_path / "out.xlsx", ["甲"], [batch])
    with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
        assert b"<hyperlink" not in packed.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_table_without_rows_keeps_its_headings(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    assert write_table(path, COLUMNS, []) == 0
    if ending == ".parquet":
        assert pq.read_schema(path).names == COLUMNS
    else:
        assert open_table(path).columns == tuple(COLUMNS)


def test_headings_in_parquet_are_unique(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([at]) for at in range(4)], names=list("abcd"))
    write_table(tmp_path / "out.parquet", ["甲", "", "甲", ""], [batch])
    assert pq.read_schema(tmp_path / "out.parquet").names == [
        "甲",
        "column 2",
        "甲 (2)",
        "column 4",
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    path.write_bytes(b"before")

    def broken() -> Iterator[pa.RecordBatch]:
        yield BATCH
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_table(path, COLUMNS, broken())
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"before"


def test_what_a_sheet_cannot_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.xlsx"
    long = pa.RecordBatch.from_arrays([pa.array(["甲" * 32_768])], names=["a"])
    with pytest.raises(ProblemsFound) as found:
        write_table(path, ["范围"], [long])
    problem = found.value.problems[0]
    assert (problem.code, problem.row, problem.field) == ("cell_too_long", 2, "范围")
    assert problem.params == {"length": 32_768, "most": 32_767}
    monkeypatch.setattr(write, "SHEET_ROWS", 4)
    monkeypatch.setattr(write, "SHEET_COLUMNS", 3)
    assert code_of(lambda: write_table(path, COLUMNS, [BATCH, BATCH])) == "too_many_rows"
    assert code_of(lambda: write_table(path, [*COLUMNS, "多"], [])) == "too_many_columns"
    assert code_of(lambda: write_table(tmp_path / "out.xls", COLUMNS, [])) == "ending_not_written"
    assert list(tmp_path.iterdir()) == []
