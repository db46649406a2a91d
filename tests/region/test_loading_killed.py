"""A load of the released pack, killed at any moment: all of it is there, or nothing."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from houses import Household, household
from real_data import REGIONS

pytestmark = [pytest.mark.deep, pytest.mark.operations]
TABLES = ("Region", "Member", "Place", "PlaceChange", "Industry", "Concordance", "Chain", "Segment")
READ = f"""
import json
from xietong.region import models
print(json.dumps({{name: getattr(models, name).objects.count() for name in {TABLES!r}}}))
print(models.AuditEntry.objects.count())
"""
KILLS = 8


def records(house: Household) -> tuple[dict[str, int], int]:
    told = house.run("manage", "shell", "--no-imports", "--command", READ).stdout.splitlines()
    counts: dict[str, int] = json.loads(told[0])
    return counts, int(told[1])


def test_a_killed_load_leaves_all_or_nothing(tmp_path: Path) -> None:
    ways: dict[str, Any] = {"XIETONG_REGIONS": str(REGIONS), "XIETONG_REGION": "yrd"}
    with household(tmp_path, **ways) as house:
        house.run("manage", "migrate", "--verbosity", "0")
        started = time.monotonic()
        house.run("region", "load")
        seconds = time.monotonic() - started
        whole, audited = records(house)
        assert audited == 1
        assert whole["Place"] > 300
    chance = random.Random(11)  # noqa: S311  (no secret)
    killed = 0
    with household(tmp_path / "again", **ways) as house:
        house.run("manage", "migrate", "--verbosity", "0")
        for _ in range(KILLS):
            process, started = house.start("region", "load"), time.monotonic()
            try:
                # Most of the time goes by before the first row; the last third is the transaction.
                process.wait(timeout=seconds * chance.uniform(0.4, 1.0))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            # Where it was done before, the machine is quicker now than when it was timed.
            seconds = min(seconds, time.monotonic() - started)
            killed += process.returncode == -signal.SIGKILL
            counts, audited = records(house)
            assert counts in (whole, dict.fromkeys(TABLES, 0))
            assert audited == counts["Region"]
        house.run("region", "load")
        assert records(house) == (whole, 1)
    assert killed
