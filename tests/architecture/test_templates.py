"""Templates obey the content security policy and fetch nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from architecture.committed import committed

# Comments go whole; of other tags only the tag, so that the markup between them is read.
TAGS = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?\{%\s*endcomment\s*%\}|\{%.*?%\}", re.DOTALL)
OUTSIDE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)
# Where a browser fetches by itself; a link that a reader follows may lead outside.
FETCHED = {"src", "srcset", "data", "poster", "action"}


class Reader(HTMLParser):
    """Notes what a template must not hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element's attributes."""
        given = dict(attrs)
        self.within = ""
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self._note("a script without src")
        if tag == "style":
            self._note("a style element")
        for name, value in attrs:
            if name == "style":
                self._note(f"style on <{tag}>")
            if re.match(r"(on[a-z]+|hx-on.*|@.*|x-on:.*)$", name):
                self._note(f"{name} on <{tag}>")
            if re.match(r"\s*javascript:", value or "", re.IGNORECASE):
                self._note(f"javascript: in {name}")
            if name in FETCHED | ({"href"} if tag == "link" else set()) and OUTSIDE.match(
                value or ""
            ):
                self._note(f"{name} from outside: {value}")

    def _note(self, what: str) -> None:
        self.found.append((self.getpos()[0], what))


def faults(paths: Iterable[Path]) -> Iterator[str]:
    """Give what templates hold that the policy forbids."""
    for path in paths:
        reader = Reader()
        # What goes keeps its lines, so that line numbers stay right.
        text = TAGS.sub(lambda match: " " + "\n" * match[0].count("\n"), path.read_text("utf-8"))
        reader.feed(text)
        for line, what in reader.found:
            yield f"{path}:{line}: {what}"


def templates() -> list[Path]:
    """Return every template."""
    return [path for path in committed(under="src") if path.suffix in {".html", ".svg"}]


def test_templates_hold_nothing_inline_and_nothing_from_outside() -> None:
    assert list(faults(templates())) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        '<p style="color: red">',
        '<button onclick="go()">',
        '<button hx-on:click="go()">',
        '<a href="javascript:go()">',
        '<script src="https://cdn.example/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/a.css">',
        '<img src="http://cdn.example/a.png">',
        '<p {% if x %}style="color: red"{% endif %}>',
    ],
)
def test_what_is_forbidden_is_seen(tmp_path: Path, markup: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "{% load static %}<script src=\"{% static 'kit/map.js' %}\"></script>"
        '<script type="application/json" id="view">{}</script>'
        '<a href="https://example.org">who</a>{# <p style=""> #}<img src="{{ url }}" alt="">'
    )
    assert list(faults([path])) == []
    path.write_text(markup)
    assert len(list(faults([path]))) == 1
