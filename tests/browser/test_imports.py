"""An officer drops a file, mends it, commits it and takes it back; a worker checks meanwhile."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from browser.conftest import DESKTOP, PHONE, _wait, violations
from houses import DATA, Household, household
from real_data import ROOT

SOURCE = DATA / "lakes-registers" / "northshore.csv"
START = "/atlas/registers/northshore/import/"
ENTER = """
import django
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from cast import enter
person = enter().person("north_officer")
session = SessionStore()
session[SESSION_KEY] = str(person.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = person.get_session_auth_hash()
session.save()
print(session.session_key)
"""
# What a busy machine may take, in milliseconds.
PATIENCE = 60_000
Opener = Callable[..., Page]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Household, str, str]]:
    """Serve a house of the lakes with a worker; give it, its address and an officer's session."""
    with household(tmp_path_factory.mktemp("imports"), XIETONG_WORKERS="1") as house:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        house.settle()
        house.run("register", "import", str(SOURCE), "--member", "northshore")
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
            check=True,
        )
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
                address = f"http://127.0.0.1:{port}"
                _wait(address, server, log)
                yield house, address, entered.stdout.split()[-1]
            finally:
                server.terminate()
                server.wait(20)


@pytest.fixture
def officers_page(browser: Browser, served: tuple[Household, str, str]) -> Iterator[Opener]:
    """Give a function that opens a page as the officer; complaints on the console fail the test."""
    _, address, session = served
    complaints: list[str] = []
    contexts = []

    def opened(path: str, *, size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True, **options
        )
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                # A refused upload is an answer of 422, which the console mentions.
                if said.type in ("error", "warning") and "422" not in said.text
                else None
            ),
        )
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def drop(page: Page, path: Path) -> None:
    """Drop a file where files are dropped, as the mouse would."""
    data = page.evaluate_handle(
        "([name, text]) => { const data = new DataTransfer();"
        " data.items.add(new File([text], name, { type: 'text/csv' })); return data; }",
        [path.name, path.read_text(encoding="utf-8")],
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event("form[data-drop]", event, {"dataTransfer": data})


def is_sound(page: Page, axe: Axe) -> None:
    assert violations(axe, page) == []
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_file_is_dropped_mended_committed_and_taken_back(
    officers_page: Opener, axe: Axe, tmp_path: Path
) -> None:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    faulty = tmp_path / "faulty.csv"
    cells = lines[3].split(",")
    faulty.write_text(
        "\n".join([*lines[:3], ",".join(["", *cells[1:]]), *lines[4:-1]]) + "\n", encoding="utf-8"
    )
    page = officers_page("/en" + START)
    is_sound(page, axe)
    drop(page, faulty)
    expect(page.locator("h1")).to_have_text("faulty.csv", timeout=PATIENCE)
    is_sound(page, axe)
    # By keyboard alone: the button is reached and pressed.
    page.get_by_role("button", name="Confirm the columns and check the file").focus()
    page.keyboard.press("Enter")
    # The page goes on by itself when the worker is done.
    expect(page.locator("#found")).to_contain_text("1 fault refuses", timeout=PATIENCE)
    is_sound(page, axe)
    page.get_by_role("link", name="the name is missing").click()
    expect(page.locator("tbody tr")).to_have_count(1, timeout=PATIENCE)
    expect(page.locator("tbody tr")).to_contain_text("4")
    is_sound(page, axe)
    page.get_by_role("link", name="faulty.csv").click()
    page.get_by_role("button", name="Write a marked-up workbook").click()
    page.get_by_role("link", name="See what came of it").click(timeout=PATIENCE)
    with page.expect_download() as caught:
        page.get_by_role("link", name="Marked-up workbook").click()
    assert caught.value.suggested_filename == "faulty-marked.xlsx"
    page.get_by_role("link", name="Upload the mended file").click()
    mended = tmp_path / "mended.csv"
    mended.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    page.set_input_files("#file", mended)
    page.get_by_role("button", name="Upload and look at it").click()
    page.get_by_role("button", name="Confirm the columns and check the file").click()
    expect(page.locator("#dry-run")).to_contain_text("against version 1", timeout=PATIENCE)
    is_sound(page, axe)
    page.get_by_role("button", name="Commit this version").click()
    expect(page.locator(".result")).to_contain_text("Version 2 of the register", timeout=PATIENCE)
    is_sound(page, axe)
    page.get_by_role("link", name="See all versions").click()
    is_sound(page, axe)
    page.locator(".restore summary").click()
    page.get_by_label("Why; it stands in the audit").fill("one row was lost")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.locator("tbody tr").first).to_contain_text("restores version 1", timeout=PATIENCE)


def test_a_refused_file_is_told_on_the_spot(
    officers_page: Opener, axe: Axe, tmp_path: Path
) -> None:
    path = tmp_path / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    page = officers_page("/en" + START)
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.locator("#import-refusal")).to_contain_text(
        "cannot be read as a table", timeout=PATIENCE
    )
    expect(page.get_by_role("button", name="Upload and look at it")).to_be_enabled()
    is_sound(page, axe)


@pytest.fixture(scope="module")
def doubtful(
    served: tuple[Household, str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the number of an import of another member's register, checked."""
    house = served[0]
    member = ("--member", "northshore")
    path = tmp_path_factory.mktemp("doubtful") / "南岸名录.csv"
    path.write_bytes((DATA / "lakes-registers" / "southshore.csv").read_bytes())
    number = house.run("register", "draft", "upload", str(path), *member).stdout.split()[0]
    house.run("register", "draft", "map", number, *member)
    house.run("register", "draft", "check", number, *member)
    yield number
    house.run("register", "draft", "discard", number, *member)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_it_is_sound(
    officers_page: Opener, axe: Axe, doubtful: str, size: tuple[int, int], scheme: str
) -> None:
    page = officers_page(f"{START}{doubtful}/", size=size, color_scheme=scheme)
    expect(page.locator(".misgiving.grave").first).to_be_visible()
    is_sound(page, axe)
    versions = START.replace("import", "versions")
    for address in (START, f"{START}{doubtful}/problems/", versions):
        page.goto(page.url.split("/atlas/")[0] + address)
        is_sound(page, axe)
