"""Eight writers do all kinds of deeds while writers, workers and the server are killed at random.

Afterwards each acknowledged deed is in the audit, nothing is half done, the chain verifies,
`xietong check` finds nothing, and a backup of it all comes back sound. The seed is printed: it
gives the same deeds, not always in the same order, since processes run as the machine lets them.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest

from houses import Household, household
from real_data import ROOT
from serving import RUN, free_port, living_in
from stories.endurance.deeds import DAY, MAY_CHANGE_NOTHING, VERBS

pytestmark = [pytest.mark.operations, pytest.mark.deep]
HERE = Path(__file__).resolve().parent
SEED = 20261125
WRITERS = 8
# So often something is killed over all of it.
KILLS = 60
LONGEST_SECONDS = 420.0


@dataclass(slots=True)
class Siege:
    """The processes that are killed again and again, and how often each kind was."""

    house: Household
    draw: random.Random
    port: int
    writers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None
    started: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    up: bool = False  # the server has answered since it was started

    def process(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a script that lies here, in the house."""
        return subprocess.Popen(
            [sys.executable, str(HERE / name), *arguments],
            env={
                **self.house.environment,
                "DJANGO_SETTINGS_MODULE": "xietong.portal.settings",
                "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'src'}",
            },
            cwd=self.house.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finished(self, name: str, *arguments: str) -> str:
        """Run a script to its end; return what it prints."""
        process = self.process(name, *arguments)
        out, told = process.communicate(timeout=300)
        assert process.returncode == 0, told.decode()
        return out.decode()

    def keep_up(self) -> None:
        """Start whatever does not run."""
        for place in range(WRITERS):
            one = self.writers.get(place)
            if one is None or one.poll() is not None:
                self._closed(one)
                self.started += 1
                self.writers[place] = self.process(
                    "writer_process.py",
                    *("write", str(self.draw.randrange(2**31)), f"w{self.started}"),
                    str(LONGEST_SECONDS),
                )
        if self.server is None or self.server.poll() is not None:
            self.up = False
            self.server = subprocess.Popen(
                [sys.executable, "-c", RUN, "serve", "--port", str(self.port)],
                env={**self.house.environment, "XIETONG_WORKERS": "2"},
                cwd=self.house.home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def kill_one(self) -> None:
        """Kill -9 a writer, a worker, or, seldom, the server."""
        kind = self.draw.choices(("writer", "worker", "server"), (6, 3, 1))[0]
        if kind == "writer":
            self.writers[self.draw.randrange(WRITERS)].send_signal(signal.SIGKILL)
        elif kind == "worker":
            workers = living_in(self.house.home, "work --tied")
            if not workers:
                return
            with suppress(ProcessLookupError):
                os.kill(self.draw.choice(workers), signal.SIGKILL)
        elif self.server is None or not self.up:
            return
        else:
            self.server.kill()
            self.server.wait()
        self.kills[kind] += 1

    def look(self) -> None:
        """Read as a reader does; while the server is down nobody answers."""
        with suppress(OSError):
            with urlopen(f"http://127.0.0.1:{self.port}/api/v1/atlas/editions", timeout=5) as told:
                assert isinstance(json.load(told), list)  # all may have been withdrawn
            self.answered += 1
            self.up = True

    def end(self) -> None:
        """Kill all of it."""
        for one in self.writers.values():
            one.kill()
            self._closed(one)
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        until = time.monotonic() + 30
        while (left := living_in(self.house.home, "work --tied")) and time.monotonic() < until:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)

    def _closed(self, one: subprocess.Popen[bytes] | None) -> None:
        if one is not None:
            _, told = one.communicate()
            assert one.returncode in (0, -signal.SIGKILL), told.decode()


@dataclass(frozen=True, slots=True)
class Journal:
    """What the writers noted: the last word on each deed, by its mark."""

    words: dict[str, dict[str, str]]

    @classmethod
    def of(cls, home: Path) -> Journal:
        """Read all journals; a line that a kill cut off is none."""
        words: dict[str, dict[str, str]] = {}
        for path in sorted(home.glob("journal-*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                with suppress(json.JSONDecodeError):
                    told = json.loads(line)
                    words[told["mark"]] = told
        return cls(words)

    def those(self, *what: str) -> list[dict[str, str]]:
        """Return the deeds on which the last word is one of these."""
        return [one for one in self.words.values() if one["what"] in what]


@pytest.mark.parametrize(("wanted", "kinds"), [(100, 12), (2000, 30)])
def test_nothing_is_lost_and_nothing_half_done(tmp_path: Path, wanted: int, kinds: int) -> None:
    with household(tmp_path, XIETONG_THREADS="1", XIETONG_LEASE_SECONDS="3") as house:
        siege = Siege(house, random.Random(SEED), free_port())  # noqa: S311
        house.settle()
        siege.finished("writer_process.py", "settle")
        began = time.monotonic()
        try:
            _besiege(siege, wanted, began)
        finally:
            siege.end()
        lasted = time.monotonic() - began
        journal = Journal.of(house.home)
        done = Counter(one["deed"] for one in journal.those("done"))
        told = Counter(one["what"] for one in journal.words.values())
        print(  # noqa: T201
            f"seed {SEED}, {lasted:.0f} s, {dict(told)}, {len(done)} kinds, kills "
            f"{dict(siege.kills)}, {siege.answered} reads; {dict(done)}"
        )
        assert done.total() >= wanted, f"only {done.total()} in {lasted:.0f} s"
        assert len(done) >= kinds, sorted({one.__name__ for one in DAY} - set(done))
        assert siege.kills.total() > 2
        assert siege.answered > 0
        _finish_jobs(house)
        _nothing_lost(house, journal)
        _sound(siege, house)
        _comes_back(house, tmp_path)


def _besiege(siege: Siege, wanted: int, began: float) -> None:
    """Let them work and be killed until enough is acknowledged."""
    siege.keep_up()
    every, due = max(4, wanted // KILLS), 0.0
    while time.monotonic() - began < LONGEST_SECONDS:
        time.sleep(0.3)
        siege.look()
        done = len(Journal.of(siege.house.home).those("done"))
        if done >= wanted and siege.answered:
            return
        if done >= due:
            # Where the machine is busy, they must not be killed before they have begun.
            siege.kill_one()
            due = done + siege.draw.uniform(0.5, 1.5) * every
        siege.keep_up()


def _finish_jobs(house: Household) -> None:
    """Let one worker bring back what the dead ones left, and do it."""
    time.sleep(4)  # their leases have run out
    house.run("work", "--once")


def _nothing_lost(house: Household, journal: Journal) -> None:
    """Hold the journals against the audit, mark by mark."""
    verbs: dict[str, set[str]] = {}
    names: set[str] = set()
    for name, verb in house.rows("SELECT actor_name, verb FROM region_auditentry"):
        if "#" in name:
            verbs.setdefault(f"#{name.split('#')[1]}#", set()).add(verb)
        elif verb == "accept_invitation":
            names.add(name)
    faults = journal.those("fault")
    assert not faults, f"{len(faults)} faults, as {faults[0]}"
    lost, half = [], []
    for mark, one in journal.words.items():
        found, verb = verbs.get(mark, set()), VERBS.get(one["deed"], one["deed"])
        if one["deed"] == "accept_invitation":
            there = f"新苗{mark.strip('#').replace('.', '-')}" in names
        else:
            there = verb in found
        if one["what"] == "done" and not there and one["deed"] not in MAY_CHANGE_NOTHING:
            lost.append(one)
        if one["what"] in ("refused", "nothing", "busy") and there:
            half.append(one)
        # Killed on its way: all of it or nothing of it.
        if one["what"] == "begun" and found and not there and one["deed"] != "accept_invitation":
            half.append({**one, "found": ", ".join(sorted(found))})
    assert lost == []
    assert half == []
    busy = journal.those("busy")
    # That one had to wait is the machine's fault; that two waited for each other is ours.
    assert [one for one in busy if "deadlock" in one["fault"]] == []
    assert len(busy) <= len(journal.words) / 5, busy[:3]


def _sound(siege: Siege, house: Household) -> None:
    found = [json.loads(line) for line in siege.finished("inspect_process.py").splitlines()]
    assert found == []
    told = house.run("check").stdout
    # A kill may leave a file that nothing names yet: it costs room, and is swept a day later.
    checks = [line.split("\t") for line in told.splitlines() if not line.startswith("\t")]
    assert {state for name, state in checks if name != "orphans"} == {"ok"}
    assert house.run("audit", "verify").stdout


def _comes_back(house: Household, folder: Path) -> None:
    """Back it up, restore it into another house, and find the same there."""
    kept = folder / "backup.tar.gz"
    house.run("backup", str(kept))
    entries = house.rows("SELECT count(*), max(hash) FROM region_auditentry")
    with household(folder / "elsewhere", XIETONG_THREADS="1") as other:
        other.run("restore", str(kept))
        other.run("check")
        assert other.rows("SELECT count(*), max(hash) FROM region_auditentry") == entries
