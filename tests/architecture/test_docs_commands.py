"""What the documentation tells to type exists: each command with its options, each setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from real_data import ROOT
from xietong.portal.main import gathered

# How a page writes the command, on the way to its first word.
TYPED = re.compile(r"(?:as-xietong|bin/xietong|(?<![\w/:-])xietong) ([a-z][a-z-]*(?: [^`\n|]*)?)")
# What only looks like it: the first words of a signed text.
NONE = ("xietong consent 1",)
# Django's own commands know their options.
PASSED_ON = "manage"


def pages() -> list[Path]:
    """Return every page that somebody reads before typing."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def wrong_in(text: str) -> Iterator[str]:
    """Give what a page tells to type and the command does not know."""
    for found in TYPED.finditer(text):
        if found.group().startswith(NONE):
            continue
        words = found.group(1).split()
        root = gathered()
        command: click.Command = root
        context = click.Context(command)
        known: set[str] = set()
        while isinstance(command, click.Group) and words and words[0] != PASSED_ON:
            inner = command.get_command(context, words[0])
            if inner is None:
                # A sentence may name a group alone: “`xietong audit`”.
                if words[0].strip("….,;)") or command is root:
                    yield f"{found.group()}: no {words[0]!r}"
                break
            words = words[1:]
            command = inner
            known |= {name for one in inner.params for name in (*one.opts, *one.secondary_opts)}
        if words[:1] == [PASSED_ON]:
            continue
        for word in words:
            option = re.match(r"--[a-z-]+", word.lstrip("["))
            if option and option.group() not in known:
                yield f"{found.group()}: no {option.group()!r}"


@pytest.mark.parametrize("written", pages(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_page_tells_to_type_exists(written: Path) -> None:
    assert list(wrong_in(written.read_text(encoding="utf-8"))) == []


def test_what_does_not_exist_is_found() -> None:
    for planted in (
        "`xietong desk sweep`",
        "xietong register import FILE --members CODE",
        ".venv/bin/xietong frobnicate",
        "as-xietong backup --fast FILE",
    ):
        assert len(list(wrong_in(planted))) == 1, planted
    for fine in (
        "`xietong audit verify --head FILE`",
        "as-xietong manage collectstatic --noinput",
        "`xietong register draft …`",
        "git clone … xietong\ncd xietong",
    ):
        assert list(wrong_in(fine)) == [], fine
