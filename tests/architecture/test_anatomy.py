"""Files stay short and are named for their job; a room has the parts that a room has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from architecture.committed import committed
from real_data import ROOT

PACKAGE = ROOT / "src" / "xietong"
LONGEST = 600
WRITTEN = {".py", ".ts", ".js", ".mjs", ".css", ".html"}
VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc|shared|base_?utils)($|_)")
NAMED_MIGRATION = re.compile(r"\d{4}_(?!auto_)[a-z][a-z0-9_]*")
DOORS = {"pages", "api", "commands", "admin", "exports"}


def written(root: Path) -> list[Path]:
    """Return the files that people write: the package, tests, benchmarks, tools, front."""
    folders = ("src", "tests", "bench", "tools", "front/src")
    return [
        path
        for folder in folders
        if (root / folder).is_dir()
        for path in committed(under=folder, root=root)
        # What `make front` builds lies in static/; its sources are in front/src.
        if path.suffix in WRITTEN and not (folder == "src" and "static" in path.parts)
    ]


def too_long(paths: Iterable[Path]) -> list[str]:
    """Return the files over the limit, with their lines."""
    counted = [(path, path.read_text(encoding="utf-8").count("\n")) for path in paths]
    return [f"{path}: {lines} lines" for path, lines in counted if lines > LONGEST]


def vague(paths: Iterable[Path], root: Path) -> list[str]:
    """Return the files whose name, or whose folder's, says nothing of their job."""
    return [
        str(path)
        for path in paths
        if any(VAGUE.search(Path(part).stem) for part in path.relative_to(root).parts)
    ]


def room_faults(room: Path) -> list[str]:
    """Return how a room departs from the anatomy of a room."""
    found = []
    docstring = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    if not docstring:
        found.append("__init__.py does not say what the room is for")
    has_tables = (room / "models.py").exists() or (room / "models").is_dir()
    if has_tables:
        needed = ("apps.py", "migrations/__init__.py")
        found += [f"{name} is missing" for name in needed if not (room / name).exists()]
        parts = (("rules", "decides"), ("queries", "reads"), ("operations", "writes"))
        found += [
            f"nothing {what}: {part}.py is missing"
            for part, what in parts
            if not (room / f"{part}.py").exists() and not (room / part).is_dir()
        ]
    for path in sorted((room / "migrations").glob("[0-9]*.py")):
        if not NAMED_MIGRATION.fullmatch(path.stem):
            found.append(f"migrations/{path.name} is not named for what it does")
    for kind in ("templates", "static"):
        if (room / kind).is_dir():
            # Templates of components lie in templates/cotton, where django-cotton looks.
            allowed = {room.name, "cotton"} if kind == "templates" else {room.name}
            names = {path.name for path in (room / kind).iterdir()}
            found += [f"{kind}/{name} belongs into {kind}/{room.name}" for name in names - allowed]
    found += [
        f"{path.relative_to(room)}:{line} reads tables; a door asks queries"
        for path in sorted(room.rglob("*.py"))
        if path.relative_to(room).parts[0].removesuffix(".py") in DOORS
        for line in table_reads(path)
    ]
    return found


def table_reads(path: Path) -> list[int]:
    """Return the lines on which a file reaches for a model's manager."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    managers = {"objects", "_default_manager", "_base_manager"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in managers
    ]


def test_no_file_is_longer_than_600_lines() -> None:
    paths = written(ROOT)
    assert len(paths) > 50
    assert too_long(paths) == []


def test_a_longer_file_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "src" / "long.py"
    path.parent.mkdir()
    path.write_text("pass\n" * LONGEST)
    assert too_long(written(tmp_path)) == []
    path.write_text("pass\n" * (LONGEST + 1))
    assert len(too_long(written(tmp_path))) == 1


def test_every_file_is_named_for_its_job() -> None:
    assert vague(written(ROOT), ROOT) == []


@pytest.mark.parametrize("name", ["utils.py", "date_utils.py", "common/money.py", "manager.py"])
def test_a_vague_name_is_seen(tmp_path: Path, name: str) -> None:
    assert vague([tmp_path / "src" / name], tmp_path)
    assert not vague([tmp_path / "src" / "commons_act.py"], tmp_path)


def rooms() -> list[Path]:
    """Return the folders of all rooms."""
    return sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_room_has_the_parts_of_a_room(room: Path) -> None:
    assert room_faults(room) == []


@pytest.mark.parametrize(
    ("file", "source", "fault"),
    [
        ("__init__.py", "", "does not say what the room is for"),
        ("models.py", "", "apps.py is missing"),
        ("models.py", "", "nothing decides"),
        ("migrations/0002_auto_20260101.py", "", "is not named"),
        ("templates/plan/page.html", "", "belongs into templates/atlas"),
        ("pages.py", "Edition.objects.all()", "a door asks queries"),
        ("api/editions.py", "Edition.objects.all()", "a door asks queries"),
    ],
)
def test_a_departure_is_seen(tmp_path: Path, file: str, source: str, fault: str) -> None:
    room = tmp_path / "atlas"
    room.mkdir()
    (room / "__init__.py").write_text('"""What it is for."""\n')
    assert room_faults(room) == []
    (room / file).parent.mkdir(exist_ok=True, parents=True)
    (room / file).write_text(source)
    assert any(fault in told for told in room_faults(room))
