"""The clock of the node is set back by an hour, or forward by two days, in the midst of everything.

Numbers order the audit, the monotonic clock and fences the jobs; what has a last moment ends early
or late by as much as the clock was moved, and nothing is half written.
"""

from __future__ import annotations

import copy
import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agreements.test_writers import DEEDS as AGREEMENTS
from atlas.deeds import CORRECTIONS, EDITIONS, REGISTERS
from cast import NOBODY, PARTS, Cast, cast, signed_in
from commands import run
from desk.conftest import count_to
from desk.test_writers import DEEDS as DESK
from editions import grown, grown_apart, grown_photograph
from houses import lakes
from real_data import ROOT
from region.deeds import DEEDS as REGION
from writers import Deed, allowed, rows
from xietong.desk import operations as desk
from xietong.desk import work
from xietong.desk.models import Job, Notice
from xietong.desk.operations import running, upkeep
from xietong.desk.work import Outcome
from xietong.desk.worker import work as work_on
from xietong.kit.refusals import N_, Refusal
from xietong.region import operations as region
from xietong.region import queries
from xietong.region.models import AuditEntry, Mandate
from xietong.region.queries import audit_chain
from xietong.region.rules import LOCAL

__all__ = ["cast", "grown", "grown_apart", "grown_photograph", "lakes"]
pytestmark = [pytest.mark.operations, pytest.mark.django_db]
BACK, FORWARD = timedelta(hours=-1), timedelta(days=2)
MOVES = {"back": BACK, "forward": FORWARD}


class Clock:
    """The clock of the node, as far from the true one as a test sets it."""

    def __init__(self) -> None:
        self.off = timedelta()
        self._true = time.time

    def now(self) -> datetime:
        """Return the moment as the node has it."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """Return the same as seconds."""
        return self._true() + self.off.total_seconds()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Give a clock that can be moved, to the house and to the libraries it stands on."""
    made = Clock()
    monkeypatch.setattr(timezone, "now", made.now)
    monkeypatch.setattr(time, "time", made.seconds)
    yield made
    made.off = timedelta()


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    work._discover()
    monkeypatch.setattr(work, "_kinds", dict(work._kinds))
    work.work("count", title=N_("Count to {most}"))(count_to)
    settings.XIETONG_HOME = tmp_path / "home"


def verified() -> None:
    """Hold that the chain of the audit is whole."""
    assert int(run("audit", "verify").stdout.split()[0]) == AuditEntry.objects.count()


def test_the_house_has_one_clock() -> None:
    """What asks another way would not be moved by the tests here."""
    wall = re.compile(r"\btime\.time\(|\bdatetime\.(now|today|utcnow)\(|\bdate\.today\(")
    source = ROOT / "src" / "xietong"
    # Compares with the times of files, which are the system's.
    files = {source / "kit" / "shelf.py"}
    found = [
        f"{path.relative_to(source)}: {line.strip()}"
        for path in sorted(source.rglob("*.py"))
        if path not in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if wall.search(line)
    ]
    assert found == []


MORE = [*REGISTERS, *CORRECTIONS, *EDITIONS]


def done_at_another_time(deed: Deed, cast: Cast, clock: Clock) -> None:
    """Do a deed after the clock was moved: wholly, or not at all and said so."""
    part = next(one for one in (*PARTS, *NOBODY) if allowed(deed, one))
    for off in MOVES.values():
        with transaction.atomic():
            clock.off = timedelta()
            arguments = copy.deepcopy(dict(deed.arguments(cast)))
            before = rows()
            clock.off = off
            told = None
            try:
                with transaction.atomic():
                    deed.operation(actor=cast[part], **arguments)
            except Refusal as refusal:
                told = refusal
            assert told is None or rows() == before, (deed.name, told)
            if AuditEntry.objects.exists():
                verified()
            transaction.set_rollback(True)
        # The heads of what is undone with it.
        shutil.rmtree(audit_chain.folder_of_heads(), ignore_errors=True)
    clock.off = timedelta()


@pytest.mark.deep
@pytest.mark.parametrize("deed", [*REGION, *DESK, *AGREEMENTS], ids=lambda one: one.name)
def test_every_deed_is_done_or_refused(deed: Deed, lakes: Any, cast: Cast, clock: Clock) -> None:
    done_at_another_time(deed, cast, clock)


@pytest.mark.deep
@pytest.mark.parametrize("deed", MORE, ids=lambda one: one.name)
def test_every_deed_of_the_atlas_too(deed: Deed, lakes: Any, cast: Cast, clock: Clock) -> None:
    done_at_another_time(deed, cast, clock)


