"""`xietong up`: the whole house from an empty folder, nothing twice; commands that cannot yet."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.db import DatabaseError

from houses import Household, household
from xietong.portal import commands
from xietong.portal.readiness import why_not_ready

READ = """
from xietong.atlas.models import Edition, RegisterVersion
from xietong.region.models import AuditEntry, BoundarySet
print([(one.number, one.state, one.digest) for one in Edition.objects.all()])
print([one.digest for one in RegisterVersion.objects.all()])
print([one.digest for one in BoundarySet.objects.all()])
print([(one.pk, one.verb) for one in AuditEntry.objects.all()])
"""


def state(house: Household) -> str:
    """Return the records of a house."""
    return house.run("manage", "shell", "--no-imports", "--command", READ).stdout


def files(home: Path) -> dict[str, int]:
    """Return every file of a home with the time of its last change, the database's apart."""
    return {
        str(path.relative_to(home)): path.stat().st_mtime_ns
        for path in home.rglob("*")
        if path.is_file() and not path.name.startswith("xietong.sqlite3")
    }


def test_a_second_run_does_nothing_that_has_not_changed(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        first = house.run("up", "--no-serve")
        assert "Edition 1 compiled" in first.stderr
        before, kept = state(house), files(house.home)
        assert "'published'" in before
        started = time.monotonic()
        second = house.run("up", "--no-serve")
        assert time.monotonic() - started < 20  # seconds, on a machine that is busy
        assert "Edition 1 unchanged" in second.stderr
        assert "Measure" not in second.stderr
        assert state(house) == before
        assert files(house.home) == kept


@pytest.mark.operations
def test_a_command_before_the_tables_are_there_says_so(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        told = house.run("region", "members", expect=2)
        assert told.stdout == ""
        assert told.stderr == (
            "not_set_up: The database does not have the tables of this release. "
            "Run `xietong manage migrate` first, or `xietong up`.\n"
        )


def test_a_command_without_its_database_says_so(tmp_path: Path) -> None:
    away = {"XIETONG_DATABASE_URL": "sqlite:///nowhere/at/all.sqlite3"}
    with household(tmp_path) as house:
        alone = Household(house.home, {**house.environment, **away})
        told = alone.run("atlas", "editions", expect=2)
        assert told.stderr == (
            "database_unreachable: The database cannot be reached: unable to open database file. "
            "Check XIETONG_DATABASE_URL, and that the database runs.\n"
        )


def test_another_fault_of_the_database_is_not_explained_away(db: None) -> None:
    assert why_not_ready(DatabaseError("deadlock detected")) is None


def test_static_files_are_collected_when_one_has_changed(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = []
    monkeypatch.setattr(commands, "call_command", lambda *words, **_: collected.append(words[0]))
    settings.XIETONG_HOME = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    monkeypatch.setattr(commands, "get_finders", lambda: [FileSystemFinder()])
    assert commands.collect_static()
    assert not commands.collect_static()
    (source / "a.css").write_text("a { color: red }")
    assert commands.collect_static()
    assert not commands.collect_static()
    (source / "b.css").write_text("b {}")
    assert commands.collect_static()
    settings.STATIC_ROOT.rmdir()
    assert commands.collect_static()
    assert collected == ["collectstatic"] * 4
