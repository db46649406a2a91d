"""What a worker does for an import under way: the check with its dry run, and the marking."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext, override

from xietong.atlas import methods, queries, rules, storage
from xietong.atlas.methods import Methods
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.bringing import AS_PROPOSED, Brought, Choice, bring, opened
from xietong.atlas.operations.doubting import summary_of
from xietong.atlas.operations.drafts import locked, subject_of
from xietong.atlas.operations.recording import newest_of
from xietong.engine import register as engine
from xietong.engine.register import MarkingWords, ProblemWriter, Tally
from xietong.engine.tables import propose_mapping
from xietong.kit.doors import said_problem
from xietong.kit.progress import Progress, silent
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require

REFUSED = "register_refused"


def perform_check(
    *, actor: Actor, member: str, number: int, turn: int, progress: Progress = silent
) -> RegisterDraft:
    """Read, place and code a draft's file and reckon what it would change; no version is made.

    May be run again from its beginning at any moment. Where the columns were chosen anew or
    another check was asked for meanwhile, nothing is written: refuses `check_overtaken`.
    """
    require(actor, rules.PERFORM_CHECK)
    draft = queries.draft(actor, member, number)
    require(actor, rules.PERFORM_CHECK, of=of_member(draft.member.code))
    _still_wanted(draft, turn)
    owner = draft.member
    ways = methods.current_for(owner)
    shelf = storage.drafts()
    with shelf.aside() as scratch, queries.opened_file(actor, draft) as path:
        listed = scratch / "problems.parquet"
        with ProblemWriter(listed) as writer:
            brought: Brought | None = None
            try:
                brought = bring(
                    path,
                    owner,
                    ways,
                    methods.surveyed_outlines(actor),
                    draft.digest,
                    progress,
                    name=draft.name,
                    choice=choice_of(draft, ways),
                    told=writer,
                )
            except Refusal as refusal:
                if refusal.code != REFUSED:
                    raise
        digest = digest_of(listed)
        shelf.keep(listed, f"{digest}.parquet")
    base = newest_of(owner)
    summary = None
    if brought is not None:
        progress(f"Compare {owner.code}")
        summary = summary_of(actor, owner, base, brought, ways)
    with change():
        draft = locked(draft)
        _still_wanted(draft, turn)
        draft.problems_digest = digest
        draft.tallies = [[one.code, one.field, one.count] for one in writer.tally()]
        draft.base = base
        draft.brought = None if brought is None else {**asdict(brought), "problems_digest": digest}
        draft.summary = summary
        draft.state = rules.CHECKED if brought is None else rules.READY
        draft.save()
        record(
            actor=actor,
            verb="perform_check",
            subject=subject_of(draft),
            member=owner.code,
            before=rules.MAPPED,
            after=draft.state,
            problems=sum(writer.counts.values()),
        )
    return draft


def perform_marking(
    *, actor: Actor, member: str, number: int, language: str, progress: Progress = silent
) -> RegisterDraft:
    """Keep the draft's file as a workbook in which its faults are marked, in a language.

    Refuses `no_such_draft`, `draft_not_checked`, `problems_missing` and what is over.
    """
    require(actor, rules.PERFORM_MARKING)
    draft = queries.draft(actor, member, number)
    require(actor, rules.PERFORM_MARKING, of=of_member(draft.member.code))
    rules.may_mark(draft.state)
    problems = queries.problem_file(draft)
    assert problems is not None  # noqa: S101  (every check lists them, though there be none)
    ways = methods.current_for(draft.member)
    shelf = storage.drafts()
    with shelf.aside() as scratch, queries.opened_file(actor, draft) as path, override(language):
        source, mapping = opened(path, ways, choice_of(draft, ways))
        book = scratch / "marked.xlsx"
        engine.mark_register(
            book,
            source,
            mapping.columns,
            problems,
            [Tally(*one) for one in draft.tallies],
            _said,
            _words(),
            told=lambda done: progress("Write the workbook", done),
        )
        digest = digest_of(book)
        shelf.keep(book, f"{digest}.xlsx")
    with change():
        now = locked(draft)
        rules.may_mark(now.state)
        if now.problems_digest != draft.problems_digest:
            raise _overtaken()
        now.marked = {**now.marked, language: digest}
        now.save()
        record(
            actor=actor,
            verb="perform_marking",
            subject=subject_of(now),
            member=now.member.code,
            after=digest,
            language=language,
        )
    return now


def choice_of(draft: RegisterDraft, ways: Methods) -> Choice:
    """Return how the officer wants the file read; as proposed where it is no other choice."""
    proposed = propose_mapping(draft.headings, ways.synonyms)
    same = draft.sheet == draft.first_sheet and dict(proposed.columns) == dict(draft.columns)
    if same and not proposed.ambiguous:
        return AS_PROPOSED
    return Choice(draft.sheet, dict(draft.columns))


def _still_wanted(draft: RegisterDraft, turn: int) -> None:
    rules.may_check(draft.state)
    if draft.checks != turn or draft.state != rules.MAPPED:
        raise _overtaken()


def _overtaken() -> Refusal:
    return Refusal(
        "check_overtaken",
        N_("Meanwhile the columns were chosen anew, or another check was asked for."),
        way_out=N_("See what that check found, or ask for another."),
    )


def _said(problem: Any) -> tuple[str, str]:
    told = said_problem(problem)
    return told["sentence"], told["way_out"]


def _words() -> MarkingWords:
    return MarkingWords(
        sheet=gettext("Marked register"),
        summary=gettext("What there is to mend"),
        row=gettext("Row"),
        reason=gettext("What is wrong"),
        way_out=gettext("What to do"),
        found=gettext("Found"),
        whole_file=gettext("The whole file"),
        refuses=gettext("As long as this stands, the register is refused."),
    )
