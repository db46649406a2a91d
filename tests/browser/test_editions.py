"""Two approvers approve an edition in the browser, the office publishes it, a reader opens it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect

from browser.conftest import DESKTOP, PHONE, _wait, violations
from houses import Household, household

TESTS = Path(__file__).resolve().parent.parent
# Where somebody wants to look at the pages; nowhere in a run of the tests.
PICTURES = os.environ.get("PICTURES_OF_EDITIONS", "")
PARTS = ("office_officer", "office_approver", "north_approver", "south_approver")
SCENE = """
import json
import pathlib
import tempfile
import django
django.setup()
from django.test import Client
import grown_lakes
from cast import enter, signed_in
from xietong.atlas import operations
from xietong.region.rules import LOCAL
registers = grown_lakes.write(pathlib.Path(tempfile.mkdtemp(dir=".")))
for member, path in registers.items():
    about = operations.About(
        title_zh="企业名录", title_en="Register", banner_zh="三湖为虚构地区", banner_en="Invented"
    )
    operations.import_register(actor=LOCAL, member=member, path=path, about=about)
edition, _ = operations.compile_edition(actor=LOCAL)
cast = enter()
sessions = {}
for part in %s:
    client = signed_in(Client(), cast.person(part))
    sessions[part] = client.session.session_key
print(json.dumps(sessions))
"""


@dataclass
class Scene:
    """A served house with a draft of the lakes, and who is signed in under which session."""

    house: Household
    address: str
    sessions: dict[str, str]

    def enter(self, browser: Browser, part: str, size: tuple[int, int]) -> BrowserContext:
        """Return a browser in which a part is signed in; the reader is nobody."""
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(15_000)
        if part in self.sessions:
            cookie = {"name": "sessionid", "value": self.sessions[part], "url": self.address}
            context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    def page(self, browser: Browser, part: str, path: str, size: tuple[int, int] = DESKTOP) -> Page:
        """Open a page as a part."""
        page = self.enter(browser, part, size).new_page()
        answer = page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200
        return page


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Serve a house of the lakes with one draft and the cast."""
    with household(tmp_path_factory.mktemp("editions"), XIETONG_WORKERS="0") as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        told = subprocess.run(
            [sys.executable, "-c", SCENE % repr(PARTS)],
            env={
                **house.environment,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
                "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent / 'src'}",
            },
            cwd=house.home,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stderr
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        server = house.start("serve", "--port", str(port))
        try:
            _wait(address, server, house.home / "none")  # type: ignore[arg-type]
            yield Scene(house, address, json.loads(told.stdout.splitlines()[-1]))
        finally:
            server.terminate()  # a kill would leave the process behind that does its work
            server.communicate(timeout=30)


def test_two_approvers_approve_and_readers_see_it(scene: Scene, browser: Browser, axe: Axe) -> None:
    def looked_at(page: Page, name: str) -> None:
        assert violations(axe, page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)

    office = scene.page(browser, "office_officer", "/en/atlas/editions/")
    looked_at(office, "list-en")
    office.get_by_role("link", name="edition 1").click()
    looked_at(office, "draft-en")
    office.get_by_role("button", name="Submit to the members").click()
    expect(office.get_by_text("outstanding").first).to_be_visible()

    north = scene.page(browser, "north_approver", "/", PHONE)
    north.get_by_role("link", name="待您会签").first.click()
    looked_at(north, "agreement-phone-zh")
    north.get_by_label("附条件同意").check()
    north.get_by_label("所附条件或不同意的理由").fill("请注明数据年份")
    north.get_by_role("button", name="签署").click()
    expect(north.get_by_text("请注明数据年份").first).to_be_visible()

    office.reload()
    office.get_by_label("How the condition of").fill("The year is in the banner")
    looked_at(office, "condition-en")
    office.get_by_role("button", name="Condition met").click()

    south = scene.page(browser, "south_approver", "/atlas/editions/1/")
    looked_at(south, "review-zh")
    south.get_by_label("同意", exact=True).check()
    south.get_by_role("button", name="签署").click()
    north.goto(scene.address + "/atlas/editions/1/")
    looked_at(north, "review-phone-zh")
    north.get_by_label("同意", exact=True).check()
    north.get_by_role("button", name="签署").click()
    expect(north.get_by_text("已批准")).to_be_visible()

    preview = scene.page(browser, "south_approver", "/atlas/?edition=1")
    expect(preview.get_by_text("草案：尚未发布")).to_be_visible()
    if PICTURES:
        preview.screenshot(path=str(Path(PICTURES) / "preview-zh.png"))
    office.reload()
    looked_at(office, "approved-en")
    office.get_by_role("button", name="Publish").click()
    expect(office.locator("main .tag").first).to_have_text("published")

    reader = scene.page(browser, "reader", "/atlas/editions/1/", PHONE)
    looked_at(reader, "reader-phone-zh")
    expect(reader.get_by_role("link", name="打开地图")).to_be_visible()
    signed = scene.page(browser, "north_approver", "/agreements/1/")
    signed.locator("main details").first.locator("summary").click()
    expect(signed.get_by_text("xietong consent 1").first).to_be_visible()
    expect(signed.get_by_text("全部签名和授权均有效")).to_be_visible()
    looked_at(signed, "signed-zh")
