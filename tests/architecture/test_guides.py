"""Guides show pictures that exist, every picture is shown, and words are those of the screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from real_data import ROOT

DOCS = ROOT / "docs"
PICTURES = DOCS / "images"
SHOWN = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
# What a page may weigh on a slow line, and all pictures in a clone.
MOST_BYTES, MOST_OF_ALL = 200_000, 6_000_000
ROLES = (
    *("public-reader", "officer", "analyst", "approver"),
    *("administrator", "office-officer", "it-operator"),
)
# Words of the screen stand in *italics* in English and in “quotes” in Chinese.
QUOTED = re.compile(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)|“([\u4e00-\u9fff][^”]*)”")


def shown_in(pages: dict[Path, str]) -> set[Path]:
    """Return the pictures that pages show, as files."""
    return {
        (page.parent / target).resolve()
        for page, text in pages.items()
        for target in SHOWN.findall(text)
        if not target.startswith("http")
    }


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    """Return every page of the documentation and of the root."""
    found = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.zh.md"]
    return {page: page.read_text(encoding="utf-8") for page in found}


def test_every_picture_is_shown_and_every_shown_one_exists(pages: dict[Path, str]) -> None:
    kept = {path.resolve() for path in PICTURES.rglob("*.png")}
    assert len(kept) > 30
    assert shown_in(pages) == kept


def test_a_missing_picture_and_an_idle_one_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "guide" / "one.md"
    shown = shown_in({page: "text ![what](../images/a-zh.png) ![it](https://x.invalid/b.png)"})
    assert shown == {tmp_path / "images" / "a-zh.png"}


def test_pictures_are_small() -> None:
    guides = {path.name: path.stat().st_size for path in (PICTURES / "guide").glob("*.png")}
    assert {name: size for name, size in guides.items() if size > MOST_BYTES} == {}
    assert sum(path.stat().st_size for path in PICTURES.rglob("*.png")) < MOST_OF_ALL


def test_every_picture_of_a_guide_is_taken_in_the_browser() -> None:
    from browser.conftest import LANGUAGES
    from browser.test_guide_pictures import SHOTS

    taken = {f"{shot.name}-{language}.png" for shot in SHOTS for language in LANGUAGES}
    assert {path.name for path in (PICTURES / "guide").glob("*.png")} == taken


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_a_guide_in_both_languages(role: str) -> None:
    text = (DOCS / "guide" / f"{role}.md").read_text(encoding="utf-8")
    assert re.search(r"[\u4e00-\u9fff]{8}", text), "no Chinese"
    assert re.search(r"([A-Za-z,]+ ){8}|` · |· \w+ \w+", text), "no English"
    assert f"({role}.md)" in (DOCS / "guide" / "README.md").read_text(encoding="utf-8")


def screen_words() -> set[str]:
    """Return every sentence of the screen in English and in Chinese."""
    catalogue = ROOT / "src" / "xietong" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    text = re.sub(r'"\n"', "", catalogue.read_text(encoding="utf-8"))
    return set(re.findall(r'^msg(?:id|str(?:\[0\])?) "(.+)"$', text, re.MULTILINE))


def strange_words(text: str, words: set[str]) -> set[str]:
    """Return what a guide quotes from the screen, and the screen does not say."""
    quoted = (re.sub(r"\s*\n\s*", " ", one or other) for one, other in QUOTED.findall(text))
    return {one for one in quoted if one not in words}


@pytest.mark.parametrize("page", sorted((DOCS / "guide").glob("*.md")), ids=lambda path: path.stem)
def test_a_guide_calls_things_as_the_screen_does(page: Path) -> None:
    assert strange_words(page.read_text(encoding="utf-8"), screen_words()) == set()


def test_a_strange_word_is_seen() -> None:
    text = "Press *Publish*, then *Do it\nnow*; **not this**. 点“发布”，再点“马上”。"
    assert strange_words(text, {"Publish", "发布"}) == {"Do it now", "马上"}


def test_every_room_with_pages_is_told_of() -> None:
    package = ROOT / "src" / "xietong"
    rooms = {path.parent.name for path in package.glob("*/urls.py")}
    assert len(rooms) > 4
    silent = {room for room in rooms if not list((DOCS / "rooms").glob(f"{room}*.md"))}
    assert silent == set()
