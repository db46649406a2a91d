"""A register handed back as a workbook: faulty cells coloured, each row with reason and way out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from xietong.engine.problems import Problem
from xietong.engine.register.columns import REFUSING
from xietong.engine.register.problem_file import Tally, problems_by_row
from xietong.engine.register.reading import texts_of
from xietong.engine.tables.source import TableSource
from xietong.engine.tables.write import SHEET_CHARACTERS, harmless

# Rows of a sheet as its program counts them, the headings included.
SHEET_LAST = 1_048_576
# The workbook's own columns stand left of the officer's, so that nobody has to look for them.
OWN = 2
_WIDE = 46
_RED, _AMBER = "#F8D0CC", "#FCEBC2"
Say = Callable[[Problem], tuple[str, str]]
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class MarkingWords:
    """What the workbook says in the reader's language; `sheet` and `summary` name its sheets."""

    sheet: str
    summary: str
    row: str
    reason: str
    way_out: str
    found: str
    whole_file: str
    refuses: str


def mark_register(
    path: Path,
    source: TableSource,
    columns: Mapping[str, int],
    problems: Path,
    tallies: Sequence[Tally],
    say: Say,
    words: MarkingWords,
    *,
    told: Told | None = None,
) -> int:
    """Write the source's rows with what is wrong in each, and return how many rows are marked.

    `columns` is the canonical column's position; `problems` a file of ProblemWriter; `say` gives a
    problem's sentence and way out. Rows keep their numbers: row 214 of the file is row 214 of the
    sheet, and what does not fit into one sheet goes on in the next. Cells that refuse the register
    are red, doubtful ones yellow, and no text runs as a formula. Rows are streamed.
    """
    # In constant memory every row is on disk once the next one begins.
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        forms = _Forms(book)
        _summarise(book, forms, tallies, problems, say, words)
        rows = _Rows(book, forms, source, columns, say, words)
        waiting = problems_by_row(problems)
        faulty = next(waiting, None)
        if faulty is not None and faulty[0] == 0:
            faulty = next(waiting, None)
        marked = done = 0
        for batch in source.batches():
            for row, cells in _cells(batch.rows, batch.data):
                # A row that could not be cut into cells is not in the batch; its fault is.
                while faulty is not None and faulty[0] < row:
                    rows.write(faulty[0], (), faulty[1])
                    marked += 1
                    faulty = next(waiting, None)
                if faulty is not None and faulty[0] == row:
                    rows.write(row, cells, faulty[1])
                    marked += 1
                    faulty = next(waiting, None)
                else:
                    rows.write(row, cells, ())
            done += batch.data.num_rows
            if told is not None:
                told(done)
        while faulty is not None:
            rows.write(faulty[0], (), faulty[1])
            marked += 1
            faulty = next(waiting, None)
    return marked


