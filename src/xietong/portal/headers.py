"""What every answer says to browsers beside the content policy: keep to yourselves."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xietong.region.rules import Actor, Kind

# What pages use: passkeys, the clipboard, the whole screen for the map. Nothing else is asked for.
USED = (
    "publickey-credentials-create",
    "publickey-credentials-get",
    "clipboard-write",
    "fullscreen",
)
UNUSED = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
POLICY = ", ".join([*(f"{one}=(self)" for one in USED), *(f"{one}=()" for one in UNUSED)])


class HeadersMiddleware:
    """Says that no other site may embed an answer, and that what a person is shown is not kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", POLICY)
        # Whoever was looked at while answering is known here without another look.
        actor = getattr(request, "actor", None)
        if isinstance(actor, Actor) and actor.kind is Kind.PERSON:
            answer.headers.setdefault("Cache-Control", "private, no-cache")
        return answer
