"""Corrections by processes: two officers at once, a worker that applies them, and the commands."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from houses import DATA, Household, household
from real_data import ROOT

pytestmark = [pytest.mark.operations, pytest.mark.deep]
RACED = 12
MEMBER = ("--member", "northshore")


@dataclass(frozen=True, slots=True)
class Raced:
    """A household in which two officers corrected the same units at once; what each was told."""

    house: Household
    units: list[str]
    told: dict[str, list[str]]


def started(house: Household, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("correcting_process.py")), *arguments],
        env={
            **house.environment,
            "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
            "PYTHONPATH": str(ROOT / "tests"),
        },
        cwd=house.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> list[str]:
    out, told = process.communicate(timeout=180)
    assert process.returncode == 0, told
    return list(json.loads(out.splitlines()[-1]))


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raced]:
    """Let two officers correct the same units at the same moments."""
    with household(tmp_path_factory.mktemp("officers"), XIETONG_THREADS="1") as house:
        house.settle()
        house.run("register", "import", str(DATA / "lakes-registers" / "northshore.csv"), *MEMBER)
        units = ended(started(house, "enter", str(RACED)))
        racing = {
            part: started(house, "correct", part, value, *units)
            for part, value in (("north_officer", "1220"), ("north_analyst", "1111"))
        }
        until = time.monotonic() + 120
        while not all((house.home / f"ready-{part}").exists() for part in racing):
            assert time.monotonic() < until
            assert all(one.poll() is None for one in racing.values())
            time.sleep(0.05)
        # Written aside and named: nobody reads half of it.
        (house.home / "soon").write_text(str(time.time() + 0.5))
        (house.home / "soon").rename(house.home / "go")
        told = {part: ended(process) for part, process in racing.items()}
        yield Raced(house, units, told)


def test_of_two_at_once_one_stands_and_the_other_is_told(raced: Raced) -> None:
    pairs = list(zip(raced.told["north_officer"], raced.told["north_analyst"], strict=True))
    assert len(pairs) == RACED
    assert {tuple(sorted(pair)) for pair in pairs} == {("corrected_meanwhile", "done")}
    standing = raced.house.rows("SELECT unit, to_value FROM atlas_correction ORDER BY unit")
    assert dict(standing) == {
        unit: "1220" if officer == "done" else "1111"
        for unit, (officer, _) in zip(raced.units, pairs, strict=True)
    }
    assert len(standing) == RACED
    entries = raced.house.rows("SELECT count(*) FROM region_auditentry WHERE verb = 'correct_unit'")
    assert entries == [(RACED,)]
    raced.house.run("audit", "verify")


def test_a_worker_applies_them_once_and_tells_who_asked(raced: Raced) -> None:
    house = raced.house
    (number,) = ended(started(house, "ask", "north_officer"))
    house.run("work", "--once")
    assert "done" in house.run("job", "show", number).stdout
    versions = "SELECT number, imported_by FROM atlas_registerversion ORDER BY number"
    assert [one for one, _ in house.rows(versions)] == [1, 2]
    assert house.rows(versions)[1][1] == "林北舟"
    notices = house.rows("SELECT params FROM desk_notice")
    assert any('"number": 2' in str(params).replace("'", '"') for (params,) in notices)
    assert "unchanged" in house.run("correction", "apply", "northshore").stdout
    told = house.run("register", "quality", "northshore").stdout
    assert told.startswith("northshore version 2:")
    assert any(f"corrected\t{RACED}\t" in line for line in told.splitlines()), told


def test_the_commands_make_the_same_round(raced: Raced, tmp_path: Path) -> None:
    house, unit = raced.house, raced.units[0]
    lines = house.run("correction", "list", *MEMBER).stdout.splitlines()
    assert len(lines) == RACED
    key = next(line for line in lines if f"\t{unit}\t" in line).split("\t")[0]
    house.run("correction", "withdraw", key, "--reason", "核错了")
    refused = house.run("correction", "withdraw", key, "--reason", "核错了", expect=2)
    assert "correction_withdrawn" in refused.stderr
    told = ("--unit", unit, "--field", "industry", "--value")
    assert f"\t{unit}\tindustry\t" in house.run("correction", "add", *MEMBER, *told, "1220").stdout
    refused = house.run("correction", "add", *MEMBER, *told, "1111", expect=2)
    assert "corrected_meanwhile" in refused.stderr
    everything = house.run("correction", "list", *MEMBER, "--withdrawn").stdout.splitlines()
    assert len(everything) == RACED + 1
    book = tmp_path / "all.csv"
    assert (
        f"{RACED + 1} corrections"
        in house.run("correction", "export", *MEMBER, "-o", str(book)).stdout
    )
    assert "核错了" in book.read_text(encoding="utf-8")
    filled = tmp_path / "filled.csv"
    heading = "Unit (do not change),Place corrected\n"
    filled.write_text(f"{heading}{unit},810103\n", encoding="utf-8")
    for said in ("1 made, 0 of them changed, 0 unchanged", "0 made, 0 of them changed, 1"):
        assert said in house.run("correction", "import", str(filled), *MEMBER).stdout
    filled.write_text(f"{heading}{unit},999999\n", encoding="utf-8")
    refused = house.run("correction", "import", str(filled), *MEMBER, expect=2)
    assert "corrections_refused" in refused.stderr
    assert "new" in house.run("correction", "apply", "northshore").stdout
