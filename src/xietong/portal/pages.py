"""Home, search, and the pages that say an address leads nowhere or something broke."""

from __future__ import annotations

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xietong.atlas import queries as atlas
from xietong.atlas.schemas import SearchHit
from xietong.desk import queries as desk
from xietong.desk.awaiting import to_do
from xietong.desk.schemas import job_out
from xietong.kit.doors import api_answer, bare_answer, framed_answer
from xietong.kit.refusals import N_, Broken, Malformed, NotFound
from xietong.kit.surroundings import why
from xietong.portal import uploads
from xietong.portal.api_requests import API
from xietong.portal.observing import number_of_request
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import Kind

SUGGESTED = 8
SUGGESTED_RECORDS = 4
LEADING_CLUSTERS = 8


@open_to(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    """Show the region at a glance, or what to do before there is an edition."""
    actor = actor_of(request)
    try:
        edition = atlas.edition(actor)
    except NotFound:
        return render(request, "portal/empty.html", _desk(request))
    request.edition_shown = edition  # type: ignore[attr-defined]  # for the frame
    clusters = atlas.clusters(actor)
    industries = {one.key: one for one in atlas.industries(actor)}
    divisions = [row for row in clusters if row.industry_key.startswith("d")]
    crossing = [row for row in divisions if row.crossing]
    return render(
        request,
        "portal/home.html",
        {
            "edition": edition,
            "clusters": len(divisions),
            "crossing": len(crossing),
            "leading": [
                (row, industries[row.industry_key])
                for row in (crossing or divisions)[:LEADING_CLUSTERS]
            ],
            "chains": [one for one in industries.values() if one.kind == "chain"],
            "member_names": {one.code: one for one in edition.members},
            **_desk(request),
        },
    )


def _desk(request: HttpRequest) -> dict[str, Any]:
    """Return what lies on a person's desk; nothing for whoever has not signed in."""
    actor = actor_of(request)
    if actor.kind is not Kind.PERSON:
        return {"desk": False}
    todo = to_do(request)
    return {
        "desk": True,
        "awaiting": todo.awaiting[:SUGGESTED],
        "unread": todo.unread,
        "open_jobs": [job_out(one) for one in desk.open_jobs(actor)[:SUGGESTED]],
    }


@open_to(PUBLIC)
def search(request: HttpRequest) -> HttpResponse:
    """Show everything that is called, spelt or coded like the query."""
    return render(request, "portal/search.html", _found(request))


@open_to(PUBLIC)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Return the first hits for the field in the frame."""
    context = _found(request)
    return render(
        request,
        "portal/suggestions.html",
        context
        | {
            "hits": context["hits"][:SUGGESTED],
            "records": context["records"][:SUGGESTED_RECORDS],
        },
    )


def _found(request: HttpRequest) -> dict[str, Any]:
    q = request.GET.get("q", "").strip()[:100]
    actor = actor_of(request)
    hits: list[SearchHit] = []
    try:
        if q:
            # The frame names the newest edition too; it need not read it again.
            request.edition_shown, hits = atlas.search_newest(actor, q)  # type: ignore[attr-defined]  # for it
    except NotFound:
        if actor.kind is not Kind.PERSON:
            raise
        # Whoever works here finds records before there is a map.
    return {"q": q, "hits": hits, "records": desk.find(actor, q)}


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    if request.path_info.startswith(API):
        refusal = NotFound(
            "no_such_operation",
            N_("The API has nothing at this address."),
            way_out=N_("See the API's description at /api/v1/docs."),
        )
        return api_answer(request, refusal)
    refusal = NotFound(
        "no_such_page",
        N_("There is no page at this address."),
        way_out=N_("Check the address, search above, or begin at the home page."),
    )
    return framed_answer(request, refusal)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is none, without the frame, which asks what the request's host is."""
    uploads.let_go(request)
    refusal = uploads.refused(exception) or Malformed(
        "malformed",
        N_("The request cannot be understood."),
        way_out=N_("Check the address and the host name, then try again."),
    )
    return bare_answer(request, refusal)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer a fault of our own, or of what we stand on: without the frame, which may be it."""
    fault = sys.exc_info()[1]
    refusal = None if fault is None else why(fault)
    if refusal is None:
        refusal = Broken(
            "broken",
            N_("Something broke here"),
            way_out=N_(
                "Nothing was changed. Try again in a minute; if it happens again, tell the "
                "operator of this node the time and the number of the request."
            ),
        )
    return bare_answer(request, refusal, number=number_of_request())
