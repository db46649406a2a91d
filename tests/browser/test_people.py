"""An administrator invites, the invited accepts and signs in, and the mandate is revoked again."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from browser.conftest import DESKTOP, LANGUAGES, PHONE, _wait, violations
from houses import Household, household
from real_data import ROOT

PARTS = ("north_administrator", "north_officer")
PASSWORD = "still-waters-run-deep-9"  # noqa: S105  (of nobody)
ENTER = f"""
import json
import django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from cast import enter
from xietong.region.actors import ASSURED
cast = enter()
sessions = {{}}
for part in {PARTS!r}:
    person = cast.person(part)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session[ASSURED] = True
    session.save()
    sessions[part] = session.session_key
from xietong.region import operations
from xietong.region.rules import LOCAL
sent, _ = operations.invite_person(
    actor=LOCAL, email="waits@lakes.example", name="候北音", role="viewer",
    member="northshore", site="http://node.example")
told = {{"sessions": sessions, "viewer": cast.person("north_viewer").pk,
        "institute": cast.organisations["institute"].pk, "invitation": sent.pk}}
print(json.dumps(told))
"""


@dataclass
class Served:
    """A served house of the lakes with its cast."""

    house: Household
    address: str
    sessions: dict[str, str]
    viewer: int
    institute: int
    invitation: int

    def page(
        self,
        browser: Browser,
        part: str,
        path: str,
        size: tuple[int, int] = DESKTOP,
        **options: Any,
    ) -> Page:
        """Open a page as a part; as nobody where the part has no session."""
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        if part in self.sessions:
            cookie = {"name": "sessionid", "value": self.sessions[part], "url": self.address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a house of the lakes with the cast."""
    with household(tmp_path_factory.mktemp("people"), XIETONG_WORKERS="0") as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        entered = subprocess.run(
            [sys.executable, "-c", ENTER],
            env={
                **house.environment,
                "PYTHONPATH": str(ROOT / "tests"),
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
            },
            cwd=house.home,
            capture_output=True,
            text=True,
        )
        assert entered.returncode == 0, entered.stderr
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        log = house.home / "serve.log"
        with log.open("wb") as told:
            server = subprocess.Popen(
                [Path(sys.executable).parent / "xietong", "serve", "--port", str(port)],
                env=dict(house.environment),
                cwd=house.home,
                stdout=told,
                stderr=told,
            )
            try:
                _wait(address, server, log)
                yield Served(house, address, **json.loads(entered.stdout.splitlines()[-1]))
            finally:
                server.terminate()
                server.wait(20)


def too_wide(page: Page) -> list[str]:
    """Return the elements of the whole page that stand out to the right of the window."""
    found: list[str] = page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth ? [] :"
        " [...document.querySelectorAll('body *')]"
        " .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)"
        " .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 30)}`)"
    )
    return found


def newest_link(house: Household, address: str) -> str:
    """Return the path that the newest mail links to."""
    mail = max((house.home / "mail").iterdir(), key=lambda one: one.stat().st_mtime_ns)
    body = message_from_bytes(mail.read_bytes()).get_payload(decode=True)
    assert isinstance(body, bytes)
    found = re.search(re.escape(address) + r"(\S+)", body.decode())
    assert found is not None, body.decode()
    return found[1]


