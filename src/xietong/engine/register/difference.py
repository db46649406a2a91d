"""What a new version of a register would change: the rows of two files, paired unit by unit."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xietong.engine.identifiers import CodeRule
from xietong.engine.register.columns import SCHEMA

CONTENT = tuple(SCHEMA.names[1:])
_APART = "\x1f"


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows by what becomes of them. `before` = removed + changed + unchanged, `after` likewise.

    `columns` says in how many of the changed rows each column changed; `moved` and `recoded` count
    paired rows whose place or division is another now, be it by the rows or by the methods.
    `places` and `divisions` give (rows before, rows after) for each code; "" for the unplaced and
    uncoded.
    """

    before: int
    after: int
    added: int
    removed: int
    changed: int
    unchanged: int
    moved: int
    recoded: int
    columns: Mapping[str, int] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    divisions: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def difference_of(before: Path | None, after: Path, rule: CodeRule | None) -> Difference:
    """Compare two written registers, as `write_register` leaves them with place and division.

    A unit is known again by its credit code where `rule` finds it right (any code where there is no
    rule), else by its registration number where both files have it at most once, else by the whole
    row. Units that are the same more than once are paired in their order. The order of rows and
    their numbers make no difference. `before` None: everything is added.
    """
    rows = pq.read_metadata(after).num_rows
    if before is None:
        return Difference(
            before=0,
            after=rows,
            added=rows,
            removed=0,
            changed=0,
            unchanged=0,
            moved=0,
            recoded=0,
            places=_counts(None, after, "place"),
            divisions=_counts(None, after, "division"),
        )
    old, new = _paired(before, after, rule)
    columns = {}
    changed = np.zeros(len(old), dtype=bool)
    for name in CONTENT:
        differs = _differs(before, after, name, old, new)
        if count := int(differs.sum()):
            columns[name] = count
        changed |= differs
    was = pq.read_metadata(before).num_rows
    touched = int(changed.sum())
    return Difference(
        before=was,
        after=rows,
        added=rows - len(new),
        removed=was - len(old),
        changed=touched,
        unchanged=len(old) - touched,
        moved=int(_differs(before, after, "place", old, new).sum()),
        recoded=int(_differs(before, after, "division", old, new).sum()),
        columns=columns,
        places=_counts(before, after, "place"),
        divisions=_counts(before, after, "division"),
    )


def _paired(
    before: Path, after: Path, rule: CodeRule | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the positions of the units that are in both files, pair by pair."""
    repeated = pa.array(sorted(_repeated(before, rule) | _repeated(after, rule)), pa.string())
    old, new = (_keys(path, rule, repeated) for path in (before, after))
    # One number per different key over both files.
    coded = pa.chunked_array([old, new]).combine_chunks().dictionary_encode()
    numbers = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    sides = [_with_turn(numbers[: len(old)]), _with_turn(numbers[len(old) :])]
    turns = 1 + max((int(side[:, 1].max()) for side in sides if len(side)), default=0)
    first, second = (side[:, 0] * turns + side[:, 1] for side in sides)
    _, at_old, at_new = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    return at_old.astype(np.int64), at_new.astype(np.int64)


def _with_turn(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return each number with how many of its kind came before it."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    opens = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else ordered
    lengths = np.diff(np.r_[opens, len(ordered)])
    turns = np.empty(len(numbers), dtype=np.int64)
    turns[order] = np.arange(len(ordered)) - np.repeat(opens, lengths)
    return np.column_stack([numbers, turns])


def _repeated(path: Path, rule: CodeRule | None) -> set[str]:
    """Return the registration numbers that tell no unit apart: more rows than one have them."""
    counts: Counter[str] = Counter()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["credit_code", "registration_number"]):
            others = pa.array(~_telling(batch.column("credit_code"), rule))
            numbers = batch.column("registration_number").filter(others).drop_null()
            for one in pc.value_counts(numbers).to_pylist():
                counts[one["values"]] += one["counts"]
    return {number for number, count in counts.items() if count > 1}


def _keys(path: Path, rule: CodeRule | None, repeated: pa.Array) -> pa.Array:
    """Return what each row is known again by."""
    keys = []
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=list(CONTENT)):
            codes, numbers = batch.column("credit_code"), batch.column("registration_number")
            telling = pa.array(_telling(codes, rule))
            alone = pc.and_(pc.is_valid(numbers), pc.invert(pc.is_in(numbers, value_set=repeated)))
            whole = np.flatnonzero(~pc.or_(telling, alone).to_numpy(zero_copy_only=False))
            marks = np.full(batch.num_rows, None, dtype=object)
            marks[whole] = _marks(batch.take(pa.array(whole)))
            keys.append(
                pc.case_when(
                    pc.make_struct(telling, alone),
                    pc.binary_join_element_wise("code", codes, _APART),
                    pc.binary_join_element_wise("number", numbers, _APART),
                    pa.array(marks, pa.string()),
                )
            )
    return pa.concat_arrays(keys) if keys else pa.array([], pa.string())


def _telling(codes: pa.Array, rule: CodeRule | None) -> npt.NDArray[np.bool_]:
    if rule is None:
        return np.asarray(pc.is_valid(codes).to_numpy(zero_copy_only=False), dtype=bool)
    return rule.check(codes).right


def _marks(rows: pa.RecordBatch) -> list[str]:
    cells = [pc.coalesce(column.cast(pa.string()), "") for column in rows.columns]
    whole = pc.binary_join_element_wise(*cells, _APART)
    return [
        "row" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        for text in whole.to_pylist()
    ]


def _differs(
    before: Path,
    after: Path,
    name: str,
    old: npt.NDArray[np.int64],
    new: npt.NDArray[np.int64],
) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether the two say something else in a column; blank equals blank."""
    one, two = (
        pq.read_table(path, columns=[name])[name].combine_chunks().take(pa.array(at))
        for path, at in ((before, old), (after, new))
    )
    unlike = pc.fill_null(pc.not_equal(one, two), False)
    half = pc.xor(pc.is_null(one), pc.is_null(two))
    return np.asarray(pc.or_(unlike, half).to_numpy(zero_copy_only=False), dtype=bool)


def _counts(before: Path | None, after: Path, name: str) -> dict[str, tuple[int, int]]:
    was = Counter[str]() if before is None else _counted(before, name)
    now = _counted(after, name)
    return {code: (was[code], now[code]) for code in sorted(was.keys() | now.keys())}


def _counted(path: Path, name: str) -> Counter[str]:
    column = pc.fill_null(pq.read_table(path, columns=[name])[name], "")
    return Counter({one["values"]: one["counts"] for one in pc.value_counts(column).to_pylist()})
