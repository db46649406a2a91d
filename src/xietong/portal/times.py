"""Pages show times as the clocks of the region show them; rows and the API keep UTC."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, tzinfo

from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from xietong.region.zone import of_the_region

# What is asked by machines, or must answer when the database does not.
ELSEWHERE = ("/api/", "/health/", "/metrics", "/static/")
# A region hardly ever changes its zone; until then no page asks for it.
KEPT_SECONDS = 60.0
_kept: dict[str, tuple[float, tzinfo]] = {}


class RegionTimesMiddleware:
    """Let pages be written in the region's zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the region's zone active, wherever times are shown to people."""
        if request.path_info.startswith(ELSEWHERE):
            return self.get_response(request)
        with timezone.override(_zone()):
            return self.get_response(request)


def _zone() -> tzinfo:
    at, known = _kept.get("zone", (-KEPT_SECONDS, UTC))
    if time.monotonic() - at < KEPT_SECONDS:
        return known
    try:
        found = of_the_region()
    except DatabaseError:  # whatever is asked for will say so, or need none
        return known
    if found is not UTC:
        _kept["zone"] = (time.monotonic(), found)
    return found


def shown_zone() -> str:
    """Return what the zone of the times on a page is called, with its distance from UTC."""
    there = timezone.get_current_timezone()
    away = f"{timezone.now().astimezone(there):%z}"
    return f"{getattr(there, 'key', '')} (UTC{away[:3]}:{away[3:]})".strip()
