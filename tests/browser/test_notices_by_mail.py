"""On the account page a person chooses whether notices come by mail, sound at any size."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from browser.conftest import DESKTOP, PHONE
from browser.test_imports import Opener, is_sound
from browser.test_imports import officers_page as officers_page
from browser.test_imports import served as served

pytestmark = pytest.mark.deep


@pytest.mark.parametrize(
    ("language", "size", "scheme"),
    [("", DESKTOP, "light"), ("/en", PHONE, "light"), ("", PHONE, "dark")],
    ids=["zh", "en-phone", "zh-phone-dark"],
)
def test_it_is_chosen_by_keyboard(
    officers_page: Opener, axe: Axe, language: str, size: tuple[int, int], scheme: str
) -> None:
    page = officers_page(f"{language}/account/", size=size, color_scheme=scheme)
    page.locator("#notice-mail-none").focus()
    if not page.locator("#notice-mail-none").is_checked():
        page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    is_sound(page, axe)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#notice-mail-daily")).to_be_checked()
    is_sound(page, axe)
