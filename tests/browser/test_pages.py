"""Every page is accessible, keeps to the content security policy, and carries the banner."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from browser.conftest import DESKTOP, LANGUAGES, PHONE, Opener, map_is_drawn, violations

PAGES = {
    "home": "/",
    "map": "/atlas/",
    "clusters": "/atlas/clusters/",
    "registers": "/atlas/registers/",
    "methods": "/atlas/methods/",
    "editions": "/atlas/editions/",
    "edition": "/atlas/editions/1/",
    "search": "/search/?q=a",
}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("name", list(PAGES))
def test_page_is_sound(
    open_page: Opener, axe: Axe, name: str, language: str, size: tuple[int, int]
) -> None:
    page = open_page(LANGUAGES[language] + PAGES[name], size=size)
    if name == "map":
        map_is_drawn(page)
    assert violations(axe, page) == []
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator(".banner")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


@pytest.mark.parametrize("name", ["home", "map", "clusters"])
def test_page_is_sound_in_the_dark(open_page: Opener, axe: Axe, name: str) -> None:
    page = open_page(PAGES[name], color_scheme="dark")
    if name == "map":
        map_is_drawn(page)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert violations(axe, page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_cluster_and_place_are_sound(open_page: Opener, axe: Axe, size: tuple[int, int]) -> None:
    page = open_page("/en/atlas/clusters/", size=size)
    page.locator("td.title a").first.click()
    expect(page.locator(".crumbs")).to_be_visible()
    assert violations(axe, page) == []
    page.locator('table a[href*="/places/"]').first.click()
    expect(page.locator(".years canvas")).to_be_visible()
    assert violations(axe, page) == []


def test_nowhere_says_where_to_go(open_page: Opener, axe: Axe) -> None:
    page = open_page("/nowhere/", expected=404)
    expect(page.locator(".refusal h1")).to_have_text("此网址没有页面。")
    assert violations(axe, page) == []
    page = open_page("/en/atlas/places/000000/", expected=404)
    expect(page.locator(".refusal")).to_contain_text("000000")
    expect(page.locator(".refusal")).to_contain_text("Search for the place by its name.")
