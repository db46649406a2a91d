"""How long a session lasts, and what one may do through the API."""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from xietong.kit.doors import api_answer
from xietong.kit.forgery import not_forged
from xietong.kit.refusals import Refusal
from xietong.portal.api_requests import API

BEGUN, SEEN = "signed_in_at", "seen_at"
SEEN_EVERY_SECONDS = 60
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


class SessionLimitsMiddleware:
    """Ends a session that is too old, or was left alone for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Whoever shows no session has none to end, and needs no look into the table.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            self._limit(request)
        return self.get_response(request)

    def _limit(self, request: HttpRequest) -> None:
        now = int(timezone.now().timestamp())
        begun = request.session.setdefault(BEGUN, now)
        seen = request.session.get(SEEN, now)
        if (
            now - begun >= settings.SESSION_COOKIE_AGE
            or now - seen >= settings.SESSION_IDLE_SECONDS
        ):
            logout(request)
            return
        if SEEN not in request.session or now - seen >= SEEN_EVERY_SECONDS:
            request.session[SEEN] = now
            UserSession.objects.filter(session_key=request.session.session_key).update(
                last_seen_at=timezone.now()
            )


class ApiSessionMiddleware:
    """Asks every write through the API for the session's token where a session is who signs.

    So no operation can forget to. A program signs with a token of its own in `Authorization`, which
    no other site can send along.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            request.path_info.startswith(API)
            and request.method not in SAFE
            and settings.SESSION_COOKIE_NAME in request.COOKIES
            and request.user.is_authenticated
        ):
            try:
                not_forged(request)
            except Refusal as refusal:
                return api_answer(request, refusal)
        return self.get_response(request)
