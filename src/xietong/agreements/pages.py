"""The pages of agreements: the list, one with all that was said, and the forms for saying it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xietong.agreements import operations, queries, rules
from xietong.agreements.naming import finding_name, state_names
from xietong.agreements.schemas import AgreementOut
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.leads import lead_to
from xietong.region.rules import Actor, may


@require_safe
@never_cache
@open_to(rules.READ_AGREEMENTS)
def directory(request: HttpRequest) -> HttpResponse:
    """List the agreements that the actor may see, those that await the actor first."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    state = state if state in state_names() else ""
    return render(
        request,
        "agreements/directory.html",
        {
            "agreements": queries.agreements(actor, state=state or None),
            "awaiting": {one.id for one in queries.awaiting(actor)},
            "states": state_names(),
            "state": state,
        },
    )


@require_safe
@never_cache
@open_to(rules.READ_AGREEMENTS)
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show who has said what, what exactly was signed, and whether the signatures hold."""
    actor = actor_of(request)
    found = queries.agreement(actor, number)
    verified = operations.verify_agreement(actor=actor, agreement=number)
    return render(
        request,
        "agreements/agreement.html",
        {
            "agreement": found,
            "purpose": gettext(found.purpose),
            "verified": verified,
            "lead": lead_to(actor, found.subject),
            "findings": {
                one.consent: finding_name(one.code) for one in verified.findings if one.consent
            },
            "faults": [
                finding_name(one.code)
                for one in verified.findings
                if one.consent is None or one.code != "sound"
            ],
            **forms_of(actor, found),
        },
    )


def forms_of(actor: Actor, found: AgreementOut) -> dict[str, Any]:
    """Return which forms of an agreement are this actor's to fill in."""
    mine = queries.members_to_consent_for(actor)
    return {
        "verdicts": rules.VERDICTS,
        "consenting": [one for one in found.parties if one.member in mine]
        if found.state == rules.OPEN
        else [],
        "may_meet": may(actor, rules.MEET_CONDITION, state=found.state),
    }


@require_POST
@open_to(writes=rules.CONSENT)
def give_consent(request: HttpRequest, number: int) -> HttpResponse:
    """Give a member's word and come back to where it was given."""
    operations.consent(
        actor=actor_of(request),
        agreement=number,
        member=request.POST.get("member", ""),
        verdict=request.POST.get("verdict", ""),
        condition=request.POST.get("condition", ""),
    )
    return _back(request, number)


@require_POST
@open_to(writes=rules.MEET_CONDITION)
def tell_met(request: HttpRequest, number: int, consent: int) -> HttpResponse:
    """Tell how a condition was met."""
    operations.meet_condition(
        actor=actor_of(request),
        agreement=number,
        consent=consent,
        words=request.POST.get("words", ""),
    )
    return _back(request, number)


def _back(request: HttpRequest, number: int) -> HttpResponse:
    wanted = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(
        wanted if wanted and known else reverse("agreements:agreement", args=[number])
    )
