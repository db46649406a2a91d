"""Quality, rows and corrections of registers over HTTP: what the pages show, and what they do."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from xietong.atlas import operations, rules
from xietong.atlas.models import Correction, VocabularyWord
from xietong.atlas.queries import corrections as corrections_read
from xietong.atlas.queries import quality as quality_read
from xietong.atlas.queries.figures import figures_of
from xietong.engine.coding.learning import Proposal
from xietong.kit.forgery import not_forged
from xietong.kit.problem_schema import ProblemOut
from xietong.region.actors import actor_of
from xietong.region.guards import call_open_to

router = Router(tags=["registers"])
REFUSED = {400: ProblemOut, 404: ProblemOut, 422: ProblemOut}
WRITES = {**REFUSED, 403: ProblemOut}
Member = Annotated[str, Path(max_length=50, description="a member's code")]
Key = Annotated[int, Path(ge=1, le=2**31 - 1)]


class FigureOut(Schema):
    """A number with its origin: `n` rows of `of`, counted by `rule`."""

    group: str
    key: str
    label: str
    n: int
    of: int
    share: float | None
    rule: str


class QualityOut(Schema):
    """How good a register is; `waiting` tells that corrections count from the next version on."""

    member: str
    version: int
    rows: int
    figures: list[FigureOut]
    corrections: int
    waiting: bool


class CorrectionOut(Schema):
    """What an officer said of one field of one unit."""

    key: int
    unit: str
    field: str
    from_value: str
    to_value: str
    reason: str
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str


class CorrectionIn(Schema):
    """What to say; `seen` is the correction in force that was looked at, null for none."""

    unit: str = Field(max_length=64)
    field: str = Field(max_length=10)
    value: str = Field(max_length=12)
    reason: str = Field("", max_length=300)
    seen: int | None = Field(None, ge=1, le=2**31 - 1)


class WhyIn(Schema):
    """Why it is withdrawn."""

    reason: str = Field(max_length=300)


class ProposalOut(Schema):
    """A word with its evidence: rows that hold it, and what it would change."""

    word: str
    kind: str
    code: str
    support: int
    holding: int
    corrected: int
    right_before: int
    right_after: int
    sample: int
    sample_holding: int
    sample_changes: int


class WordIn(Schema):
    """A proposed word, and why it is accepted or declined."""

    word: str = Field(max_length=20)
    reason: str = Field("", max_length=300)


class WordOut(Schema):
    """A word that was decided on."""

    word: str
    kind: str
    code: str
    verdict: str
    decided_by: str


@router.get("/{member}/quality", response={200: QualityOut, **REFUSED}, summary="Data quality")
@call_open_to(rules.READ_FIGURES)
def quality(request: HttpRequest, member: Member) -> QualityOut:
    """Return the figures of the present version, to its member and the office's analysts."""
    found = quality_read.quality(actor_of(request), member)
    return QualityOut(
        member=found.member.code,
        version=found.version.number,
        rows=found.version.rows,
        figures=[
            FigureOut(
                group=group.key,
                key=one.key,
                label=one.label,
                n=one.n,
                of=one.of,
                share=one.share,
                rule=one.rule,
            )
            for group, one in figures_of(found.groups)
        ],
        corrections=found.corrections,
        waiting=found.waiting,
    )


@router.get(
    "/{member}/corrections",
    response={200: list[CorrectionOut], **REFUSED},
    summary="Corrections, newest first",
)
@call_open_to(rules.READ_ROWS)
def corrections(
    request: HttpRequest,
    member: Member,
    withdrawn: bool = False,
    most: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> list[CorrectionOut]:
    """Return those in force, or with those that were withdrawn."""
    found = corrections_read.corrections(actor_of(request), member, withdrawn=withdrawn)
    return [_said(one) for one in found[:most]]


@router.post(
    "/{member}/corrections",
    auth=not_forged,
    response={200: CorrectionOut, **WRITES},
    summary="Correct a unit",
)
@call_open_to(rules.CORRECT_UNIT)
def correct(request: HttpRequest, member: Member, told: CorrectionIn) -> CorrectionOut:
    """Say what a unit's industry or place is."""
    made = operations.correct_unit(
        actor=actor_of(request),
        member=member,
        unit=told.unit,
        field=told.field,
        value=told.value,
        reason=told.reason,
        seen=told.seen,
    )
    return _said(made)


@router.post(
    "/{member}/corrections/{key}/withdrawal",
    auth=not_forged,
    response={200: CorrectionOut, **WRITES},
    summary="Withdraw a correction",
)
@call_open_to(rules.WITHDRAW_CORRECTION)
def withdraw(request: HttpRequest, member: Member, key: Key, told: WhyIn) -> CorrectionOut:
    """Take a correction back."""
    return _said(
        operations.withdraw_correction(actor=actor_of(request), key=key, reason=told.reason)
    )


@router.get(
    "/{member}/proposals",
    response={200: list[ProposalOut], **REFUSED},
    summary="Words that corrections teach",
)
@call_open_to(rules.READ_ROWS)
def proposals(request: HttpRequest, member: Member) -> list[ProposalOut]:
    """Return proposed words, the most helpful first; none is used before it is accepted."""
    return [
        _proposed(one) for one in corrections_read.vocabulary_proposals(actor_of(request), member)
    ]


@router.post(
    "/{member}/proposals/acceptance",
    auth=not_forged,
    response={200: WordOut, **WRITES},
    summary="Accept a word",
)
@call_open_to(rules.ACCEPT_WORD)
def accept(request: HttpRequest, member: Member, told: WordIn) -> WordOut:
    """Let a proposed word code the register from the next version on."""
    return _decided(
        operations.accept_word(
            actor=actor_of(request), member=member, word=told.word, reason=told.reason
        )
    )


@router.post(
    "/{member}/proposals/refusal",
    auth=not_forged,
    response={200: WordOut, **WRITES},
    summary="Decline a word",
)
@call_open_to(rules.DECLINE_WORD)
def decline(request: HttpRequest, member: Member, told: WordIn) -> WordOut:
    """Keep a proposed word out, or take out one that was accepted."""
    return _decided(
        operations.decline_word(
            actor=actor_of(request), member=member, word=told.word, reason=told.reason
        )
    )


def _said(one: Correction) -> CorrectionOut:
    return CorrectionOut(
        key=one.pk,
        unit=one.unit,
        field=one.field,
        from_value=one.from_value,
        to_value=one.to_value,
        reason=one.reason,
        made_by=one.made_by_name,
        made_at=one.made_at,
        withdrawn_at=one.withdrawn_at,
        withdrawn_because=one.withdrawn_because,
    )


def _proposed(one: Proposal) -> ProposalOut:
    return ProposalOut(
        word=one.addition.word,
        kind=one.addition.kind,
        code=one.addition.code,
        support=one.support,
        holding=one.holding,
        corrected=one.corrected,
        right_before=one.right_before,
        right_after=one.right_after,
        sample=one.sample,
        sample_holding=one.sample_holding,
        sample_changes=one.sample_changes,
    )


def _decided(one: VocabularyWord) -> WordOut:
    return WordOut(
        word=one.word,
        kind=one.kind,
        code=one.code,
        verdict=one.verdict,
        decided_by=one.decided_by_name,
    )