def test_numbers_and_not_times_order_the_audit(cast: Cast, clock: Clock) -> None:
    for at, off in enumerate((timedelta(), BACK, FORWARD, BACK * 2, timedelta())):
        clock.off = off
        region.rename_person(actor=LOCAL, key=cast.person("nobody").pk, name=f"改名{at}")
    last = list(AuditEntry.objects.order_by("number"))[-5:]
    times = [one.at for one in last]
    assert times != sorted(times)
    assert [one.number for one in last] == list(range(last[0].number, last[0].number + 5))
    assert [one.told["behind_us"] > 0 for one in last] == [False, True, False, True, False]
    verified()
    assert audit_chain.audit_head(LOCAL).head.number == last[-1].number
    everything = [one.number for one in queries.entries(LOCAL, queries.Wanted())]
    assert everything == list(range(1, last[-1].number + 1))


@pytest.mark.parametrize("move", MOVES)
def test_a_job_is_done_once_however_its_lease_looks(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, move: str
) -> None:
    officer = cast["north_officer"]
    asked = desk.enqueue(actor=officer, kind="count", parameters={"most": 3})
    watch = upkeep.Watch()
    overtaken: list[int] = []

    def slow(job: Job, pulse: Any) -> Outcome:
        if overtaken:
            return Outcome(N_("{number} by the second."), {"number": 2})
        overtaken.append(job.pk)
        clock.off = MOVES[move]
        if move == "back":
            # The lease lasts an hour too long; that it does not beat is seen all the same.
            assert upkeep.return_lost(watch) == []
            later = time.monotonic() + 10_000
            monkeypatch.setattr(time, "monotonic", lambda: later)
        assert upkeep.return_lost(watch) == [job.pk]
        running.run(job.pk, beside=False)
        return Outcome(N_("{number} by the first."), {"number": 1})

    monkeypatch.setattr(running, "_work", slow)
    running.run(asked.pk, beside=False)
    ended = Job.objects.get(pk=asked.pk)
    assert (ended.state, ended.attempts) == ("done", 2)
    assert ended.outcome is not None
    assert ended.outcome["params"] == {"number": 2}
    assert Notice.objects.filter(person=cast.person("north_officer")).count() == 1


@pytest.mark.django_db(transaction=True)  # a worker closes its connection between two jobs
def test_a_job_that_was_asked_for_later_than_now_is_done(cast: Cast, clock: Clock) -> None:
    asked = desk.enqueue(actor=cast["north_officer"], kind="count", parameters={"most": 3})
    clock.off = BACK
    work_on(once=True)
    assert Job.objects.get(pk=asked.pk).state == "done"


def test_sessions_end_by_the_clock_and_come_back_with_nobody(cast: Cast, clock: Clock) -> None:
    client = signed_in(Client(), cast.person("north_officer"))
    assert client.get("/en/desk/notices/").status_code == 200
    clock.off = BACK
    assert client.get("/en/desk/notices/").status_code == 200
    clock.off = timedelta()
    assert client.get("/en/desk/notices/").status_code == 200
    clock.off = FORWARD
    assert client.get("/en/desk/notices/").status_code == 302
    clock.off = timedelta()
    assert client.get("/en/desk/notices/").status_code == 302  # what has ended stays so


def test_mandates_begin_and_end_by_the_clock(cast: Cast, clock: Clock) -> None:
    person = cast.person("nobody")
    granted = region.grant_mandate(
        actor=LOCAL,
        person=person.pk,
        role="viewer",
        member="northshore",
        valid_to=timezone.now() + timedelta(days=1),
    )

    def held() -> bool:
        return Mandate.objects.filter(Mandate.in_force(timezone.now()), pk=granted.pk).exists()

    assert held()
    clock.off = BACK
    assert not held()
    # It can be ended before it has begun, by the clock of now.
    with transaction.atomic():
        region.revoke_mandate(actor=LOCAL, key=granted.pk, reason="时钟已拨回")
        clock.off = timedelta()
        assert not held()
        transaction.set_rollback(True)
    clock.off = FORWARD
    assert not held()
    clock.off = timedelta()
    assert held()


def test_invitations_run_out_by_the_clock(cast: Cast, clock: Clock) -> None:
    _, link = region.invite_person(
        actor=cast["north_administrator"],
        email="later@lakes.example",
        name="后来客",
        role="viewer",
        member="northshore",
        site="http://testserver/",
    )
    address = link.removeprefix("http://testserver")
    for off, status in ((BACK, 200), (FORWARD * 30, 422), (timedelta(), 200)):
        clock.off = off
        assert Client().get(address).status_code == status, off
