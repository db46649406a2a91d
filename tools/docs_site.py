"""Hooks of the documentation site: its sections by folder, and the pages that lie above docs/.

A page's place in the navigation is its folder; a new page needs no line anywhere else.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
# Folders in the order in which a newcomer meets them, with the section's name.
SECTIONS = {
    "start": "Start 入门",
    "guide": "Guides 使用指南",
    "rooms": "Rooms 功能",
    "methods": "Methods 方法",
    "operate": "Operate 运维",
    "api": "API 接口",
    "decisions": "Decisions 设计决定",
}
ABOVE = ("README.md", "README.zh.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
FETCHED = re.compile(r'<script src="https?://[^"]*"[^>]*></script>')
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def navigation(docs: Path) -> list[Any]:
    """Return the navigation: the index, a section a folder, then the project's own pages."""
    nav: list[Any] = [{"Xietong 协同": "index.md"}]
    for folder, name in SECTIONS.items():
        pages = sorted((docs / folder).glob("*.md"), key=lambda path: (path.stem != "README", path))
        if pages:
            nav.append({name: [{_title(path): f"{folder}/{path.name}"} for path in pages]})
    nav.append({"Glossary 术语表": "glossary.md"})
    nav.append({"Project 项目": [{_title(ROOT / name): f"project/{name}"} for name in ABOVE]})
    return nav


def _title(path: Path) -> str:
    found = HEADING.search(path.read_text(encoding="utf-8"))
    return found.group(1) if found else path.stem


def on_config(config: Any) -> Any:
    """Give the site its navigation."""
    config["nav"] = navigation(Path(config["docs_dir"]))
    return config


def on_files(files: Files, config: Any) -> Files:
    """Take in the pages that lie above docs/."""
    for name in ABOVE:
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, f"project/{name}", content=_from_above(text)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Lead links to pages above docs/ to where the site holds them."""
    deep = page.file.src_uri.count("/")
    for name in ABOVE:
        markdown = markdown.replace(
            f"]({'../' * (deep + 1)}{name}", f"]({'../' * deep}project/{name}"
        )
    return markdown


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Take out scripts of other hosts: the theme would fetch one so that search works in files."""
    return FETCHED.sub("", output)


def _from_above(text: str) -> str:
    """Return a page of the root with its links seen from project/."""

    def seen(link: re.Match[str]) -> str:
        target, anchor = link.group(1), link.group(2) or ""
        if target.startswith("docs/"):
            return f"](../{target.removeprefix('docs/')}{anchor})"
        # The licence is plain text, which a site of pages does not hold.
        return (
            "](https://www.apache.org/licenses/LICENSE-2.0)"
            if target == "LICENSE"
            else link.group(0)
        )

    return LINK.sub(seen, text)
