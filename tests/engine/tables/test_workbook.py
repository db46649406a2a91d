"""Workbooks: typed cells as a person would have typed them, and bombs that do not go off."""

from __future__ import annotations

import contextlib
import datetime
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from engine.tables.packs import cells, synonyms
from engine.tables.test_text import code_of
from xietong.engine.problems import ProblemsFound
from xietong.engine.tables import Unit, open_table, propose_mapping

HEADINGS = ["企业名称", "成立日期", "注册资本（万元）", "住所"]


def book(path: Path, fill: Callable[[xlsxwriter.Workbook], None], **options: Any) -> Path:
    with xlsxwriter.Workbook(str(path), options) as whole:
        fill(whole)
    return path


def plain_book(path: Path, *rows: list[Any], **options: Any) -> Path:
    def fill(whole: xlsxwriter.Workbook) -> None:
        sheet = whole.add_worksheet()
        for at, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(at, 0, row)

    return book(path, fill, **options)


def repacked(path: Path, change: dict[str, bytes]) -> Path:
    """The same package with some members replaced or added."""
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in {**members, **change}.items():
            packed.writestr(name, content)
    return path


def sheet_xml(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'.encode()


def test_typed_cells_are_read_as_typed(tmp_path: Path) -> None:
    def fill(whole: xlsxwriter.Workbook) -> None:
        sheet = whole.add_worksheet()
        day = whole.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["甲", "", 500, "某路"])
        sheet.write_datetime(1, 1, datetime.date(2004, 12, 31), day)
        sheet.write_row(2, 0, ["乙", 38352, 0.1, "某街"])
        sheet.write_datetime(3, 1, datetime.datetime(2004, 12, 31, 8, 30), day)  # noqa: DTZ001
        sheet.write_row(3, 2, [1e20, True])
        sheet.write(4, 0, 913501001234567890)

    source = open_table(book(tmp_path / "a.xlsx", fill), synonyms())
    assert (source.form, source.columns, source.first_row) == ("sheet", tuple(HEADINGS), 2)
    assert cells(source) == [
        (2, ["甲", "2004-12-31", "500", "某路"]),
        (3, ["乙", "38352", "0.1", "某街"]),
        (4, ["", "2004-12-31 08:30:00", "1.000000000000000e+20", "TRUE"]),
        # Beyond 2^53 a sheet has rounded: shown so that no code is taken from it.
        (5, ["9.135010012345679e+17", "", "", ""]),
    ]


def test_a_table_that_starts_further_down_and_right(tmp_path: Path) -> None:
    def fill(whole: xlsxwriter.Workbook) -> None:
        cover = whole.add_worksheet("说明")
        cover.write(0, 0, "填报说明")
        sheet = whole.add_worksheet("名录")
        sheet.merge_range(4, 2, 4, 6, "某市企业名录")
        sheet.merge_range(5, 2, 6, 2, "企业名称")
        sheet.merge_range(5, 3, 5, 4, "注册资本")
        sheet.write(6, 3, "金额（万元）")
        sheet.write(6, 4, "币种")
        sheet.merge_range(5, 5, 6, 5, "住所")
        sheet.write_row(7, 2, ["甲", 500, "美元", "某路"])
        sheet.write_row(9, 2, ["乙", 600, "", "某街"])

    source = open_table(book(tmp_path / "a.xlsx", fill), synonyms())
    assert (source.sheet, source.first_row) == ("名录", 8)
    assert source.columns == ("企业名称", "注册资本 金额（万元）", "注册资本 币种", "住所")
    assert propose_mapping(source.columns, synonyms()).unit == Unit(10_000)
    assert cells(source) == [(8, ["甲", "500", "美元", "某路"]), (10, ["乙", "600", "", "某街"])]


def test_a_heading_merged_over_two_columns_stands_over_both(tmp_path: Path) -> None:
    """One row names as many columns as the two together; only the merge says which it is."""

    def fill(whole: xlsxwriter.Workbook) -> None:
        sheet = whole.add_worksheet()
        sheet.merge_range(0, 0, 1, 0, "企业名称")
        sheet.merge_range(0, 1, 0, 2, "注册资本")
        sheet.write_row(1, 1, ["说明", "金额（亿元）"])
        sheet.merge_range(0, 3, 1, 3, "住所")
        sheet.write_row(2, 0, ["甲", "实缴", 5, "某路"])

    source = open_table(book(tmp_path / "a.xlsx", fill), synonyms())
    assert source.columns == ("企业名称", "注册资本 说明", "注册资本 金额（亿元）", "住所")
    assert cells(source) == [(3, ["甲", "实缴", "5", "某路"])]
    assert propose_mapping(source.columns, synonyms()).unit == Unit(10**8)


def test_hidden_sheets_are_passed_and_a_sheet_may_be_chosen(tmp_path: Path) -> None:
    def fill(whole: xlsxwriter.Workbook) -> None:
        for name in ("旧", "新", "另"):
            sheet = whole.add_worksheet(name)
            sheet.write_row(0, 0, HEADINGS)
            sheet.write_row(1, 0, [name])
        whole.get_worksheet_by_name("新").activate()
        whole.get_worksheet_by_name("旧").hide()

    path = book(tmp_path / "a.xlsx", fill)
    assert cells(open_table(path, synonyms()))[0][1][0] == "新"
    assert cells(open_table(path, synonyms(), sheet="另"))[0][1][0] == "另"
    assert code_of(lambda: open_table(path, sheet="无")) == "sheet_missing"


