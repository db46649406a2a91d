"""From a table's rows to a register's: every cell read, every fault told, duplicates dropped."""

from __future__ import annotations

import datetime
import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.problems import Problem
from xietong.engine.register.capital import read_capital
from xietong.engine.register.columns import PLACING, SCHEMA, Rules
from xietong.engine.register.findings import Findings, Told
from xietong.engine.register.identity import Codes, Seen, read_codes
from xietong.engine.register.reading import (
    SHOWN_TEXT,
    Column,
    Read,
    blanks_of,
    by_text,
    read_degrees,
    read_employees,
    read_industry_code,
    read_place_code,
    shown,
    texts_of,
    unreadable,
    without_blanks,
)
from xietong.engine.tables.cells import parse_date
from xietong.engine.tables.headers import ColumnMapping, squeeze
from xietong.engine.tables.source import TableBatch, TableSource
from xietong.engine.terms import fold

_TEXTS = ("legal_form", "scope", "province", "city", "address")
# Where a row says nothing here, it may be a total or a note below the table.
_IDENTITY = ("credit_code", "registration_number", "address", "county_code")
_REPLACED = "\ufffd"


class Cleaner:
    """Reads the rows of one table, batch by batch in order; what it finds is in `findings`."""

    def __init__(
        self,
        source: TableSource,
        mapping: ColumnMapping,
        rules: Rules,
        told: Told | None = None,
    ) -> None:
        """Check the columns; a mapping that cannot make a register is a finding, not an error."""
        self.findings = Findings(told)
        self.skipped = 0
        self.repeated = 0
        self._source = source
        self._mapping = mapping
        self._rules = rules
        self._blanks = blanks_of(rules.synonyms)
        self._seen = Seen()
        self._without_unit = 0
        notes = "|".join(map(re.escape, sorted(rules.synonyms.notes, key=len, reverse=True)))
        self._note = re.compile(rf"(?:{notes})\s*[\d一二三四五六七八九十]*\s*(?:[:.、]|$)")
        self.findings.add(column_problems(mapping))

    def clean(self, batch: TableBatch) -> pa.RecordBatch:
        """Return the rows that enter the register, by SCHEMA, in the order of the table.

        Without a column of names no row can enter, and the batch is empty.
        """
        problems = list(batch.problems)
        texts = self._texts(batch.data)
        if "name" not in texts or not batch.data.num_rows:
            self.findings.add(problems)
            return pa.RecordBatch.from_pylist([], schema=SCHEMA)
        kept, told = self._records(batch, texts)
        problems += told
        rows = batch.rows.to_numpy()[kept]
        texts = {name: column.take(pa.array(kept)) for name, column in texts.items()}
        values, found, codes = self._values(rows, texts)
        problems += found
        named = pc.is_valid(texts["name"]).to_numpy(zero_copy_only=False)
        problems += [Problem("name_missing", int(row), "name") for row in rows[~named]]
        repeated, told = self._seen.again(rows, codes, [values[name] for name in SCHEMA.names[1:]])
        problems += told
        self.repeated += int(repeated.sum())
        self.findings.add(problems)
        values["row"] = pa.array(rows, pa.int64())
        whole = pa.RecordBatch.from_arrays(
            [values[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names],
            names=SCHEMA.names,
        ).filter(pa.array(named & ~repeated))
        return pa.RecordBatch.from_arrays(whole.columns, schema=SCHEMA)

    def finish(self, records: int) -> None:
        """Add what only the whole table shows; `records` is how many rows entered."""
        if self._without_unit:
            params = {"rows": self._without_unit}
            self.findings.add([Problem("capital_without_unit", None, "capital", params)])
        if not records and not self.findings.refused:
            self.findings.add([Problem("no_records")])

    def _texts(self, data: pa.RecordBatch) -> dict[str, pa.Array]:
        return {
            name: without_blanks(texts_of(data.column(at)), self._blanks)
            for name, at in self._mapping.columns.items()
        }

    def _records(
        self, batch: TableBatch, texts: dict[str, pa.Array]
    ) -> tuple[npt.NDArray[np.int64], list[Problem]]:
        """Tell records from totals, notes and repeated headings; give the records' positions."""
        rows = batch.rows.to_numpy()
        doubtful = pc.equal(texts["name"], self._mapping.headings["name"])
        nothing = pa.array(np.ones(len(rows), dtype=bool))
        for name in _IDENTITY:
            if name in texts:
                nothing = pc.and_(nothing, pc.is_null(texts[name]))
        doubtful = pc.or_(pc.fill_null(doubtful, False), nothing)
        out = np.zeros(len(rows), dtype=bool)
        problems = []
        for at in np.flatnonzero(doubtful.to_numpy(zero_copy_only=False)).tolist():
            cells = [
                text for text in (str(c[at].as_py() or "") for c in batch.data.columns) if text
            ]
            if len(cells) > 1 and self._repeats_headings(texts, at):
                problems.append(Problem("heading_repeated", int(rows[at])))
            elif cells and nothing[at].as_py() and self._is_remark(cells):
                params = {"text": cells[0].strip()[:SHOWN_TEXT]}
                problems.append(Problem("row_not_a_record", int(rows[at]), None, params))
            else:
                continue
            out[at] = True
        self.skipped += int(out.sum())
        return np.flatnonzero(~out), problems

    def _repeats_headings(self, texts: dict[str, pa.Array], at: int) -> bool:
        said = {name: column[at].as_py() for name, column in texts.items()}
        equal = [
            squeeze(text) == squeeze(self._mapping.headings[name])
            for name, text in said.items()
            if text is not None
        ]
        return len(equal) > 1 and all(equal)

    def _is_remark(self, cells: list[str]) -> bool:
        first = fold(cells[0]).strip()
        if squeeze(first) in self._rules.synonyms.totals:
            return True
        return len(cells) <= 2 and self._note.match(first) is not None

    def _values(
        self, rows: npt.NDArray[np.int64], texts: dict[str, pa.Array]
    ) -> tuple[dict[str, pa.Array], list[Problem], Codes]:
        blank = pa.nulls(len(rows), pa.string())
        get = {name: texts.get(name, blank) for name in (*texts, *_TEXTS, *_IDENTITY)}
        read = {
            "registered_on": by_text(texts.get("registered_on", blank), self._date, pa.date32()),
            "county_code": by_text(get["county_code"], read_place_code, pa.string()),
            "authority_code": by_text(
                texts.get("authority_code", blank), read_place_code, pa.string()
            ),
            "industry_code": by_text(
                texts.get("industry_code", blank), read_industry_code, pa.string()
            ),
            "employees": by_text(texts.get("employees", blank), read_employees, pa.int32()),
            "longitude": read_degrees(texts.get("longitude", blank), 180.0),
            "latitude": read_degrees(texts.get("latitude", blank), 90.0),
        }
        capital = read_capital(
            texts.get("capital", blank),
            texts.get("currency", blank),
            self._mapping.unit,
            self._rules,
        )
        self._without_unit += capital.without_unit
        codes = read_codes(
            get["credit_code"], get["registration_number"], rows, self._rules.credit_code
        )
        problems = list(codes.problems)
        read["capital"] = Column(capital.capital_wan, capital.faults)
        for name, column in read.items():
            for code, positions in column.faults.items():
                at = "currency" if code.startswith("currency_") else name
                if code == "date_out_of_range":
                    problems += self._out_of_range(rows, positions, texts[at])
                else:
                    problems += unreadable(code, at, rows, positions, texts[at])
        problems += _unpair(read, rows)
        if self._source.form == "csv":
            problems += _replaced(texts, rows)
        values = {name: column.values for name, column in read.items()}
        values |= {name: get[name] for name in _TEXTS}
        values |= {
            "name": pc.fill_null(texts["name"], ""),
            "capital_wan": values.pop("capital"),
            "currency": capital.currency,
            "credit_code": codes.credit_code,
            "registration_number": codes.registration_number,
        }
        return values, problems, codes

    def _date(self, text: str) -> Read:
        day = parse_date(text, epoch_1904=self._source.epoch_1904)
        if day is None:
            return None, "date_unreadable"
        if not datetime.date(self._rules.first_year, 1, 1) <= day <= self._rules.today:
            return None, "date_out_of_range"
        return day, None

    def _out_of_range(
        self, rows: npt.NDArray[np.int64], positions: npt.NDArray[np.int64], texts: pa.Array
    ) -> list[Problem]:
        first, last = self._rules.first_year, self._rules.today.isoformat()
        return [
            Problem(
                "date_out_of_range",
                row,
                "registered_on",
                {"text": text, "first": first, "last": last},
            )
            for row, text in zip(rows[positions].tolist(), shown(texts, positions), strict=True)
        ]


def column_problems(mapping: ColumnMapping) -> list[Problem]:
    """Return why a choice of columns makes no register; nothing where it does."""
    problems = [
        Problem("column_ambiguous", None, column, {"headings": ", ".join(headings)})
        for column, headings in mapping.ambiguous.items()
    ]
    given = {*mapping.columns, *mapping.ambiguous}
    if "name" not in given:
        known = ", ".join(mapping.unknown[:10]) or "–"
        problems.append(Problem("column_missing", None, "name", {"unknown": known}))
    placed = {one for one in PLACING if one in given}
    if placed <= {"longitude"} and not {"longitude", "latitude"} <= given:
        problems.append(Problem("place_columns_missing", None, "address"))
    return problems


def _unpair(read: dict[str, Column], rows: npt.NDArray[np.int64]) -> list[Problem]:
    """Leave out a longitude without its latitude, and the point 0, 0, which is a blank."""
    longitude, latitude = read["longitude"].values, read["latitude"].values
    there, too = pc.is_valid(longitude), pc.is_valid(latitude)
    half = pc.xor(there, too)
    zero = pc.fill_null(pc.and_(pc.equal(longitude, 0.0), pc.equal(latitude, 0.0)), False)
    told = {
        int(at)
        for name in ("longitude", "latitude")
        for positions in read[name].faults.values()
        for at in positions
    }
    problems = [
        Problem("coordinates_incomplete", int(rows[at]), "longitude")
        for at in np.flatnonzero(half.to_numpy(zero_copy_only=False)).tolist()
        if at not in told
    ]
    problems += [
        Problem("coordinates_out_of_range", int(row), "longitude", {"text": "0, 0"})
        for row in rows[zero.to_numpy(zero_copy_only=False)]
    ]
    whole = pc.and_(pc.and_(there, too), pc.invert(zero))
    for name in ("longitude", "latitude"):
        values = pc.if_else(whole, read[name].values, pa.scalar(None, pa.float64()))
        read[name] = Column(values, read[name].faults)
    return problems


def _replaced(texts: dict[str, pa.Array], rows: npt.NDArray[np.int64]) -> list[Problem]:
    """Tell the cells in which the file's encoding left a hole."""
    problems = []
    for name, column in texts.items():
        holed = pc.fill_null(pc.match_substring(column, _REPLACED), False)
        problems += [
            Problem("characters_unreadable", int(row), name)
            for row in rows[holed.to_numpy(zero_copy_only=False)]
        ]
    return problems
