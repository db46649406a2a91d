"""A register's faults are told all at once, each by row and column."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.register.rows import HEADINGS, brief, check, code, opened, written
from engine.tables.packs import LAKELAND, rules, synonyms
from xietong.engine.problems import Problem
from xietong.engine.register import REFUSING, SCHEMA, check_register
from xietong.engine.register.checking import Reading
from xietong.engine.tables import open_table, propose_mapping

GOOD = {
    "name": "甲电子厂",
    "registered_on": "2004-12-31",
    "capital": "600(万元人民币)",
    "scope": "电子元件",
    "city": "上海",
    "county_code": "310115",
    "authority_code": "310115",
    "industry_code": "C3911",
    "employees": "35人",
    "longitude": "121.54",
    "latitude": "31.22",
    "address": "某路1号",
}


def good(number: int, **changed: str) -> dict[str, str]:
    return {**GOOD, "credit_code": code(number), **changed}


def entered(path: Path) -> list[dict[str, Any]]:
    source, mapping = opened(path)
    reading = Reading(source, mapping, rules())
    return [row for batch in reading.batches() for row in batch.to_pylist()]


def test_a_good_register_has_no_problem(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [good(1), good(2, name="乙纺织厂")])
    found = check(path)
    assert (found.problems, found.refused, found.quality["rows"]) == ((), False, 2)
    first = entered(path)[0]
    assert list(first) == SCHEMA.names
    assert first == {
        "row": 2,
        "name": "甲电子厂",
        "credit_code": code(1),
        "registration_number": None,
        "registered_on": datetime.date(2004, 12, 31),
        "legal_form": None,
        "capital_wan": 600,
        "currency": "CNY",
        "scope": "电子元件",
        "province": None,
        "city": "上海",
        "county_code": "310115",
        "authority_code": "310115",
        "industry_code": "3911",
        "employees": 35,
        "longitude": 121.54,
        "latitude": 31.22,
        "address": "某路1号",
    }


def test_row_214_lacks_a_character(tmp_path: Path) -> None:
    rows = [good(at) for at in range(2, 300)]
    rows[212]["credit_code"] = rows[212]["credit_code"][:-1]
    (problem,) = check(written(tmp_path / "a.csv", rows)).problems
    assert (problem.row, problem.field) == (214, "credit_code")
    assert (problem.code, problem.params) == ("credit_code_length", {"length": 17, "needed": 18})


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    rows = [
        good(1),
        good(2, name=" "),
        good(3, credit_code=code(3)[:-1]),
        good(4, credit_code=code(4).replace("9", "O", 1)),
        good(5, credit_code=code(5)[:-1] + ("X" if code(5)[-1] != "X" else "Y")),
        good(1, name="甲的另一行"),
        good(7, registered_on="31/12/2004"),
        good(8, registered_on="2099-01-01", capital="若干"),
        good(9, registered_on="1850-01-01", currency="贝壳", capital="5"),
        good(10, county_code="31011", authority_code="x", industry_code="制造业"),
        good(11, employees="几十", longitude="东经", latitude="95"),
        good(12, longitude="", latitude="31"),
        good(13, longitude="0", latitude="0"),
        good(14, credit_code="", registration_number="310115000000010"),
        good(15, currency="美元"),
    ]
    found = check(written(tmp_path / "a.csv", rows))
    assert brief(found.problems) == [
        (3, "name", "name_missing"),
        (4, "credit_code", "credit_code_length"),
        (5, "credit_code", "credit_code_letters"),
        (6, "credit_code", "credit_code_check"),
        (7, "credit_code", "credit_code_twice"),
        (8, "registered_on", "date_unreadable"),
        (9, "capital", "capital_unreadable"),
        (9, "registered_on", "date_out_of_range"),
        (10, "currency", "currency_unknown"),
        (10, "registered_on", "date_out_of_range"),
        (11, "industry_code", "industry_code_unreadable"),
        (11, "authority_code", "place_code_unreadable"),
        (11, "county_code", "place_code_unreadable"),
        (12, "latitude", "coordinates_out_of_range"),
        (12, "longitude", "coordinates_unreadable"),
        (12, "employees", "employees_unreadable"),
        (13, "longitude", "coordinates_incomplete"),
        (14, "longitude", "coordinates_out_of_range"),
        (15, "registration_number", "registration_number_check"),
        (16, "currency", "currency_differs"),
    ]
    assert found.refused
    assert found.quality["repeated"] == 1
    told = {(one.row, one.code): one.params for one in found.problems}
    assert told[7, "credit_code_twice"] == {"first": 2}
    assert told[8, "date_unreadable"] == {"text": "31/12/2004"}
    assert told[9, "date_out_of_range"] == {
        "text": "2099-01-01", "first": rules().first_year, "last": "2026-01-01",
    }  # fmt: skip


def test_a_wrong_cell_costs_the_cell_and_not_the_row(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv",
        [good(1, registered_on="昨天", employees="几十", longitude="x", county_code="3")],
    )
    assert not check(path).refused
    (row,) = entered(path)
    assert [name for name, value in row.items() if value is None] == [
        "registration_number", "registered_on", "legal_form", "province", "county_code",
        "employees", "longitude", "latitude",
    ]  # fmt: skip


def test_totals_notes_and_repeated_headings_are_no_records(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv",
        [
            good(1),
            HEADINGS,
            good(2),
            {"name": "合计", "capital": "1200"},
            {"name": "注：本表由某局填报"},
            {"name": "数据来源：某局", "scope": ""},
        ],
    )
    found = check(path)
    assert brief(found.problems) == [
        (3, None, "heading_repeated"),
        (5, None, "row_not_a_record"),
        (6, None, "row_not_a_record"),
        (7, None, "row_not_a_record"),
    ]
    assert (found.quality["rows"], found.quality["skipped"], found.refused) == (2, 4, False)


def test_figures_without_a_unit_are_told_once(tmp_path: Path) -> None:
    rows = [good(1, capital="500000"), good(2, capital="50万"), good(3, capital="70000")]
    for batch_rows in (1, 100):
        (problem,) = check(written(tmp_path / "a.csv", rows), batch_rows=batch_rows).problems
        assert problem == Problem("capital_without_unit", None, "capital", {"rows": 2})


def test_a_firm_called_like_a_total_is_a_record(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [good(1, name="合计"), good(2, name="注册会计师事务所")])
    assert (check(path).problems, check(path).quality["rows"]) == ((), 2)


@pytest.mark.parametrize(
    ("headings", "told"),
    [
        ("住所", [("column_missing", "name")]),
        ("企业名称", [("place_columns_missing", "address")]),
        ("企业名称,经度", [("place_columns_missing", "address")]),
        ("企业名称,所属省份", [("place_columns_missing", "address")]),
        ("企业名称,企业名称,住所", [("column_ambiguous", "name")]),
        ("名单,数量", [("column_missing", "name"), ("place_columns_missing", "address")]),
    ],
)
def test_columns_that_make_no_register(
    tmp_path: Path, headings: str, told: list[tuple[str, str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(headings + "\n" + "甲,乙,丙"[: len(headings.split(",")) * 2 - 1] + "\n")
    found = check(path)
    assert found.refused
    refusing = {(one.code, one.field) for one in found.problems if one.code in REFUSING}
    assert refusing == set(told)


def test_a_table_without_records_is_refused(tmp_path: Path) -> None:
    found = check(written(tmp_path / "a.csv", [{"name": "合计"}]))
    assert found.refused
    assert [one.code for one in found.problems] == ["no_records", "row_not_a_record"]


def test_rows_that_break_the_table_refuse_it_and_hide_no_other_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('企业名称,住所\n甲,某路\n乙,某街,多\n丙,"某"巷\n,某里\n', encoding="utf-8")
    found = check(path)
    assert found.refused
    assert [(one.row, one.code) for one in found.problems] == [
        (3, "row_too_long"), (4, "quotes_unbalanced"), (5, "name_missing"),
    ]  # fmt: skip


def test_a_hole_that_the_encoding_left_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [good(at) for at in range(1, 200)])
    whole = path.read_bytes()
    at = whole.index("电子元件".encode(), len(whole) // 2)
    path.write_bytes(whole[:at] + b"\xff" + whole[at + 1 :])
    found = check(path)
    assert {(one.code, one.field) for one in found.problems} == {("characters_unreadable", "scope")}
    assert not found.refused


def test_serial_days_of_a_workbook_that_counts_from_1904(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["企业名称", "成立日期", "住所"])
        sheet.write_row(1, 0, ["甲", 36890, "某路"])
    assert entered(path)[0]["registered_on"] == datetime.date(2004, 12, 31)


def test_another_countrys_register(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Firm name,Reg. no.,Capital (thousand),Address\nAlpha,N-1,5,Quay 1\n", encoding="utf-8"
    )
    source = open_table(path, synonyms(LAKELAND))
    mapping = propose_mapping(source.columns, synonyms(LAKELAND))
    found = check_register(source, mapping, rules(LAKELAND))
    assert found.problems == ()
    assert found.quality["currencies"] == {rules(LAKELAND).currency: 1}


def test_the_refusing_codes_are_refusing(tmp_path: Path) -> None:
    """A warning never refuses: every fault that a cell alone can have is a warning."""
    row = good(1, county_code="x", authority_code="x", industry_code="x", employees="x",
               registered_on="x", capital="x", longitude="x", credit_code="x")  # fmt: skip
    found = check(written(tmp_path / "a.csv", [row]))
    assert len(found.problems) == 8
    assert not {one.code for one in found.problems} & REFUSING
    assert not found.refused


POOL: dict[str, list[str]] = {
    "name": ["甲厂", "乙厂", "", "合计", "企业名称"],
    "credit_code": [code(1), code(2), code(1)[:-1], "", "310115000000010"],
    "registered_on": ["2004-12-31", "昨天", "", "2099-1-1"],
    "capital": ["5万美元", "7", "若干", ""],
    "currency": ["", "美元", "贝壳"],
    "longitude": ["121.5", "", "x", "0"],
    "latitude": ["31.2", "", "0"],
    "address": ["某路", ""],
}
TABLES = st.lists(
    st.fixed_dictionaries({column: st.sampled_from(cells) for column, cells in POOL.items()}),
    max_size=25,
)


@given(TABLES, st.integers(1, 26))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_answer_does_not_depend_on_the_batches(
    tmp_path: Path, table: list[dict[str, str]], batch_rows: int
) -> None:
    path = written(tmp_path / "a.csv", table, list(POOL))
    whole, cut = check(path), check(path, batch_rows=batch_rows)
    assert cut == whole
    rows = [row for row in table if any(row.values())]
    kept = whole.quality["rows"] + whole.quality["repeated"] + whole.quality["skipped"]
    unnamed = whole.quality["problems"].get("name_missing", 0)
    assert len(rows) - unnamed <= kept <= len(rows)
    assert whole.refused == bool(REFUSING & {one.code for one in whole.problems})
    assert list(whole.problems) == sorted(whole.problems, key=_row)


def _row(one: Problem) -> int:
    return one.row or 0
