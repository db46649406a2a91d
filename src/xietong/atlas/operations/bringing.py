"""Reading a register from end to end: checked, placed, coded, and laid on the shelf unnamed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.atlas import storage
from xietong.atlas.methods import Methods
from xietong.atlas.operations.treatment import Treatment, given_codes
from xietong.engine import register as engine
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import REFUSING
from xietong.engine.register.findings import Told
from xietong.engine.tables import (
    ColumnMapping,
    TableSource,
    chosen_mapping,
    open_table,
    propose_mapping,
)
from xietong.kit.progress import Progress
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of
from xietong.kit.surroundings import why
from xietong.region.models import BoundarySet, Member


@dataclass(frozen=True, slots=True)
class Choice:
    """How somebody wants a table read: which sheet, and which column is which; else as proposed."""

    sheet: str = ""
    columns: Mapping[str, int] | None = None


AS_PROPOSED = Choice()


@dataclass(frozen=True, slots=True)
class Brought:
    """A register as it was read: what a version says of its file and its rows."""

    digest: str
    source_name: str
    source_digest: str
    method_digest: str
    rows: int
    quality: Mapping[str, Any]
    problems_digest: str = ""
    choice: Mapping[str, Any] | None = None


def opened(
    path: Path, ways: Methods, choice: Choice = AS_PROPOSED
) -> tuple[TableSource, ColumnMapping]:
    """Open a table and say which column is which. Raises ProblemsFound for what is no table.

    A choice that does not fit the table is a KeyError, IndexError or ValueError.
    """
    source = open_table(path, ways.synonyms, sheet=choice.sheet or None)
    if choice.columns is None:
        return source, propose_mapping(source.columns, ways.synonyms)
    return source, chosen_mapping(source.columns, choice.columns, ways.synonyms)


def manner_of(ways: Methods, outlines: BoundarySet | None, choice: Choice = AS_PROPOSED) -> str:
    """Return one hash over all that turns a file into rows: the methods, and what was chosen."""
    methods = ways.digest_with(outlines)
    if choice == AS_PROPOSED:
        return methods
    chosen = json.dumps([methods, choice.sheet, choice.columns], sort_keys=True)
    return hashlib.sha256(chosen.encode()).hexdigest()


def told_of(choice: Choice) -> dict[str, Any] | None:
    """Return a choice as a version keeps it; nothing where the table was read as proposed."""
    if choice == AS_PROPOSED:
        return None
    columns = None if choice.columns is None else dict(choice.columns)
    return {"sheet": choice.sheet, "columns": columns}


def choice_told(told: Mapping[str, Any] | None) -> Choice:
    """Return the choice that a version keeps."""
    return AS_PROPOSED if told is None else Choice(told["sheet"], told["columns"])


def bring(
    path: Path,
    owner: Member,
    ways: Methods,
    outlines: BoundarySet | None,
    source_digest: str,
    progress: Progress,
    *,
    name: str = "",
    choice: Choice = AS_PROPOSED,
    told: Told | None = None,
) -> Brought:
    """Read a file from end to end and lay what it says on the shelf; no row names it yet.

    `told` hears every problem of the rows, and the doubts of their places and industries (of a
    register that is refused, only of the rows before the fault). Refuses `register_unreadable`,
    `register_changed`, `disk_full`, `home_read_only`, `register_not_kept` and, with every fault
    of the file, `register_refused`.
    """
    shelf = storage.registers()
    stage = f"Read {owner.code}"
    called = name or path.name
    with shelf.aside() as scratch, ways.coder.workers(settings.XIETONG_THREADS) as workers:
        try:
            source, mapping = opened(path, ways, choice)
            progress(stage)
            located = {"longitude", "latitude"} <= mapping.columns.keys()
            treatment = Treatment(
                ways.placer(outlines if located else None),
                workers,
                given_codes(
                    source.watched(lambda done: progress(f"Look at codes of {owner.code}", done)),
                    mapping,
                    ways,
                ),
                member=owner.place_code,
                progress=lambda what, done=0, total=None: progress(
                    f"{what} {owner.code}", done, total
                ),
                code_rule=ways.rules().credit_code,
                words_alone=ways.placer() if located and outlines is not None else None,
                corrections=ways.corrections,
                house=ways.house,
                told=told,
            )
            written = engine.write_register(
                source.watched(lambda done: progress(stage, done)),
                mapping,
                ways.rules(),
                scratch,
                transform=treatment,
                told=told,
            )
        except ProblemsFound as found:
            raise refused(called, found) from found
        except OSError as fault:
            raise not_kept(called, fault) from fault
        if digest_of(path) != source_digest:
            raise Refusal(
                "register_changed",
                N_("“{file}” changed while it was read; nothing was stored."),
                way_out=N_("Import it again when nobody writes to it."),
                field="file",
                file=called,
            )
        try:
            shelf.keep(written.path, written.path.name)
        except OSError as fault:
            raise not_kept(called, fault) from fault
    return Brought(
        digest=written.sha256,
        source_name=called,
        source_digest=source_digest,
        method_digest=manner_of(ways, outlines, choice),
        rows=written.rows,
        quality={
            **written.quality,
            **treatment.quality(),
            "problems": {**written.quality["problems"], **treatment.problems()},
        },
        choice=told_of(choice),
    )


def not_kept(called: str, fault: OSError) -> Refusal:
    """Say that the disk failed: that it is full or may only be read, where it says so itself."""
    return why(fault) or Refusal(
        "register_not_kept",
        N_("“{file}” could not be read or kept: {fault}. Nothing was stored."),
        way_out=N_("See to the disk (XIETONG_HOME) and import the file again."),
        field="file",
        file=called,
        fault=fault.strerror or str(fault),
    )


def refused(called: str, found: ProblemsFound) -> Refusal:
    """Tell a file that is no table from a table that is no register."""
    problems = tuple(found.problems)
    if not any(one.code in REFUSING for one in problems):
        return Refusal(
            "register_unreadable",
            N_("“{file}” cannot be read as a table; nothing was stored."),
            way_out=N_("Save it again as CSV, XLSX or Parquet, and import that."),
            field="file",
            problems=problems,
            file=called,
        )
    return Refusal(
        "register_refused",
        N_("“{file}” was refused as a register; nothing was stored. Faults and doubts: {count}."),
        way_out=N_("Mend the faults that are listed and import the file again."),
        field="file",
        problems=problems,
        file=called,
        count=len(problems),
    )
