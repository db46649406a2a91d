"""Cells become values: each text once, each fault at its row."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.packs import strings, synonyms
from xietong.engine.register.reading import (
    Read,
    blanks_of,
    by_text,
    read_degrees,
    read_employees,
    read_industry_code,
    read_place_code,
    texts_of,
    without_blanks,
)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([" 甲\t公司 ", "a\x00b", None]), ["甲 公司", "a b", None]),
        (pa.array([1.0, 1.5, None, float("nan"), float("inf")]), ["1", "1.5", None, None, None]),
        (pa.array([2.0**60]), ["1152921504606846976"]),
        (pa.array([0.5, 3.0], pa.float16()), ["0.5", "3"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([310_115, None], pa.int32()), ["310115", None]),
        (pa.array([2**63], pa.uint64()), ["9223372036854775808"]),
        (pa.array([Decimal("1.50")]), ["1.50"]),
        (pa.array([datetime.date(2004, 12, 31)]), ["2004-12-31"]),
        (pa.array([datetime.datetime(2004, 12, 31, 8, 30)]), ["2004-12-31"]),  # noqa: DTZ001
        # Midnight in the east is still the day before in Greenwich.
        (
            pa.array([1_104_422_400_000_000], pa.timestamp("us", tz="Asia/Shanghai")),
            ["2004-12-31"],
        ),
        (pa.array([True, False]), ["true", "false"]),
        (pa.nulls(2), [None, None]),
        (pa.array([datetime.timedelta(1)]), ["86400000000"]),
    ],
)
def test_any_flat_column_becomes_texts(column: pa.Array, texts: list[str | None]) -> None:
    found = texts_of(column).to_pylist()
    if column.type == pa.float64() and column[0].as_py() == 2.0**60:
        # Beyond 2^53 a float no longer holds every whole number: it is shown with its exponent.
        assert float(found[0]) == 2.0**60
        assert "e" in found[0].lower()
    else:
        assert found == texts


@pytest.mark.parametrize(
    "cell", ["-", "——", "无", "N/A", "n/a", "NULL", "Null", "ＮＵＬＬ", "", "－"]
)
def test_a_cell_that_says_nothing_is_blank(cell: str) -> None:
    blanks = blanks_of(synonyms())
    assert without_blanks(strings(cell, "无锡"), blanks).to_pylist() == [None, "无锡"]


@given(st.lists(st.one_of(st.none(), st.sampled_from(["1", "2", "x", "y", "z"])), max_size=20))
def test_reading_by_text_is_reading_row_by_row(cells: list[str | None]) -> None:
    def read(text: str) -> Any:
        if text in "yz":
            return None, f"fault_{text}"
        return (int(text), None) if text.isdigit() else (7, "doubt")

    column = by_text(pa.array(cells, pa.string()), read, pa.int64())
    assert column.values.to_pylist() == [None if c is None else read(c)[0] for c in cells]
    faults: dict[Any, Any] = column.faults
    for code in ("fault_y", "fault_z", "doubt"):
        by_hand = [at for at, c in enumerate(cells) if c is not None and read(c)[1] == code]
        assert faults.get(code, np.array([], int)).tolist() == by_hand


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("310115", ("310115", None)),
        ("310115001", ("310115", None)),
        ("310115001002", ("310115", None)),
        ("３１０１１５", ("310115", None)),
        ("31011", (None, "place_code_unreadable")),
        ("3101150", (None, "place_code_unreadable")),
        ("浦东新区", (None, "place_code_unreadable")),
    ],
)
def test_place_codes(text: str, read: Read) -> None:
    assert read_place_code(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("3911", ("3911", None)),
        ("C3911", ("3911", None)),
        ("c39", ("39", None)),
        ("０１１", ("011", None)),
        ("C", (None, "industry_code_unreadable")),
        ("3", (None, "industry_code_unreadable")),
        ("制造业", (None, "industry_code_unreadable")),
    ],
)
def test_industry_codes(text: str, read: Read) -> None:
    assert read_industry_code(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("35", (35, None)),
        ("1,024人", (1024, None)),
        ("３５ 名", (35, None)),
        ("0", (0, None)),
        ("12.5", (None, "employees_unreadable")),
        ("-1", (None, "employees_unreadable")),
        ("10000001", (None, "employees_unreadable")),
        ("50-99人", (None, "employees_unreadable")),
    ],
)
def test_employees(text: str, read: Read) -> None:
    assert read_employees(text) == read


def test_degrees() -> None:
    plain = read_degrees(strings("121.5", None, "-0.25"), 180)
    assert plain.values.to_pylist() == [121.5, None, -0.25]
    assert plain.faults == {}
    cells = strings("１２１.5°", "东经121", "1_2", "200", "inf", "121.5")
    mixed = read_degrees(cells, 180)
    assert mixed.values.to_pylist() == [121.5, None, None, None, None, 121.5]
    assert {code: at.tolist() for code, at in mixed.faults.items()} == {
        "coordinates_unreadable": [1, 2, 4],
        "coordinates_out_of_range": [3],
    }
    assert read_degrees(strings("inf"), 180).faults["coordinates_out_of_range"].tolist() == [0]
