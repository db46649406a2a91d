"""An officer works through the queue by keyboard alone; a phone and both languages are sound."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from atlas.corrections.conftest import HEADINGS, ROWS
from atlas.registers import write_csv
from browser.conftest import DESKTOP, PHONE
from browser.test_imports import Opener, is_sound
from browser.test_imports import officers_page as officers_page
from browser.test_imports import served as served
from houses import Household

pytestmark = pytest.mark.deep

HERE = "/atlas/registers/northshore/"


@pytest.fixture(autouse=True, scope="module")
def _doubts(served: tuple[Household, str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let the register of Northshore be one that says too little of some units."""
    path = write_csv(tmp_path_factory.mktemp("doubts") / "doubtful.csv", ROWS, HEADINGS)
    member = ("--member", "northshore")
    served[0].run("register", "import", str(path), *member, "--although", "made up of doubts")


def current(page: Page) -> str:
    return page.locator("[data-item][aria-current]").inner_text()


def test_the_queue_by_keyboard(officers_page: Opener, axe: Axe) -> None:
    page = officers_page("/en" + HERE + "queue/")
    is_sound(page, axe)
    first = current(page)
    with page.expect_navigation():
        page.keyboard.press("j")
    second = current(page)
    assert second != first
    with page.expect_navigation():
        page.keyboard.press("k")
    assert current(page) == first
    # Taken, and told to everybody by name.
    with page.expect_navigation():
        page.keyboard.press("t")
    expect(page.locator(".queue-said")).to_contain_text("It is yours.")
    expect(page.locator(".queue-list .current")).to_contain_text("林北舟")
    # An industry is searched; Enter takes the first that is found, and the next unit opens.
    page.keyboard.press("i")
    expect(page.locator('[data-focus="i"]')).to_be_focused()
    page.keyboard.type("1220")
    expect(page.locator("#like-industry button")).to_have_count(1)
    is_sound(page, axe)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".queue-said")).to_contain_text("Kept.")
    is_sound(page, axe)
    # Undone by a key: it is that unit that is open again, and nothing stands.
    with page.expect_navigation():
        page.keyboard.press("u")
    expect(page.locator("#unit-name")).to_have_text(first)
    expect(page.locator(".queue-said")).to_contain_text("Undone.")
    expect(page.locator(".standing")).to_have_count(0)
    # The place by its name, the same way.
    page.keyboard.press("p")
    page.keyboard.type("鹭东")
    expect(page.locator("#like-place button").first).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(page.url.split("/queue/")[0] + "/corrections/")
    expect(page.locator("tbody tr")).to_have_count(1)
    is_sound(page, axe)


def test_a_filled_in_sheet_is_brought_in(officers_page: Opener, axe: Axe, tmp_path: Path) -> None:
    page = officers_page("/en" + HERE + "corrections/")
    filled = tmp_path / "filled.csv"
    filled.write_text("Unit (do not change),Industry corrected\nnobody,1220\n", encoding="utf-8")
    page.set_input_files('input[name="file"]', filled)
    page.get_by_role("button", name="Bring it in").click()
    expect(page.locator("main")).to_contain_text("no correction was made")
    is_sound(page, axe)


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("", DESKTOP, "light"), ("", PHONE, "dark"), ("/en", PHONE, "light")],
    ids=["zh", "zh-phone-dark", "en-phone"],
)
def test_every_page_of_it_is_sound(
    officers_page: Opener, axe: Axe, language: str, size: tuple[int, int], scheme: str
) -> None:
    page = officers_page(f"{language}{HERE}queue/", size=size, color_scheme=scheme)
    is_sound(page, axe)
    for name in ("", "rows/?sort=score", "corrections/?withdrawn=1", "words/"):
        page.goto(page.url.split("/registers/")[0] + f"/registers/northshore/{name}")
        is_sound(page, axe)


TEACH = """
import django
django.setup()
from xietong.atlas import operations
from xietong.atlas.queries import rows
from xietong.region.rules import LOCAL
for town in "甲乙丙丁":
    found = rows.rows(LOCAL, "northshore", rows.Filters(q=f"{town}风铃厂")).rows[0]
    operations.correct_unit(
        actor=LOCAL, member="northshore", unit=found["unit"], field="industry", value="1220"
    )
"""


def test_a_taught_word_is_accepted_and_taken_out_by_keyboard(
    served: tuple[Household, str, str], officers_page: Opener, axe: Axe
) -> None:
    surroundings = {**served[0].environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"}
    subprocess.run([sys.executable, "-c", TEACH], env=surroundings, cwd=served[0].home, check=True)
    page = officers_page(f"/en{HERE}words/")
    row = page.locator("#proposed").locator("xpath=ancestor::section").locator("tbody tr").first
    expect(row).to_contain_text("风铃")
    is_sound(page, axe)
    with page.expect_navigation():
        row.get_by_role("button", name="Accept").press("Enter")
    decided = page.locator("section", has=page.locator("#decided")).locator("tbody tr")
    expect(decided).to_contain_text("accepted")
    is_sound(page, axe)
    narrow = officers_page(f"{HERE}words/", size=PHONE, color_scheme="dark")
    is_sound(narrow, axe)
    with page.expect_navigation():
        decided.get_by_role("button", name="Take out again").press("Enter")
    expect(decided).to_contain_text("declined")
    expect(decided.get_by_role("button")).to_have_count(0)
