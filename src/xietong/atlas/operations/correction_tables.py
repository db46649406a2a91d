"""Corrections from a workbook: every row's fault at once, and all of them stand or none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation

from xietong.atlas import methods, rules, storage
from xietong.atlas.models import Correction, RegisterVersion
from xietong.atlas.operations.corrections import MOST_REASON, put_correction, value_known
from xietong.atlas.queries import corrections as queries
from xietong.atlas.queries import rows
from xietong.desk import operations as desk
from xietong.desk.naming import cleaned
from xietong.desk.operations.files import Stream
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.register.corrections import FIELDS, Field
from xietong.engine.register.reading import texts_of
from xietong.engine.tables import Synonyms, open_table, propose_mapping
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import Member
from xietong.region.operations import change
from xietong.region.rules import Actor, of_member, require

# The headings that a workbook of corrections has, in either language.
HEADINGS = {
    "unit": N_("Unit (do not change)"),
    "name": N_("Name"),
    "credit_code": N_("Credit code"),
    "read_industry": N_("Industry as read"),
    "industry": N_("Industry corrected"),
    "read_place": N_("Place as read"),
    "place": N_("Place corrected"),
    "reason": N_("Reason"),
    "seen_industry": N_("Correction of the industry seen (do not change)"),
    "seen_place": N_("Correction of the place seen (do not change)"),
}
MOST_ROWS = 5_000
MOST_BYTES = 20_000_000
PIECE = 1 << 20
PURPOSE = "corrections"
_CODE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Told:
    """One cell of a workbook that says something: row, unit, field, code and why."""

    row: int
    unit: str
    field: Field
    value: str
    reason: str
    seen: int | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What a workbook brought: corrections made, and cells that stand already."""

    made: tuple[Correction, ...]
    unchanged: int

    @property
    def changed(self) -> int:
        """Return how many of those made stand in the place of an earlier one."""
        return sum(one.replaces_id is not None for one in self.made)


def import_corrections(*, actor: Actor, member: str, stream: Stream, name: str) -> Imported:
    """Make the corrections of a workbook: all of them, or none where one cannot be made.

    The file is kept with them for a while; of one that is refused nothing is left. Refuses
    `no_such_register`, what `keep_file` refuses, and `corrections_refused` with every row's fault:
    an unknown unit or code, a unit twice, and one that somebody else has corrected since the
    workbook was written.
    """
    require(actor, rules.IMPORT_CORRECTIONS)
    owner = rows.member_for(actor, member, rules.IMPORT_CORRECTIONS)
    version = rows.present_version(actor, member, rules.READ_ROWS)
    called = cleaned(name)
    with storage.drafts().aside() as scratch:
        path = scratch / f"corrections{Path(called).suffix[:10].lower()}"
        if not 0 < _copied(stream, path) <= MOST_BYTES:
            _keep(actor, owner, path, called)  # refuses it, in the words for every file
        try:
            told = list(_told(path))
        except ProblemsFound as found:
            raise _refused(called, list(found.problems)) from found
        known = queries.read_of(version, sorted({one.unit for one in told}))
        with change():
            made = _made(actor, version, told, known, called)
            # Last: what is refused never reaches the shelf.
            _keep(actor, owner, path, called)
    return Imported(tuple(made), len(told) - len(made))


def _made(
    actor: Actor,
    version: RegisterVersion,
    told: list[Told],
    known: Mapping[str, Mapping[str, str]],
    called: str,
) -> list[Correction]:
    owner = version.register.member
    Member.objects.select_for_update().get(pk=owner.pk)
    standing = {
        (one.unit, one.field): one
        for one in Correction.objects.filter(member=owner, withdrawn_at__isnull=True)
    }
    problems = _problems(told, known, standing)
    if problems:
        raise _refused(called, problems)
    made = []
    for one in told:
        before = standing.get((one.unit, one.field))
        if before is not None and before.to_value == one.value:
            continue
        made.append(
            put_correction(
                actor,
                version,
                before,
                one.unit,
                known[one.unit]["name"],
                one.field,
                known[one.unit][one.field],
                one.value,
                one.reason,
            )
        )
    return made


