"""The hash of an edition: fixed in its form, blind to order, changed by any one bit of content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.engine import canonical

# An edition is cited by its hash: if this line must change, FORM must, too.
GOLDEN = "9d893b4377892d4a9afa2cfae48926dc9394beefb868e24ff3f1454c86838ed6"

CODES = st.text("0123456789+县é", max_size=6)
TABLES = st.lists(
    st.tuples(CODES, CODES, st.integers(-(2**63), 2**63 - 1), st.integers(0, 9)), max_size=12
)


def table(rows: list[tuple[str, str, int, int]]) -> pa.Table:
    place, industry, capital, n = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "place": pa.array(place, pa.string()),
            "industry": pa.array(industry, pa.string()),
            "capital": pa.array(capital, pa.int64()),
            "n": pa.array(n, pa.int64()),
        }
    )


def hashed(cells: pa.Table, **parts: Any) -> str:
    given_: dict[str, Any] = {"parameters": {}, "digests": {}, "versions": {}, **parts}
    return canonical.digest(tables={"cells": cells}, **given_)


def by_hand(tables: Mapping[str, pa.Table], parts: Mapping[str, Any]) -> str:
    """The same form in plain Python: what somebody else would write from the docs."""
    sizes = {name: one.num_rows for name, one in tables.items()}
    head = {"form": "xietong-edition-1", "tables": sizes, **parts}
    text = json.dumps(head, sort_keys=True, separators=(",", ":"))
    for name in sorted(tables):
        columns = sorted(tables[name].column_names)
        # Texts compare by their bytes in UTF-8.
        rows = sorted(tuple(one[column] for column in columns) for one in tables[name].to_pylist())
        for at, column in enumerate(columns):
            text += f"\x1d{name}\x1f{column}\x1e" + "".join(f"{row[at]}\x1e" for row in rows)
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_form_stands_as_it_was_published() -> None:
    cells = table([("310115", "3911", 250, 3), ("310115", "39", 0, 1), ("320500", "", 7, 2)])
    parts: dict[str, Any] = {
        "parameters": {"minimum_cell": 3},
        "digests": {"boundaries": "ab", "classification": "cd"},
        "versions": {"tabulate": 1},
    }
    assert hashed(cells, **parts) == GOLDEN


@given(TABLES)
def test_the_hash_is_that_of_the_plain_form(rows: list[tuple[str, str, int, int]]) -> None:
    parts: dict[str, Any] = {"parameters": {"a": 1}, "digests": {"b": "x"}, "versions": {"c": 2}}
    assert hashed(table(rows), **parts) == by_hand({"cells": table(rows)}, parts)


def test_a_table_of_several_slices_has_the_plain_form_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{at % 7}", f"{at % 5}", at * 17 % 101, 1) for at in range(200)]
    plain = by_hand({"cells": table(rows)}, {"parameters": {}, "digests": {}, "versions": {}})
    assert hashed(table(rows)) == plain
    monkeypatch.setattr(canonical, "SLICE", 64)
    assert hashed(table(rows)) == plain
    assert hashed(pa.concat_tables([table(rows[:90]), table(rows[90:])])) == plain


@given(
    TABLES,
    st.randoms(use_true_random=False),
    st.permutations(["place", "industry", "n", "capital"]),
)
def test_the_order_of_rows_and_columns_changes_nothing(
    rows: list[tuple[str, str, int, int]], draw: Any, columns: list[str]
) -> None:
    before = hashed(table(rows))
    draw.shuffle(rows)
    assert hashed(table(rows).select(columns)) == before


@given(TABLES.filter(bool), st.data())
def test_any_other_content_gives_another_hash(
    rows: list[tuple[str, str, int, int]], data: st.DataObject
) -> None:
    before = hashed(table(rows))
    at = data.draw(st.integers(0, len(rows) - 1))
    place, industry, capital, n = rows[at]
    others = [
        (place + "0", industry, capital, n),
        (place, industry[:-1] if industry else "1", capital, n),
        (place, industry, capital ^ 1, n),
        (place, industry, capital, n + 1),
    ]
    for other in others:
        assert hashed(table([*rows[:at], other, *rows[at + 1 :]])) != before
    assert hashed(table([*rows, rows[at]])) != before
    assert hashed(table(rows[:at] + rows[at + 1 :])) != before
    assert hashed(table(rows).rename_columns(["place", "industry", "capital", "m"])) != before


@pytest.mark.parametrize(
    "parts",
    [
        {"parameters": {"minimum_cell": 4}},
        {"parameters": {"minimum_call": 3}},
        {"digests": {"boundaries": "ac"}},
        {"versions": {"tabulate": 2}},
    ],
)
def test_whatever_decides_an_edition_is_in_its_hash(parts: dict[str, Any]) -> None:
    cells = table([("310115", "3911", 250, 3)])
    same: dict[str, Any] = {
        "parameters": {"minimum_cell": 3},
        "digests": {"boundaries": "ab"},
        "versions": {"tabulate": 1},
    }
    assert hashed(cells, **{**same, **parts}) != hashed(cells, **same)


def test_a_text_cannot_pretend_to_be_two_values() -> None:
    # Without the refusal these two would have one form.
    for column in (["a\x1eb", "c"], ["a", "b\x1ec"]):
        with pytest.raises(ValueError, match="control character"):
            hashed(pa.table({"place": column}))


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1.0]),
        pa.array([True]),
        pa.array([1, None]),
        pa.array(["a", None]),
        pa.array([None], pa.null()),
        pa.array(["a"]).dictionary_encode(),
    ],
)
def test_what_has_no_one_form_is_refused(column: pa.Array) -> None:
    with pytest.raises(TypeError, match=r"cells\.odd"):
        hashed(pa.table({"odd": column}))


@pytest.mark.parametrize("value", [0.95, True, "3", None])
@pytest.mark.parametrize("part", ["parameters", "versions"])
def test_a_parameter_that_is_no_whole_number_is_refused(part: str, value: Any) -> None:
    with pytest.raises(TypeError, match="level"):
        hashed(table([]), **{part: {"level": value}})


def test_the_width_of_a_whole_number_is_not_content() -> None:
    wide, narrow = (pa.table({"n": pa.array([2, 1], kind)}) for kind in (pa.int64(), pa.int8()))
    assert hashed(wide) == hashed(narrow)


def test_the_callers_table_is_left_alone() -> None:
    cells = table([("b", "1", 1, 1), ("a", "2", 2, 2)])
    hashed(cells)
    assert cells["place"].to_pylist() == ["b", "a"]
