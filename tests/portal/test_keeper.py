"""Workers live beside the server: one that dies is started again, and all end with the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from houses import Household, household
from serving import RUN, free_port, living_in, served
from xietong.portal.keeper import GRACE_SECONDS


def wait_until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something comes true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "never came true"
        time.sleep(0.2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Household]:
    """Give a house that can be served."""
    with household(tmp_path) as made:
        made.settle()
        made.run("manage", "collectstatic", "--noinput")
        yield made


@pytest.mark.deep
def test_a_worker_that_dies_is_started_again_and_none_outlives_the_server(house: Household) -> None:
    with served(house):
        wait_until(lambda: living_in(house.home, "work --tied"))
        (first,) = living_in(house.home, "work --tied")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: living_in(house.home, "work --tied") not in ([], [first]))
        began = time.monotonic()
    # It was told to end, and not killed after the time that who is still answered has.
    assert time.monotonic() - began < GRACE_SECONDS
    wait_until(lambda: not living_in(house.home, "work --tied"))
    wait_until(lambda: not living_in(house.home, "keeper"))


@pytest.mark.deep
def test_a_server_that_is_killed_leaves_nobody_answering(house: Household) -> None:
    with served(house) as one:
        wait_until(lambda: living_in(house.home, "work --tied"))
        assert len(living_in(house.home, "granian")) > 1
        os.kill(one.pid, signal.SIGKILL)
        wait_until(lambda: living_in(house.home, "granian") in ([], [one.pid]))
        wait_until(lambda: not living_in(house.home, "keeper"))
        assert not living_in(house.home, "work --tied")


@pytest.mark.deep
@pytest.mark.parametrize("seconds", [0.5, 1.5, 3.0])
def test_a_server_told_to_end_before_it_is_up_ends(house: Household, seconds: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, "serve", "--port", str(free_port())],
        env={**house.environment, "XIETONG_WORKERS": "0"},
        cwd=house.home,
    )
    wait_until(lambda: len(living_in(house.home, "granian")) > 1)
    time.sleep(seconds)
    process.terminate()
    process.wait(GRACE_SECONDS)
    assert not living_in(house.home, "granian")
