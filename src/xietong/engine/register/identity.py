"""Who a row is: its credit code and registration number, and whether it came before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.identifiers import CodeRule, mod_11_10
from xietong.engine.problems import Problem
from xietong.engine.register.columns import SCHEMA
from xietong.engine.register.reading import by_text, unreadable
from xietong.engine.tables.cells import plain

_INNER = "[\\s\\-']"
_AS_NUMBER = r"^\d\.\d+[Ee]\+?\d+$"
_OLD_NUMBER = re.compile(r"\d{13}|\d{15}")


@dataclass(frozen=True)
class Codes:
    """The cleaned codes, which of them tell a unit apart from all others, and their faults."""

    credit_code: pa.Array
    registration_number: pa.Array
    telling: npt.NDArray[np.bool_]
    problems: list[Problem]


def read_codes(
    codes: pa.Array, numbers: pa.Array, rows: npt.NDArray[np.int64], rule: CodeRule | None
) -> Codes:
    """Clean and check both columns (texts, null where blank); a wrong code is kept and told.

    An older number that stands in the column of credit codes moves to its own.
    """
    codes, numbers = _cleaned(codes), _cleaned(numbers)
    problems: list[Problem] = []
    rounded = pc.fill_null(pc.match_substring_regex(codes, _AS_NUMBER), False)
    problems += [
        Problem("code_as_number", int(row), "credit_code")
        for row in rows[rounded.to_numpy(zero_copy_only=False)]
    ]
    codes = pc.if_else(rounded, pa.scalar(None, pa.string()), codes)
    if rule is None:
        telling = pc.is_valid(codes).to_numpy(zero_copy_only=False)
        return Codes(codes, numbers, telling, problems)
    older = pc.fill_null(pc.match_substring_regex(codes, f"^(?:{_OLD_NUMBER.pattern})$"), False)
    if pc.any(older).as_py():
        numbers = pc.if_else(pc.and_(older, pc.is_null(numbers)), codes, numbers)
        codes = pc.if_else(older, pa.scalar(None, pa.string()), codes)
    found = rule.check(codes)
    for at in np.flatnonzero(found.wrong_length):
        params = {"length": int(found.lengths[at]), "needed": rule.length}
        problems.append(Problem("credit_code_length", int(rows[at]), "credit_code", params))
    for code, wrong in (
        ("credit_code_letters", found.wrong_letters),
        ("credit_code_check", found.wrong_check),
    ):
        problems += [Problem(code, int(row), "credit_code") for row in rows[wrong]]
    checked = by_text(
        numbers,
        lambda text: (None, None if _old_number_fits(text) else "registration_number_check"),
        pa.null(),
    )
    for positions in checked.faults.values():
        problems += unreadable(
            "registration_number_check", "registration_number", rows, positions, numbers
        )
    return Codes(codes, numbers, found.right, problems)


def _cleaned(texts: pa.Array) -> pa.Array:
    if not pc.all(pc.fill_null(pc.string_is_ascii(texts), True)).as_py():
        texts = pa.array(
            [None if text is None else plain(text) for text in texts.to_pylist()], pa.string()
        )
    texts = pc.utf8_upper(pc.replace_substring_regex(texts, _INNER, ""))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _old_number_fits(text: str) -> bool:
    """Tell whether a number of 15 digits ends in its check digit; the other kinds have none."""
    return (
        len(text) != 15
        or not text.isascii()
        or not text.isdigit()
        or text[14] == mod_11_10(text[:14])
    )


class Seen:
    """Remembers every unit so far, by its code or, where that tells nothing, by the whole row."""

    def __init__(self) -> None:
        self._by_code: dict[str, int] = {}
        self._by_row: dict[bytes, int] = {}

    def again(
        self,
        rows: npt.NDArray[np.int64],
        codes: Codes,
        columns: Sequence[pa.Array],
    ) -> tuple[npt.NDArray[np.bool_], list[Problem]]:
        """Return which rows have come before, and a problem for each that names the first.

        `columns` are all of the row's values; rows are equal where all of them are.
        """
        repeated = np.zeros(len(rows), dtype=bool)
        problems = []
        told = np.flatnonzero(codes.telling)
        texts = codes.credit_code.take(pa.array(told)).to_pylist()
        for at, text in zip(told.tolist(), texts, strict=True):
            first = self._by_code.setdefault(text, int(rows[at]))
            if first != rows[at]:
                repeated[at] = True
                params = {"first": first}
                problems.append(Problem("credit_code_twice", int(rows[at]), "credit_code", params))
        others = np.flatnonzero(~codes.telling)
        if len(others):
            taken = pa.array(others)
            marks = row_marks([one.take(taken) for one in columns])
            for at, mark in zip(others.tolist(), marks, strict=True):
                first = self._by_row.setdefault(mark, int(rows[at]))
                if first != rows[at]:
                    repeated[at] = True
                    problems.append(Problem("row_twice", int(rows[at]), None, {"first": first}))
        return repeated, problems


def row_marks(columns: Sequence[pa.Array]) -> list[bytes]:
    """Return a mark for each row, the same where all of its values are."""
    cells = [pc.coalesce(one.cast(pa.string()), "") for one in columns]
    whole = pc.binary_join_element_wise(*cells, "\x1f")
    return [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in whole.to_pylist()]


def unit_keys(rows: pa.RecordBatch, rule: CodeRule | None) -> pa.Array:
    """Return who each checked row is, by the rule that tells repeated rows: its credit code where
    that is right, else a mark of the whole row. Rows of one register have keys of their own.
    """
    codes = rows.column("credit_code")
    telling = pc.is_valid(codes) if rule is None else pa.array(rule.check(codes).right)
    keys = pc.if_else(telling, codes, pa.scalar(None, pa.string())).to_pylist()
    others = [at for at, key in enumerate(keys) if key is None]
    if others:
        told = rows.take(pa.array(others, pa.int64()))
        values = [told.column(name) for name in SCHEMA.names[1:]]
        for at, mark in zip(others, row_marks(values), strict=True):
            keys[at] = f"row-{mark.hex()}"
    return pa.array(keys, pa.string())
