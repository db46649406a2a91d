"""The marked-up workbook is the officer's own table, with what is wrong and how to mend it."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from engine.register.rows import code, written
from engine.tables.packs import rules, synonyms
from xietong.engine.problems import Problem
from xietong.engine.register import (
    MarkingWords,
    ProblemWriter,
    check_register,
    mark_register,
    marking,
)
from xietong.engine.tables import open_table, propose_mapping

WORDS = MarkingWords(
    sheet="Register",
    summary="Summary",
    row="Row",
    reason="What is wrong",
    way_out="What to do",
    found="Found",
    whole_file="The whole file",
    refuses="Refuses the register",
)


def say(problem: Problem) -> tuple[str, str]:
    return f"{problem.code} {problem.params.get('text', '')}".strip(), f"mend {problem.field}"


def marked(table: Path, sheet: str | None = None) -> tuple[dict[str, list[list[Any]]], int, Path]:
    """Check a table, mark it up, and read the workbook back by another program's eyes."""
    source = open_table(table, synonyms(), sheet=sheet)
    mapping = propose_mapping(source.columns, synonyms())
    problems, into = table.with_suffix(".problems"), table.with_suffix(".marked.xlsx")
    with ProblemWriter(problems) as writer:
        check_register(source, mapping, rules(), told=writer)
    count = mark_register(into, source, mapping.columns, problems, writer.tally(), say, WORDS)
    book = CalamineWorkbook.from_path(into)
    sheets = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }
    return sheets, count, into


def fills(workbook: Path) -> dict[str, str]:
    """Return the colour behind each coloured cell of the register's sheet."""
    import re

    with zipfile.ZipFile(workbook) as packed:
        styles = packed.read("xl/styles.xml").decode()
        sheet = packed.read("xl/worksheets/sheet2.xml").decode()
    colours = re.findall(r"<fill><patternFill[^>]*>(?:<fgColor rgb=\"FF(\w+)\"/>)?", styles)
    used = [
        int(one) for one in re.findall(r"<xf [^>]*fillId=\"(\d+)\"", styles.split("<cellXfs")[1])
    ]
    found = {}
    for cell, style in re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', sheet):
        fill = used[int(style)]
        if fill > 1:
            found[cell] = colours[fill]
    return found


ROWS = [
    {"name": "甲厂", "credit_code": code(1), "registered_on": "2001-02-03", "address": "某路1号"},
    {"name": "", "credit_code": code(2), "registered_on": "昨天", "address": "某路2号"},
    {"name": "丙厂", "credit_code": code(3), "registered_on": "2002年1月", "address": "=1+1"},
]
COLUMNS = ["name", "credit_code", "registered_on", "address"]


def test_rows_keep_their_numbers_and_say_what_is_wrong(tmp_path: Path) -> None:
    sheets, count, path = marked(written(tmp_path / "register.csv", ROWS, COLUMNS))
    rows = sheets["Register"]
    assert rows[0] == [
        WORDS.reason,
        WORDS.way_out,
        "企业名称",
        "统一社会信用代码",
        "成立日期",
        "住所",
    ]
    assert [row[2] for row in rows[1:]] == ["甲厂", "", "丙厂"]
    assert rows[1][:2] == ["", ""]
    assert rows[2][0] == "date_unreadable 昨天；\nname_missing"
    assert rows[2][1] == "mend registered_on；\nmend name"
    assert count == 1
    # The missing name refuses: red. The date is a doubt: yellow. The row's reason is of the worst.
    assert fills(path) == {
        "A3": marking._RED[1:],
        "B3": marking._RED[1:],
        "C3": marking._RED[1:],
        "E3": marking._AMBER[1:],
    }


