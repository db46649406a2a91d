"""The hash of an edition: over whole numbers and codes in one fixed form, never over floats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

FORM = "xietong-edition-1"
# Values that are made into text at a time: bounds the memory, changes nothing.
SLICE = 65_536


def digest(
    *,
    tables: Mapping[str, pa.Table],
    parameters: Mapping[str, int],
    digests: Mapping[str, str],
    versions: Mapping[str, int],
) -> str:
    """The SHA-256, in hex, of what an edition says.

    `tables` hold strings and integers only; their rows are sorted by all columns from the left and
    their columns by name, so that neither order matters. `parameters` are the compiler's choices,
    `digests` name classification and boundaries, `versions` the methods. Raises TypeError for a
    float, whose last digit differs between machines, and for nulls, which have no order; ValueError
    for texts with control characters, since those part the values.

    >>> table = pa.table({"place": ["b", "a"], "n": [2, 1]})
    >>> same = pa.table({"n": [1, 2], "place": ["a", "b"]})
    >>> one = digest(tables={"t": table}, parameters={}, digests={}, versions={})
    >>> one == digest(tables={"t": same}, parameters={}, digests={}, versions={})
    True
    """
    for name, value in [*parameters.items(), *versions.items()]:
        if type(value) is not int:
            raise TypeError(f"{name} is no whole number: {value!r}")
    whole = hashlib.sha256()
    head = {
        "form": FORM,
        "parameters": dict(parameters),
        "digests": dict(digests),
        "versions": dict(versions),
        "tables": {name: table.num_rows for name, table in tables.items()},
    }
    whole.update(json.dumps(head, sort_keys=True, separators=(",", ":")).encode())
    for name in sorted(tables):
        _absorb(whole, name, tables[name])
    return whole.hexdigest()


def _absorb(whole: hashlib._Hash, name: str, table: pa.Table) -> None:
    columns = sorted(table.column_names)
    for column in columns:
        _refuse(f"{name}.{column}", table[column])
    table = table.combine_chunks()  # sorted and taken from in half the time
    order = pc.sort_indices(table, sort_keys=[(column, "ascending") for column in columns])
    for column in columns:
        # One column after another, each value ended by a byte that no value holds.
        whole.update(f"\x1d{name}\x1f{column}\x1e".encode())
        for start in range(0, len(order), SLICE):
            values = pc.cast(table[column].take(order.slice(start, SLICE)), pa.string())
            joined = pc.binary_join(_as_one_list(values), "\x1e")
            whole.update(joined[0].as_buffer())
            whole.update(b"\x1e")


def _as_one_list(values: pa.ChunkedArray) -> pa.ListArray:
    return pa.ListArray.from_arrays([0, len(values)], values.combine_chunks())


def _refuse(what: str, values: pa.ChunkedArray) -> None:
    text = pa.types.is_string(values.type)
    if not (text or pa.types.is_integer(values.type)):
        raise TypeError(f"{what}: {values.type} has no canonical form")
    if values.null_count:
        raise TypeError(f"{what} holds nulls, which have no order")
    if text and pc.any(pc.match_substring_regex(values, r"[\x00-\x1f]")).as_py():
        raise ValueError(f"{what} holds a control character")
