"""Entering many organisations (单位) from a workbook or a CSV file: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.utils import translation
from django.utils.translation import gettext

from xietong.engine.identifiers import CodeRule
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.register.reading import texts_of
from xietong.engine.tables import TableSource, open_table
from xietong.engine.tables.headers import squeeze
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import naming, queries, rules, storage
from xietong.region.models import Member, Organisation
from xietong.region.operations.audit import change, record
from xietong.region.operations.organisations import (
    About,
    add_organisation,
    change_organisation,
    code_problem,
    code_rule,
    tidy_code,
)
from xietong.region.rules import Actor, of_member, require

MOST_ROWS = 5_000
MOST_BYTES = 5 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What a table did, or would do: how many organisations it added, changed, left as they are."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    name_zh: str
    name_en: str
    kind: str
    credit_code: str
    parent: str


Named = TypeVar("Named", _Line, Organisation)


def import_organisations(
    *, actor: Actor, member: str, path: Path, dry_run: bool = False
) -> Imported:
    """Enter a table of a member's organisations; known ones, by code or name, are changed.

    A superior is named by its name or its code and may stand in the same table. Nothing is closed.
    A dry run tells what would be done. Refuses `organisations_not_imported` with every problem.
    """
    require(actor, rules.IMPORT_ORGANISATIONS)
    home = queries.member(actor, member)
    require(actor, rules.IMPORT_ORGANISATIONS, of=of_member(home.code))
    lines, problems = _read(path)
    if lines or not problems:
        problems += _faults(lines, code_rule(), home)
    if problems:
        raise Refusal(
            "organisations_not_imported",
            N_("The table was not imported: {count} problems."),
            way_out=N_("Mend the rows that are listed and import the table again."),
            field="file",
            problems=tuple(sorted(problems, key=lambda one: one.row or 0)),
            count=len(problems),
        )
    try:
        with change():
            told = _write(actor, home, lines)
            record(
                actor=actor,
                verb="import_organisations",
                subject=Reference("region", "member", home.code),
                member=home.code,
                added=told.added,
                changed=told.changed,
                unchanged=told.unchanged,
            )
            if dry_run:
                raise _Rehearsed
    except _Rehearsed:
        pass
    return told


@contextmanager
def table_laid(name: str, pieces: Iterable[bytes]) -> Iterator[Path]:
    """Lay an upload into a file that is gone afterwards; of its name only the ending counts.

    Refuses `table_too_large` before more than the most has been written.
    """
    ending = Path(name.replace("\\", "/")).suffix.lower()[:10]
    with storage.incoming().aside() as folder:
        path = folder / f"table{ending if ending.isascii() else ''}"
        written = 0
        with path.open("wb") as file:
            for piece in pieces:
                written += len(piece)
                if written > MOST_BYTES:
                    raise Refusal(
                        "table_too_large",
                        N_("The table has more than {most} MB."),
                        way_out=N_("Split it into several."),
                        field="file",
                        most=MOST_BYTES >> 20,
                    )
                file.write(piece)
        yield path


class _Rehearsed(Exception):
    """All went well, and none of it shall stand."""


def headings() -> dict[str, str]:
    """Return the headings of such a table in the active language, by column."""
    return {
        "name_zh": gettext("Name in Chinese"),
        "name_en": gettext("Name in English"),
        "kind": gettext("Kind of organisation"),
        "credit_code": gettext("Credit code"),
        "parent": gettext("Superior organisation"),
    }


def _read(path: Path) -> tuple[list[_Line], list[Problem]]:
    try:
        source = open_table(path)
        at = _columns(source)
        if "name_zh" not in at:
            unknown = ", ".join(one for one in source.columns if one)[:200] or "–"
            return [], [Problem("organisation_column_missing", None, None, {"unknown": unknown})]
        kinds = _known_kinds()
        lines, problems = [], []
        for row, cells in _rows(source, at):
            kind = kinds.get(squeeze(cells["kind"])) if cells["kind"] else ""
            if kind is None or kind == Organisation.Kind.REGIONAL_OFFICE:
                text = cells["kind"][:40]
                problems.append(Problem("organisation_kind_unknown", row, "kind", {"text": text}))
            lines.append(_Line(row, **{**cells, "kind": kind or ""}))
            if len(lines) > MOST_ROWS:
                return [], [Problem("too_many_rows", None, None, {"most": MOST_ROWS})]
    except ProblemsFound as found:
        return [], found.problems
    return lines, problems


def _columns(source: TableSource) -> dict[str, int]:
    """Return where each column stands; headings are known in every language of the product."""
    meant: dict[str, str] = {}
    for language in naming.LANGUAGES:
        with translation.override(language):
            meant |= {squeeze(words): name for name, words in headings().items()}
    meant |= {squeeze(name): name for name in headings()}
    found: dict[str, int] = {}
    for at, heading in enumerate(source.columns):
        if name := meant.get(squeeze(heading)):
            found.setdefault(name, at)
    return found


def _known_kinds() -> dict[str, str]:
    known: dict[str, str] = {}
    for language in naming.LANGUAGES:
        with translation.override(language):
            known |= {squeeze(words): kind for kind, words in naming.kinds().items()}
    return known | {squeeze(kind): kind for kind in Organisation.Kind.values}


def _rows(source: TableSource, at: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    for batch in source.batches():
        if batch.problems:
            raise ProblemsFound(list(batch.problems))
        columns = {
            name: texts_of(batch.data.column(at[name])).to_pylist() if name in at else None
            for name in headings()
        }
        for place, row in enumerate(batch.rows.to_pylist()):
            yield (
                row,
                {
                    name: " ".join((cells[place] or "").split()) if cells else ""
                    for name, cells in columns.items()
                },
            )


def _faults(lines: list[_Line], rule: CodeRule | None, home: Member) -> list[Problem]:
    """Return every fault of the rows, against each other and against what is known already."""
    faults: list[Problem] = []
    names: dict[str, int] = {}
    codes: dict[str, int] = {}
    elsewhere = set(
        Organisation.objects.exclude(member=home)
        .filter(credit_code__isnull=False)
        .values_list("credit_code", flat=True)
    )
    known = set(
        Organisation.objects.filter(member=home, closed_at=None).values_list("name_zh", flat=True)
    ) | set(
        Organisation.objects.filter(
            member=home, closed_at=None, credit_code__isnull=False
        ).values_list("credit_code", flat=True)
    )
    closed = set(
        Organisation.objects.filter(member=home, closed_at__isnull=False).values_list(
            "name_zh", flat=True
        )
    )
    said = known | {one.name_zh for one in lines} | {tidy_code(one.credit_code) for one in lines}
    for one in lines:
        if not one.name_zh:
            faults.append(Problem("name_missing", one.row, "name_zh"))
        elif one.name_zh in names:
            params = {"first": names[one.name_zh]}
            faults.append(Problem("organisation_twice", one.row, "name_zh", params))
        elif one.name_zh in closed:
            faults.append(Problem("organisation_is_closed", one.row, "name_zh"))
        names.setdefault(one.name_zh, one.row)
        if code := tidy_code(one.credit_code):
            if fault := code_problem(code, rule, one.row):
                faults.append(fault)
            elif code in elsewhere:
                faults.append(Problem("credit_code_elsewhere", one.row, "credit_code"))
            elif code in codes:
                params = {"first": codes[code]}
                faults.append(Problem("organisation_twice", one.row, "credit_code", params))
            codes.setdefault(code, one.row)
        if one.parent and one.parent not in said and tidy_code(one.parent) not in said:
            text = one.parent[:40]
            faults.append(Problem("superior_unknown", one.row, "parent", {"text": text}))
    if not lines:
        faults.append(Problem("table_empty"))
    return faults or _cycles(lines)


def _cycles(lines: list[_Line]) -> list[Problem]:
    """Return the rows whose superiors lead back to themselves."""
    by_words = _by_words(lines)
    faults = []
    for one in lines:
        seen, above = {one.row}, _named(by_words, one.parent)
        while above is not None and above.row not in seen:
            seen.add(above.row)
            above = _named(by_words, above.parent)
        if above is not None and above.row == one.row:
            faults.append(Problem("superior_circle", one.row, "parent"))
    return faults


def _write(actor: Actor, home: Member, lines: list[_Line]) -> Imported:
    """Write the rows: first all without superiors, then each with its own."""
    known = _by_words(Organisation.objects.filter(member=home, closed_at__isnull=True))
    in_table = _by_words(lines)
    rows = {
        one.row: known.get(tidy_code(one.credit_code)) or known.get(one.name_zh) for one in lines
    }
    added = sum(row is None for row in rows.values())
    changed = 0
    written: dict[int, Organisation] = {}
    for one in lines:
        row = rows[one.row]
        if row is None:
            kind = one.kind or Organisation.Kind.AUTHORITY.value
            about = About(one.name_zh, kind, one.name_en, one.credit_code)
            row = add_organisation(actor=actor, member=home.code, about=about)
        written[one.row] = row
    for one in lines:
        row = written[one.row]
        superior = row.parent_id
        if above := _named(in_table, one.parent):
            superior = written[above.row].pk
        elif outside := _named(known, one.parent):
            superior = outside.pk
        wanted = About(
            one.name_zh,
            one.kind or row.kind,
            one.name_en or row.name_en,
            one.credit_code or row.credit_code or "",
            superior,
        )
        if wanted != About(
            row.name_zh, row.kind, row.name_en, tidy_code(row.credit_code or ""), row.parent_id
        ):
            change_organisation(actor=actor, key=row.pk, about=wanted)
            changed += rows[one.row] is not None
    return Imported(added, changed, len(lines) - added - changed)


def _by_words(rows: Iterable[Named]) -> dict[str, Named]:
    """Return rows by the words that a table may name them by: their names, and their codes."""
    rows = list(rows)
    by_code = {tidy_code(one.credit_code): one for one in rows if one.credit_code}
    return {one.name_zh: one for one in rows} | by_code


def _named(rows: dict[str, Named], words: str) -> Named | None:
    """Return the row that is meant; nothing for no words."""
    return rows.get(words) or rows.get(tidy_code(words))
