"""What an import adds to checked rows: a place and an industry each, counted as they pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xietong.atlas.methods import Methods
from xietong.engine.coding import CodingWorkers, GivenCodes
from xietong.engine.placing import Placer
from xietong.engine.register.reading import (
    blanks_of,
    by_text,
    read_industry_code,
    texts_of,
    without_blanks,
)
from xietong.engine.tables import ColumnMapping, TableSource
from xietong.kit.progress import Progress

ADDED = ("place", "precision", "reason", "division", "group", "class", "confidence")
STATED = "industry_code"


class Treatment:
    """Places and codes rows, group by group; `quality()` tells at the end how well.

    A code that the row states counts before its words, and with full confidence.
    """

    def __init__(
        self,
        placer: Placer,
        workers: CodingWorkers,
        given: GivenCodes | None,
        *,
        member: str,
        progress: Progress,
    ) -> None:
        self._placer = placer
        self._workers = workers
        self._given = given
        self._member = member
        self._progress = progress
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()

    def __call__(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows with the columns of ADDED."""
        columns = [*rows.columns, *self._placed(rows), *self._coded(rows)]
        return pa.RecordBatch.from_arrays(columns, names=[*rows.schema.names, *ADDED])

    def quality(self) -> dict[str, Any]:
        """Return the counts of all rows so far as plain values."""
        names = (
            *("placed_county", "placed_prefecture", "placed_province", "unplaced"),
            *("outside", "coded", "coded_group", "coded_class", "stated_kept"),
        )
        stated = {} if self._given is None else {"stated_edition": self._given.vintage}
        return {
            **{name: self._counts[name] for name in names},
            "placed_by": dict(sorted(self._reasons.items())),
            **stated,
        }

    def problems(self) -> dict[str, int]:
        """Return how often each doubt about a place or a stated code came up, by code."""
        return dict(sorted(self._problems.items()))

    def _placed(self, rows: pa.RecordBatch) -> list[pa.Array]:
        self._progress("Place", 0, rows.num_rows)
        found = self._placer.place_many(pa.Table.from_batches([rows]), member=self._member)
        precisions = _counted(found.precision)
        self._counts["placed_county"] += precisions["county"] + precisions["point"]
        self._counts["placed_prefecture"] += precisions["prefecture"]
        self._counts["placed_province"] += precisions["province"]
        self._counts["unplaced"] += precisions["none"]
        self._counts["outside"] += int(found.outside.sum())
        self._reasons += _counted(found.place_reason)
        self._problems += Counter(problem.code for problem in found.problems)
        return [found.place, found.precision, found.place_reason]

    def _coded(self, rows: pa.RecordBatch) -> list[pa.Array]:
        stated = self._stated(rows.column(STATED))
        silent = [at for at, code in enumerate(stated) if not code]
        silent_rows = rows.take(pa.array(silent, pa.int64()))
        total = len(silent)
        self._progress("Code", 0, total)
        read = self._workers.code_many(
            silent_rows.column("name").to_pylist(),
            pc.fill_null(silent_rows.column("scope"), "").to_pylist(),
            told=lambda done: self._progress("Code", done, total),
        )
        divisions = [code[:2] for code in stated]
        groups = [code[:3] if len(code) > 2 else "" for code in stated]
        classes = [code if len(code) > 3 else "" for code in stated]
        confidences = [1.0] * len(stated)
        for at, division, group, class_, confidence in zip(
            silent,
            read.division.tolist(),
            read.group.tolist(),
            read.class_.tolist(),
            read.confidence.tolist(),
            strict=True,
        ):
            divisions[at], groups[at], classes[at] = division, group, class_
            confidences[at] = confidence
        self._counts["stated_kept"] += len(stated) - len(silent)
        self._counts["coded"] += sum(map(bool, divisions))
        self._counts["coded_group"] += sum(map(bool, groups))
        self._counts["coded_class"] += sum(map(bool, classes))
        texts = [pa.array(column, pa.string()) for column in (divisions, groups, classes)]
        return [*texts, pa.array(confidences, pa.float64())]

    def _stated(self, codes: pa.Array) -> list[str]:
        """Return today's code of each row that states one, "" where it is left to the words."""
        if self._given is None:
            return [""] * len(codes)
        coded = codes.dictionary_encode()
        today = [self._given.today(code) for code in coded.dictionary.to_pylist()]
        stated: list[str] = []
        for at in coded.indices.to_pylist():
            code = "" if at is None else today[at]
            if code is None:
                self._problems["industry_code_unknown"] += 1
            elif at is not None and not code:
                self._problems["industry_code_split"] += 1
            stated.append(code or "")
        return stated


def given_codes(source: TableSource, mapping: ColumnMapping, ways: Methods) -> GivenCodes | None:
    """Read a table's industry codes and tell how they are meant; None where it has no column.

    All of them are looked at before the first row is coded, so that the order of rows and the size
    of a batch decide nothing.
    """
    if STATED not in mapping.columns:
        return None
    at = mapping.columns[STATED]
    blanks = blanks_of(ways.synonyms)
    counts: Counter[str] = Counter()
    for batch in source.batches():
        texts = without_blanks(texts_of(batch.data.column(at)), blanks)
        counts += _counted(by_text(texts, read_industry_code, pa.string()).values.drop_null())
    return GivenCodes.of(
        counts,
        heading=mapping.headings[STATED],
        concordance=ways.concordance,
        codes=ways.codes,
    )


def _counted(texts: pa.Array) -> Counter[str]:
    return Counter({one["values"]: one["counts"] for one in pc.value_counts(texts).to_pylist()})