def test_days_counted_from_1904_are_told(tmp_path: Path) -> None:
    assert not open_table(plain_book(tmp_path / "a.xlsx", ["甲"]), synonyms()).epoch_1904
    path = plain_book(tmp_path / "b.xlsx", ["甲", 36890], date_1904=True)
    assert open_table(path, synonyms()).epoch_1904


def test_a_workbook_without_a_table(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", lambda whole: whole.add_worksheet() and None)
    assert code_of(lambda: open_table(path, synonyms())) == "table_empty"


def test_what_is_no_workbook(tmp_path: Path) -> None:
    good = plain_book(tmp_path / "a.xlsx", ["甲"]).read_bytes()
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    for name, content, code in (
        ("b.xlsx", b"not a zip", "content_not_as_named"),
        ("b.xlsx", good[:200], "file_damaged"),
        ("b.xlsx", ole, "content_not_as_named"),
        ("b.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        ("b.xls", good, "content_not_as_named"),
        ("b.xls", ole, "file_damaged"),
        ("b.ods", good, "content_not_as_named"),
        ("b.xlsx", b"", "content_not_as_named"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert code_of(partial(open_table, path)) == code, (name, code)


def test_a_workbook_for_macros_without_any_is_read(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ["甲", "2004-12-31", 5, "某路"]).rename(
        tmp_path / "a.xlsm"
    )
    assert cells(open_table(path)) == [(2, ["甲", "2004-12-31", "5", "某路"])]


@pytest.mark.parametrize("length", [32_767, 32_768])
def test_a_cell_is_as_long_as_a_sheet_program_lets_it_be(tmp_path: Path, length: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a,b\n1,{'乙' * length}\n3,4\n", encoding="utf-8")
    (batch,) = open_table(path).batches()
    told = [(one.code, one.row) for one in batch.problems]
    assert told == ([] if length == 32_767 else [("cell_too_large", 2)])
    assert batch.rows.to_pylist() == ([2, 3] if length == 32_767 else [3])
    parquet = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": ["1", "3"], "b": ["乙" * length, None]}), parquet)
    (batch,) = open_table(parquet).batches()
    assert [(one.code, one.row) for one in batch.problems] == told


def test_any_damage_is_refused_or_read(tmp_path: Path) -> None:
    """A byte turned over anywhere, and the file cut short anywhere: never a crash."""
    good = plain_book(tmp_path / "a.xlsx", ["甲", "2004-12-31", 5, "某路"]).read_bytes()
    path = tmp_path / "b.xlsx"
    for at in range(0, len(good), 61):
        for content in (good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :], good[:at]):
            path.write_bytes(content)
            with contextlib.suppress(ProblemsFound):
                cells(open_table(path))


def test_a_member_with_a_password_is_encrypted(tmp_path: Path) -> None:
    path = plain_book(tmp_path / "a.xlsx", ["甲"])
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(bytes(content))
    assert code_of(lambda: open_table(path)) == "file_encrypted"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<row r="1"><c r="A1"/></row><row r="2"><c r="XFD2"/></row>', "too_many_columns"),
        (
            '<row r="1"><c r="A1"/></row><row r="1048576"><c r="BAA1048576"/></row>',
            "too_many_cells",
        ),
        ('<row r="1"><c r="A1"/></row><row r="1048576"><c r="BA1048576"/></row>', "table_empty"),
    ],
)
def test_a_sheet_of_far_corners(tmp_path: Path, body: str, code: str) -> None:
    """Two cells may span billions: the parser would lay all of them out in memory."""
    path = repacked(
        plain_book(tmp_path / "a.xlsx", ["甲"]), {"xl/worksheets/sheet1.xml": sheet_xml(body)}
    )
    assert code_of(lambda: open_table(path)) == code


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = repacked(plain_book(tmp_path / "a.xlsx", ["甲"]), {"xl/media/bomb.bin": bytes(80 << 20)})
    assert path.stat().st_size < 1 << 20
    assert code_of(lambda: open_table(path)) == "file_too_large"


def ods(path: Path, rows: str, manifest: str = "") -> Path:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="名录">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
        packed.writestr("content.xml", content)
    return path


def ods_row(*texts: str, more: str = "") -> str:
    return (
        f"<table:table-row {more}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in texts
        )
        + "</table:table-row>"
    )


def test_an_open_document_is_read(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", ods_row("企业名称", "住所") + ods_row("甲", "某路"))
    source = open_table(path, synonyms())
    assert (source.sheet, source.columns) == ("名录", ("企业名称", "住所"))
    assert cells(source) == [(2, ["甲", "某路"])]


def test_repeated_cells_of_an_open_document_are_counted_first(tmp_path: Path) -> None:
    wide = (
        '<table:table-row><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="2001"><text:p>a</text:p></table:table-cell>'
        "</table:table-row>"
    )
    assert code_of(lambda: open_table(ods(tmp_path / "a.ods", wide))) == "too_many_columns"
    deep = ods_row("a", "b", more='table:number-rows-repeated="30000001"')
    assert code_of(lambda: open_table(ods(tmp_path / "b.ods", deep))) == "too_many_cells"
    locked = ods(tmp_path / "c.ods", ods_row("a"), "<x><encryption-data/></x>")
    assert code_of(lambda: open_table(locked)) == "file_encrypted"
