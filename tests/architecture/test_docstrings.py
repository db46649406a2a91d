"""Public names promise something in their docstring, and the examples in docstrings run."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from real_data import ROOT

PACKAGE = ROOT / "src" / "xietong"
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def silent(path: Path) -> Iterator[str]:
    """Give each public class, function and method of a file that has no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not ast.get_docstring(tree) and tree.body:
        yield f"{path}: the file itself"
    yield from _silent(tree, path, "")


def _silent(node: ast.Module | ast.ClassDef, path: Path, prefix: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, Documented) or child.name.startswith("_"):
            continue
        # Django's own inner classes and app configurations say what they are by their names.
        told = isinstance(child, ast.ClassDef) and (prefix or child.name.endswith("Config"))
        # What django-tables2 calls to show a column is named for it.
        told = told or child.name.startswith("render_")
        if not ast.get_docstring(child) and not told:
            yield f"{path}:{child.lineno}: {prefix}{child.name}"
        if isinstance(child, ast.ClassDef) and child.name != "Meta":
            yield from _silent(child, path, f"{child.name}.")


def sources() -> list[Path]:
    """Return the package's files, migrations apart."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def test_every_public_name_promises_something() -> None:
    assert [told for path in sources() for told in silent(path)] == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        '"""File."""\ndef f(): ...',
        '"""File."""\nclass C: ...',
        '"""File."""\nclass C:\n    """C."""\n    def f(self): ...',
    ],
)
def test_a_missing_promise_is_seen(tmp_path: Path, source: str) -> None:
    path = tmp_path / "planted.py"
    path.write_text('"""File."""\ndef f():\n    """Do it."""\n\n\ndef _g(): ...')
    assert list(silent(path)) == []
    path.write_text(source)
    assert len(list(silent(path))) == 1


@pytest.mark.parametrize(
    "name",
    [
        path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        for path in sources()
        if ">>> " in path.read_text(encoding="utf-8")
    ],
)
def test_the_examples_run(name: str) -> None:
    told = doctest.testmod(
        importlib.import_module(name.removesuffix(".__init__")),
        optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
    )
    assert told.attempted
    assert not told.failed
