"""Agreements over HTTP: the same rows, words and refusals as on the pages."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from xietong.agreements import operations, queries, rules
from xietong.agreements.schemas import AgreementOut, ConsentIn, State, Verified, WordsIn
from xietong.kit.forgery import not_forged
from xietong.kit.problem_schema import ProblemOut
from xietong.region.actors import actor_of
from xietong.region.guards import call_open_to

router = Router(tags=["agreements"])
REFUSED = {400: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut}
Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/", response={200: list[AgreementOut], **REFUSED}, summary="Agreements, newest first")
@call_open_to(rules.READ_AGREEMENTS)
def agreements(
    request: HttpRequest, state: Annotated[State | None, Query()] = None
) -> list[AgreementOut]:
    """Return the agreements of the actor's members, for the office all."""
    return queries.agreements(actor_of(request), state=state)


@router.get("/{number}", response={200: AgreementOut, **REFUSED}, summary="An agreement")
@call_open_to(rules.READ_AGREEMENTS)
def agreement(request: HttpRequest, number: Number) -> AgreementOut:
    """Return one agreement with everything that its parties have said."""
    return queries.agreement(actor_of(request), number)


@router.get(
    "/{number}/verification", response={200: Verified, **REFUSED}, summary="Check its signatures"
)
@call_open_to(rules.READ_AGREEMENTS)
def verification(request: HttpRequest, number: Number) -> Verified:
    """Return what a check of every signature and mandate finds now."""
    return operations.verify_agreement(actor=actor_of(request), agreement=number)


@router.post(
    "/{number}/consents",
    auth=not_forged,
    response={200: AgreementOut, **REFUSED},
    summary="Give a member's word",
)
@call_open_to(rules.CONSENT)
def consent(request: HttpRequest, number: Number, said: ConsentIn) -> AgreementOut:
    """Sign for a member; only its own approver may, with a second factor shown."""
    actor = actor_of(request)
    operations.consent(
        actor=actor,
        agreement=number,
        member=said.member,
        verdict=said.verdict,
        condition=said.condition,
    )
    return queries.agreement(actor, number)


@router.post(
    "/{number}/consents/{consent}/met",
    auth=not_forged,
    response={200: AgreementOut, **REFUSED},
    summary="Tell how a condition was met",
)
@call_open_to(rules.MEET_CONDITION)
def met(request: HttpRequest, number: Number, consent: Number, told: WordsIn) -> AgreementOut:
    """Note how a condition was met; the member then confirms it by agreeing."""
    actor = actor_of(request)
    operations.meet_condition(actor=actor, agreement=number, consent=consent, words=told.words)
    return queries.agreement(actor, number)
