"""Signing in with a real browser: a passkey from setting up to signing in, the menu, the pages."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from browser.conftest import COMMAND, DESKTOP, PHONE, _wait, violations
from houses import household

PASSWORD = "seven-herons-cross-the-lake"  # noqa: S105
PEOPLE = f"""
import django
django.setup()
from django.utils import timezone
from xietong.region.models import Mandate, Member, Person
north = Member.objects.get(code="northshore")
for name, said, role in (("yan", "严北辰", "approver"), ("lin", "林北舟", "officer")):
    person = Person(username=name, email=name + "@lakes.example", name=said, member=north)
    person.set_password({PASSWORD!r})
    person.save()
    Mandate.objects.create(
        person=person, role=role, member=north, valid_from=timezone.now(), granted_by="local"
    )
"""


@pytest.fixture(scope="module")
def lake_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a house of the lakes with two people; `localhost`, where passkeys work without TLS."""
    with household(tmp_path_factory.mktemp("lake")) as house:
        house.settle()
        environment = {
            **house.environment,
            "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
        }
        subprocess.run([sys.executable, "-c", PEOPLE], env=environment, check=True)
        subprocess.run(
            [COMMAND, "manage", "collectstatic", "--noinput", "-v", "0"],
            env=environment,
            check=True,
        )
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        log = (house.home / "serve.log").open("wb")
        server = subprocess.Popen(
            [COMMAND, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
        try:
            _wait(f"http://127.0.0.1:{port}", server, house.home / "serve.log")
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(20)
            log.close()


def opened(browser: Browser, size: tuple[int, int] = DESKTOP, **options: str) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def sign_in(page: Page, house: str, name: str, prefix: str = "") -> None:
    page.goto(f"{house}{prefix}/account/login/")
    page.locator("#id_login").fill(name)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_selector(".account-menu")


def test_an_approver_sets_a_passkey_up_and_signs_in_with_it_alone(
    browser: Browser, lake_house: str, tmp_path: Path
) -> None:
    page = opened(browser)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, lake_house, "yan")
    assert page.url == f"{lake_house}/account/factors/"
    page.get_by_role("link", name="添加密钥").click()
    page.get_by_role("checkbox").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/account/factors/recovery-codes/")
    page.get_by_role("link", name="我已妥善保存").click()
    # To have set it up is not to have shown it.
    page.get_by_role("link", name="使用通行密钥").click()
    page.locator("#mfa_webauthn_reauthenticate").click()
    page.wait_for_url("**/account/factors/")
    assert page.locator(".caution").count() == 0
    page.locator(".account-menu > summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_selector(".top .sign-in")
    page.goto(f"{lake_house}/account/login/")
    page.locator("#passkey_login").click()
    page.wait_for_selector(".account-menu")
    page.goto(f"{lake_house}/account/")
    assert page.locator(".caution").count() == 0
    assert "审批" in page.locator("main").inner_text()
    assert refused == []


def test_the_menu_works_by_keyboard_and_on_the_phone(browser: Browser, lake_house: str) -> None:
    for size in (DESKTOP, PHONE):
        page = opened(browser, size)
        sign_in(page, lake_house, "lin")
        summary = page.locator(".account-menu > summary")
        summary.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".account-menu[open]")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "账号"
        page.keyboard.press("Escape")
        page.wait_for_selector(".account-menu:not([open])")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0]
        page.context.close()


PAGES = (
    "/account/",
    "/account/password/change/",
    "/account/email/",
    "/account/factors/",
    "/account/factors/totp/activate/",
    "/account/factors/webauthn/add/",
    "/account/sessions/",
    "/account/tokens/",
    "/account/logout/",
)
OPEN = ("/account/login/", "/account/password/reset/", "/account/signup/")


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.deep), "dark"])
def test_the_pages_are_accessible_in_both_languages_and_fit_a_phone(
    browser: Browser, lake_house: str, axe: Axe, scheme: str
) -> None:
    page = opened(browser, PHONE, color_scheme=scheme)
    found = {}
    for signed, paths in ((False, OPEN), (True, PAGES)):
        if signed:
            sign_in(page, lake_house, "lin")
        for prefix in ("", "/en"):
            for path in paths:
                answer = page.goto(f"{lake_house}{prefix}{path}")
                assert answer is not None
                assert (answer.status, page.url) == (200, f"{lake_house}{prefix}{path}")
                wrong = violations(axe, page)
                if page.evaluate("document.documentElement.scrollWidth") > PHONE[0]:
                    wrong.append("wider than the phone")
                if wrong:
                    found[prefix + path] = wrong
    assert found == {}
