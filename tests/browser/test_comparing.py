"""Two editions side by side and the brief, in a browser before a house that has two editions."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

import grown_lakes
from browser.conftest import COMMAND, DESKTOP, PHONE, Opener, _wait, violations
from houses import SETTLE, household

FEWER = 40  # rows of the first register that come only with the second edition


pytestmark = pytest.mark.deep
# In one process: each command of its own would take the seconds in which a house gets up.
TWO_EDITIONS = """
import sys
from xietong.atlas import operations as atlas
folder = Path(sys.argv[1])
def bring(member, name):
    path = folder / name
    atlas.import_register(actor=LOCAL, member=member, path=path, about=atlas.About())
def publish():
    edition, _ = atlas.compile_edition(actor=LOCAL)
    atlas.publish_edition(actor=LOCAL, number=edition.number)
if __name__ == "__main__":
    bring("northshore", "northshore.csv")
    bring("southshore", "southshore-part.csv")
    publish()
    bring("southshore", "southshore.csv")
    publish()
    call_command("collectstatic", "--noinput", verbosity=0)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a served house of the lakes with two published editions."""
    folder = tmp_path_factory.mktemp("two-editions")
    whole = grown_lakes.write(folder)
    lines = whole["southshore"].read_text(encoding="utf-8").splitlines()
    part = folder / "southshore-part.csv"
    part.write_text("\n".join(lines[:-FEWER]) + "\n", encoding="utf-8")
    with household(folder) as made:
        told = subprocess.run(
            [sys.executable, "-c", SETTLE + TWO_EDITIONS, str(folder)],
            env={**made.environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"},
            cwd=made.home,
            capture_output=True,
            text=True,
        )
        assert told.returncode == 0, told.stderr
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
        log = (made.home / "serve.log").open("wb")
        server = subprocess.Popen(
            [COMMAND, "serve", "--port", str(port)],
            env={**os.environ, **made.environment},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(f"http://127.0.0.1:{port}", server, made.home / "serve.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)
            log.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("prefix", ["", "/en"], ids=["zh", "en"])
def test_the_comparison_is_sound(
    open_page: Opener, axe: Axe, prefix: str, size: tuple[int, int]
) -> None:
    page = open_page(f"{prefix}/atlas/compare/?from=1&to=2&industry=d12", size=size)
    assert violations(axe, page) == []
    assert page.locator("ol.changes li").count() > 3
    assert page.locator(".differences path").count() == 12
    inside = page.evaluate(
        "[...document.querySelectorAll('main *')]"
        ".filter((one) => !one.closest('.scrolls'))"
        ".every((one) => one.getBoundingClientRect().right <= innerWidth + 1)"
    )
    assert inside


def test_the_comparison_is_sound_in_the_dark(open_page: Opener, axe: Axe) -> None:
    page = open_page("/atlas/compare/", color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert violations(axe, page) == []


def test_a_filter_sends_itself_and_paper_shows_no_controls(open_page: Opener) -> None:
    page = open_page("/en/atlas/compare/")
    every = page.locator(".heading .under").inner_text()
    page.locator('select[name="change"]').select_option("moved")
    page.wait_for_url("**change=moved**")
    assert page.locator(".heading .under").inner_text() != every
    assert page.locator("ol.changes .tag").first.inner_text() == "Moved"
    page.emulate_media(media="print")
    expect(page.locator(".line-of-controls")).to_be_hidden()
    expect(page.locator("ol.changes li").first).to_be_visible()


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["zh", "en"])
def test_one_click_brings_the_brief(open_page: Opener, tmp_path: Path, prefix: str) -> None:
    page = open_page(f"{prefix}/atlas/places/820202/")
    for name, first in (("简报 PDF", b"%PDF"), ("简报 DOCX", b"PK")):
        label = name if not prefix else name.replace("简报", "Brief")
        with page.expect_download() as caught:
            page.get_by_role("link", name=label).click()
        path = tmp_path / caught.value.suggested_filename
        caught.value.save_as(path)
        assert path.read_bytes().startswith(first)
        assert ("-en." in path.name) == bool(prefix)
        if first == b"PK":
            with zipfile.ZipFile(path) as parts:
                assert "word/document.xml" in parts.namelist()


def test_the_map_leads_to_the_brief_of_a_chain(open_page: Opener) -> None:
    page = open_page("/en/atlas/?industry=c-lake_boats")
    with page.expect_download() as caught:
        page.get_by_role("link", name="Brief PDF").first.click()
    assert caught.value.suggested_filename.endswith("c-lake_boats-en.pdf")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("prefix", ["", "/en"], ids=["zh", "en"])
def test_the_map_chooses_an_edition_and_leads_to_the_comparison_and_back(
    open_page: Opener, axe: Axe, prefix: str, size: tuple[int, int]
) -> None:
    page = open_page(f"{prefix}/atlas/", size=size)
    if size == PHONE:
        page.locator(".controls-open").click()
    page.locator("#edition-picker > summary").focus()
    page.keyboard.press("Enter")
    compares = page.locator("#edition-picker .compares")
    compares.scroll_into_view_if_needed()
    expect(compares).to_be_visible()
    assert violations(axe, page) == []
    compares.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/atlas/compare/?from=1&to=2*")
    assert violations(axe, page) == []
    page.locator(".heading a[href*='edition=1']").click()
    page.wait_for_url("**/atlas/?*edition=1")
    expect(page.locator("#edition-picker b[aria-current]")).to_contain_text("1")
