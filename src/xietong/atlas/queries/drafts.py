"""Imports under way, for those who work on a member's register: nobody else knows of any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xietong.atlas import methods, rules, storage
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.desk import queries as desk
from xietong.engine.register import COLUMNS, ProblemPage, Tally, read_problems
from xietong.engine.register.columns import PLACING
from xietong.engine.tables import propose_mapping
from xietong.engine.tables.headers import is_ignored
from xietong.kit.refusals import N_, NotFound
from xietong.kit.shelf import digest_of
from xietong.region import queries as region
from xietong.region.models import Member
from xietong.region.rules import Actor, may, of_member

PAGE_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of an uploaded table: what it is read as ("" nothing), and why.

    `why` is one of chosen, remembered, known, passed_over, ambiguous, ignored, unknown, blank.
    """

    position: int
    heading: str
    samples: tuple[str, ...]
    meaning: str
    why: str


def members_to_import_for(actor: Actor) -> list[Member]:
    """Return the members for whom the actor may bring a register in."""
    if not may(actor, rules.BEGIN_DRAFT):
        return []
    return [
        one
        for one in region.members(actor)
        if may(actor, rules.BEGIN_DRAFT, of=of_member(one.code))
    ]


def drafts_of(actor: Actor, member: str, *, over: bool = False) -> list[RegisterDraft]:
    """Return a member's imports under way, or with `over` the latest ones of any state."""
    if not may(actor, rules.READ_IMPORTS, of=of_member(member)):
        return []
    drafts = RegisterDraft.objects.filter(member__code=member).select_related("member", "version")
    return list(drafts[:20] if over else drafts.filter(state__in=rules.UNDER_WAY)[:20])


def draft(actor: Actor, member: str, number: int) -> RegisterDraft:
    """Return one import. Refuses `no_such_draft`, whether or not there is one for others."""
    found = None
    if may(actor, rules.READ_IMPORTS, of=of_member(member)):
        found = (
            RegisterDraft.objects.filter(pk=number, member__code=member)
            .select_related("member", "file", "base__register__member", "version")
            .first()
        )
    if found is None:
        raise NotFound(
            "no_such_draft",
            N_("There is no import {number} that you may see."),
            way_out=N_("Open the list of imports, or upload the file."),
            field="number",
            number=str(number),
        )
    return found


def table_columns(found: RegisterDraft) -> list[TableColumn]:
    """Return the columns of a draft's table in their order, with meaning and reason."""
    synonyms = methods.current().synonyms
    proposed = propose_mapping(found.headings, synonyms)
    ambiguous = {heading for headings in proposed.ambiguous.values() for heading in headings}
    meanings = {at: column for column, at in found.columns.items()}
    columns = []
    for at, heading in enumerate(found.headings):
        meaning = meanings.get(at, "")
        if meaning:
            if proposed.columns.get(meaning) == at:
                why = "known"
            else:
                why = "remembered" if found.remembered.get(meaning) == at else "chosen"
        elif not heading:
            why = "blank"
        elif is_ignored(heading, synonyms):
            why = "ignored"
        elif heading in ambiguous:
            why = "ambiguous"
        else:
            why = "passed_over" if heading in proposed.passed_over else "unknown"
        samples = tuple(found.samples[at]) if at < len(found.samples) else ()
        columns.append(TableColumn(at, heading, samples, meaning, why))
    return columns


def canonical_columns() -> list[tuple[str, str]]:
    """Return every meaning that a column can have, and whether it is needed: yes, one_of, no."""
    needed = {"name": "yes", **dict.fromkeys((*PLACING, "latitude"), "one_of")}
    return [(name, needed.get(name, "no")) for name in COLUMNS]


