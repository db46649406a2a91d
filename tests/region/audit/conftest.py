"""A chain to read and to break: entries of four actors on records of two members and of none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from houses import lakes
from xietong.kit.references import Reference
from xietong.region.operations import change, record
from xietong.region.rules import LOCAL, Actor, Kind

__all__ = ["entries", "home", "lakes"]
MEMBERS = ("northshore", "southshore", "")
ACTORS = (
    LOCAL,
    Actor(Kind.PERSON, "林一舟", key="person:7"),
    Actor(Kind.PERSON, "周二山", key="person:8"),
)


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    """Give a home of this test's own, with no key and no heads in it."""
    settings.XIETONG_HOME = tmp_path / "home"
    return tmp_path / "home"


@pytest.fixture
def entries(db: None, home: Path) -> int:
    """Write twelve entries, three a change."""
    for number in range(4):
        with change():
            for place, member in enumerate(MEMBERS):
                record(
                    actor=ACTORS[(number + place) % 3],
                    verb=("publish_edition", "withdraw_edition")[number % 2],
                    subject=Reference("atlas", "edition", str(place + 1)),
                    member=member,
                    reason=f"=理由“{number}”",
                    before="draft",
                    after="published",
                    clusters=number,
                )
    return 12
