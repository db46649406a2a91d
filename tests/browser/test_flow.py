"""The way of an officer: map, industry, cluster, place, export; both languages, both screens."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from browser.conftest import DESKTOP, LANGUAGES, PHONE, Opener, map_is_drawn, violations

SYNTHETIC = re.compile("SYNTHETIC")


def an_industry_with_clusters(house: str, other_than: str) -> dict[str, Any]:
    """Return a division with clusters that is not the one on which the map opens."""
    with urlopen(f"{house}/api/v1/atlas/editions/current/industries", timeout=20) as answer:  # noqa: S310
        known = json.load(answer)
    divisions = [
        one for one in known if one["kind"] == "division" and one["clusters"] and one["enabled"]
    ]
    found: dict[str, Any] = next(one for one in divisions if one["key"] != other_than)
    return found


def opens_on(house: str) -> str:
    """Return the industry on which the map opens."""
    with urlopen(f"{house}/api/v1/atlas/editions/current", timeout=20) as answer:  # noqa: S310
        return str(json.load(answer)["opens_on"])


def open_controls(page: Page) -> None:
    """On a phone the controls are folded away."""
    opener = page.locator(".controls-open")
    if opener.is_visible():
        opener.click()


def raise_sheet(page: Page) -> None:
    """On a phone the table is a sheet at the foot of the screen."""
    grip = page.locator(".sheet-grip")
    if grip.is_visible():
        while page.locator("#side").get_attribute("data-sheet") != "full":
            grip.press("Enter")


def drawn(page: Page) -> bytes:
    """Return the map as it looks, without the styles that a picture usually injects."""
    return page.locator("#map-main canvas").screenshot(caret="initial", animations="allow")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_from_the_map_to_an_export(
    open_page: Opener, house: str, language: str, size: tuple[int, int]
) -> None:
    prefix = LANGUAGES[language]
    page = open_page(f"{prefix}/atlas/", size=size)
    map_is_drawn(page)
    wanted = an_industry_with_clusters(house, opens_on(house))

    open_controls(page)
    page.locator("#industry-picker summary").click()
    page.locator("#industry-picker input").fill(wanted["code"])
    page.locator(f'#picked a[href*="industry={wanted["key"]}"]').first.click()
    expect(page).to_have_url(re.compile(f"industry={wanted['key']}(&|$)"))
    expect(page.locator("#title h1")).to_have_text(wanted["name"][language])
    if size == PHONE:
        open_controls(page)  # fold them again

    raise_sheet(page)
    first = page.locator(".cluster-list a").first
    name = first.locator("b").inner_text()
    first.click()
    expect(page.locator("#card-title")).to_have_text(name)
    expect(page).to_have_url(re.compile("cluster="))

    county = page.locator("#card .links a").first
    place = county.inner_text()
    county.click()
    expect(page.locator("#card-title")).to_have_text(place)
    expect(page.locator("#card .origin")).to_be_visible()
    page.locator("#card .btn-primary").click()
    expect(page.locator("h1")).to_have_text(place)
    expect(page.locator(".years canvas")).to_be_visible()
    page.go_back()
    expect(page.locator("#card-title")).to_have_text(place)

    page.locator("[data-closes-card]").click()
    expect(page.locator("#card-title")).to_have_count(0)
    with page.expect_download() as coming:
        page.locator('#outs a[href*="export.csv"]').click()
    rows = list(csv.reader(io.StringIO(Path(coming.value.path()).read_text(encoding="utf-8-sig"))))
    assert any(wanted["name"][language] in " ".join(row) for row in rows[:8])
    assert len(rows) > 20


def test_address_holds_the_view_and_back_restores_it(open_page: Opener) -> None:
    page = open_page("/en/atlas/")
    map_is_drawn(page)
    page.locator("#level-prefecture").check()
    expect(page).to_have_url(re.compile("level=prefecture"))
    expect(page.locator("#legend")).to_have_attribute("data-level", "prefecture")
    page.locator("#crossing").check()
    expect(page).to_have_url(re.compile("crossing=1"))
    page.go_back()
    expect(page.locator("#crossing")).not_to_be_checked()
    expect(page.locator("#level-prefecture")).to_be_checked()
    page.go_back()
    expect(page.locator("#level-county")).to_be_checked()
    page.go_forward()
    expect(page.locator("#level-prefecture")).to_be_checked()
    page.locator("[data-language-link][hreflang=zh-hans]").click()
    expect(page.locator("#level-prefecture")).to_be_checked()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_position_of_the_map_is_in_the_address(open_page: Opener) -> None:
    page = open_page("/en/atlas/")
    map_is_drawn(page)
    page.locator('[data-tool="in"]').click()
    expect(page).to_have_url(re.compile(r"at=\d"))
    page.reload()
    map_is_drawn(page)
    expect(page).to_have_url(re.compile(r"at=\d"))


def test_map_and_table_are_linked_both_ways(open_page: Opener) -> None:
    page = open_page("/en/atlas/?rows=all")
    map_is_drawn(page)
    box = page.locator("#map-main").bounding_box()
    assert box
    marked = 0
    for across in (0.55, 0.6, 0.65, 0.7):
        page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(150)
        marked += page.locator("tr.under-pointer").count()
    assert marked >= 2
    expect(page.locator("#map-tooltip")).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.locator("#map-tooltip")).to_be_hidden()
    before = drawn(page)
    page.locator("#league tr[data-code]").first.hover()
    page.wait_for_timeout(400)
    assert drawn(page) != before
    page.mouse.click(box["x"] + box["width"] * 0.65, box["y"] + box["height"] * 0.5)
    expect(page.locator("#card-title")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#card-title")).to_have_count(0)


def test_two_industries_side_by_side(open_page: Opener, house: str) -> None:
    other = an_industry_with_clusters(house, opens_on(house))
    page = open_page("/en/atlas/")
    map_is_drawn(page)
    page.locator("#compare-picker summary").click()
    page.locator("#compare-picker input").fill(other["code"])
    page.locator(f'#compare-picked a[href*="compare={other["key"]}"]').first.click()
    expect(page.locator("#map-beside canvas")).to_be_visible()
    expect(page.locator("#which-beside")).to_have_text(other["short"]["en"])
    expect(page).to_have_url(re.compile(f"compare={other['key']}"))


def test_picture_of_the_map(open_page: Opener) -> None:
    page = open_page("/en/atlas/")
    map_is_drawn(page)
    with page.expect_download() as coming:
        page.locator('[data-tool="picture"]').click()
    picture = Path(coming.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 50_000


def test_readable_before_the_map_and_without_scripts(open_page: Opener) -> None:
    page = open_page("/en/atlas/", java_script_enabled=False)
    expect(page.locator("#legend li")).not_to_have_count(0)
    expect(page.locator("#league tr[data-code]")).not_to_have_count(0)
    page.locator("#league td a").first.click()
    expect(page.locator("#card-title")).to_be_visible()


def test_search_by_key_and_by_pinyin(open_page: Opener) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    expect(page.locator("#quick-search")).to_be_focused()
    page.keyboard.type("qiche")
    expect(page.locator("#suggestions a").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile(r"/$"))


def test_card_and_comparison_are_sound(open_page: Opener, axe: Axe, house: str) -> None:
    first, other = opens_on(house), an_industry_with_clusters(house, opens_on(house))["key"]
    page = open_page(f"/atlas/?industry={first}&compare={other}&measure=n")
    map_is_drawn(page)
    page.locator("#league td a").first.click()
    expect(page.locator("#card-title")).to_be_visible()
    assert violations(axe, page) == []
    page.locator("[data-closes-card]").click()
    page.locator(".cluster-list a").first.click()
    expect(page.locator("#card-title")).to_be_visible()
    assert violations(axe, page) == []
