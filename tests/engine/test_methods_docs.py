"""The worked examples in docs/methods run, and the list of methods names every page."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from real_data import ROOT

METHODS = ROOT / "docs" / "methods"
PAGES = sorted(path for path in METHODS.glob("*.md") if path.name != "README.md")
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def example_of(page: Path) -> doctest.DocTest:
    """Return the `>>>` lines of a page's ```python blocks as one test, lines numbered as there."""
    kept, inside = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = line.startswith("```")
        inside = (line == "```python") if fence else inside
        kept.append(line if inside and not fence else "")
    return doctest.DocTestParser().get_doctest("\n".join(kept), {}, page.name, str(page), 0)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_worked_example_of_a_method_runs(page: Path) -> None:
    example = example_of(page)
    told: list[str] = []
    found = doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=told.append)
    assert found.attempted
    assert not found.failed, "".join(told)


def test_the_list_names_every_method() -> None:
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (METHODS / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == [page.name for page in PAGES]


def test_a_wrong_example_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```python\n>>> 1 + 1\n2\n```\n\n```\n>>> not python\n```\n")
    told: list[str] = []
    assert doctest.DocTestRunner().run(example_of(page), out=told.append) == (0, 1)
    page.write_text("# Page\n\n```python\n>>> 1 + 1\n3\n```\n")
    assert doctest.DocTestRunner().run(example_of(page), out=told.append) == (1, 1)
    assert "page.md" in "".join(told)
