"""Imports under way: a file is uploaded, mapped and sent to be checked, or discarded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.atlas import methods, queries, rules, storage
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.bringing import not_kept, refused
from xietong.atlas.queries.rows import member_for
from xietong.desk import operations as desk
from xietong.desk import queries as on_the_desk
from xietong.desk.models import Job
from xietong.desk.operations.files import Stream
from xietong.engine.problems import Problem, ProblemsFound
from xietong.engine.register.cleaning import column_problems
from xietong.engine.register.reading import texts_of
from xietong.engine.tables import (
    TableSource,
    beginning,
    chosen_mapping,
    open_table,
    propose_mapping,
    sheets_of,
)
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, May, of_member, require

PURPOSE = "register"
CHECKING, MARKING = "check_register_draft", "mark_register_draft"
PIECE = 1 << 20
# Of each column an officer sees a few cells, each cut short.
SAMPLED_ROWS, SAMPLES, SAMPLE_CHARACTERS = 200, 3, 40


def begin_draft(*, actor: Actor, member: str, stream: Stream, name: str) -> RegisterDraft:
    """Keep an uploaded file and look at its headings; say which column is which as far as known.

    Refuses `no_such_register`, what `keep_file` refuses, and with its reasons
    `register_unreadable`; then nothing of the file is left.
    """
    require(actor, rules.BEGIN_DRAFT)
    owner = member_for(actor, member, rules.BEGIN_DRAFT)
    most = settings.XIETONG_UPLOAD_MB * 1_000_000
    try:
        with storage.drafts().aside() as scratch:
            # Looked at before it is kept: what is no table never reaches the shelf.
            path = scratch / f"upload{Path(name).suffix[:10].lower()}"
            size = _copied(stream, path, most + 1)
            seen = {} if size > most or not size else _looked_at(actor, owner, path, name)
            with change(), path.open("rb") as file:
                kept = desk.keep_file(
                    actor=actor,
                    stream=file,
                    name=name,
                    most_bytes=most,
                    purpose=PURPOSE,
                    scope=of_member(owner.code),
                    kept_days=None,
                )
                draft = RegisterDraft.objects.create(
                    member=owner,
                    file=kept,
                    name=kept.name,
                    digest=kept.digest,
                    created_by=actor.key,
                    created_name=actor.name[:100],
                    **seen,
                )
                _note(actor, "begin_draft", draft, after=kept.digest, name=kept.name)
    except OSError as fault:
        raise not_kept(name, fault) from fault
    return draft


def choose_sheet(*, actor: Actor, member: str, number: int, sheet: str) -> RegisterDraft:
    """Read another sheet of the workbook; its columns are proposed anew. Refuses `no_such_draft`,
    `register_unreadable` and what is over.
    """
    draft = _found(actor, rules.CHOOSE_SHEET, member, number)
    rules.may_go_on(draft.state)
    with queries.opened_file(actor, draft) as path:
        seen = _looked_at(actor, draft.member, path, draft.name, sheet)
    with change():
        draft = locked(draft)
        rules.may_go_on(draft.state)
        _forget_check(draft)
        for name, value in seen.items():
            setattr(draft, name, value)
        draft.state = rules.UPLOADED
        draft.save()
        _note(actor, "choose_sheet", draft, sheet=sheet)
    return draft


def map_draft(
    *, actor: Actor, member: str, number: int, columns: Mapping[str, int]
) -> RegisterDraft:
    """Say which column is which (canonical column to position); remembered for these headings.

    Refuses `no_such_draft`, what is over, `columns_unclear` where the choice does not fit the
    table, and `columns_missing` where it makes no register.
    """
    draft = _found(actor, rules.MAP_DRAFT, member, number)
    with change():
        draft = locked(draft)
        rules.may_go_on(draft.state)
        chosen = _fitting(draft.headings, columns)
        _forget_check(draft)
        draft.columns = chosen
        draft.state = rules.MAPPED
        draft.save()
        desk.remember_mapping(
            actor=actor,
            purpose=PURPOSE,
            member=draft.member,
            headings=draft.headings,
            mapping={draft.headings[at]: column for column, at in chosen.items()},
        )
        _note(actor, "map_draft", draft, columns=", ".join(chosen))
    return draft


def check_draft(*, actor: Actor, member: str, number: int) -> Job:
    """Ask for the check of a draft; a worker does it. What an earlier check found is forgotten.

    Refuses `no_such_draft`, what is over, `draft_not_mapped` and, while a check runs,
    `job_on_same_subject`.
    """
    draft = _found(actor, rules.CHECK_DRAFT, member, number)
    with change():
        draft = locked(draft)
        rules.may_check(draft.state)
        draft.checks += 1
        _forget_check(draft)
        draft.state = rules.MAPPED
        job = desk.enqueue(
            actor=actor,
            kind=CHECKING,
            parameters={"member": draft.member.code, "number": draft.pk, "turn": draft.checks},
            subject=subject_of(draft),
            title_params={"file": draft.name},
        )
        draft.job = job.pk
        draft.save()
        _note(actor, "check_draft", draft, turn=draft.checks)
    return job


def mark_draft(*, actor: Actor, member: str, number: int, language: str) -> Job:
    """Ask for the marked-up workbook in a language; a worker writes it.

    Refuses `no_such_draft`, `draft_not_checked` and what is over.
    """
    draft = _found(actor, rules.MARK_DRAFT, member, number)
    rules.may_mark(draft.state)
    return desk.enqueue(
        actor=actor,
        kind=MARKING,
        parameters={"member": draft.member.code, "number": draft.pk, "language": language},
        subject=subject_of(draft),
        title_params={"file": draft.name},
    )


def discard_draft(*, actor: Actor, member: str, number: int) -> RegisterDraft:
    """Throw an import away, its file and what was found in it. Refuses what is over."""
    draft = _found(actor, rules.DISCARD_DRAFT, member, number)
    with change():
        draft = locked(draft)
        rules.may_go_on(draft.state)
        throw_away(actor, draft, "discard_draft")
    return draft


def throw_away(actor: Actor, draft: RegisterDraft, verb: str, **told: Any) -> None:
    """End a locked draft inside a change that has been permitted; its file goes."""
    before = draft.state
    kept = draft.file
    _forget_check(draft)
    draft.file = None
    draft.samples = []
    draft.state = rules.DISCARDED
    draft.save()
    if kept is not None:
        desk.drop_file(actor=actor, number=kept.pk)
    _note(actor, verb, draft, before=before, **told)


def subject_of(draft: RegisterDraft) -> Reference:
    """Return by what reference jobs and the audit name a draft."""
    return Reference("atlas", "register_draft", str(draft.pk))


def locked(draft: RegisterDraft) -> RegisterDraft:
    """Return the draft as it stands now, its row held until the change ends."""
    return RegisterDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)


def _found(actor: Actor, line: May, member: str, number: int) -> RegisterDraft:
    require(actor, line)
    draft = queries.draft(actor, member, number)
    require(actor, line, of=of_member(draft.member.code))
    return draft


def _copied(stream: Stream, path: Path, most: int) -> int:
    size = 0
    with path.open("xb") as file:
        while size < most and (piece := stream.read(min(PIECE, most - size))):
            file.write(piece)
            size += len(piece)
    return size


def _looked_at(
    actor: Actor, owner: Member, path: Path, name: str, sheet: str = ""
) -> dict[str, Any]:
    """Return what a draft says of a table before anybody has said a word about it."""
    synonyms = methods.current().synonyms
    try:
        # In the time of a request only the first rows; the check inspects and reads the whole.
        with storage.drafts().aside() as scratch:
            begun = beginning(path, scratch)
            sheets = sheets_of(begun)
            source = open_table(begun, synonyms, sheet=sheet or None)
            samples = _samples(source)
    except ProblemsFound as found:
        raise refused(name, found) from found
    headings = list(source.columns)
    proposed = propose_mapping(headings, synonyms).columns
    known = on_the_desk.proposed_mapping(actor, purpose=PURPOSE, member=owner, headings=headings)
    remembered = {
        column: headings.index(heading)
        for heading, column in known.items()
        if heading in headings and column in synonyms.columns
    }
    return {
        "sheets": list(sheets),
        "sheet": source.sheet,
        **({} if sheet else {"first_sheet": source.sheet}),
        "headings": headings,
        "samples": samples,
        "remembered": remembered,
        "columns": remembered or dict(proposed),
    }


def _samples(source: TableSource) -> list[list[str]]:
    first = next(source.batches(SAMPLED_ROWS), None)
    if first is None:
        return [[] for _ in source.columns]
    samples = []
    for column in first.data.columns:
        texts = dict.fromkeys(text for text in texts_of(column).to_pylist() if text)
        samples.append([text[:SAMPLE_CHARACTERS] for text in list(texts)[:SAMPLES]])
    return samples


def _fitting(headings: list[str], columns: Mapping[str, int]) -> dict[str, int]:
    try:
        mapping = chosen_mapping(headings, columns, methods.current().synonyms)
    except (KeyError, IndexError, ValueError) as fault:
        raise Refusal(
            "columns_unclear",
            N_("The choice of columns does not fit the table, or takes one column twice."),
            way_out=N_("Give each column at most one meaning, and each meaning to one column."),
            field="columns",
        ) from fault
    problems: tuple[Problem, ...] = tuple(column_problems(mapping))
    if problems:
        raise Refusal(
            "columns_missing",
            N_("These columns make no register: the name, or what tells the place, is missing."),
            way_out=N_("Choose the column of names, and one that tells where a unit lies."),
            field="columns",
            problems=problems,
        )
    return dict(mapping.columns)


def _forget_check(draft: RegisterDraft) -> None:
    draft.base = None
    draft.problems_digest = ""
    draft.tallies = []
    draft.brought = draft.summary = None
    draft.marked = {}


def _note(actor: Actor, verb: str, draft: RegisterDraft, **told: Any) -> None:
    record(
        actor=actor,
        verb=verb,
        subject=subject_of(draft),
        member=draft.member.code,
        **told,
    )
