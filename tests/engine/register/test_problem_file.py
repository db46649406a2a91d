"""Problems as a file: every one is there, page by page, in the order of the rows."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from engine.register.rows import code, opened, written
from engine.tables.packs import rules
from xietong.engine.problems import Problem
from xietong.engine.register import ProblemWriter, check_register, read_problems
from xietong.engine.register.findings import KEPT
from xietong.engine.register.problem_file import problems_by_row


def kept(path: Path, *tellings: list[Problem], most: int = 1_000_000) -> ProblemWriter:
    with ProblemWriter(path, most=most) as writer:
        for problems in tellings:
            writer(problems)
    return writer


def test_a_page_gives_them_by_row_whatever_the_order_of_telling(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    late = [Problem("date_unreadable", 9, "registered_on", {"text": "昨天"})]
    early = [Problem("name_missing", 3, "name"), Problem("credit_code_check", 5, "credit_code")]
    whole = [Problem("capital_without_unit", None, "capital", {"rows": 4})]
    writer = kept(path, late, early, whole)
    page = read_problems(path)
    assert page.problems == (*whole, *early, *late)
    assert page.total == 4
    assert writer.tally()[0].code == "name_missing"
    assert [one.refuses for one in writer.tally()] == [True, False, False, False]


def test_a_page_is_of_one_code_one_column_or_one_severity(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    kept(
        path,
        [Problem("name_missing", row, "name") for row in range(2, 12)],
        [Problem("date_unreadable", row, "registered_on", {"text": "?"}) for row in range(2, 32)],
        [Problem("row_too_long", 40, None, {"cells": 9, "columns": 8})],
    )
    assert read_problems(path, code="date_unreadable").total == 30
    assert read_problems(path, field="name").total == 10
    assert read_problems(path, refusing=True).total == 11
    assert read_problems(path, refusing=False).total == 30
    page = read_problems(path, code="date_unreadable", start=28, count=50)
    assert [one.row for one in page.problems] == [30, 31]
    assert read_problems(path, code="name_missing", field="registered_on").total == 0


def test_rows_come_from_the_top_with_all_that_is_wrong_in_them(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    kept(
        path,
        [Problem("name_missing", 7, "name"), Problem("date_unreadable", 7, "registered_on")],
        [Problem("capital_without_unit", None, "capital"), Problem("name_missing", 2, "name")],
    )
    rows = [(row, len(found)) for row, found in problems_by_row(path)]
    assert rows == [(0, 1), (2, 1), (7, 2)]


def test_a_register_without_problems_has_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    assert kept(path).tally() == []
    assert read_problems(path).total == 0
    assert list(problems_by_row(path)) == []


def test_beyond_a_bound_they_are_counted_and_not_listed(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    writer = kept(path, [Problem("name_missing", row, "name") for row in range(2, 102)], most=30)
    assert read_problems(path).total == 30
    assert [one.count for one in writer.tally()] == [100]


def test_a_writer_that_fails_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    with pytest.raises(TypeError), ProblemWriter(path) as writer:
        writer(None)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_check_tells_every_problem_also_those_that_it_does_not_keep(tmp_path: Path) -> None:
    count = KEPT + 500
    rows = [
        {"name": f"甲{at}厂", "credit_code": code(at + 1), "registered_on": "昨天", "address": "路"}
        for at in range(count)
    ]
    table = written(tmp_path / "register.csv", rows, [*rows[0]])
    path = tmp_path / "problems.parquet"
    with ProblemWriter(path) as writer:
        check = check_register(*opened(table), rules(), told=writer, batch_rows=777)
    assert sum(one.code == "date_unreadable" for one in check.problems) == KEPT
    assert read_problems(path, code="date_unreadable").total == count
    assert writer.counts[("date_unreadable", "registered_on")] == count


def test_a_page_of_a_hundred_thousand_comes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    kept(
        path,
        [
            Problem("date_unreadable", row, "registered_on", {"text": f"昨天{row}"})
            for row in range(2, 100_002)
        ],
    )
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        page = read_problems(path, code="date_unreadable", start=90_000)
        best = min(best, time.perf_counter() - began)
    assert page.problems[0].row == 90_002
    assert best < 0.25
