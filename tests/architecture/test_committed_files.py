"""What is committed fits any machine: no paths of one, no registry hosts; links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from architecture.committed import committed, is_text
from real_data import ROOT

# Written in parts, so that this file does not hold what it looks for.
FOLDERS = ("work", "root", "tmp", "home/[a-z]+", "Users/[A-Za-z]+")
REGISTRIES = ("py" + r"pi\.org", "python" + r"hosted\.org", "registry.npm" + "js", "npm" + "mirror")
MACHINE = re.compile(rf"(?<![\w.])/(?:{'|'.join(FOLDERS)})/\w")
HOSTS = re.compile("|".join(REGISTRIES))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def foreign(paths: Iterable[Path], root: Path) -> Iterator[str]:
    """Give each line that names a folder of one machine, or the host of a registry."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := MACHINE.search(line) or HOSTS.search(line):
                yield f"{path.relative_to(root)}:{number}: {found[0]}"


def broken_links(paths: Iterable[Path], root: Path) -> Iterator[str]:
    """Give each relative link of a Markdown file that leads nowhere, or to no such heading."""
    for path in paths:
        text = FENCED.sub("", path.read_text(encoding="utf-8"))
        for match in LINK.finditer(text):
            target = unquote(match[1] or match[2])
            if re.match(r"[a-z]+:", target):
                continue
            file, _, heading = target.partition("#")
            leads_to = path.parent / file if file else path
            if not leads_to.exists():
                yield f"{path.relative_to(root)}: {target}"
            elif heading and leads_to.suffix == ".md" and heading not in headings(leads_to):
                yield f"{path.relative_to(root)}: {target} (no such heading)"


def headings(path: Path) -> set[str]:
    """Return the anchors of a Markdown file's headings, as forges make them."""
    lines = re.findall(r"^#+ +(.+?) *$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-") for line in lines}


def texts(root: Path) -> list[Path]:
    """Return the committed texts; libraries built into static/ carry what they carry."""
    return [path for path in committed(root=root) if is_text(path) and "static" not in path.parts]


def test_nothing_committed_names_a_machine_or_a_registry() -> None:
    paths = texts(ROOT)
    assert len(paths) > 100
    assert list(foreign(paths, ROOT)) == []


@pytest.mark.parametrize(
    "line",
    [
        "see /wo" + "rk/main/README.md",
        'DATA = "/ro' + 'ot/data"',
        "--index-url https://py" + "pi.org/simple",
        '"resolved": "https://registry.npm' + 'js.org/esbuild/-/esbuild-1.tgz"',
        "/ho" + "me/ann/xietong",
    ],
)
def test_a_machine_or_a_registry_is_seen(tmp_path: Path, line: str) -> None:
    path = tmp_path / "notes.md"
    path.write_text("the folder docs/work/main, and https://example.org/home/index\n")
    assert list(foreign(texts(tmp_path), tmp_path)) == []
    path.write_text(line + "\n")
    assert len(list(foreign(texts(tmp_path), tmp_path))) == 1


def test_every_link_leads_somewhere() -> None:
    pages = [path for path in committed() if path.suffix == ".md"]
    assert len(pages) > 3
    assert list(broken_links(pages, ROOT)) == []


@pytest.mark.parametrize(
    ("link", "whole"),
    [
        ("[a](b.md)", True),
        ("[a](b.md#the-second-part)", True),
        ("[a](https://example.org/nowhere)", True),
        ("`[a](nowhere.md)`", True),
        ("[a](nowhere.md)", False),
        ("![a](nowhere.png)", False),
        ("[a](b.md#a-third-part)", False),
        ("[a](#nowhere)", False),
    ],
)
def test_a_broken_link_is_seen(tmp_path: Path, link: str, whole: bool) -> None:
    page = tmp_path / "a.md"
    page.write_text(link)
    (tmp_path / "b.md").write_text("# First\n\n## The second part\n")
    assert (list(broken_links([page], tmp_path)) == []) is whole
