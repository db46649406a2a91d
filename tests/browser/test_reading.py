"""What cannot be shown says why; what explains the map does not hide it; and it is quick."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Locator, expect

from browser.conftest import DESKTOP, LANGUAGES, PHONE, Opener, map_is_drawn, violations

READABLE_MS = 2000


def industries(house: str) -> list[dict[str, Any]]:
    """Return every industry of the edition."""
    with urlopen(f"{house}/api/v1/atlas/editions/current/industries", timeout=20) as answer:  # noqa: S310
        known: list[dict[str, Any]] = json.load(answer)
    return known


def box(what: Locator) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom."""
    found = what.bounding_box()
    assert found
    return (
        found["x"],
        found["y"],
        found["x"] + found["width"],
        found["y"] + found["height"],
    )


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Tell whether two boxes share more than an edge."""
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    )


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_what_is_not_drawn_says_why(open_page: Opener, axe: Axe, house: str, language: str) -> None:
    small = next(
        one for one in industries(house) if not one["enabled"] and one["kind"] == "division"
    )
    page = open_page(f"{LANGUAGES[language]}/atlas/?industry={small['key']}")
    expect(page.locator("#map-notice")).to_contain_text(small["why_disabled"][language])
    expect(page.locator("#league")).to_contain_text(small["why_disabled"][language])
    expect(page.locator("#league table")).to_have_count(0)
    map_is_drawn(page)
    assert violations(axe, page) == []
    page.locator("#industry-picker summary").click()
    page.locator("#industry-picker input").fill(small["code"])
    greyed = page.locator("#picked .off", has_text=small["short"][language]).first
    expect(greyed).to_contain_text(small["why_disabled"][language])
    page.locator(".chains a.chip").first.click()
    expect(page.locator("#map-notice")).to_be_hidden()
    expect(page.locator("#league table")).to_be_visible()


def test_capital_of_groups_is_not_told_and_says_so(open_page: Opener, house: str) -> None:
    group = next(one for one in industries(house) if one["kind"] == "group" and one["enabled"])
    page = open_page(f"/en/atlas/?industry={group['key']}&counted=capital")
    expect(page.locator("#counted-capital")).to_be_disabled()
    expect(page.locator("#counted-n")).to_be_checked()
    expect(page.locator("#controls")).to_contain_text("not for groups")
    expect(page.locator("#title p")).to_contain_text("Establishments")


def test_withheld_says_more_of_capital(open_page: Opener) -> None:
    units = open_page("/atlas/").locator("#legend")
    expect(units).to_contain_text("不予公布（单位数不足3，或可由其推算）")
    capital = open_page("/atlas/?counted=capital").locator("#legend")
    expect(capital).to_contain_text("不予公布（单位数不足3、由个别单位主导，或可由其推算）")


def a_second(house: str) -> str:
    """Return a division to set beside the one on which the map opens."""
    with urlopen(f"{house}/api/v1/atlas/editions/current", timeout=20) as answer:  # noqa: S310
        first = json.load(answer)["opens_on"]
    return next(
        str(one["key"])
        for one in industries(house)
        if one["kind"] == "division" and one["enabled"] and one["key"] != first
    )


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("compared", [False, True], ids=["one", "two"])
def test_the_legend_stands_beside_the_region(
    open_page: Opener, house: str, compared: bool, size: tuple[int, int]
) -> None:
    query = f"?compare={a_second(house)}" if compared else ""
    page = open_page(f"/atlas/{query}", size=size)
    map_is_drawn(page)
    legend = box(page.locator("#legend"))
    if size == PHONE:
        assert not overlap(box(page.locator("#map-main")), legend)
        return
    assert legend[3] <= box(page.locator("#atlas-map"))[3]
    page.evaluate("document.querySelector('#legend').hidden = true")
    left, top, right, bottom = legend
    covered = 0
    for across in (0.1, 0.5, 0.9):
        for down in (0.1, 0.5, 0.9):
            page.mouse.move(left + across * (right - left), top + down * (bottom - top))
            page.wait_for_timeout(60)
            covered += page.locator("#map-tooltip").is_visible()
    assert covered == 0
    where = box(page.locator("#map-beside" if compared else "#map-main"))
    page.mouse.move(where[0] + 0.65 * (where[2] - where[0]), where[1] + 0.4 * (where[3] - where[1]))
    expect(page.locator("#map-tooltip")).to_be_visible()


def test_a_card_in_the_address_raises_the_sheet(open_page: Opener, house: str) -> None:
    with urlopen(f"{house}/api/v1/atlas/editions/current", timeout=20) as answer:  # noqa: S310
        first = json.load(answer)["opens_on"]
    page = open_page(f"/atlas/?industry={first}", size=PHONE)
    expect(page.locator("#side")).to_have_attribute("data-sheet", "peek")
    address = page.locator("#league td a").first.get_attribute("href")
    assert address
    card = open_page(address, size=PHONE)
    expect(card.locator("#side")).to_have_attribute("data-sheet", "half")
    expect(card.locator("#card-title")).to_be_in_viewport()


def test_legend_and_table_can_be_read_at_once(open_page: Opener) -> None:
    page = open_page("/atlas/")
    map_is_drawn(page)
    took = []
    for _ in range(3):  # the best of three, since other work of the machine is no slowness of ours
        page.reload(wait_until="domcontentloaded")
        expect(page.locator("#legend li").first).to_be_visible()
        expect(page.locator("#league tr[data-code]").first).to_be_visible()
        took.append(
            page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
        )
        map_is_drawn(page)  # a map that is torn away while it is fetched complains
    assert 0 < min(took) < READABLE_MS


def test_the_map_can_be_printed(open_page: Opener) -> None:
    page = open_page("/atlas/")
    map_is_drawn(page)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    still = page.locator("#map-main canvas.still")
    expect(still).to_be_visible()
    colours = still.evaluate(
        """(canvas) => {
          const pen = canvas.getContext("2d");
          const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
          return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )
    assert colours > 20  # an empty canvas has one
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.locator("#legend")).to_be_visible()
    expect(page.locator(".banner")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(still).to_have_count(0)
