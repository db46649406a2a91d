"""People at the pages: they follow a link, choose a password, sign in, show a code, send forms."""

from __future__ import annotations

import re
import time
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

PASSWORD = "seven-herons-cross-the-lake"  # noqa: S105  (nobody's)
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
APP_KEY = re.compile(r'class="secret"[^>]*>([A-Z2-7]+)<')
FAULT = re.compile(r'id="error_[^>]*>\s*(?:<strong>)?([^<]+)')
TOKEN = re.compile(r"xietong_[\w-]{20,}")


class _Still(HTTPRedirectHandler):
    """Follows no redirect, so that a test sees where it leads."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class AtPages:
    """Somebody with a browser: cookies and forms, English pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Still())

    def see(self, path: str) -> str:
        """Return a page, which must be there."""
        status, _, body = self._ask(path)
        assert status == 200, (path, status)
        return body

    def send(self, form: str, path: str = "", **said: object) -> str:
        """Fill in the form of a page and send it (to `path`); return where the answer leads."""
        return self._send(self.see(form), path or form, said)

    def enters(self, link: str, name: str, email: str, *, strict: bool) -> None:
        """Accept an invitation, sign in, and show a second factor where the role wants one."""
        path = f"/en{urlsplit(link).path.removeprefix('/en')}"
        self.send(path, name=name, password=PASSWORD, again=PASSWORD)
        self.send("/en/account/login/", login=email, password=PASSWORD)
        if strict:
            app = "/en/account/factors/totp/activate/"
            page = self.see(app)  # each look at it offers another key
            key = APP_KEY.search(page)
            assert key is not None
            # To set it up is not to have shown it; no code counts twice.
            self._send(page, app, {"code": _code(key.group(1), earlier=1)})
            self.send("/en/account/factors/reauthenticate/", code=_code(key.group(1)))

    def token(self, *, strict: bool) -> str:
        """Make a personal token; return what the page shows of it this once."""
        said = {"name": "a story", "days": 1, **({"strict": "on"} if strict else {})}
        filled = _filled(self.see("/en/account/tokens/"), said)
        status, where, body = self._ask("/en/account/tokens/new/", filled)
        shown = TOKEN.search(body)
        assert shown is not None, (status, where, FAULT.findall(body))
        return shown.group()

    def _send(self, page: str, path: str, said: dict[str, object]) -> str:
        status, where, body = self._ask(path, _filled(page, said))
        assert status == 302, (path, status, FAULT.findall(body))
        return where

    def _ask(self, path: str, body: bytes | None = None) -> tuple[int, str, str]:
        asked = Request(self.address + path, data=body)  # noqa: S310
        try:
            with self._opener.open(asked, timeout=120) as answer:
                return answer.status, "", answer.read().decode()
        except HTTPError as other:
            with other:
                return other.code, other.headers.get("Location", ""), other.read().decode()


def _filled(page: str, said: dict[str, object]) -> bytes:
    """Return a page's form, filled in, as a browser sends it."""
    hidden = HIDDEN.search(page)
    assert hidden is not None
    return urlencode({"csrfmiddlewaretoken": hidden.group(1), **said}).encode()


def _code(key: str, *, earlier: int = 0) -> str:
    """Return what an authenticator app with this key tells now, or some steps ago."""
    return format_hotp_value(hotp_value(key, int(time.time()) // 30 - earlier))