def problems_of(
    found: RegisterDraft | RegisterVersion,
    *,
    code: str = "",
    field: str = "",
    severity: str = "",
    page: int = 1,
) -> ProblemPage:
    """Return a page of the problems that a check found, filtered; an empty one without a check.

    `severity` is refusing, doubt or "". Call it with what a query for the actor returned.
    """
    path = problems_path(found.problems_digest)
    if not found.problems_digest or problems_lost(found):
        return ProblemPage((), 0)
    return read_problems(
        path,
        code=code,
        field=field,
        refusing={"refusing": True, "doubt": False}.get(severity),
        start=(max(page, 1) - 1) * PAGE_PROBLEMS,
        count=PAGE_PROBLEMS,
    )


def problems_lost(found: RegisterDraft | RegisterVersion) -> bool:
    """Tell whether a list of problems was written and is not on this node's disk as it was."""
    path = problems_path(found.problems_digest)
    if not found.problems_digest:
        return False
    return not path.is_file() or digest_of(path) != found.problems_digest


def problem_file(found: RegisterDraft | RegisterVersion) -> Path | None:
    """Return where the problems of a draft or version lie; None where none were ever listed.

    Refuses `problems_missing` where the list is lost or damaged on this node.
    """
    if problems_lost(found):
        raise NotFound(
            "problems_missing",
            N_("The list of what was found is not on this node's disk any more."),
            way_out=N_("Check the file again, or restore the node's files from the backup."),
        )
    return problems_path(found.problems_digest) if found.problems_digest else None


def tallies_of(found: RegisterDraft) -> list[Tally]:
    """Return how many problems of each kind there are, those that refuse first."""
    return [Tally(*one) for one in found.tallies]


def versions_of(actor: Actor, member: str) -> list[RegisterVersion]:
    """Return a member's versions, the newest first; none to whoever may not work on them."""
    if not may(actor, rules.READ_IMPORTS, of=of_member(member)):
        return []
    return list(
        RegisterVersion.objects.filter(register__member__code=member)
        .select_related("register__member", "restores")
        .order_by("-number")
    )


def version(actor: Actor, member: str, number: int) -> RegisterVersion:
    """Return one version of a member's register. Refuses `no_such_version`."""
    found = next((one for one in versions_of(actor, member) if one.number == number), None)
    if found is None:
        raise NotFound(
            "no_such_version",
            N_("There is no version {number} of this register."),
            way_out=N_("Choose one from the list of versions."),
            field="number",
            number=str(number),
        )
    return found


def marked_book(found: RegisterDraft, language: str) -> Path | None:
    """Return where the marked-up workbook in a language lies; None where it is not written yet."""
    digest = found.marked.get(language)
    path = storage.drafts().folder / f"{digest}.xlsx"
    return path if digest and path.is_file() else None


@contextmanager
def opened_file(actor: Actor, found: RegisterDraft) -> Iterator[Path]:
    """Give a draft's file under a name with its ending. Refuses `no_such_file`, `file_missing`."""
    content = desk.content_of(actor, found.file_id or 0)
    with storage.drafts().aside() as scratch:
        path = scratch / f"register{Path(found.name).suffix.lower()}"
        path.symlink_to(content.resolve())
        yield path


def problems_path(digest: str) -> Path:
    """Return where a list of problems lies."""
    return storage.drafts().folder / f"{digest}.parquet"


def rows_path_of(digest: str) -> Path | None:
    """Return where rows lie by their digest; None where this node has them no more."""
    path = storage.registers().folder / f"{digest}.parquet"
    return path if path.is_file() else None


def sound_rows(digest: str) -> Path | None:
    """Return where rows lie, read through to see that they are what their name says; else None."""
    path = rows_path_of(digest)
    return path if path is not None and digest_of(path) == digest else None


def rows_path(found: RegisterVersion | None) -> Path | None:
    """Return where the rows of a version lie; None where there is none, or they are lost."""
    return None if found is None else rows_path_of(found.digest)


def member_places(actor: Actor) -> dict[str, str]:
    """Return for the code of each place on the map the code of the place that its member is."""
    parents = {one.code: one.parent_code for one in region.places_of_the_map(actor)}
    tops = {one.place_code for one in region.members(actor)}
    found = {}
    for code in parents:
        at = code
        while at and at not in tops:
            at = parents.get(at, "")
        found[code] = at
    return found
