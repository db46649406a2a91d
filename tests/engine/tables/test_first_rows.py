"""The beginning of a workbook looks like the whole, and costs what its first rows cost."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from engine.tables.packs import synonyms
from engine.tables.test_text import code_of
from engine.tables.test_workbook import HEADINGS, book, plain_book, repacked
from xietong.engine.problems import ProblemsFound
from xietong.engine.tables import beginning, first_rows, first_rows_ods, open_table, sheets_of


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_rows, "SMALL_BYTES", 0)
    monkeypatch.setattr(first_rows, "ROWS", 60)


def seen(path: Path, sheet: str | None = None) -> tuple[Any, ...]:
    """What an officer is shown of a workbook: sheets, headings, and its first rows."""
    source = open_table(path, synonyms(), sheet=sheet)
    batch = next(source.batches(20), None)
    return (
        sheets_of(path),
        source.sheet,
        source.columns,
        source.epoch_1904,
        batch and batch.data.to_pydict(),
    )


def rows(count: int) -> list[list[Any]]:
    return [[f"厂{at}", "2004-12-31", at / 4, f"某路{count - at}号"] for at in range(count)]


def test_it_shows_the_same_sheets_headings_and_rows(tmp_path: Path) -> None:
    def fill(whole: xlsxwriter.Workbook) -> None:
        bold = whole.add_format({"bold": True})
        notes = whole.add_worksheet("说明")
        notes.write(0, 0, "说明")
        sheet = whole.add_worksheet("名录")
        sheet.merge_range("A1:D1", "企业名录", bold)
        sheet.merge_range("A2:A3", "企业名称", bold)
        sheet.merge_range("B2:B3", "成立日期", bold)
        sheet.merge_range("C2:D2", "登记", bold)
        sheet.write_row(2, 2, ["注册资本（万元）", "住所"])
        for at, row in enumerate(rows(500), 3):
            sheet.write_row(at, 0, row)
        whole.add_worksheet("空")

    whole = book(tmp_path / "whole.xlsx", fill)
    begun = beginning(whole, tmp_path)
    assert begun != whole
    for sheet in (None, "说明", "名录"):
        assert seen(begun, sheet) == seen(whole, sheet)
    assert len(list(open_table(begun, synonyms(), sheet="名录").batches(50))) == 2
    with zipfile.ZipFile(begun) as cut, zipfile.ZipFile(whole) as packed:
        for name in ("xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"):
            assert cut.getinfo(name).file_size < packed.getinfo(name).file_size / 4


def test_merged_cells_behind_the_rows_are_still_known(tmp_path: Path) -> None:
    """One row names as many columns as the two together; only the merge says which it is."""

    def fill(whole: xlsxwriter.Workbook) -> None:
        sheet = whole.add_worksheet()
        sheet.merge_range(0, 0, 1, 0, "企业名称")
        sheet.merge_range(0, 1, 0, 2, "注册资本")
        sheet.write_row(1, 1, ["说明", "金额（亿元）"])
        sheet.merge_range(0, 3, 1, 3, "住所")
        for at, row in enumerate(rows(300), 2):
            sheet.write_row(at, 0, row)

    whole = book(tmp_path / "whole.xlsx", fill)
    assert open_table(whole, synonyms()).first_row == 3
    assert seen(beginning(whole, tmp_path)) == seen(whole)


@pytest.mark.parametrize("options", [{"constant_memory": True}, {"date_1904": True}])
def test_texts_in_the_cells_and_other_calendars_are_kept(
    tmp_path: Path, options: dict[str, bool]
) -> None:
    whole = plain_book(tmp_path / "whole.xlsx", *rows(300), **options)
    assert seen(beginning(whole, tmp_path)) == seen(whole)


def test_a_namespace_before_every_name_is_closed_again(tmp_path: Path) -> None:
    whole = plain_book(tmp_path / "whole.xlsx", *rows(300))
    with zipfile.ZipFile(whole) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    for name in ("worksheet", "sheetData", "row", "c", "v"):
        text = text.replace(f"<{name}>", f"<x:{name}>").replace(f"<{name} ", f"<x:{name} ")
        text = text.replace(f"</{name}>", f"</x:{name}>")
    text = text.replace("xmlns=", "xmlns:x=", 1)
    repacked(whole, {"xl/worksheets/sheet1.xml": text.encode()})
    assert seen(beginning(whole, tmp_path)) == seen(whole)


def test_a_short_sheet_is_whole(tmp_path: Path) -> None:
    whole = plain_book(tmp_path / "whole.xlsx", *rows(3))
    assert seen(beginning(whole, tmp_path)) == seen(whole)


def test_texts_that_stand_too_far_behind_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = plain_book(tmp_path / "whole.xlsx", *rows(300))
    monkeypatch.setattr(first_rows, "MOST_TEXT_BYTES", 1000)
    assert code_of(lambda: beginning(whole, tmp_path)) == "file_too_large"


def test_the_time_for_merged_cells_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = plain_book(tmp_path / "whole.xlsx", *rows(300))
    monkeypatch.setattr(first_rows, "SECONDS", 0.0)
    begun = beginning(whole, tmp_path)
    assert open_table(begun, synonyms()).columns == tuple(HEADINGS)


def test_what_is_no_workbook_stays_as_it_is_and_what_is_cut_off_is_damaged(tmp_path: Path) -> None:
    text = tmp_path / "table.csv"
    text.write_text("a,b\n1,2\n")
    assert beginning(text, tmp_path) == text
    named = tmp_path / "text.xlsx"
    named.write_text("a,b\n1,2\n")
    assert beginning(named, tmp_path) == named
    whole = plain_book(tmp_path / "whole.xlsx", *rows(300))
    content = bytearray(whole.read_bytes())
    with zipfile.ZipFile(whole) as packed:
        at = packed.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    content[at : at + 40] = b"\xff" * 40
    whole.write_bytes(content)
    with pytest.raises(ProblemsFound) as found:
        beginning(whole, tmp_path)
    assert [one.code for one in found.value.problems] == ["file_damaged"]


def ods(path: Path, *tables: str) -> Path:
    """Write an OpenDocument sheet from the texts of its tables."""
    urns = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{one}="{urns}:{one}:1.0"' for one in ("office", "table", "text"))
    root, body, sheets = "office:document-content", "office:body", "office:spreadsheet"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><{root} {spaces}><{body}><{sheets}>'
        f"{''.join(tables)}</{sheets}></{body}></{root}>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
        packed.writestr("content.xml", content)
    return path


def table_of(name: str, lines: list[list[Any]], before: str = "") -> str:
    def row(cells: list[Any]) -> str:
        told = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{one}</text:p>'
            "</table:table-cell>"
            for one in cells
        )
        return f"<table:table-row>{told}</table:table-row>"

    body = "".join(map(row, lines))
    after = before.replace("<", "</", 1) if before else ""
    return f'<table:table table:name="{name}">{before}{body}{after}</table:table>'


@pytest.fixture
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_rows_ods, "ROWS", 60)
    monkeypatch.setattr(first_rows_ods, "PIECE", 700)


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("group", ["", "<table:table-row-group>"])
def test_an_ods_shows_the_same_sheets_headings_and_rows(tmp_path: Path, group: str) -> None:
    lines = [list(HEADINGS), *rows(500)]
    whole = ods(
        tmp_path / "whole.ods",
        table_of("名录", lines, group),
        table_of("说明", [["说明"], ["甲"]]),
        table_of("续", lines, group),
    )
    begun = beginning(whole, tmp_path)
    assert begun != whole
    for sheet in (None, "名录", "说明", "续"):
        assert seen(begun, sheet) == seen(whole, sheet)
    (batch,) = open_table(begun, synonyms(), sheet="续").batches(1000)
    assert batch.data.num_rows == 59  # beside the headings
    assert begun.stat().st_size < 60_000


@pytest.mark.usefixtures("few_rows")
def test_the_time_for_later_tables_of_an_ods_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [list(HEADINGS), *rows(500)]
    whole = ods(tmp_path / "whole.ods", table_of("名录", lines), table_of("续", lines))
    monkeypatch.setattr(first_rows, "SECONDS", 0.0)
    begun = beginning(whole, tmp_path)
    assert sheets_of(begun) == ("名录",)
    assert open_table(begun, synonyms()).columns == tuple(HEADINGS)


@pytest.mark.usefixtures("few_rows")
@pytest.mark.parametrize("spoil", ["no table", "no end", "crossed"])
def test_an_ods_that_is_not_cut_as_others_is_read_whole(tmp_path: Path, spoil: str) -> None:
    lines = [list(HEADINGS), *rows(500)]
    told = table_of("名录", lines)
    if spoil == "no table":
        told = ""
    elif spoil == "no end":
        told = told.removesuffix("</table:table>")
    else:
        told = told.replace("<text:p>厂3</text:p>", "<text:p>厂3</text:s>")
    whole = ods(tmp_path / "whole.ods", told)
    assert beginning(whole, tmp_path) == (
        tmp_path / "beginning.ods" if spoil == "no end" else whole
    )
