"""How good a register is: what is missing, what was doubtful, from when to when."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.register.columns import SCHEMA


class Quality:
    """Adds up the rows that enter a register."""

    def __init__(self) -> None:
        self.rows = 0
        self._missing: Counter[str] = Counter()
        self._currencies: Counter[str] = Counter()
        self._first: datetime.date | None = None
        self._last: datetime.date | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows, by SCHEMA."""
        self.rows += batch.num_rows
        for name in SCHEMA.names[1:]:
            self._missing[name] += batch.column(name).null_count
        for one in pc.value_counts(batch.column("currency").drop_null()).to_pylist():
            self._currencies[one["values"]] += one["counts"]
        days = pc.min_max(batch.column("registered_on")).as_py()
        if days["min"] is not None:
            self._first = min(self._first or days["min"], days["min"])
            self._last = max(self._last or days["max"], days["max"])

    def facts(self, *, counts: Mapping[str, int], repeated: int, skipped: int) -> dict[str, Any]:
        """Return it all as plain values, ready for JSON; `counts` are problems by code."""
        return {
            "rows": self.rows,
            "repeated": repeated,
            "skipped": skipped,
            "missing": {name: self._missing[name] for name in SCHEMA.names[1:]},
            "currencies": dict(sorted(self._currencies.items())),
            "first_registered": self._first.isoformat() if self._first else None,
            "last_registered": self._last.isoformat() if self._last else None,
            "problems": dict(counts),
        }
