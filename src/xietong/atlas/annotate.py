"""Coding and placing for any table: the same methods as for registers, nothing stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from xietong.atlas import methods
from xietong.engine.problems import ProblemsFound
from xietong.engine.register.reading import blanks_of, texts_of, without_blanks
from xietong.engine.tables import open_table, propose_mapping, write_table
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, Refusal

Add = Callable[[Mapping[str, pa.Array]], list[pa.Array]]


def code_table(file: Path, output: Path, progress: Progress = silent) -> int:
    """Write the table with division, group, class, confidence and words; return its rows."""
    coder = methods.current().coder

    def add(texts: Mapping[str, pa.Array]) -> list[pa.Array]:
        found = coder.code_many(_column(texts, "name"), _column(texts, "scope"))
        return [
            pa.array(found.division.tolist(), pa.string()),
            pa.array(found.group.tolist(), pa.string()),
            pa.array(found.class_.tolist(), pa.string()),
            pa.array(found.confidence, pa.float64()),
            pa.array(found.words.tolist(), pa.string()),
        ]

    added = ["division", "group", "class", "confidence", "words"]
    return _annotated(file, output, ("name", "scope"), added, add, progress)


def place_table(file: Path, output: Path, progress: Progress = silent) -> int:
    """Write the table with adcode, precision and reason; return its rows."""
    placer = methods.current().placer

    def add(texts: Mapping[str, pa.Array]) -> list[pa.Array]:
        found = placer.place_many(texts)
        return [found.place, found.precision, found.place_reason]

    added = ["adcode", "precision", "reason"]
    return _annotated(file, output, ("address", "name"), added, add, progress)


def _annotated(
    file: Path,
    output: Path,
    wanted: tuple[str, ...],
    added: list[str],
    add: Add,
    progress: Progress,
) -> int:
    synonyms = methods.current().synonyms
    blanks = blanks_of(synonyms)
    try:
        source = open_table(file, synonyms)
        mapping = propose_mapping(source.columns, synonyms)
        if not set(wanted) & mapping.columns.keys():
            raise Refusal(
                "columns_missing",
                N_("“{file}” has none of the columns {wanted}; its headings are: {seen}."),
                way_out=N_("Name one of its columns so."),
                file=file.name,
                wanted=", ".join(wanted),
                seen=", ".join(source.columns),
            )

        def batches() -> Iterator[pa.RecordBatch]:
            done = 0
            for batch in source.batches():
                texts = {
                    name: without_blanks(texts_of(batch.data.column(at)), blanks)
                    for name, at in mapping.columns.items()
                }
                new = add(texts)
                done += batch.data.num_rows
                progress("Annotate", done)
                names = [str(at) for at in range(len(batch.data.columns) + len(new))]
                yield pa.RecordBatch.from_arrays([*batch.data.columns, *new], names=names)

        return write_table(output, [*source.columns, *added], batches())
    except ProblemsFound as found:
        raise Refusal(
            "table_unreadable",
            N_("“{file}” cannot be read as a table."),
            way_out=N_("Save it again as CSV, XLSX or Parquet and try once more."),
            problems=tuple(found.problems),
            file=file.name,
        ) from found


def _column(texts: Mapping[str, pa.Array], name: str) -> list[str]:
    if name in texts:
        return [text or "" for text in texts[name].to_pylist()]
    return [""] * len(next(iter(texts.values())))
