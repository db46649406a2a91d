"""The inventory pages of the reference: addresses of pages, kinds of jobs, verbs of the audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

# What the pages are for that a library brings; ours say it themselves.
FROM_LIBRARIES: dict[str, str] = {
    "/account/confirm-email/": "Take the code that was mailed to a new address.",
    "/account/connections/": "Show and end connections to identity providers.",
    "/account/connections/login/cancelled/": "Say that sign-in at a provider was broken off.",
    "/account/connections/login/error/": "Say that sign-in at a provider failed.",
    "/account/connections/signup/": "Say that a provider's account alone lets nobody in.",
    "/account/email/": "Change one's address.",
    "/account/factors/": "Show one's second factors.",
    "/account/factors/authenticate/": "Ask for the second factor.",
    "/account/factors/reauthenticate/": "Ask for a code again before something grave.",
    "/account/factors/recovery-codes/": "Say how many recovery codes are left.",
    "/account/factors/recovery-codes/download/": "Give new recovery codes as a file.",
    "/account/factors/recovery-codes/generate/": "Make new recovery codes.",
    "/account/factors/totp/activate/": "Set an authenticator app up.",
    "/account/factors/totp/deactivate/": "Take the authenticator app off.",
    "/account/factors/webauthn/": "Show one's passkeys and security keys.",
    "/account/factors/webauthn/add/": "Add a passkey or security key.",
    "/account/factors/webauthn/keys/<pk>/edit/": "Name a key anew.",
    "/account/factors/webauthn/keys/<pk>/remove/": "Take a key off.",
    "/account/factors/webauthn/login/": "Sign in with a passkey.",
    "/account/factors/webauthn/reauthenticate/": "Show a key again before something grave.",
    "/account/inactive/": "Say that an account was deactivated.",
    "/account/login/": "Sign in.",
    "/account/login/code/confirm/": "Take a code mailed for sign-in, where one was asked for.",
    "/account/logout/": "Sign out.",
    "/account/password/change/": "Change one's password.",
    "/account/password/reset/": "Ask for a link by which to choose a new password.",
    "/account/password/reset/done/": "Say that a link was mailed, account or not.",
    "/account/password/reset/key/<uidb36>-<key>/": "Choose a new password by the mailed link.",
    "/account/password/reset/key/done/": "Say that the password was chosen.",
    "/account/password/set/": "Choose a first password.",
    "/account/reauthenticate/": "Ask for the password again before something grave.",
    "/account/sessions/": "Show one's sessions, and end the others.",
    "/account/signup/": "Say that people come by invitation only.",
}


def addresses() -> list[tuple[str, Any]]:
    """Return every address of a page in Chinese with its view; English ones begin with /en."""
    from django.conf import settings
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: Any, before: str) -> Iterator[tuple[str, Any]]:
        for one in patterns:
            here = before + _plain(str(one.pattern))
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, here)
            elif isinstance(one, URLPattern):
                yield f"/{here}", one.callback

    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        found = list(walk(get_resolver().url_patterns, ""))
    return sorted((address, view) for address, view in found if not address.startswith("/api/"))


def _plain(pattern: str) -> str:
    """Return a pattern of Django as people write an address."""
    pattern = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", pattern.lstrip("^").rstrip("$"))
    return re.sub(r"<\w+:(\w+)>", r"<\1>", pattern).replace("\\", "")


def purpose(view: Any) -> str:
    """Return what a page says of itself: its view's first line, or what a library calls it."""
    told = (getattr(view, "__doc__", None) or "").strip().splitlines()
    if told and getattr(view, "__module__", "").startswith("xietong."):
        return told[0].strip()
    return ""


def addresses_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of addresses."""
    return [
        (f"`{address}`", purpose(view) or FROM_LIBRARIES[address]) for address, view in addresses()
    ]


def jobs_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of kinds of jobs."""
    from django.utils import translation

    from xietong.desk.work import kinds_of_work

    rows: list[tuple[str, ...]] = []
    for name, kind in kinds_of_work().items():
        with translation.override("zh-hans"):
            chinese = translation.gettext(kind.title)
        asked = f"`{kind.line.verb}`" if kind.line else "–"
        rows.append((f"`{name}`", kind.title, chinese, asked))
    return rows


def verbs_rows() -> list[tuple[str, ...]]:
    """Return the rows of the table of the audit's verbs."""
    from django.utils import translation

    from xietong.region.verbs import known_verbs

    rows: list[tuple[str, ...]] = []
    for verb, words in sorted(known_verbs().items()):
        with translation.override("zh-hans"):
            rows.append((f"`{verb}`", words, translation.gettext(words)))
    return rows
