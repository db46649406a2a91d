"""The hash of an edition: over whole numbers and codes in one fixed form, never over floats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

FORM = "xietong-edition-1"


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
    float, whose last digit differs between machines, and for nulls, which have no order.

    >>> table = pa.table({"place": ["b", "a"], "n": [2, 1]})
    >>> same = pa.table({"n": [1, 2], "place": ["a", "b"]})
    >>> one = digest(tables={"t": table}, parameters={}, digests={}, versions={})
    >>> one == digest(tables={"t": same}, parameters={}, digests={}, versions={})
    True
    """
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
        kind = table.schema.field(column).type
        if not (pa.types.is_integer(kind) or pa.types.is_string(kind)):
            raise TypeError(f"{name}.{column}: {kind} has no canonical form")
        if table[column].null_count:
            raise TypeError(f"{name}.{column} holds nulls, which have no order")
    ordered = table.select(columns).sort_by([(column, "ascending") for column in columns])
    for column in columns:
        # One column after another, each value ended by a byte that no value holds.
        whole.update(f"\x1d{name}\x1f{column}\x1e".encode())
        for chunk in ordered[column].chunks:
            for value in pc.cast(chunk, pa.string()).to_pylist():
                whole.update(f"{value}\x1e".encode())
