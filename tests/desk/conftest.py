"""Tests of the desk: the cast in a bare house of the lakes, and a kind of work that counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cast import cast
from xietong.desk import work
from xietong.desk.work import Outcome
from xietong.kit.progress import Progress
from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import Actor, May, Role, of_member

__all__ = ["cast"]

OFFICERS_COUNT = May("count", own=frozenset({Role.OFFICER}))


def count_to(actor: Actor, progress: Progress, *, most: int, member: str = "") -> Outcome:
    """Count, telling each step; refuse below zero, break at thirteen."""
    if most < 0:
        raise Refusal("too_few", N_("{most} is too few."), way_out=N_("Give more."), most=most)
    for at in range(most):
        progress("Counting", at, most)
        if at == 13:
            raise RuntimeError("thirteen")
    return Outcome(N_("Counted to {most}."), {"most": most})


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare kinds of work that only tests know."""
    work._discover()  # else the rooms' own would be forgotten with this test
    monkeypatch.setattr(work, "_kinds", dict(work._kinds))
    work.work("count", title=N_("Count to {most}"))(count_to)
    work.work("count_once", title=N_("Count to {most}"), one_a_subject=True)(count_to)
    work.work(
        "officers_count",
        title=N_("Count to {most}"),
        line=OFFICERS_COUNT,
        of=lambda parameters: of_member(parameters["member"]),
    )(count_to)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    settings.XIETONG_HOME = tmp_path / "home"
