"""Eight writers at once, some of whose changes fail or are killed: no gap, and the chain holds."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from houses import household

pytestmark = [pytest.mark.operations, pytest.mark.deep]
WRITERS, CHANGES = 8, 60
WRITER = """
import random, sys
import django
django.setup()
from xietong.kit.references import Reference
from xietong.region.models import PlaceAlias
from xietong.region.operations import change, record
from xietong.region.rules import LOCAL
name, changes = sys.argv[1], int(sys.argv[2])
chance = random.Random(name)
subject = Reference("region", "region", "lakes")
def written(alias):
    PlaceAlias.objects.create(alias=alias, code="1", kind="test")
    record(actor=LOCAL, verb="written", subject=subject, alias=alias)
for number in range(changes):
    try:
        with change():
            for part in range(1 + chance.randrange(3)):
                written(f"{name}.{number}.{part}")
            try:
                with change():
                    written(f"{name}.{number}.x")
                    if chance.random() < 0.5:
                        raise KeyError
            except KeyError:
                pass
            if chance.random() < 0.2:
                raise ValueError
    except ValueError:
        pass
"""


@pytest.mark.parametrize("killed", [False, True], ids=["all live", "some are killed"])
def test_writers_at_once_leave_one_whole_chain(tmp_path: Path, killed: bool) -> None:
    chance = random.Random(20260301)  # noqa: S311
    with household(tmp_path) as house:
        house.settle()
        environment = {**house.environment, "DJANGO_SETTINGS_MODULE": "xietong.portal.settings"}
        started = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, f"w{number}", str(CHANGES)], env=environment
            )
            for number in range(WRITERS)
        ]
        if killed:
            time.sleep(6)
            for process in started[: WRITERS // 2]:
                time.sleep(chance.random())
                process.send_signal(signal.SIGKILL)
        ended = [process.wait(timeout=500) for process in started]
        assert set(ended[WRITERS // 2 :]) == {0}
        assert killed or set(ended) == {0}
        house.run("audit", "verify")
        numbers = [row[0] for row in house.rows("SELECT number FROM region_auditentry")]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        # Every row that stands has its entry, and every entry its row: nothing lost, nothing half.
        rows = house.rows("SELECT alias FROM region_placealias WHERE kind = 'test'")
        told = house.rows(
            "SELECT substr(body, instr(body, 'alias\":\"') + 8) FROM region_auditentry"
            " WHERE verb = 'written'"
            if "XIETONG_DATABASE_URL" not in house.environment
            else "SELECT substr(body, strpos(body, 'alias\":\"') + 8) FROM region_auditentry"
            " WHERE verb = 'written'"
        )
        aliases = sorted(str(row[0]) for row in rows)
        assert len(aliases) > (CHANGES if killed else WRITERS * CHANGES)
        assert sorted(str(row[0]).partition('"')[0] for row in told) == aliases
