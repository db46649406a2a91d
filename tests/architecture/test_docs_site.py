"""The documentation site builds without a warning, holds every page, and fetches nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import docs_site
from real_data import ROOT

FETCHES = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?(?:https?:)?//"
    r"|<link\b[^>]*\brel=[\"']?stylesheet[^>]*\bhref=[\"']?(?:https?:)?//"
    r"|@import\s+(?:url\()?[\"']?(?:https?:)?//",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does; the configuration is strict."""
    folder = tmp_path_factory.mktemp("site")
    told = subprocess.run(
        [Path(sys.executable).parent / "mkdocs", "build", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    return folder


def test_every_page_is_in_the_site_and_its_navigation(site: Path) -> None:
    pages = sorted((ROOT / "docs").rglob("*.md"))
    assert len(pages) > 20
    listed = str(docs_site.navigation(ROOT / "docs"))
    for page in pages:
        name = page.relative_to(ROOT / "docs").as_posix()
        built = re.sub(r"README\.md$|index\.md$", "index.html", name).replace(".md", ".html")
        assert (site / built).is_file(), name
        assert f"'{name}'" in listed, f"{name} lies in no section of tools/docs_site.py"
    for name in docs_site.ABOVE:
        folder = site / "project"
        assert (
            folder / name.replace(".md", ".html").replace("README.html", "index.html")
        ).is_file()


def test_the_site_fetches_nothing(site: Path) -> None:
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(pages) > 20
    assert [str(page) for page in pages if FETCHES.search(page.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("page", "fetches"),
    [
        ('<script src="https://unpkg.com/x"></script>', True),
        ('<link rel="stylesheet" href="//fonts.invalid/css">', True),
        ("@import url(https://fonts.invalid/css)", True),
        ('<a href="https://semver.org/">', False),
        ('<script src="../assets/x.js"></script>', False),
    ],
)
def test_a_fetch_is_seen(page: str, fetches: bool) -> None:
    assert bool(FETCHES.search(page)) is fetches