class _Forms:
    """The formats of the workbook."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.refusing = book.add_format({"bg_color": _RED})
        self.doubtful = book.add_format({"bg_color": _AMBER})

    def of(self, problems: Sequence[Problem]) -> Any:
        """Return the colour of the worst of some problems."""
        return self.refusing if any(one.code in REFUSING for one in problems) else self.doubtful


class _Rows:
    """Writes rows to their own places, sheet after sheet."""

    def __init__(
        self,
        book: Any,
        forms: _Forms,
        source: TableSource,
        columns: Mapping[str, int],
        say: Say,
        words: MarkingWords,
    ) -> None:
        self._book = book
        self._forms = forms
        self._headings = source.columns
        self._top = source.first_row - 1
        self._columns = columns
        self._say = say
        self._words = words
        self._sheets = 0
        self._offset = 0
        self._sheet: Any = None
        self._open(0)

    def write(self, row: int, cells: Sequence[str], problems: Sequence[Problem]) -> None:
        """Write the row that the officer sees under this number."""
        if row < self._top + 1:
            # A fault above the headings has no row of its own below them.
            return
        while row - self._offset > SHEET_LAST:
            # The next sheet has its headings at the top, hence one row less of the officer's.
            self._open(self._offset + SHEET_LAST - self._top)
        at = row - self._offset - 1
        if problems:
            form = self._forms.of(problems)
            reasons, ways = zip(*map(self._say, problems), strict=True)
            self._text(at, 0, _joined(reasons), form)
            self._text(at, 1, _joined(dict.fromkeys(ways)), form)
        coloured = self._faulty(problems)
        for column, text in enumerate(cells):
            if text or column in coloured:
                self._text(at, column + OWN, text, coloured.get(column))

    def _faulty(self, problems: Sequence[Problem]) -> dict[int, Any]:
        """Return the format of each of the officer's columns that has a fault in this row."""
        by_column: dict[int, list[Problem]] = {}
        for one in problems:
            if one.field is not None and one.field in self._columns:
                by_column.setdefault(self._columns[one.field], []).append(one)
        return {column: self._forms.of(found) for column, found in by_column.items()}

    def _open(self, offset: int) -> None:
        self._sheets += 1
        name = self._words.sheet if self._sheets == 1 else f"{self._words.sheet} {self._sheets}"
        self._offset = offset
        self._sheet = self._book.add_worksheet(name)
        self._sheet.set_column(0, OWN - 1, _WIDE)
        self._sheet.set_column(OWN, OWN + max(len(self._headings) - 1, 0), 18)
        top = self._top - 1
        self._sheet.freeze_panes(top + 1, OWN)
        for column, heading in enumerate(
            (self._words.reason, self._words.way_out, *self._headings)
        ):
            self._text(top, column, heading, self._forms.heading)
        if self._sheets == 1:
            self._sheet.activate()

    def _text(self, row: int, column: int, text: str, form: Any = None) -> None:
        if text:
            self._sheet.write_string(row, column, _fitting(text), form)
        else:
            self._sheet.write_blank(row, column, None, form)


def _summarise(
    book: Any,
    forms: _Forms,
    tallies: Sequence[Tally],
    problems: Path,
    say: Say,
    words: MarkingWords,
) -> None:
    """Write the sheet that says what there is to mend, with one example of each kind."""
    sheet = book.add_worksheet(words.summary)
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 4, _WIDE)
    for column, text in enumerate((words.found, words.row, words.reason, words.way_out)):
        sheet.write_string(0, column, text, forms.heading)
    wanted = {(one.code, one.field): one for one in tallies}
    examples: dict[tuple[str, str], Problem] = {}
    for _, found in problems_by_row(problems):
        for one in found:
            examples.setdefault((one.code, one.field or ""), one)
        if len(examples) == len(wanted):
            break
    for at, (key, tally) in enumerate(wanted.items(), 1):
        example = examples.get(key)
        if example is None:
            continue
        sentence, way_out = say(example)
        form = forms.refusing if tally.refuses else forms.doubtful
        place = words.whole_file if example.row is None else f"{words.row} {example.row}"
        sheet.write_number(at, 0, tally.count, form)
        sheet.write_string(at, 1, _fitting(place), form)
        sheet.write_string(at, 2, _fitting(sentence), form)
        sheet.write_string(at, 3, _fitting(way_out), form)
        if tally.refuses:
            sheet.write_string(at, 4, _fitting(words.refuses), form)


def _cells(rows: pa.Array, data: pa.RecordBatch) -> Iterator[tuple[int, tuple[str, ...]]]:
    columns = [
        ["" if text is None else text for text in _as_texts(column)] for column in data.columns
    ]
    yield from zip(rows.to_pylist(), zip(*columns, strict=True), strict=True)


def _as_texts(column: pa.Array) -> list[str | None]:
    texts = column if pa.types.is_string(column.type) else texts_of(column)
    found: list[str | None] = texts.to_pylist()
    return found


def _joined(texts: Any) -> str:
    return "；\n".join(texts) if len(list(texts)) > 1 else next(iter(texts))


def _fitting(text: str) -> str:
    """Return a text that runs nowhere and fits into a cell."""
    return harmless(text)[:SHEET_CHARACTERS]
