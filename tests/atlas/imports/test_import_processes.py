"""Imports in processes of their own: two that commit at once, and a check that is killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from houses import DATA, Household, household

pytestmark = [pytest.mark.operations, pytest.mark.deep]
MEMBER = ("--member", "northshore")
SOURCE = DATA / "lakes-registers" / "northshore.csv"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("imports")) as found:
        found.settle()
        found.run("register", "import", str(SOURCE), *MEMBER)
        yield found


def less(folder: Path, rows: int) -> Path:
    path = folder / f"less-{rows}.csv"
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[: len(lines) - rows]) + "\n", encoding="utf-8")
    return path


def ready(house: Household, path: Path) -> str:
    number = house.run("register", "draft", "upload", str(path), *MEMBER).stdout.split()[0]
    house.run("register", "draft", "map", number, *MEMBER)
    told = house.run("register", "draft", "check", number, *MEMBER).stdout
    assert told.split() == [number, "ready"]
    return number


def versions(house: Household) -> list[tuple[int, ...]]:
    return house.rows("SELECT number, rows FROM atlas_registerversion ORDER BY number")


def test_two_commits_at_once_make_one_version_and_the_other_is_told(
    house: Household, tmp_path: Path
) -> None:
    numbers = [ready(house, less(tmp_path, rows)) for rows in (3, 4)]
    before = versions(house)
    started = [house.start("register", "draft", "commit", number, *MEMBER) for number in numbers]
    ended = [(one.communicate(timeout=120), one.returncode) for one in started]
    assert sorted(code for _, code in ended) == [0, 2]
    refused = next(told for told, code in ended if code == 2)
    assert "register_moved_on" in refused[1]
    assert len(versions(house)) == len(before) + 1
    states = house.rows(
        f"SELECT state FROM atlas_registerdraft WHERE id IN ({', '.join(numbers)}) ORDER BY state"
    )
    assert states == [("committed",), ("ready",)]


def test_a_check_that_is_killed_leaves_the_draft_as_it_was(
    house: Household, tmp_path: Path
) -> None:
    path = less(tmp_path, 5)
    number = house.run("register", "draft", "upload", str(path), *MEMBER).stdout.split()[0]
    house.run("register", "draft", "map", number, *MEMBER)
    before = versions(house)
    process = house.start("register", "draft", "check", number, *MEMBER)
    until = time.monotonic() + 60
    running: list[tuple[str]] = []
    while not running and time.monotonic() < until and process.poll() is None:
        running = house.rows("SELECT stage FROM desk_job WHERE state = 'running'")
        time.sleep(0.01)
    process.kill()
    process.communicate()
    state = house.rows(f"SELECT state FROM atlas_registerdraft WHERE id = {number}")
    assert state[0][0] in ("mapped", "ready")
    assert versions(house) == before
