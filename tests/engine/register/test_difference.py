"""What a new version would change: against a plain reckoning, unit by unit, in any order."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.register.rows import code
from xietong.engine.identifiers import CodeRule
from xietong.engine.register import SCHEMA, Difference, difference_of

Row = dict[str, Any]
KEPT = pa.schema([*SCHEMA, pa.field("place", pa.string()), pa.field("division", pa.string())])
RULE = CodeRule()
WRONG = "91310000X00000000X"


def stored(path: Path, rows: list[Row]) -> Path:
    """Write rows as a version keeps them; what a row does not say is blank."""
    whole = [
        {**dict.fromkeys(KEPT.names), "row": at, "name": "", "place": "", "division": "", **row}
        for at, row in enumerate(rows, 2)
    ]
    pq.write_table(pa.Table.from_pylist(whole, KEPT), path)
    return path


def compared(before: list[Row] | None, after: list[Row], folder: Path) -> Difference:
    old = None if before is None else stored(folder / "before.parquet", before)
    return difference_of(old, stored(folder / "after.parquet", after), RULE)


def said(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) or ("" if name == "name" else None) for name in SCHEMA.names[1:])


def reckoned(before: list[Row], after: list[Row]) -> Difference:
    """Say the same as slowly and plainly as it can be said: a list of pairs, row by row."""
    right = {code(at) for at in range(1, 10)}

    def numbers(rows: list[Row]) -> Counter[str]:
        return Counter(
            row["registration_number"]
            for row in rows
            if row.get("registration_number") and row.get("credit_code") not in right
        )

    old_numbers, new_numbers = numbers(before), numbers(after)

    def key(row: Row) -> Any:
        if row.get("credit_code") in right:
            return ("code", row["credit_code"])
        number = row.get("registration_number")
        if number and old_numbers[number] <= 1 and new_numbers[number] <= 1:
            return ("number", number)
        return ("row", said(row))

    waiting = list(after)
    pairs = []
    for row in before:
        found = next((one for one in waiting if key(one) == key(row)), None)
        if found is not None:
            waiting = [one for one in waiting if one is not found]
            pairs.append((row, found))
    columns: Counter[str] = Counter()
    for old, new in pairs:
        for name, one, two in zip(SCHEMA.names[1:], said(old), said(new), strict=True):
            columns[name] += one != two
    changed = sum(said(old) != said(new) for old, new in pairs)

    def counts(name: str) -> dict[str, tuple[int, int]]:
        was = Counter(row.get(name, "") for row in before)
        now = Counter(row.get(name, "") for row in after)
        return {one: (was[one], now[one]) for one in was | now}

    return Difference(
        before=len(before),
        after=len(after),
        added=len(waiting),
        removed=len(before) - len(pairs),
        changed=changed,
        unchanged=len(pairs) - changed,
        moved=sum(old.get("place", "") != new.get("place", "") for old, new in pairs),
        recoded=sum(old.get("division", "") != new.get("division", "") for old, new in pairs),
        columns={name: count for name, count in columns.items() if count},
        places=counts("place"),
        divisions=counts("division"),
    )


ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from("甲乙丙")},
        optional={
            "credit_code": st.sampled_from([code(1), code(2), code(3), WRONG]),
            "registration_number": st.sampled_from(["R1", "R2", "R3"]),
            "scope": st.sampled_from(["纺织", "船厂"]),
            "capital_wan": st.sampled_from([1, 2]),
            "longitude": st.sampled_from([120.5, 121.25]),
            "place": st.sampled_from(["", "310101", "310104"]),
            "division": st.sampled_from(["", "17", "37"]),
        },
    ),
    max_size=9,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(before=ROWS, after=ROWS)
def test_it_says_what_plain_reckoning_says(before: list[Row], after: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = compared(before, after, Path(folder))
    assert found == reckoned(before, after)
    assert found.before == found.removed + found.changed + found.unchanged
    assert found.after == found.added + found.changed + found.unchanged


def test_an_invalid_code_is_no_identity(tmp_path: Path) -> None:
    before = [{"name": "甲", "credit_code": WRONG}, {"name": "乙", "credit_code": WRONG}]
    after = [{"name": "甲", "credit_code": WRONG}, {"name": "丙", "credit_code": WRONG}]
    found = compared(before, after, tmp_path)
    assert (found.unchanged, found.changed, found.added, found.removed) == (1, 0, 1, 1)


def test_a_unit_that_moved_is_one_that_changed_and_the_county_says_so(tmp_path: Path) -> None:
    before = [{"name": "甲", "credit_code": code(1), "address": "旧路", "place": "310101"}]
    after = [{"name": "甲", "credit_code": code(1), "address": "新路", "place": "310104"}]
    found = compared(before, after, tmp_path)
    assert (found.changed, found.moved, dict(found.columns)) == (1, 1, {"address": 1})
    assert found.places == {"310101": (1, 0), "310104": (0, 1)}


def test_other_methods_move_and_recode_what_did_not_change(tmp_path: Path) -> None:
    before = [{"name": "甲", "credit_code": code(1), "place": "310101", "division": "17"}]
    after = [{"name": "甲", "credit_code": code(1), "place": "310104", "division": "18"}]
    found = compared(before, after, tmp_path)
    assert (found.unchanged, found.moved, found.recoded) == (1, 1, 1)


def test_the_first_version_adds_everything(tmp_path: Path) -> None:
    found = compared(None, [{"name": "甲", "place": "310101"}, {"name": "乙"}], tmp_path)
    assert (found.before, found.added, found.after) == (0, 2, 2)
    assert found.places == {"": (0, 1), "310101": (0, 1)}


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_the_order_of_rows_makes_no_difference(tmp_path: Path, order: slice) -> None:
    rows = [{"name": f"{at}厂", "registration_number": f"N{at}"} for at in range(50)]
    found = compared(rows, rows[order], tmp_path)
    assert (found.unchanged, found.added, found.removed, found.changed) == (50, 0, 0, 0)
