"""Who a row is: codes cleaned and checked, and every unit kept once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.register.rows import brief, code
from engine.tables.packs import strings
from xietong.engine.identifiers import CodeRule, mod_11_10
from xietong.engine.register.identity import Codes, Seen, read_codes

RULE = CodeRule()
OLDER = "31011500000001" + mod_11_10("31011500000001")


def codes(*cells: str | None, numbers: tuple[str | None, ...] | None = None) -> Codes:
    rows = np.arange(2, 2 + len(cells))
    return read_codes(strings(*cells), strings(*(numbers or (None,) * len(cells))), rows, RULE)


@pytest.mark.parametrize(
    ("cell", "cleaned"),
    [
        (code(1), code(1)),
        (code(1).lower(), code(1)),
        (f" {code(1)[:9]} {code(1)[9:]}", code(1)),
        ("'" + code(1), code(1)),
        ("-".join((code(1)[:8], code(1)[8:])), code(1)),
        ("".join(chr(ord(c) + 0xFEE0) for c in code(1)), code(1)),
        (" - ", None),
        (None, None),
    ],
)
def test_a_code_is_cleaned(cell: str | None, cleaned: str | None) -> None:
    found = codes(cell)
    assert found.credit_code.to_pylist() == [cleaned]
    assert found.telling.tolist() == [cleaned is not None]
    assert found.problems == []


def test_every_kind_of_fault_has_its_row() -> None:
    wrong_check = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")
    found = codes(code(1)[:-1], code(1).replace("9", "O", 1), wrong_check, code(2), "9.13101E+17")
    assert brief(found.problems) == [
        (6, "credit_code", "code_as_number"),
        (2, "credit_code", "credit_code_length"),
        (3, "credit_code", "credit_code_letters"),
        (4, "credit_code", "credit_code_check"),
    ]
    assert found.problems[1].params == {"length": 17, "needed": 18}
    assert found.telling.tolist() == [False, False, False, True, False]
    # A wrong code is kept as it is; one that the sheet has rounded is no code at all.
    assert found.credit_code.to_pylist()[0] == code(1)[:-1]
    assert found.credit_code.to_pylist()[4] is None


def test_an_older_number_moves_to_its_own_column() -> None:
    found = codes(OLDER, OLDER, "1234567890123", numbers=(None, "企独沪字第1号", None))
    assert found.credit_code.to_pylist() == [None, None, None]
    assert found.registration_number.to_pylist() == [OLDER, "企独沪字第1号", "1234567890123"]
    assert found.problems == []


def test_an_older_numbers_own_check_digit() -> None:
    slipped = OLDER[:-1] + str((int(OLDER[-1]) + 1) % 10)
    found = codes(None, None, None, numbers=(OLDER, slipped, "3101150000001"))
    assert brief(found.problems) == [(3, "registration_number", "registration_number_check")]


def test_a_pack_without_a_rule_takes_any_code() -> None:
    found = read_codes(strings("A-1", None), strings(None, "x"), np.array([2, 3]), None)
    assert found.credit_code.to_pylist() == ["A1", None]
    assert found.telling.tolist() == [True, False]
    assert found.problems == []


UNITS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from("甲乙")), max_size=14)


@given(UNITS, st.integers(1, 5))
def test_every_unit_is_kept_once_as_by_hand(units: list[tuple[int, bool, str]], batch: int) -> None:
    """A right code tells a unit apart by itself; else only rows that are alike in all cells."""
    cells = [code(number) if right else code(number)[:-1] for number, right, _ in units]
    names = [name for *_, name in units]
    seen = Seen()
    repeated: list[bool] = []
    firsts: list[object] = []
    for at in range(0, len(units), batch):
        rows = np.arange(at + 2, min(at + batch, len(units)) + 2)
        found = read_codes(
            pa.array(cells[at : at + batch], pa.string()),
            pa.nulls(len(rows), pa.string()),
            rows,
            RULE,
        )
        again, told = seen.again(
            rows, found, [pa.array(names[at : at + batch], pa.string()), found.credit_code]
        )
        repeated += again.tolist()
        firsts += [(one.row, one.code, one.params["first"]) for one in sorted(told, key=str)]
    by_hand: dict[object, int] = {}
    expected = []
    for row, ((_, right, name), cell) in enumerate(zip(units, cells, strict=True), 2):
        first = by_hand.setdefault(cell if right else (cell, name), row)
        if first != row:
            expected.append((row, "credit_code_twice" if right else "row_twice", first))
    assert sorted(firsts, key=str) == sorted(expected, key=str)
    assert repeated == [row in {one[0] for one in expected} for row in range(2, len(units) + 2)]


def test_blank_cells_run_into_no_other() -> None:
    found = read_codes(strings(None, None), strings(None, None), np.array([2, 3]), RULE)
    again, _ = Seen().again(np.array([2, 3]), found, [strings("甲", None), strings(None, "甲")])
    assert again.tolist() == [False, False]
