"""A job on its page: the bar moves, it is cancelled, it ends in a notice; on a phone too."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from browser.conftest import DESKTOP, PHONE, _wait, violations
from houses import Household, household

pytestmark = pytest.mark.deep

TESTS = Path(__file__).resolve().parent.parent
SHOTS = os.environ.get("DESK_SHOTS", "")
SIGN_IN = """
import django
django.setup()
from django.conf import settings
from django.test import Client
from cast import signed_in
from xietong.region.models import Person
client = signed_in(Client(), Person.objects.get(username="north_officer"))
print(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
"""


@dataclass
class Desk:
    """A served house of the lakes in which an officer is signed in, and who works there."""

    house: Household
    address: str
    session: str
    started: list[subprocess.Popen[bytes]]

    def process(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python process in the house."""
        environment = {
            **self.house.environment,
            "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent / 'src'}",
            "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
        }
        made = subprocess.Popen(
            [sys.executable, *arguments],
            env=environment,
            cwd=self.house.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self.started.append(made)
        return made

    def worker(self, *arguments: str) -> str:
        """Run the tests' worker process to its end; return what it prints."""
        made = self.process(str(TESTS / "desk" / "worker_process.py"), *arguments)
        out, _ = made.communicate(timeout=120)
        assert made.returncode == 0
        return out.decode()

    def page(self, browser: Browser, path: str, size: tuple[int, int] = DESKTOP) -> Page:
        """Open a page as the officer."""
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        name, value = self.session.split()
        context.add_cookies([{"name": name, "value": value, "url": self.address}])
        page = context.new_page()
        page.goto(self.address + path)
        return page


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Serve a house without workers of its own: the tests' worker knows a kind that takes steps."""
    with household(tmp_path_factory.mktemp("desk"), XIETONG_WORKERS="0") as house:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        made = Desk(house, f"http://127.0.0.1:{port}", "", [])
        made.worker("settle")
        house.run("manage", "collectstatic", "--noinput")
        out, _ = made.process("-c", SIGN_IN).communicate(timeout=60)
        made.session = out.decode().strip()
        server = house.start("serve", "--port", str(port))
        try:
            _wait(made.address, server, house.home / "none")  # type: ignore[arg-type]
            yield made
        finally:
            # Told to end, not killed: the server ends the process that it answers with.
            everybody: list[subprocess.Popen[Any]] = [*made.started, server]
            for one in everybody:
                if one.poll() is None:
                    one.terminate()
                one.communicate(timeout=30)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_a_job_moves_is_cancelled_and_told_of(desk: Desk, browser: Browser, axe: Axe) -> None:
    number, _ = desk.worker("ask", "2", "150").split()
    page = desk.page(browser, f"/en/desk/jobs/{number}/")
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    working = desk.process(str(TESTS / "desk" / "worker_process.py"), "work")
    bar = page.locator("progress")
    expect(bar).to_be_visible(timeout=30_000)
    expect(page.locator(f"#job-{number}-told")).to_contain_text("running")
    shares: set[float] = set()
    until = time.monotonic() + 30
    while len(shares) < 3 and time.monotonic() < until:
        shares.add(float(bar.get_attribute("value") or 0))
        page.wait_for_timeout(300)
    assert len(shares) == 3, "the bar does not move"
    assert violations(axe, page) == []
    shot(page, "job-running-en")
    page.get_by_role("button", name="Cancel this job").press("Enter")
    expect(page.locator(".tag.state-cancelled")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="To do 1")).to_be_visible()
    working.terminate()
    working.wait(30)


def test_a_job_ends_on_a_phone_in_chinese(desk: Desk, browser: Browser, axe: Axe) -> None:
    (number,) = desk.worker("ask", "1", "3").split()
    page = desk.page(browser, f"/desk/jobs/{number}/", PHONE)
    expect(page.get_by_text("正在等待后台进程办理")).to_be_visible()
    working = desk.process(str(TESTS / "desk" / "worker_process.py"), "once")
    expect(page.locator(".tag.state-done")).to_have_text("已完成", timeout=60_000)
    assert violations(axe, page) == []
    shot(page, "job-done-phone-zh")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE[0]
    page.get_by_role("link", name="待办").click()
    assert violations(axe, page) == []
    shot(page, "notices-phone-zh")
    page.locator(".notices button").first.click()
    assert page.url.endswith(f"/desk/jobs/{number}/")
    page.goto(desk.address + "/desk/jobs/")
    assert violations(axe, page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    working.wait(30)