def test_nothing_of_it_runs(tmp_path: Path) -> None:
    evil = [
        {"name": '=HYPERLINK("http://x")', "registered_on": "@SUM(1)", "address": "+1+cmd|' /C'!A0"}
    ]
    sheets, _, path = marked(
        written(tmp_path / "register.csv", evil, ["name", "registered_on", "address"])
    )
    cells = [str(cell) for rows in sheets.values() for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "-"))]
    assert '\'=HYPERLINK("http://x")' in cells
    with zipfile.ZipFile(path) as packed:
        whole = b"".join(packed.read(name) for name in packed.namelist())
    assert b"<f>" not in whole


def test_a_workbook_with_titles_two_rows_of_headings_and_dates_comes_back_in_place(
    tmp_path: Path,
) -> None:
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write(0, 0, "请勿改动")
        sheet = book.add_worksheet("名录")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.merge_range(0, 0, 0, 3, "2024年企业名录")
        sheet.merge_range(1, 0, 2, 0, "企业名称")
        sheet.merge_range(1, 1, 2, 1, "统一社会信用代码")
        sheet.merge_range(1, 2, 1, 3, "登记")
        sheet.write(2, 2, "日期")
        sheet.write(2, 3, "住所")
        sheet.write(3, 0, "甲厂")
        sheet.write(3, 1, code(1)[:-2])
        sheet.write_datetime(3, 2, datetime.date(2001, 2, 3), day)
        sheet.write(3, 3, "某路1号")
        # A blank row, then a date that was typed as text.
        sheet.write(5, 0, "乙厂")
        sheet.write(5, 1, code(2))
        sheet.write(5, 2, "二〇〇一年")
        sheet.write(5, 3, "某路2号")
    sheets, count, _ = marked(path)
    rows = sheets["Register"]
    assert rows[2][:4] == [WORDS.reason, WORDS.way_out, "企业名称", "统一社会信用代码"]
    assert rows[3][2:] == ["甲厂", code(1)[:-2], "2001-02-03", "某路1号"]
    assert rows[3][0].startswith("credit_code_length")
    assert rows[5][0] == "date_unreadable 二〇〇一年"
    assert rows[5][2] == "乙厂"
    assert count == 2


def test_a_row_that_cannot_be_cut_into_cells_is_marked_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text(
        "企业名称,住所\n甲厂,某路\n乙厂,某路,又一格\n丙厂,某路\n丁厂,某,路\n", encoding="utf-8"
    )
    sheets, count, _ = marked(path)
    rows = sheets["Register"]
    assert [row[0] for row in rows[1:]] == ["", "row_too_long", "", "row_too_long"]
    assert [row[2] for row in rows[1:]] == ["甲厂", "", "丙厂", ""]
    assert count == 2


def test_what_does_not_fit_into_one_sheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "SHEET_LAST", 10)
    rows = [{"name": f"甲{at}厂", "registered_on": "昨天", "address": "路"} for at in range(2, 27)]
    sheets, count, _ = marked(
        written(tmp_path / "register.csv", rows, ["name", "registered_on", "address"])
    )
    assert count == 25
    names = []
    for sheet in ("Register", "Register 2", "Register 3"):
        assert sheets[sheet][0][2] == "企业名称"
        assert len(sheets[sheet]) <= 10
        names += [row[2] for row in sheets[sheet][1:]]
    assert names == [row["name"] for row in rows]


def test_the_summary_gives_each_kind_once_with_its_number(tmp_path: Path) -> None:
    rows = [{**ROWS[0], "credit_code": code(at), "registered_on": "昨天"} for at in range(1, 8)]
    sheets, _, _ = marked(written(tmp_path / "register.csv", rows + ROWS[1:2], COLUMNS))
    summary = sheets["Summary"]
    assert summary[0][:4] == ["Found", "Row", "What is wrong", "What to do"]
    found = {row[2].split()[0]: (row[0], row[1]) for row in summary[1:]}
    assert found["date_unreadable"] == (8, "Row 2")
    assert found["name_missing"] == (1, "Row 9")
    assert summary[1][4] == WORDS.refuses