def test_one_is_invited_accepts_signs_in_and_ends(
    served: Served, browser: Browser, axe: Axe
) -> None:
    office = served.page(browser, "north_administrator", "/en/people/")
    office.get_by_role("link", name="Invite a person").click()
    assert violations(axe, office) == []
    office.get_by_label("Name").fill("新北苗")
    office.get_by_label("E-mail").fill("new@lakes.example")
    office.get_by_label("Role").select_option("officer")
    office.get_by_label("For").select_option("member:northshore")
    office.get_by_label("Language of the mail").select_option("en")
    office.get_by_role("button", name="Send the invitation").click()
    expect(office.get_by_role("status")).to_contain_text("new@lakes.example")
    expect(office.get_by_role("row", name="新北苗")).to_contain_text("open")

    guest = served.page(browser, "nobody", newest_link(served.house, served.address), PHONE)
    expect(guest.locator("h1")).to_have_text("Accept an invitation")
    assert violations(axe, guest) == []
    assert too_wide(guest) == []
    guest.get_by_label("Password", exact=False).first.fill("password1234")
    guest.get_by_label("Password once more").fill("password1234")
    guest.get_by_role("button", name="Accept the invitation").click()
    expect(guest.locator("main")).to_contain_text("too weak")
    guest.get_by_label("Password", exact=False).first.fill(PASSWORD)
    guest.get_by_label("Password once more").fill(PASSWORD)
    guest.get_by_role("button", name="Accept the invitation").click()
    guest.wait_for_url("**/account/login/**")
    guest.locator("input[name=login]").fill("new@lakes.example")
    guest.locator("input[name=password]").fill(PASSWORD)
    guest.locator("main button[type=submit]").first.click()
    guest.wait_for_url(lambda url: "login" not in url)
    answer = guest.goto(served.address + "/en/people/")
    assert answer is not None
    assert answer.status == 200
    expect(guest.locator("main")).to_contain_text("林北舟")

    office.goto(served.address + "/en/people/?q=新北苗")
    office.get_by_role("link", name="新北苗").click()
    office.get_by_role("link", name="Revoke …").click()
    assert violations(axe, office) == []
    office.get_by_label("Reason").fill("A test")
    office.get_by_role("button", name="Revoke").click()
    expect(office.get_by_role("status")).to_have_text("The mandate was revoked.")
    answer = guest.goto(served.address + "/en/people/")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [
        pytest.param("zh", DESKTOP, "light", marks=pytest.mark.deep),
        pytest.param("en", PHONE, "light", marks=pytest.mark.deep),
        ("zh", PHONE, "dark"),
    ],
    ids=["zh", "en-phone", "zh-phone-dark"],
)
def test_the_pages_are_sound(
    served: Served,
    browser: Browser,
    axe: Axe,
    language: str,
    size: tuple[int, int],
    colours: str,
    request: pytest.FixtureRequest,
) -> None:
    pictures = request.config.getoption("--output", default=None)
    page = served.page(
        browser,
        "north_administrator",
        LANGUAGES[language] + "/account/",
        size,
        color_scheme=colours,
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
    )
    for name, path in {
        "people": "/people/",
        "person": f"/people/{served.viewer}/",
        "deactivate": f"/people/{served.viewer}/deactivate/",
        "mandates": "/people/mandates/",
        "invitations": "/people/invitations/",
        "invite": "/people/invitations/new/",
        "send_again": f"/people/invitations/{served.invitation}/mail/",
        "organisations": "/organisations/",
        "organisation": f"/organisations/{served.institute}/",
        "organisation_new": "/organisations/new/",
        "organisation_import": "/organisations/import/",
        "rules": "/rules/",
        "audit": "/audit/",
        "history": f"/audit/of/region:invitation:{served.invitation}/",
    }.items():
        answer = page.goto(served.address + LANGUAGES[language] + path)
        assert answer is not None
        assert answer.status == 200, path
        expect(page.locator("h1")).to_have_count(1)
        if pictures:
            where = Path(pictures) / "people" / f"{name}-{language}-{size[0]}-{colours}.png"
            where.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(where), full_page=True)
        assert violations(axe, page) == [], path
        assert too_wide(page) == [], path
    more = page.locator(".rail .more summary")
    expect(more).to_be_visible(visible=size == PHONE)
    if size == PHONE:
        more.press("Enter")
        rooms = page.locator(".rail .more li a")
        expect(rooms).to_have_count(3)
        if pictures:
            page.screenshot(path=str(where.with_name(f"more-{language}-{colours}.png")))
        assert violations(axe, page) == []
        rooms.nth(1).click()
        page.wait_for_url("**/audit/")
        expect(page.locator(".rail .more summary.active")).to_have_count(1)
    page.context.close()
