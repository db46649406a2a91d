"""Editions of the map: the list, and one with its sources, its consents and what to do next."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xietong.agreements import queries as agreements
from xietong.agreements import rules as consents
from xietong.atlas import operations, queries, rules
from xietong.desk import operations as desk
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.templatetags.figures import speaks_chinese
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import Actor, Kind, may
from xietong.region.zone import end_of


@require_safe
@never_cache
@open_to(PUBLIC)
def directory(request: HttpRequest) -> HttpResponse:
    """List the editions that the actor may see; those of one state where it is asked for."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    state = state if state in rules.STATES else ""
    shown = queries.standings(actor, state or None)
    return render(
        request,
        "atlas/editions/directory.html",
        {
            "editions": shown,
            "state": state,
            "states": rules.STATES if queries.sees_drafts(actor) else (),
            "may_compile": may(actor, rules.COMPILE_EDITION),
            "comparison": _address("atlas:comparison"),
            "awaiting": {one.subject for one in agreements.awaiting(actor)},
        },
    )


@require_safe
@never_cache
@open_to(PUBLIC)
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show where an edition stands, and what this actor may do about it."""
    actor = actor_of(request)
    one = queries.standing(actor, number)
    reference = Reference("atlas", "edition", str(number))
    return render(
        request,
        "atlas/editions/edition.html",
        {
            "one": one,
            "actions": queries.actions(actor, one),
            "agreement": one.agreement,
            "earlier": [
                other
                for other in agreements.agreements(actor, subject=reference)
                if one.agreement is None or other.id != one.agreement.id
            ],
            "is_signed_in": actor.kind is Kind.PERSON,
            "source_names": "、".join(source.name.zh for source in one.sources)
            if speaks_chinese()
            else ", ".join(source.name.en for source in one.sources),
            "comparison": _address("atlas:comparison"),
            **_forms(actor, one),
        },
    )


def _forms(actor: Actor, one: queries.Standing) -> dict[str, object]:
    """Return what the table of parties needs to let this actor say a word."""
    agreement = one.agreement
    if agreement is None:
        return {"consenting": [], "may_meet": False, "verdicts": consents.VERDICTS}
    mine = agreements.members_to_consent_for(actor)
    is_open = agreement.state == consents.OPEN
    return {
        "consenting": [party for party in agreement.parties if is_open and party.member in mine],
        "may_meet": may(actor, consents.MEET_CONDITION, state=agreement.state),
        "verdicts": consents.VERDICTS,
    }


def _address(name: str, *arguments: object) -> str:
    """Return the address of a page that another part of the house may not have."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


@require_POST
@open_to(writes=rules.COMPILE_EDITION)
def compile_(request: HttpRequest) -> HttpResponse:
    """Let a worker compile an edition, and show how far it is."""
    actor = actor_of(request)
    job = desk.enqueue(
        actor=actor,
        kind="compile_edition",
        parameters={},
        subject=Reference("atlas", "editions", "newest"),
    )
    return HttpResponseRedirect(reverse("desk:job", args=[job.pk]))


@require_POST
@open_to(writes=rules.SUBMIT_EDITION)
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Put a draft before the members."""
    operations.submit_edition(
        actor=actor_of(request), number=number, closes_at=_end_of(request.POST.get("closes", ""))
    )
    return _back(number)


@require_POST
@open_to(writes=rules.RETURN_EDITION)
def return_(request: HttpRequest, number: int) -> HttpResponse:
    """Take an edition back to a draft."""
    operations.return_edition(
        actor=actor_of(request), number=number, reason=request.POST.get("reason", "")
    )
    return _back(number)


@require_POST
@open_to(writes=rules.PUBLISH_EDITION)
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Let readers see an approved edition."""
    operations.publish_edition(actor=actor_of(request), number=number)
    return _back(number)


@require_POST
@open_to(writes=rules.WITHDRAW_EDITION)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a published edition back from its readers."""
    operations.withdraw_edition(
        actor=actor_of(request), number=number, reason=request.POST.get("reason", "")
    )
    return _back(number)


def _back(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("atlas:edition", args=[number]))


def _end_of(day: str) -> datetime | None:
    """Return the moment at which a day, as a form sends it, is over; None where it names none."""
    if not day:
        return None
    try:
        found = parse_date(day)
    except ValueError:
        found = None
    if found is None:
        raise Refusal(
            "no_such_day",
            N_("“{day}” is no day."),
            way_out=N_("Write it as year, month and day, such as 2030-12-31."),
            field="closes",
            day=day,
        )
    return end_of(found)
