"""Coding and placing for any table: the methods of registers, the rows given back, nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db.utils import OperationalError, ProgrammingError

from xietong.atlas import methods
from xietong.engine.placing import COLUMNS as PLACING
from xietong.engine.placing import Placer
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.register.reading import (
    blanks_of,
    by_text,
    read_degrees,
    read_place_code,
    texts_of,
    without_blanks,
)
from xietong.engine.tables import ColumnMapping, TableSource, open_table, propose_mapping
from xietong.engine.tables.write import ENDINGS, write_table
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import BoundarySet
from xietong.region.rules import LOCAL

CODED = ("division", "group", "class", "confidence", "words")
PLACED = ("adcode", "precision", "reason")
CODING_COLUMNS = ("name", "scope")
PLACING_COLUMNS = ("address", "name", "county_code", "city", "province", "authority_code")
POINT = ("longitude", "latitude")
SHOWN_HEADINGS = 30

Texts = Mapping[str, pa.Array]
Add = Callable[[Texts], list[pa.Array]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A table that was opened, and which of its columns is which."""

    source: TableSource
    mapping: ColumnMapping
    blanks: pa.Array

    @property
    def headings(self) -> str:
        """Return the headings as found, as many as a sentence bears."""
        said = [heading for heading in self.source.columns if heading]
        more = ["…"] if len(said) > SHOWN_HEADINGS else []
        return ", ".join([*said[:SHOWN_HEADINGS], *more])

    def texts(self, data: pa.RecordBatch) -> Texts:
        """Return the columns that have a meaning as trimmed texts, null where a cell is blank."""
        return {
            name: without_blanks(texts_of(data.column(at)), self.blanks)
            for name, at in self.mapping.columns.items()
        }


def code_table(file: Path, output: Path, progress: Progress = silent) -> int:
    """Write the table with division, group, class, confidence and words; return its rows.

    Needs a name or a scope; all columns are kept as they are. Refuses `output_is_input`,
    `output_kind_unknown`, `output_folder_missing`, `table_unreadable`, `columns_nested`,
    `named_columns_missing` and `table_not_written`.
    """
    _check_output(file, output)
    ways = methods.current()
    opened = _opened(file, CODING_COLUMNS)
    with ways.coder.workers(settings.XIETONG_THREADS) as workers:

        def add(texts: Texts) -> list[pa.Array]:
            found = workers.code_many(_plain(texts, "name"), _plain(texts, "scope"))
            return [
                pa.array(found.division.tolist(), pa.string()),
                pa.array(found.group.tolist(), pa.string()),
                pa.array(found.class_.tolist(), pa.string()),
                pa.array(found.confidence, pa.float64()),
                pa.array(found.words.tolist(), pa.string()),
            ]

        return _written(opened, output, CODED, add, lambda done: progress("Code", done))


def place_table(file: Path, output: Path, progress: Progress = silent) -> int:
    """Write the table with adcode, precision and reason; return its rows.

    Needs an address, a name, or another column that tells a place; all columns are kept as they
    are. Coordinates count where surveyed outlines were imported on this node. Refuses what
    `code_table` does, and `outlines_missing` for a table of nothing but coordinates without them.
    """
    _check_output(file, output)
    opened = _opened(file, (*PLACING_COLUMNS, *POINT))
    located = set(POINT) <= opened.mapping.columns.keys()
    outlines = _outlines() if located else None
    if outlines is None and not opened.mapping.columns.keys() & set(PLACING_COLUMNS):
        raise Refusal(
            "outlines_missing",
            N_("“{file}” tells places by coordinates alone, and no outlines have been imported."),
            way_out=N_("Import them by `xietong region boundaries`, or add an address."),
            field="file",
            file=file.name,
        )
    placer = methods.current().placer(outlines)

    def add(texts: Texts) -> list[pa.Array]:
        return _placed(placer, texts)

    return _written(opened, output, PLACED, add, lambda done: progress("Place", done))


def _placed(placer: Placer, texts: Texts) -> list[pa.Array]:
    columns = {name: texts[name] for name in PLACING if name in texts}
    for name in ("county_code", "authority_code"):
        if name in columns:
            columns[name] = by_text(columns[name], read_place_code, pa.string()).values
    for name, most in zip(POINT, (180.0, 90.0), strict=True):
        if name in columns:
            columns[name] = read_degrees(columns[name], most).values
    found = placer.place_many(columns)
    return [found.place, found.precision, found.place_reason]


def _outlines() -> BoundarySet | None:
    """Return the node's surveyed outlines; an analyst's machine need not have a database at all."""
    try:
        return methods.surveyed_outlines(LOCAL)
    except (OperationalError, ProgrammingError):
        return None


