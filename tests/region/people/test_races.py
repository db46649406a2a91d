"""Several at once: of those who follow one link, or grant one mandate, one succeeds.

They race in a process of their own, on a database that threads can share (people_races.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from houses import household
from real_data import ROOT

pytestmark = [pytest.mark.operations, pytest.mark.deep]
ROUNDS = 2
WANTED = {
    "one_link": (["done", "invitation_used", "invitation_used", "invitation_used"], 1),
    "one_address": (["done", "email_taken"], 1),
    "one_mandate": (["done", "mandate_held", "mandate_held", "mandate_held"], 1),
    "each_other": (["done", "last_administrator"], 1),
    "a_leaver": ([], 0),
    "one_office": (["done", "one_office", "one_office", "one_office"], 1),
    "a_circle": (["done", "hierarchy_cycle"], 1),
}


def test_of_several_at_once_one_succeeds_and_the_others_are_told_why(tmp_path: Path) -> None:
    with household(tmp_path) as house:
        house.run("manage", "migrate", "--verbosity", "0")
        told = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("people_races.py")), str(ROUNDS)],
            env={
                **house.environment,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
                "PYTHONPATH": str(ROOT / "tests"),
            },
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert told.returncode == 0, told.stderr
        house.run("audit", "verify")
    ended = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(ended) == ROUNDS * len(WANTED)
    for one in ended:
        assert (one["told"], one["stands"]) == WANTED[one["race"]], one
