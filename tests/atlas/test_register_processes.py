"""Imports as processes: two at once, and killed at any moment; what remains is always whole."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from atlas.registers import shuffled, write_csv
from houses import DATA, Household, household
from xietong.kit.shelf import ORPHAN_AGE_SECONDS, PART

pytestmark = pytest.mark.operations
REGISTER = DATA / "lakes-registers" / "southshore.csv"
IMPORT = ("register", "import", "--member", "southshore")
KILLER = Path(__file__).with_name("killed.py")
VERSIONS = "SELECT number, digest, rows FROM atlas_registerversion ORDER BY id"
AUDITED = "SELECT body FROM region_auditentry WHERE verb = 'import_register' ORDER BY number"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("house"), XIETONG_THREADS="2") as house:
        house.settle()
        yield house


def shelf(house: Household) -> Path:
    return house.home / "registers"


def whole(house: Household) -> list[tuple[int, str, int]]:
    """See that rows, files and audit agree; return the versions of all registers."""
    versions = [(number, digest, rows) for number, digest, rows in house.rows(VERSIONS)]
    assert [json.loads(body)["after"] for (body,) in house.rows(AUDITED)] == [
        digest for _, digest, _ in versions
    ]
    for _, digest, rows in versions:
        path = shelf(house) / f"{digest}.parquet"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
        assert pq.read_metadata(path).num_rows == rows
    for path in shelf(house).iterdir() if shelf(house).is_dir() else ():
        # Beside what rows name there are parts, and whole files that no row named in time.
        assert path.name.startswith(PART) or (
            hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
        )
    return versions


def swept(house: Household, versions: list[tuple[int, str, int]]) -> None:
    """Let two days pass for every file, sweep, and see that only what rows name remains."""
    old = time.time() - 2 * ORPHAN_AGE_SECONDS
    for path in shelf(house).iterdir():
        os.utime(path, (old, old))
    house.run("atlas", "sweep")
    named = {f"{digest}.parquet" for _, digest, _ in versions}
    assert {path.name for path in shelf(house).iterdir()} == named


def test_two_imports_at_once_make_one_version_or_two_numbers(
    house: Household, tmp_path: Path
) -> None:
    before = len(whole(house))
    same = [house.start(*IMPORT, str(REGISTER)) for _ in range(2)]
    told = sorted(process.communicate(timeout=120)[0].split("\n")[0] for process in same)
    assert told == [
        f"southshore version {before + 1}: imported, 72 rows",
        f"southshore version {before + 1}: unchanged, 72 rows",
    ]
    order = list(range(72))
    files = [shuffled(REGISTER, tmp_path / f"{at}.csv", order[at:] + order[:at]) for at in (1, 2)]
    others = [house.start(*IMPORT, str(file)) for file in files]
    said = [process.communicate(timeout=120)[0] for process in others]
    told = sorted(line for one in said for line in one.split("\n") if line.startswith("south"))
    assert told == [
        f"southshore version {number}: imported, 72 rows" for number in (before + 2, before + 3)
    ]
    assert [number for number, _, _ in whole(house)[before:]] == [before + at for at in (1, 2, 3)]


def test_a_table_with_coordinates_is_placed_on_a_machine_without_a_database(tmp_path: Path) -> None:
    with household(tmp_path) as bare:
        output = bare.home / "out.csv"
        bare.run("place", str(DATA / "lakes-registers/northshore.csv"), "-o", str(output))
        assert len(output.read_text("utf-8").splitlines()) == 55


@pytest.mark.deep
def test_killed_between_any_two_steps_it_leaves_nothing_that_a_row_names(
    house: Household, tmp_path: Path
) -> None:
    draw = random.Random(20041231)  # noqa: S311  (no secret)
    order = list(range(72))

    def killed(at: int, file: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(KILLER), str(at), *IMPORT, str(file)],
            env={**house.environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"},
            cwd=house.home,
            capture_output=True,
            text=True,
        )

    draw.shuffle(order)
    counted = killed(0, shuffled(REGISTER, tmp_path / "whole.csv", order))
    assert counted.returncode == 0, counted.stderr
    calls = int(counted.stderr.split()[-1])
    # Anywhere, and more often near the end, where file and row come to stand.
    moments = sorted({*(draw.randrange(1, calls) for _ in range(12)), *_last(calls, draw, 20)})
    again = set(draw.sample(moments, 5))
    for at in moments:
        before = whole(house)
        draw.shuffle(order)
        file = shuffled(REGISTER, tmp_path / f"{at}.csv", order)
        assert killed(at, file).returncode == -signal.SIGKILL
        after = whole(house)
        assert after[: len(before)] == before
        assert len(after) - len(before) in (0, 1)
        if at in again:
            house.run(*IMPORT, str(file))  # it works again, and once
            assert len(whole(house)) == len(before) + 1
    left = {path.name for path in shelf(house).iterdir()}
    assert left > {f"{digest}.parquet" for _, digest, _ in whole(house)}  # work was left behind
    swept(house, whole(house))


def _last(calls: int, draw: random.Random, many: int) -> set[int]:
    return {calls - int(calls * 0.05 * draw.random() ** 2) - 1 for _ in range(many)}


@pytest.mark.deep
def test_killed_at_any_time_with_its_workers_it_leaves_nothing_running_or_half_done(
    house: Household, tmp_path: Path
) -> None:
    draw = random.Random(19780518)  # noqa: S311  (no secret)
    words = ["制造帆船", "制造灯具", "船型设计", "灯具买卖"]
    rows = [
        (f"第{at}号厂", f"LK810203{at:06}", words[at % 4], f"北岸省桤林市帆湾县湖滨路{at}号", "")
        for at in range(60_000)
    ]
    large = write_csv(tmp_path / "large.csv", rows)
    arguments = ("register", "import", str(large), "--member", "northshore")
    began = time.monotonic()
    house.run(*arguments)
    lasts = time.monotonic() - began
    before = len(whole(house))
    for round_ in range(10):
        rows[0] = (f"第{round_}号新厂", *rows[0][1:])
        write_csv(large, rows)
        process = house.start(*arguments)
        time.sleep(lasts * (0.25 + 0.75 * draw.random()))
        process.kill()
        # Both are pipes, which the type does not know.
        process.stdout.close()  # type: ignore[union-attr]
        process.stderr.close()  # type: ignore[union-attr]
        process.wait()
        after = len(whole(house))
        assert after - before in (0, 1)
        before = after
        assert_nothing_runs(house)
    house.run(*arguments)
    assert len(whole(house)) - before in (0, 1)
    swept(house, whole(house))


def assert_nothing_runs(house: Household) -> None:
    """See that no process of the house outlives the one that was killed."""
    limit = time.monotonic() + 10
    while running := [one for one in Path("/proc").glob("[0-9]*") if _is_of(one, house)]:
        assert time.monotonic() < limit, [one.name for one in running]
        time.sleep(0.1)


def _is_of(process: Path, house: Household) -> bool:
    try:
        return f"XIETONG_HOME={house.home}".encode() in (process / "environ").read_bytes()
    except OSError:
        return False
