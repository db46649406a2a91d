"""Compilers killed at every stage and compilers at the same time: one whole edition or none."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import grown_lakes
from houses import DATA, Household, household
from xietong.kit.shelf import ORPHAN_AGE_SECONDS, digest_of_folder

pytestmark = [pytest.mark.deep, pytest.mark.operations]
STAGES = ("Tabulate", "Measure", "Write", "Record")
DELAYS = (0.0, 0.02, 0.1)
READ = """
import json
from xietong.atlas.models import Cluster, Edition
from xietong.region.models import AuditEntry
print(json.dumps({
    "editions": [
        [one.number, one.digest, one.files_digest, one.clusters.count(), one.versions.count()]
        for one in Edition.objects.all()
    ],
    "clusters": Cluster.objects.count(),
    "audited": AuditEntry.objects.filter(verb="compile_edition").count(),
}))
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    """Give a household into which both registers have been imported."""
    files = grown_lakes.write(tmp_path)
    with household(tmp_path) as made:
        made.run("manage", "migrate", "--verbosity", "0")
        made.run("region", "load")
        outlines = str(DATA / "lakes-outlines" / "county.geojson")
        words = ("--crs", "WGS84", "--code-property", "code", "--attribution", "Invented")
        made.run("region", "boundaries", outlines, *words)
        for member, path in files.items():
            made.run("register", "import", str(path), "--member", member)
        yield made


def records(house: Household) -> dict[str, Any]:
    told = house.run("manage", "shell", "--no-imports", "--command", READ).stdout
    found: dict[str, Any] = json.loads(told)
    return found


def killed_at(house: Household, stage: str, delay: float) -> int:
    """Start a compiler, kill it some time after a stage began; return how it ended."""
    process = house.start("atlas", "compile")
    assert process.stderr is not None
    for line in process.stderr:
        if stage in line:
            break
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    return process.returncode


def test_a_compiler_killed_at_any_stage_leaves_nothing_half(house: Household) -> None:
    killed = 0
    shelf = house.home / "editions"
    for stage in STAGES:
        for delay in DELAYS:
            killed += killed_at(house, stage, delay) == -signal.SIGKILL
            found = records(house)
            # What a row names is whole; what is whole is counted and audited once.
            for number, _, files, clusters, versions in found["editions"]:
                assert (number, versions) == (1, 2)
                assert digest_of_folder(shelf / files) == files
                assert clusters == found["clusters"] > 0
            assert found["audited"] == len(found["editions"]) <= 1
            if not found["editions"]:
                assert found["clusters"] == 0
    assert killed >= len(STAGES)
    house.run("atlas", "compile")
    (edition,) = records(house)["editions"]
    house.run("atlas", "publish", "1")
    assert "d11@820103" in house.run("atlas", "clusters").stdout
    # A day later the strays go, and the edition stays.
    old = time.time() - ORPHAN_AGE_SECONDS - 60
    for path in shelf.iterdir():
        os.utime(path, (old, old))
    house.run("atlas", "sweep")
    assert [path.name for path in shelf.iterdir()] == [edition[2]]


def test_compilers_at_the_same_time_make_one_edition(house: Household) -> None:
    compilers = [house.start("atlas", "compile") for _ in range(3)]
    told = [compiler.communicate(timeout=300) for compiler in compilers]
    assert [compiler.returncode for compiler in compilers] == [0, 0, 0], told
    done = sorted(out.split(": ", 1)[1].split(",")[0] for out, _ in told)
    assert done == ["compiled", "unchanged", "unchanged"]
    assert len({out.rsplit(", ", 1)[1] for out, _ in told}) == 1
    found = records(house)
    assert len(found["editions"]) == found["audited"] == 1
