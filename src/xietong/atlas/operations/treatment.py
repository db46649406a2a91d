"""What an import adds to checked rows: a place and an industry each, counted as they pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.atlas.methods import Methods
from xietong.engine.coding import CodingWorkers, GivenCodes
from xietong.engine.identifiers import CodeRule
from xietong.engine.placing import Placer
from xietong.engine.problems import Problem
from xietong.engine.register.corrections import TOUCHED, Corrections, Overriding
from xietong.engine.register.findings import Told
from xietong.engine.register.identity import unit_keys
from xietong.engine.register.reading import (
    blanks_of,
    by_text,
    read_industry_code,
    texts_of,
    without_blanks,
)
from xietong.engine.register.row_doubts import row_doubts
from xietong.engine.tables import ColumnMapping, TableSource
from xietong.kit.progress import Progress

# `coded_by` is stated, words, corrected or none; `place_in_words` the other county that code or
# address name where coordinates decided, "" where they agree; `unit` who the row is.
ADDED = (*TOUCHED, "place_in_words", "unit")
STATED = "industry_code"
BY_WORDS = frozenset({"code", "address"})


class Treatment:
    """Places and codes rows, group by group; `quality()` tells at the end how well.

    A code that the row states counts before its words, and with full confidence; what an officer
    has corrected counts before all. `told` hears the doubts of the rows.
    """

    def __init__(
        self,
        placer: Placer,
        workers: CodingWorkers,
        given: GivenCodes | None,
        *,
        member: str,
        progress: Progress,
        code_rule: CodeRule | None = None,
        words_alone: Placer | None = None,
        corrections: Corrections | None = None,
        house: str = "",
        told: Told | None = None,
    ) -> None:
        self._placer = placer
        self._words_alone = words_alone
        self._workers = workers
        self._given = given
        self._member = member
        self._progress = progress
        self._code_rule = code_rule
        self._house = house
        self._told = told
        self._overriding = Overriding(corrections or Corrections())
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._coded_by: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()

    def __call__(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows with the columns of ADDED."""
        units = unit_keys(rows, self._code_rule)
        placed, outside, in_words = self._placed(rows)
        columns = self._overriding(units, {**placed, **self._coded(rows)})
        self._count(columns, in_words)
        if self._told is not None:
            numbers = rows.column("row").to_pylist()
            self._told(row_doubts(numbers, columns, in_words.to_pylist(), outside))
        added = [
            pa.array(columns[name], pa.float64() if name == "confidence" else pa.string())
            for name in TOUCHED
        ]
        return pa.RecordBatch.from_arrays(
            [*rows.columns, *added, in_words, units], names=[*rows.schema.names, *ADDED]
        )

    def quality(self) -> dict[str, Any]:
        """Return the counts of all rows so far as plain values."""
        names = (
            *("placed_county", "placed_prefecture", "placed_province", "unplaced", "outside"),
            *("coded", "coded_group", "coded_class", "stated_kept", "conflicts"),
        )
        stated = {} if self._given is None else {"stated_edition": self._given.vintage}
        return {
            **{name: self._counts[name] for name in names},
            "placed_by": dict(sorted(self._reasons.items())),
            "coded_by": dict(sorted(self._coded_by.items())),
            "corrections": self._overriding.facts(),
            "house": self._house,
            **stated,
        }

    def problems(self) -> dict[str, int]:
        """Return how often each doubt about a place or a stated code came up, by code."""
        return dict(sorted(self._problems.items()))

    def _count(self, columns: Mapping[str, list[Any]], in_words: pa.Array) -> None:
        precisions = Counter(columns["precision"])
        self._counts["placed_county"] += precisions["county"] + precisions["point"]
        self._counts["placed_prefecture"] += precisions["prefecture"]
        self._counts["placed_province"] += precisions["province"]
        self._counts["unplaced"] += precisions["none"]
        self._counts["conflicts"] += pc.sum(pc.not_equal(in_words, "")).as_py() or 0
        self._reasons += Counter(columns["reason"])
        self._coded_by += Counter(columns["coded_by"])
        self._counts["stated_kept"] += columns["coded_by"].count("stated")
        self._counts["coded"] += sum(map(bool, columns["division"]))
        self._counts["coded_group"] += sum(map(bool, columns["group"]))
        self._counts["coded_class"] += sum(map(bool, columns["class"]))

    def _placed(
        self, rows: pa.RecordBatch
    ) -> tuple[dict[str, list[Any]], npt.NDArray[np.bool_], pa.Array]:
        self._progress("Place", 0, rows.num_rows)
        table = pa.Table.from_batches([rows])
        found = self._placer.place_many(table, member=self._member, first_row=0)
        self._counts["outside"] += int(found.outside.sum())
        self._problems += Counter(problem.code for problem in found.problems)
        self._tell(rows, found.problems)
        columns = {
            "place": found.place.to_pylist(),
            "precision": found.precision.to_pylist(),
            "reason": found.place_reason.to_pylist(),
        }
        return columns, found.outside, self._in_words(table, columns)

    def _in_words(self, table: pa.Table, columns: Mapping[str, list[Any]]) -> pa.Array:
        """Return the other county that a row's code or address names beside its coordinates."""
        others = [""] * table.num_rows
        pointed = [at for at, one in enumerate(columns["reason"]) if one == "coordinates"]
        if self._words_alone is not None and pointed:
            read = self._words_alone.place_many(
                table.take(pa.array(pointed)).drop_columns(["longitude", "latitude"]),
                member=self._member,
            )
            told = zip(
                pointed,
                read.place.to_pylist(),
                read.precision.to_pylist(),
                read.place_reason.to_pylist(),
                strict=True,
            )
            for at, place, precision, reason in told:
                if precision == "county" and reason in BY_WORDS and place != columns["place"][at]:
                    others[at] = place
        return pa.array(others, pa.string())

    def _coded(self, rows: pa.RecordBatch) -> dict[str, list[Any]]:
        stated = self._stated(rows)
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
        coded_by = ["stated"] * len(stated)
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
            coded_by[at] = "words" if division else "none"
        return {
            "division": divisions,
            "group": groups,
            "class": classes,
            "confidence": confidences,
            "coded_by": coded_by,
        }

    def _stated(self, rows: pa.RecordBatch) -> list[str]:
        """Return today's code of each row that states one, "" where it is left to the words."""
        codes = rows.column(STATED)
        if self._given is None:
            return [""] * len(codes)
        coded = codes.dictionary_encode()
        today = [self._given.today(code) for code in coded.dictionary.to_pylist()]
        texts = coded.dictionary.to_pylist()
        stated: list[str] = []
        doubts: list[Problem] = []
        for row, at in enumerate(coded.indices.to_pylist()):
            code = "" if at is None else today[at]
            if at is not None and not code:
                doubt = "industry_code_unknown" if code is None else "industry_code_split"
                doubts.append(Problem(doubt, row, STATED, {"text": texts[at]}))
            stated.append(code or "")
        self._problems += Counter(one.code for one in doubts)
        self._tell(rows, doubts)
        return stated

    def _tell(self, rows: pa.RecordBatch, doubts: Sequence[Problem]) -> None:
        """Tell doubts whose rows are positions in the batch, by the numbers of the source."""
        if self._told is not None and doubts:
            numbers = rows.column("row")
            self._told([replace(one, row=numbers[one.row or 0].as_py()) for one in doubts])


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


def given_again(codes: pa.ChunkedArray, edition: str | None, ways: Methods) -> GivenCodes | None:
    """Tell the same of the codes that a version kept, of the edition that it was read by."""
    if edition is None:
        return None
    return GivenCodes.of(
        _counted(codes.drop_null()),
        heading=edition,
        concordance=ways.concordance,
        codes=ways.codes,
    )


def _counted(texts: pa.Array) -> Counter[str]:
    return Counter({one["values"]: one["counts"] for one in pc.value_counts(texts).to_pylist()})
