"""The check of a register: every fault at once, and how good the rest is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from xietong.engine.problems import Problem
from xietong.engine.register.cleaning import Cleaner
from xietong.engine.register.columns import Rules
from xietong.engine.register.findings import Told
from xietong.engine.register.quality import Quality
from xietong.engine.tables.headers import ColumnMapping
from xietong.engine.tables.source import BATCH_ROWS, TableSource


@dataclass(frozen=True)
class Check:
    """What a check found. `refused` where one of the problems is in REFUSING.

    `quality` holds plain values: rows that enter, `repeated` and `skipped` ones that do not,
    `missing` by column, `currencies`, `first_registered`, `last_registered`, `problems` by code.
    """

    problems: tuple[Problem, ...]
    refused: bool
    quality: dict[str, Any]


class Reading:
    """One pass over a table: `batches()` gives the rows that enter, `check()` what was found."""

    def __init__(
        self,
        source: TableSource,
        mapping: ColumnMapping,
        rules: Rules,
        told: Told | None = None,
    ) -> None:
        self._source = source
        self._cleaner = Cleaner(source, mapping, rules, told)
        self._quality = Quality()

    @property
    def refused(self) -> bool:
        """Tell whether what was read so far is enough to refuse the register whole."""
        return self._cleaner.findings.refused

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Give the cleaned rows by SCHEMA, in the order of the table."""
        for batch in self._source.batches(rows):
            cleaned = self._cleaner.clean(batch)
            self._quality.add(cleaned)
            if cleaned.num_rows:
                yield cleaned
        self._cleaner.finish(self._quality.rows)

    def check(self) -> Check:
        """Return what the pass found; call it when `batches` has come to its end."""
        findings = self._cleaner.findings
        return Check(
            problems=findings.problems(),
            refused=findings.refused,
            quality=self._quality.facts(
                counts=findings.tally(),
                repeated=self._cleaner.repeated,
                skipped=self._cleaner.skipped,
            ),
        )


def check_register(
    source: TableSource,
    mapping: ColumnMapping,
    rules: Rules,
    *,
    told: Told | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Check:
    """Read a register from end to end and tell every fault of it; nothing is written.

    `told` hears every problem, however many. The answer does not depend on `batch_rows`.
    Raises ProblemsFound where the file turns out damaged on the way.
    """
    reading = Reading(source, mapping, rules, told)
    for _ in reading.batches(batch_rows):
        pass
    return reading.check()