def _keep(actor: Actor, owner: Member, path: Path, name: str) -> None:
    with path.open("rb") as file:
        desk.keep_file(
            actor=actor,
            stream=file,
            name=name,
            most_bytes=MOST_BYTES,
            purpose=PURPOSE,
            scope=of_member(owner.code),
        )


def _copied(stream: Stream, path: Path) -> int:
    """Copy what is believed of a stream: one byte more than is taken tells that it is too large."""
    size = 0
    with path.open("xb") as file:
        while size <= MOST_BYTES and (piece := stream.read(min(PIECE, MOST_BYTES + 1 - size))):
            file.write(piece)
            size += len(piece)
    return size


def _told(path: Path) -> Iterator[Told]:
    synonyms = _synonyms()
    source = open_table(path, synonyms)
    mapping = propose_mapping(source.columns, synonyms)
    if "unit" not in mapping.columns or not {*FIELDS} & mapping.columns.keys():
        unknown = ", ".join(mapping.unknown[:20])
        raise ProblemsFound([Problem("correction_columns_missing", params={"unknown": unknown})])
    count = 0
    for batch in source.batches():
        if batch.problems:
            raise ProblemsFound(list(batch.problems))
        texts = {
            name: texts_of(batch.data.column(at)).to_pylist()
            for name, at in mapping.columns.items()
        }
        count += batch.data.num_rows
        if count > MOST_ROWS:
            raise ProblemsFound([Problem("correction_rows_many", params={"most": MOST_ROWS})])
        for at, row in enumerate(batch.rows.to_pylist()):
            cells = {name: (column[at] or "").strip() for name, column in texts.items()}
            for field in FIELDS:
                if value := cells.get(field, ""):
                    code = _CODE.match(value)
                    seen = cells.get(f"seen_{field}", "")
                    yield Told(
                        row=row,
                        unit=cells["unit"].lstrip("'"),
                        field=field,
                        value=code[0] if code else value,
                        reason=cells.get("reason", ""),
                        seen=int(seen) if seen.isdecimal() and len(seen) < 18 else None,
                    )


def _problems(
    told: list[Told],
    known: Mapping[str, object],
    standing: Mapping[tuple[str, str], Correction],
) -> list[Problem]:
    problems: list[Problem] = []
    first: dict[tuple[str, str], int] = {}
    for one in told:
        key = (one.unit, one.field)
        before = standing.get(key)
        if one.unit not in known:
            problems.append(Problem("correction_unit_unknown", one.row, "unit"))
        if not value_known(one.field, one.value):
            text = one.value[:40]
            problems.append(Problem("correction_value_unknown", one.row, one.field, {"text": text}))
        if len(one.reason) > MOST_REASON:
            size = {"length": len(one.reason), "most": MOST_REASON}
            problems.append(Problem("correction_reason_long", one.row, "reason", size))
        if key in first:
            problems.append(Problem("correction_twice", one.row, one.field, {"first": first[key]}))
        first.setdefault(key, one.row)
        if (before is not None and before.to_value != one.value and before.pk != one.seen) or (
            before is None and one.seen is not None
        ):
            params = {
                "name": before.made_by_name if before else "–",
                "value": before.to_value if before else "–",
            }
            problems.append(Problem("correction_meanwhile", one.row, one.field, params))
    return problems


def _refused(called: str, problems: list[Problem]) -> Refusal:
    return Refusal(
        "corrections_refused",
        N_("“{file}” was refused; no correction was made. Faults: {count}."),
        way_out=N_("Mend the rows that are listed and bring it in again."),
        field="file",
        problems=tuple(problems),
        file=called,
        count=len(problems),
    )


def _synonyms() -> Synonyms:
    """Return the headings of such a workbook in every language of the house."""
    named: dict[str, list[str]] = {column: [words] for column, words in HEADINGS.items()}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for column, words in HEADINGS.items():
                said = translation.gettext(words)
                if said not in named[column]:
                    named[column].append(said)
    return Synonyms.build(
        {
            "columns": {column: {"en": words} for column, words in named.items()},
            "ignored": {"headings": []},
            "cells": {"blanks": [], "totals": [], "notes": []},
        },
        methods.current().synonyms.currencies,
    )
