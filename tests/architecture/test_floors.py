"""Foreign keys and migrations keep to the floors that imports keep to."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from architecture.floors import Floors
from real_data import ROOT

PACKAGE = ROOT / "src" / "xietong"
FLOORS = Floors.read(ROOT / "pyproject.toml")
MODEL = re.compile(r"(?P<room>[a-z_]+)\.[A-Za-z]\w*")


def references(package: Path, rooms: set[str]) -> Iterator[tuple[str, str, str]]:
    """Give (room, room referred to, where) for each model and migration named by a string.

    Models and migrations name others as "region.Member" or ("region", "0001_first"); elsewhere
    `get_model` does.
    """
    for room in sorted(path.name for path in package.iterdir() if path.name in rooms):
        for path in sorted((package / room).rglob("*.py")):
            parts = path.relative_to(package / room).parts
            tables = parts[0] in ("models", "models.py", "migrations")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                where = f"{path.relative_to(package)}:{getattr(node, 'lineno', 0)}"
                for other in _named(node, tables):
                    if other in rooms:
                        yield room, other, where


def _named(node: ast.AST, tables: bool) -> Iterator[str]:
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model" and node.args:
        first = node.args[0]
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value.partition(".")[0]
    if not tables:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if match := MODEL.fullmatch(node.value):
            yield match["room"]
    elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
        first, second = node.elts
        if isinstance(first, ast.Constant) and isinstance(second, ast.Constant):
            yield str(first.value)


def upward(package: Path) -> list[str]:
    """Return every reference that points up or sideways."""
    return [
        f"{where}: {room} refers to {other}"
        for room, other, where in references(package, FLOORS.rooms)
        if not FLOORS.may_refer(room, other)
    ]


def test_the_contract_lists_every_room_there_is() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms <= FLOORS.rooms
    assert FLOORS.height["engine"] == 0
    assert FLOORS.height["portal"] == max(FLOORS.height.values())


def test_every_room_with_tables_is_ordered_inside() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    inside = next(each for each in contracts["contracts"] if each["id"] == "inside-a-room")
    rooms = {path.parent.name for path in PACKAGE.glob("*/migrations")}
    assert rooms <= {name.removeprefix("xietong.") for name in inside["containers"]}


def test_references_by_string_point_down() -> None:
    assert upward(PACKAGE) == []
    # The walk sees something: the atlas refers to the region's members.
    assert ("atlas", "region") in {(a, b) for a, b, _ in references(PACKAGE, FLOORS.rooms)}


def test_relations_between_tables_point_down() -> None:
    seen = set()
    for model in apps.get_models(include_auto_created=True):
        room = model._meta.app_label
        if room not in FLOORS.rooms:
            continue
        for field in model._meta.get_fields(include_parents=False):
            other = field.related_model if field.is_relation and not field.auto_created else None
            if other is None or isinstance(other, str):
                continue
            label = other._meta.app_label
            if label in FLOORS.rooms:
                seen.add((room, label))
                assert FLOORS.may_refer(room, label), f"{model.__name__}.{field.name} → {label}"
    assert ("atlas", "region") in seen


def test_migrations_depend_downward() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for (room, name), migration in loader.disk_migrations.items():
        for other, _ in [*migration.dependencies, *getattr(migration, "run_before", [])]:
            if {room, other} <= FLOORS.rooms:
                assert FLOORS.may_refer(room, other), f"{room}.{name} depends on {other}"


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("region/models.py", 'edition = ForeignKey("atlas.Edition", on_delete=PROTECT)'),
        ("region/models/places.py", 'edition = ForeignKey(to="atlas.Edition")'),
        ("atlas/models.py", 'project = OneToOneField("plan.Project")'),
        ("region/migrations/0002_up.py", 'dependencies = [("atlas", "0001_first")]'),
        ("region/migrations/0003_up.py", 'run_before = [("atlas", "0001_first")]'),
        ("region/operations.py", 'apps.get_model("atlas.Edition")'),
        ("region/migrations/0004_up.py", 'apps.get_model("atlas", "Edition")'),
    ],
)
def test_an_upward_reference_is_seen(tmp_path: Path, file: str, source: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text('"""Planted."""\nmember = ForeignKey("region.Member")\n')
    assert upward(tmp_path) == []
    path.write_text(source + "\n")
    assert len(upward(tmp_path)) == 1
