"""A place's profile as a page of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xietong.atlas import queries
from xietong.atlas.exports import level_name
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to


@open_to(PUBLIC)
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a place is strong in, and when its surviving units were registered."""
    actor = actor_of(request)
    edition = queries.edition(actor)
    place = queries.place_profile(actor, None, code)
    member = next(one for one in edition.members if one.code == place.member)
    return render(
        request,
        "atlas/places/place.html",
        {
            "edition": edition,
            "place": place,
            "member": member,
            "level": level_name(place.level),
            "counted_years": sum(one.n for one in place.years if one.n is not None),
        },
    )
