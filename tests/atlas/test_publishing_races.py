"""Two people act on one edition at the same moment: one order or the other, never half of each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from houses import household
from real_data import ROOT

pytestmark = [pytest.mark.operations, pytest.mark.deep]
Rounds = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> Rounds:
    """Run all races once."""
    with household(tmp_path_factory.mktemp("races"), XIETONG_THREADS="1") as house:
        house.settle()
        told = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("publishing_races.py"))],
            env={
                **house.environment,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
                "PYTHONPATH": str(ROOT / "tests"),
            },
            cwd=house.home,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert told.returncode == 0, told.stderr
        return [json.loads(line) for line in told.stdout.splitlines() if line.startswith("{")]


def of(rounds: Rounds, race: str) -> Rounds:
    found = [one for one in rounds if one["race"] == race]
    assert len(found) >= 3
    return found


def test_every_signature_holds_after_all_of_it(rounds: Rounds) -> None:
    assert len(rounds) == 30
    assert all(one["sound"] for one in rounds)


def test_two_approvers_at_once_bring_it_into_force_once(rounds: Rounds) -> None:
    for one in of(rounds, "both"):
        assert one["told"] == ["done", "done"]
        assert (one["edition"], one["agreement"]) == ("approved", "in_force")
        assert one["consents"] == [1, 2]


def test_an_objection_at_once_with_the_last_consent(rounds: Rounds) -> None:
    for one in of(rounds, "object"):
        if one["told"] == ["done", "already_in_force"]:
            assert (one["edition"], one["agreement"]) == ("approved", "in_force")
        else:
            assert one["told"] == ["agreement_not_open", "done"]
            assert (one["edition"], one["agreement"]) == ("draft", "declined")


def test_words_restated_while_the_last_member_consents(rounds: Rounds) -> None:
    for one in of(rounds, "restated"):
        assert one["told"] in (["done", "done"], ["agreement_not_open", "done"])
        assert (one["edition"], one["agreement"]) == ("draft", "lapsed")


def test_a_mandate_revoked_while_it_is_used(rounds: Rounds) -> None:
    for one in of(rounds, "revoked"):
        if one["told"] == ["done", "done"]:
            assert (one["edition"], one["consents"]) == ("approved", [1, 2])
        else:
            assert one["told"] == ["mandate_not_in_force", "done"]
            assert (one["edition"], one["consents"]) == ("under_review", [1])


def test_published_once(rounds: Rounds) -> None:
    for one in of(rounds, "twice"):
        assert sorted(one["told"]) == ["already_published", "done"]
        assert one["edition"] == "published"


def test_published_or_returned(rounds: Rounds) -> None:
    for one in of(rounds, "return"):
        if one["told"] == ["done", "not_under_review"]:
            assert (one["edition"], one["agreement"]) == ("published", "in_force")
        else:
            assert one["told"] == ["not_approved", "done"]
            assert (one["edition"], one["agreement"]) == ("draft", "withdrawn")
