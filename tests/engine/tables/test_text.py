"""Text tables in every common encoding, their rows numbered as a sheet program shows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from engine.tables.packs import cells, synonyms, text_file
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.tables import open_table

ROWS = [
    ["企业名称", "统一社会信用代码", "经营范围", "住所"],
    ["苏州华兴电子有限公司", "91350100M000100Y43", "电子元件的研发、生产和销售", "昆山市前进路1号"],
    ["南通三联纺织厂", "", "纺织品加工", "如东县人民南路22号"],
    ["安徽东方建材公司", "", "水泥制品；道路货物运输", "合肥市长江东路8号"],
]
TRADITIONAL = [[OpenCC("s2t").convert(cell) for cell in row] for row in ROWS]


def code_of(run: Callable[[], object]) -> str:
    """The code of the only problem with which something is refused."""
    with pytest.raises(ProblemsFound) as found:
        run()
    assert len(found.value.problems) == 1
    return found.value.problems[0].code


@pytest.mark.parametrize(
    ("encoding", "rows", "read_as"),
    [
        ("utf-8", ROWS, "utf-8"),
        ("utf-8", TRADITIONAL, "utf-8"),
        ("utf-8-sig", ROWS, "utf-8-sig"),
        ("gb18030", ROWS, "gb18030"),
        ("gbk", ROWS, "gb18030"),
        ("gbk", TRADITIONAL, "gb18030"),
        ("big5", TRADITIONAL, "big5hkscs"),
        ("utf-16", ROWS, "utf-16"),
        ("utf-16-le", ROWS, "utf-16-le"),
        ("utf-16-be", ROWS, "utf-16-be"),
        ("utf-32", ROWS, "utf-32"),
    ],
)
def test_an_encoding_is_found(
    tmp_path: Path, encoding: str, rows: list[list[str]], read_as: str
) -> None:
    source = open_table(text_file(tmp_path / "a.csv", rows, encoding), synonyms())
    assert (source.form, source.encoding, source.delimiter) == ("csv", read_as, ",")
    assert source.columns == tuple(rows[0])
    assert cells(source) == list(enumerate(rows[1:], 2))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".TXT"])
def test_a_delimiter_is_found(tmp_path: Path, delimiter: str, ending: str) -> None:
    path = text_file(tmp_path / f"a{ending}", ROWS, "gb18030", delimiter)
    source = open_table(path, synonyms())
    assert source.delimiter == delimiter
    assert cells(source) == list(enumerate(ROWS[1:], 2))


def test_a_delimiter_inside_quotes_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('企业名称;住所\n"甲,乙;丙";"一,二,三"\n丁,戊;"己""庚"\n', encoding="utf-8")
    source = open_table(path, synonyms())
    assert source.delimiter == ";"
    assert cells(source) == [(2, ["甲,乙;丙", "一,二,三"]), (3, ["丁,戊", '己"庚'])]


def test_a_sheet_programs_hint_is_taken_and_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=|\n企业名称|住所\n甲|一,二\n", encoding="utf-8")
    source = open_table(path, synonyms())
    assert (source.delimiter, source.columns) == ("|", ("企业名称", "住所"))
    assert cells(source) == [(2, ["甲", "一,二"])]


def test_rows_are_numbered_as_shown(tmp_path: Path) -> None:
    """Titles, blank rows and line breaks inside quotes are where a row number goes astray."""
    path = tmp_path / "a.csv"
    path.write_text(
        '名录,\n,\n企业名称,住所\n甲,"某路\n1号"\n,\n\n乙,某街\n , \n丙,某巷\n', encoding="utf-8"
    )
    source = open_table(path, synonyms())
    assert source.first_row == 4
    assert cells(source) == [(4, ["甲", "某路\n1号"]), (7, ["乙", "某街"]), (9, ["丙", "某巷"])]


def test_rows_of_other_widths(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("企业名称,住所\n甲\n乙,某街,,\n丙,某巷,1,2\n丁,某路\n", encoding="utf-8")
    batches = list(open_table(path, synonyms()).batches())
    assert batches[0].rows.to_pylist() == [2, 3, 5]
    assert batches[0].data.column(1).to_pylist() == [None, "某街", "某路"]
    assert batches[0].problems == (Problem("row_too_long", 4, None, {"cells": 4, "columns": 2}),)


def test_a_quote_that_breaks_a_row_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('企业名称,住所\n甲,"某"路\n乙,某街\n丙,"某巷\n丁,某里\n', encoding="utf-8")
    batches = list(open_table(path, synonyms()).batches())
    assert [row for batch in batches for row in batch.rows.to_pylist()] == [3]
    told = [(one.code, one.row) for batch in batches for one in batch.problems]
    assert told == [("quotes_unbalanced", 2), ("quotes_unbalanced", 4)]


def test_one_broken_byte_does_not_change_the_encoding(tmp_path: Path) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = text_file(tmp_path / "a.csv", [ROWS[0], *ROWS[1:] * 200], encoding)
        whole = path.read_bytes()
        at = whole.index("纺".encode(encoding))
        path.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
        source = open_table(path, synonyms())
        assert source.encoding == encoding
        found = cells(source)
        assert len(found) == 600
        assert [row for row, record in found if "\ufffd" in record[0]] == [3]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_empty"),
        (b"\n\n \n", "table_empty"),
        (b"\xef\xbb\xbf", "table_empty"),
        (b"a,b\0\0\n1,2\n" * 3, "content_not_a_table"),
        (bytes(range(128, 256)) * 40, "encoding_unknown"),
        (b"PK\x03\x04 and more", "content_not_as_named"),
        (b"PAR1 and more", "content_not_as_named"),
        (b"%PDF-1.7", "content_not_as_named"),
        (b"\x1f\x8b\x08", "content_not_as_named"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "content_not_as_named"),
        (b",".join(b"c%d" % at for at in range(2001)) + b"\n", "too_many_columns"),
    ],
)
def test_what_is_no_text_table(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert code_of(lambda: open_table(path, synonyms())) == code


@pytest.mark.parametrize("name", ["a.doc", "a", "a.csv.gz", "a.json"])
def test_an_ending_that_is_not_read(tmp_path: Path, name: str) -> None:
    path = text_file(tmp_path / name, ROWS, "utf-8")
    assert code_of(lambda: open_table(path)) == "ending_unknown"


def test_batches_are_the_table_whatever_their_size(tmp_path: Path) -> None:
    source = open_table(text_file(tmp_path / "a.csv", [ROWS[0], *ROWS[1:] * 9], "utf-8"))
    whole = cells(source)
    assert len(whole) == 27
    for rows in (1, 2, 7, 26, 27, 28):
        assert cells(source, rows) == whole
    with pytest.raises(ValueError, match="0 rows"):
        source.batches(0)


CELLS = st.text(
    st.sampled_from("甲乙丙丁苏州市路号公司厂电子机械1234567890ABCxyz ,;|\t\"'\n（）"), max_size=12
)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([",", "\t", ";", "|"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_written_is_read(
    tmp_path: Path, records: list[list[str]], encoding: str, delimiter: str
) -> None:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    rows = [["企业名称", "经营范围", "住所"], *records]
    path = text_file(
        tmp_path / "a.csv", [[quoted(cell) for cell in row] for row in rows], encoding, delimiter
    )
    source = open_table(path, synonyms())
    assert source.columns == ("企业名称", "经营范围", "住所")
    said = [(at, row) for at, row in enumerate(records, 2) if any(cell.strip() for cell in row)]
    assert cells(source) == said
