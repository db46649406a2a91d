"""Columns of cells read into columns of values: each text once, each fault with its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.problems import Problem
from xietong.engine.tables.cells import parse_number, parse_whole, plain
from xietong.engine.tables.headers import Synonyms

# What is wrong with a text as such; a date that was read may still lie outside the register's span.
Unreadable = Literal[
    "capital_unreadable",
    "coordinates_out_of_range",
    "coordinates_unreadable",
    "currency_differs",
    "currency_unknown",
    "date_unreadable",
    "employees_unreadable",
    "industry_code_unreadable",
    "place_code_unreadable",
    "registration_number_check",
]
Fault = Unreadable | Literal["date_out_of_range"]
# A reader's answer to one text: its value, and the code of what is wrong with it.
Read = tuple[Any, Fault | None]
_CONTROLS = "[\\x00-\\x1f\\x7f]+"
_PLACE_CODE = re.compile(r"(\d{6})(?:\d{3}|\d{6})?")
_INDUSTRY_CODE = re.compile(r"[A-Z]?(\d{2,6})")
_COUNTED = re.compile(r"\s*[人名]\s*$")
_MOST_EMPLOYEES = 10_000_000
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SHOWN_TEXT = 40


@dataclass(frozen=True)
class Column:
    """Values read from one column, and for each code of a fault the positions that have it."""

    values: pa.Array
    faults: dict[Fault, npt.NDArray[np.int64]] = field(default_factory=dict)


def texts_of(column: pa.Array) -> pa.Array:
    """Return any flat column as strings, trimmed; whole floats lose their point; no blank cells."""
    if pa.types.is_float16(column.type):
        # Arrow computes nothing with half floats.
        column = column.cast(pa.float32())
    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
        whole = pc.equal(pc.floor(column), column)
        small = pc.less(pc.abs(column), pa.scalar(2.0**53, kind))
        as_whole = pc.if_else(pc.and_(whole, small), column, pa.scalar(None, kind))
        column = pc.coalesce(
            as_whole.cast(pa.int64(), safe=False).cast(pa.string()), column.cast(pa.string())
        )
    elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        column = column.cast(pa.date32(), safe=False).cast(pa.string())
    elif not pa.types.is_string(kind):
        column = column.cast(pa.string())
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(column, _CONTROLS, " "))


def blanks_of(synonyms: Synonyms) -> pa.Array:
    """Return the cells that say nothing, as they may be written."""
    forms = {""}
    for word in synonyms.blanks:
        for form in (word, word.upper(), word.title()):
            forms |= {form, form.translate(_WIDE)}
    return pa.array(sorted(forms))


def without_blanks(texts: pa.Array, blanks: pa.Array) -> pa.Array:
    """Return the texts with null where a cell says nothing."""
    return pc.if_else(pc.is_in(texts, blanks), pa.scalar(None, pa.string()), texts)


def by_text(texts: pa.Array, read: Callable[[str], Read], kind: pa.DataType) -> Column:
    """Read each different text once; `read` gives its value and the code of its fault."""
    coded = texts.dictionary_encode()
    answers = [read(text) for text in coded.dictionary.to_pylist()]
    values = pa.array([value for value, _ in answers], kind).take(coded.indices)
    return Column(values, faults_of([code for _, code in answers], coded.indices))


def faults_of(
    codes: Sequence[Fault | None], indices: pa.Array
) -> dict[Fault, npt.NDArray[np.int64]]:
    """Return, for each code among the answers, the positions whose index leads to it."""
    found = sorted({code for code in codes if code})
    if not found:
        return {}
    # One more at the end, which a null's index of -1 leads to.
    numbers = np.array([found.index(code) if code else -1 for code in codes] + [-1])
    of_row = numbers[pc.fill_null(indices, -1).to_numpy(zero_copy_only=False)]
    return {code: np.flatnonzero(of_row == number) for number, code in enumerate(found)}


def unreadable(
    code: Unreadable,
    name: str,
    rows: npt.NDArray[np.int64],
    positions: npt.NDArray[np.int64],
    texts: pa.Array,
) -> list[Problem]:
    """Return a problem for each position, with the cell's text cut short."""
    return [
        Problem(code, row, name, {"text": text})
        for row, text in zip(rows[positions].tolist(), shown(texts, positions), strict=True)
    ]


def shown(texts: pa.Array, positions: npt.NDArray[np.int64]) -> list[str]:
    """Return the texts at some positions as a problem shows them."""
    return [(text or "")[:SHOWN_TEXT] for text in texts.take(pa.array(positions)).to_pylist()]


def read_place_code(text: str) -> Read:
    """Read a place's code of 6 digits, or of 9 or 12 whose first 6 are the county's."""
    found = _PLACE_CODE.fullmatch(plain(text))
    return (found[1], None) if found else (None, "place_code_unreadable")


def read_industry_code(text: str) -> Read:
    """Read an industry's code: its digits, without the section's letter before them."""
    found = _INDUSTRY_CODE.fullmatch(plain(text).upper())
    return (found[1], None) if found else (None, "industry_code_unreadable")


def read_employees(text: str) -> Read:
    """Read a number of persons, with or without the word for them."""
    number = parse_whole(_COUNTED.sub("", plain(text)))
    if number is None or not 0 <= number <= _MOST_EMPLOYEES:
        return None, "employees_unreadable"
    return number, None


def read_degrees(texts: pa.Array, most: float) -> Column:
    """Read degrees: a whole column at once where all of it is plain numbers, else text by text."""
    try:
        values = texts.cast(pa.float64())
        faults: dict[Fault, npt.NDArray[np.int64]] = {}
    except pa.ArrowInvalid:
        read = by_text(texts, _degrees, pa.float64())
        values, faults = read.values, read.faults
    inside = pc.and_(pc.is_finite(values), pc.less_equal(pc.abs(values), most))
    outside = np.flatnonzero(
        pc.and_(pc.is_valid(values), pc.invert(inside)).to_numpy(zero_copy_only=False)
    )
    if len(outside):
        faults = {**faults, "coordinates_out_of_range": outside}
    return Column(pc.if_else(inside, values, pa.scalar(None, pa.float64())), faults)


def _degrees(text: str) -> Read:
    number = parse_number(plain(text).rstrip("°"))
    return (None, "coordinates_unreadable") if number is None else (float(number), None)
