"""Progress: a line for each stage, now and then a line within it, and never a flood."""

from __future__ import annotations

import io

import pytest

from xietong.kit import progress
from xietong.kit.progress import Printer, silent


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a movable clock in place of the real one."""
    moved = Clock()
    monkeypatch.setattr(progress, "time", moved)
    return moved


def test_a_stage_is_told_when_it_begins(clock: Clock) -> None:
    stream = io.StringIO()
    tell = Printer(stream)
    tell("Read")
    clock.now += 3.25
    tell("Write")
    assert stream.getvalue() == "[   0.0 s] Read\n[   3.2 s] Write\n"


def test_a_long_stage_tells_its_rate_and_what_is_left(clock: Clock) -> None:
    stream = io.StringIO()
    tell = Printer(stream)
    tell("Read")
    clock.now += 4
    tell("Read", 20_000, 100_000)
    assert stream.getvalue().splitlines()[1] == (
        "[   4.0 s]   Read: 20,000 of 100,000, 5,000 a second, 16 s left"
    )


def test_a_stage_without_a_total_tells_no_end(clock: Clock) -> None:
    stream = io.StringIO()
    tell = Printer(stream)
    tell("Read")
    clock.now += 2
    tell("Read", 1_000)
    assert stream.getvalue().splitlines()[1] == "[   2.0 s]   Read: 1,000, 500 a second"


def test_a_million_calls_print_few_lines(clock: Clock) -> None:
    stream = io.StringIO()
    tell = Printer(stream)
    for done in range(10_000):
        tell("Read", done, 10_000)
        clock.now += 0.001
    assert len(stream.getvalue().splitlines()) == 1 + 4


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    silent("Read", 1, 2)
    assert capsys.readouterr() == ("", "")
