"""A write by a session's cookie needs the token of that session; a bearer token stands alone."""

from __future__ import annotations

from django.http import HttpRequest
from ninja.utils import check_csrf

from xietong.kit.refusals import N_, NotAllowed

# Below it programs call; elsewhere a token says nothing, and no page breaks on one.
API = "/api/"


def bearer_of(request: HttpRequest) -> str:
    """Return the secret of `Authorization: Bearer …`; nothing for other schemes, a proxy's say."""
    if not request.path_info.startswith(API):
        return ""
    scheme, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
    return secret.strip() if scheme.casefold() == "bearer" else ""


def not_forged(request: HttpRequest) -> bool:
    """Let a write pass that carries the token of its session, as forms of pages do.

    `auth=not_forged` at an operation; refuses `forgery_token_missing`. Who may write is the
    operation's to decide. A call with a bearer token needs none: no other site can send that along,
    and where it is sent the session does not count.
    """
    if bearer_of(request):
        return True
    if check_csrf(request) is not None:
        raise NotAllowed(
            "forgery_token_missing",
            N_("The request does not carry this session's token against forged requests."),
            way_out=N_("Send the value of the cookie “csrftoken” in the header X-CSRFToken."),
        )
    return True