def _check_output(file: Path, output: Path) -> None:
    if output.exists() and output.samefile(file):
        raise Refusal(
            "output_is_input",
            N_("“{file}” would be written over itself."),
            way_out=N_("Give another name for the result."),
            field="output",
            file=output.name,
        )
    if output.suffix.lower() not in ENDINGS:
        raise Refusal(
            "output_kind_unknown",
            N_("“{output}” does not say which kind of table it shall be."),
            way_out=N_("Let its name end in one of {endings}."),
            field="output",
            output=output.name,
            endings=", ".join(ENDINGS),
        )
    if not output.absolute().parent.is_dir():
        raise Refusal(
            "output_folder_missing",
            N_("There is no folder {folder} to write to."),
            way_out=N_("Make it first, or name another."),
            field="output",
            folder=str(output.absolute().parent),
        )


def _opened(file: Path, wanted: Collection[str]) -> Opened:
    """Open the table and see that it says anything that is wanted."""
    synonyms = methods.current().synonyms
    try:
        source = open_table(file, synonyms)
        _check_flat(source)
    except ProblemsFound as found:
        raise _unreadable(file, found.problems) from found
    opened = Opened(source, propose_mapping(source.columns, synonyms), blanks_of(synonyms))
    ambiguous = opened.mapping.ambiguous.keys() & set(wanted)
    if ambiguous:
        raise _unreadable(
            file,
            [
                Problem(
                    "column_ambiguous",
                    field=name,
                    params={"headings": ", ".join(opened.mapping.ambiguous[name])},
                )
                for name in sorted(ambiguous)
            ],
        )
    given = opened.mapping.columns.keys() & set(wanted)
    if not given - set(POINT) and given != set(POINT):
        raise Refusal(
            "named_columns_missing",
            N_("“{file}” has none of the columns {wanted}. Its headings: {headings}."),
            way_out=N_("Name one of its columns in one of these ways."),
            field="file",
            file=file.name,
            wanted="; ".join(_usual_headings(name) for name in wanted),
            headings=opened.headings,
        )
    return opened


def _usual_headings(column: str) -> str:
    """Return how the pack's languages usually call a column, each once."""
    country = methods.current().pack.country
    named = country.headers["columns"].get(column, {})
    usual = [named[one][0] for one in country.facts["pack"]["languages"] if named.get(one)]
    return " / ".join(usual) or column


def _check_flat(source: TableSource) -> None:
    """Refuse columns of lists and structures: left out they would be lost without a word."""
    if source.form != "parquet":
        return
    nested = [name for name in pq.read_schema(source.path).names if name not in source.columns]
    if nested:
        raise Refusal(
            "columns_nested",
            N_("“{file}” has columns of lists or structures: {columns}."),
            way_out=N_("Leave them out, or spread them over plain columns."),
            field="file",
            file=source.path.name,
            columns=", ".join(nested[:SHOWN_HEADINGS]),
        )


def _written(
    opened: Opened,
    output: Path,
    added: Sequence[str],
    add: Add,
    told: Callable[[int], None],
) -> int:
    source = opened.source
    told(0)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        rows = _readable(source)
        for data in rows:
            columns = [*data.columns, *add(opened.texts(data))]
            yield pa.RecordBatch.from_arrays(columns, names=[str(at) for at in range(len(columns))])
            done += data.num_rows
            told(done)

    try:
        return write_table(output, [*source.columns, *_new_names(source.columns, added)], batches())
    except ProblemsFound as found:
        raise _not_written(output, "", found.problems) from found
    except OSError as fault:
        raise _not_written(output, fault.strerror or str(fault), []) from fault


def _readable(source: TableSource) -> Iterator[pa.RecordBatch]:
    """Give the rows; where one cannot be cut into cells, refuse with every such row."""
    problems: list[Problem] = []
    try:
        for batch in source.batches():
            problems += batch.problems
            if not problems:
                yield batch.data
    except ProblemsFound as found:
        problems += found.problems
    if problems:
        raise _unreadable(source.path, problems)


def _new_names(headings: Sequence[str], added: Sequence[str]) -> list[str]:
    """Return the added headings; one that the table has already is numbered, so that both stay.

    >>> _new_names(["name", "reason", "reason (2)"], ["adcode", "reason"])
    ['adcode', 'reason (3)']
    """
    names = []
    for name in added:
        new, again = name, 2
        while new in headings:
            new, again = f"{name} ({again})", again + 1
        names.append(new)
    return names


def _plain(texts: Texts, name: str) -> list[str]:
    if name not in texts:
        return [""] * len(next(iter(texts.values())))
    return [text or "" for text in texts[name].to_pylist()]


def _unreadable(file: Path, problems: Sequence[Problem]) -> Refusal:
    return Refusal(
        "table_unreadable",
        N_("“{file}” cannot be read as a table; nothing was written."),
        way_out=N_("Mend what is listed, or save it again as CSV, XLSX or Parquet."),
        field="file",
        problems=tuple(problems),
        file=file.name,
    )


def _not_written(output: Path, fault: str, problems: Sequence[Problem]) -> Refusal:
    return Refusal(
        "table_not_written",
        N_("“{output}” could not be written. {fault}"),
        way_out=N_("Write to another folder, or as CSV or Parquet, which hold more."),
        field="output",
        problems=tuple(problems),
        output=str(output),
        fault=fault,
    )
