"""Workers are killed, paused and told to end: every job is done once, by one worker at a time."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from houses import Household, household

pytestmark = pytest.mark.operations
HERE = Path(__file__).resolve().parent
LEASE_SECONDS = 3


class Office:
    """A household with workers in it; whatever still runs at the end is ended."""

    def __init__(self, house: Household) -> None:
        self.house = house
        self.workers: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the process of a worker, an asker or the settler."""
        path = f"{HERE.parent}{os.pathsep}{HERE.parent.parent / 'src'}"
        process = subprocess.Popen(
            [sys.executable, str(HERE / "worker_process.py"), *arguments],
            env={
                **self.house.environment,
                "PYTHONPATH": path,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
            },
            cwd=self.house.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.workers.append(process)
        return process

    def run(self, *arguments: str) -> str:
        """Run one to its end and return what it prints."""
        process = self.start(*arguments)
        out, told = process.communicate(timeout=180)
        assert process.returncode == 0, told
        return out

    def states(self) -> dict[str, int]:
        """Return how many jobs are in which state."""
        rows = self.house.rows("SELECT state, count(*) FROM desk_job GROUP BY state")
        return {str(state): int(count) for state, count in rows}

    def number(self, query: str) -> int:
        """Return the one number that a query asks for."""
        return int(self.house.rows(query)[0][0])

    def wait(self, wanted: str, seconds: float = 90) -> None:
        """Wait until a query gives something else than nothing and 0."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            rows = self.house.rows(wanted)
            if rows and rows[0][0]:
                return
            time.sleep(0.1)
        raise AssertionError(f"never came true: {wanted}; {self.states()}")

    def writable(self) -> bool:
        """Tell whether somebody else could write to the database now."""
        if self.house.environment.get("XIETONG_DATABASE_URL"):
            return True
        with closing(sqlite3.connect(self.house.home / "xietong.sqlite3", timeout=0)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

    def steps(self) -> dict[str, list[tuple[int, int]]]:
        """Return the steps of each job in the order in which they were taken: worker, step."""
        taken = defaultdict(list)
        log = self.house.home / "steps.log"
        for line in log.read_text().splitlines() if log.exists() else []:
            name, worker, at = line.split()
            taken[name].append((int(worker), int(at)))
        return taken


@contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Give a settled household for workers with a short lease."""
    with household(folder, XIETONG_LEASE_SECONDS=str(LEASE_SECONDS)) as house:
        made = Office(house)
        try:
            made.run("settle")
            yield made
        finally:
            for one in made.workers:
                if one.poll() is None:
                    one.kill()
                one.communicate()


def stop_between_writes(made: Office, worker: subprocess.Popen[str]) -> None:
    """Stop a worker while it holds no lock: on SQLite nobody could write before it goes on."""
    for _ in range(200):
        worker.send_signal(signal.SIGSTOP)
        time.sleep(0.05)
        if made.writable():
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.03)
    raise AssertionError("the worker always held the lock")


def runs(steps: list[tuple[int, int]]) -> list[int]:
    """Return the workers in the order in which each took the job over."""
    found: list[int] = []
    for worker, _ in steps:
        if not found or found[-1] != worker:
            found.append(worker)
    return found


def test_a_killed_workers_job_is_resumed_and_told_of_once(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.run("ask", "1", "40")
        first = made.start("work")
        made.wait("SELECT done > 3 FROM desk_job")
        first.kill()
        first.wait()
        assert made.states() == {"running": 1}
        second = made.start("work")
        made.wait("SELECT count(*) FROM desk_job WHERE state = 'done'")
        second.terminate()
        assert second.wait(20) == 0
        assert runs(made.steps()["job0"]) == [first.pid, second.pid]
        assert made.number("SELECT attempts FROM desk_job") == 2
        assert made.number("SELECT count(*) FROM desk_notice") == 1
        assert made.number(STEPS_LEFT) == 40


STEPS_LEFT = "SELECT count(*) FROM desk_searchentry WHERE reference LIKE 'desk:step:%'"


@pytest.mark.deep
def test_a_worker_told_to_end_hands_its_job_back_at_once(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.run("ask", "1", "100")
        first = made.start("work")
        made.wait("SELECT done > 3 FROM desk_job")
        first.send_signal(signal.SIGTERM)
        assert first.wait(10) == 0
        assert made.states() == {"waiting": 1}
        assert made.number("SELECT attempts FROM desk_job") == 0
        made.run("once")
        assert made.states() == {"done": 1}


@pytest.mark.deep
def test_a_running_job_is_cancelled_from_outside(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        (number,) = made.run("ask", "1", "1000").split()
        worker = made.start("work")
        made.wait("SELECT done > 3 FROM desk_job")
        made.house.run("job", "cancel", number)
        made.wait("SELECT count(*) FROM desk_job WHERE state = 'cancelled'", 10)
        assert worker.poll() is None
        assert made.number("SELECT count(*) FROM desk_notice") == 1


@pytest.mark.deep
def test_a_worker_that_slept_through_its_lease_takes_one_step_at_most(tmp_path: Path) -> None:
    with office(tmp_path) as made:
        made.run("ask", "1", "150")
        first = made.start("work")
        made.wait("SELECT done > 3 FROM desk_job")
        stop_between_writes(made, first)
        second = made.start("work")
        made.wait("SELECT fence >= 2 AND done > 3 FROM desk_job")
        first.send_signal(signal.SIGCONT)
        made.wait("SELECT count(*) FROM desk_job WHERE state = 'done'")
        taken = made.steps()["job0"]
        began = next(at for at, (worker, _) in enumerate(taken) if worker == second.pid)
        late = [worker for worker, _ in taken[began:] if worker == first.pid]
        assert len(late) <= 1
        assert made.number("SELECT fence FROM desk_job") == 2
        assert made.number("SELECT count(*) FROM desk_notice") == 1


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_workers_killed_at_random_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    with office(tmp_path) as made:
        made.run("ask", "12", "25")
        workers = [made.start("work") for _ in range(2)]
        for _ in range(6):
            time.sleep(chance.uniform(0.5, 4.0))
            made.wait("SELECT count(*) FROM desk_job WHERE state <> 'waiting'")
            busy = made.house.rows("SELECT worker FROM desk_job WHERE state = 'running'")
            pids = sorted(int(worker.rpartition(":")[2]) for (worker,) in busy)
            known = [one.pid for one in workers]
            chosen = [known.index(pid) for pid in pids if pid in known]
            at = chance.choice(chosen) if chosen else chance.randrange(2)
            workers[at].kill()
            workers[at].wait()
            workers[at] = made.start("work")
        made.wait(
            "SELECT count(*) = 0 FROM desk_job WHERE state IN ('waiting', 'running')", seconds=150
        )
        assert made.states() == {"done": 12}
        assert made.number("SELECT count(*) FROM desk_notice") == 12
        assert made.number(STEPS_LEFT) == 12 * 25
        assert made.number("SELECT max(attempts) FROM desk_job") > 1  # some were resumed
        for name, taken in made.steps().items():
            # Never two in turns: whoever lost a job does not come back to it.
            assert len(runs(taken)) == len(set(runs(taken))), name
            assert [step for _, step in taken][-25:] == list(range(25)), name
