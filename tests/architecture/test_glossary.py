"""The glossary names what the code names, and calls it in Chinese what the screen calls it."""

from __future__ import annotations

import re

import pytest

from real_data import ROOT

ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
CHINESE = re.compile(r"[\u4e00-\u9fffA-Z]*[\u4e00-\u9fff]{2,}")
SOURCES = [ROOT / "src" / "xietong", ROOT / "regions"]
# Words of the trade for what packs name by identifier, and no screen says yet.
EXPLAINED = {"企业及分支机构", "层次", "研发设计", "高端制造"}


def rows(text: str) -> list[tuple[str, str, str]]:
    """Return identifier, English and Chinese of every term."""
    return [
        (one, english.strip(), chinese.strip()) for one, english, chinese, _ in ROW.findall(text)
    ]


def unknown_identifiers(text: str, source: str) -> set[str]:
    """Return the identifiers of the glossary that the code does not use."""
    known = set(re.findall(r"\w+", source))
    return {one for one, _, _ in rows(text) if one not in known and one.rstrip("_") not in known}


def unknown_words(text: str, screen: str) -> set[str]:
    """Return the Chinese terms of the glossary that the screen never says."""
    return {
        word
        for _, _, chinese in rows(text)
        for word in CHINESE.findall(chinese)
        if word not in screen and word not in EXPLAINED
    }


@pytest.fixture(scope="module")
def glossary() -> str:
    """Return the glossary."""
    return (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def source() -> str:
    """Return everything that is written in the code and the packs, translations too."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in SOURCES
        for pattern in ("*.py", "*.html", "*.toml", "*.po")
        for path in sorted(folder.rglob(pattern))
    )


def test_no_term_stands_twice(glossary: str) -> None:
    names = [name for name, _, _ in rows(glossary)]
    assert len(names) > 80
    assert sorted(names) == sorted(set(names))


def test_the_code_knows_every_identifier(glossary: str, source: str) -> None:
    assert unknown_identifiers(glossary, source) == set()


def test_the_screen_says_every_chinese_term(glossary: str, source: str) -> None:
    assert unknown_words(glossary, source) == set()


def test_a_strange_identifier_and_a_strange_word_are_seen() -> None:
    planted = "| `planted` | planted | 种下的 | x |\n| `class_` | class | 小类 | y |\n"
    assert unknown_identifiers(planted, "class edition") == {"planted"}
    assert unknown_words(planted, "小类 大类") == {"种下的"}
