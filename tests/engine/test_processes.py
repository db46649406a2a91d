"""Worker processes: the same answers as here, and none of them outlives whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from engine.working import deadly, times
from real_data import ROOT
from xietong.engine.processes import Processes


def test_results_come_in_the_order_of_the_parts_and_from_other_processes() -> None:
    with Processes(partial(times, 3), 2) as workers:
        first = list(workers.map([4, 1, 3, 2] * 20))
        second = list(workers.map([5, 6]))
    assert [result for result, _ in first] == [12, 3, 9, 6] * 20
    assert [result for result, _ in second] == [15, 18]
    used = {process for _, process in first + second}
    assert 1 <= len(used) <= 2  # started once for both
    assert os.getpid() not in used


@pytest.mark.parametrize(("number", "parts"), [(1, [1, 2, 3]), (4, [1]), (4, [])])
def test_what_need_not_be_spread_is_done_here(number: int, parts: list[int]) -> None:
    with Processes(partial(times, 2), number) as workers:
        done = list(workers.map(parts))
    assert done == [(2 * part, os.getpid()) for part in parts]


def test_a_worker_killed_from_outside_is_an_error_and_not_a_wait_for_ever() -> None:
    with Processes(deadly, 2) as workers, pytest.raises(BrokenProcessPool):
        list(workers.map([1, 2, 3]))


def test_workers_end_when_their_parent_is_killed() -> None:
    program = textwrap.dedent(
        """
        import time
        from functools import partial
        from engine.working import times
        from xietong.engine.processes import Processes

        with Processes(partial(times, 2), 2) as workers:
            print(*{process for _, process in workers.map(range(100))}, flush=True)
            time.sleep(60)
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )
    assert parent.stdout is not None
    workers = [int(one) for one in parent.stdout.readline().split()]
    assert workers
    assert all(map(alive, workers))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    limit = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < limit:
        time.sleep(0.05)
    left = [worker for worker in workers if alive(worker)]
    for worker in left:
        os.kill(worker, signal.SIGKILL)
    assert not left


def alive(process: int) -> bool:
    """Tell whether a process still does anything."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
