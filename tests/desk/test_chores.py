"""Chores are done when they are due, by one worker at a time, and one that fails stops no other."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import OperationalError, connection, connections
from django.utils import timezone

from cast import Cast
from xietong.desk import chores, operations, queries, worker
from xietong.desk.chores import run_chores
from xietong.desk.commands import chores as command
from xietong.desk.models import Chore, Job, Notice, StoredFile
from xietong.desk.operations.chores import AGAIN, LEASE
from xietong.desk.operations.running import run
from xietong.kit.refusals import N_, NotAllowed, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL, READER, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
DAY = timedelta(days=1)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Declare chores that only tests know; return where they tell that they were done."""
    told: list[str] = []
    chores.kinds()  # each room has said its own before they are taken away
    monkeypatch.setattr(chores, "_kinds", {})

    @chores.chore("a_breaks", every=DAY)
    def a_breaks(actor: Actor) -> int:
        told.append("a_breaks")
        raise ZeroDivisionError

    @chores.chore("b_refuses", every=timedelta(minutes=5))
    def b_refuses(actor: Actor) -> int:
        told.append("b_refuses")
        raise Refusal("not_today", N_("Not today."), way_out=N_("Tomorrow."))

    @chores.chore("c_works", every=DAY)
    def c_works(actor: Actor) -> int:
        told.append("c_works")
        return 7

    return told


def test_the_house_does_what_wanted_a_timer() -> None:
    assert [one.name for one in chores.kinds()] == [
        "clear_jobs",
        "expire_drafts",
        "keep_head",
        "lapse_overdue",
        "mail_notices",
        "sweep",
        "sweep_files",
    ]


def test_a_chore_is_done_when_due_and_not_again_before(done: list[str]) -> None:
    ran = {one.name: (one.changed, one.fault) for one in run_chores(LOCAL)}
    assert ran == {
        "a_breaks": (0, "ZeroDivisionError"),
        "b_refuses": (0, "not_today"),
        "c_works": (7, ""),
    }
    assert list(run_chores(LOCAL)) == []
    assert done == ["a_breaks", "b_refuses", "c_works"]
    Chore.objects.filter(name="c_works").update(due_at=timezone.now())
    assert [one.name for one in run_chores(LOCAL)] == ["c_works"]


def test_what_failed_is_tried_again_within_the_hour(done: list[str]) -> None:
    before = timezone.now()
    list(run_chores(LOCAL))
    due = {one.name: one.due_at - before for one in Chore.objects.all()}
    assert due["c_works"] >= DAY
    assert AGAIN <= due["a_breaks"] < AGAIN * 2
    assert due["b_refuses"] < AGAIN
    assert Chore.objects.get(name="b_refuses").fault == "not_today"


def test_a_database_that_is_away_is_no_fault_of_the_chore(done: list[str]) -> None:
    @chores.chore("a_breaks", every=DAY)
    def is_away(actor: Actor) -> int:
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        list(run_chores(LOCAL))
    left = Chore.objects.get(name="a_breaks")
    assert (left.fault, left.ran_at) == ("", None)
    assert left.lease_until is not None
    assert done == []


def test_one_worker_is_at_a_chore_until_its_lease_is_over(done: list[str]) -> None:
    first = operations.take_chore(actor=LOCAL, name="c_works", every=DAY)
    assert first is not None
    assert operations.take_chore(actor=LOCAL, name="c_works", every=DAY) is None
    assert operations.take_chore(actor=LOCAL, name="c_works", every=DAY, now_due=True) is None
    # Its worker died.
    Chore.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = operations.take_chore(actor=LOCAL, name="c_works", every=DAY)
    assert second == first + 1
    assert not operations.end_chore(actor=LOCAL, name="c_works", fence=first, every=DAY)
    assert Chore.objects.get().lease_until is not None
    assert operations.end_chore(actor=LOCAL, name="c_works", fence=second, every=DAY)
    assert Chore.objects.get().lease_until is None


def test_a_clock_that_was_set_back_holds_no_chore_up(done: list[str]) -> None:
    list(run_chores(LOCAL))
    ahead = timezone.now() + timedelta(days=400)
    Chore.objects.update(due_at=ahead, ran_at=ahead - DAY, lease_until=ahead + LEASE)
    assert [one.name for one in run_chores(LOCAL)] == ["a_breaks", "b_refuses", "c_works"]


def test_whoever_is_told_to_end_begins_no_chore(done: list[str]) -> None:
    assert list(run_chores(LOCAL, stop=lambda: True)) == []
    assert done == []


def test_only_the_operator_does_chores(cast: Cast, done: list[str]) -> None:
    for actor in (READER, cast["office_administrator"], cast["north_officer"]):
        with pytest.raises(NotAllowed):
            list(run_chores(actor))
        assert queries.chores_not_due(actor) == frozenset()
        with pytest.raises(NotAllowed):
            operations.end_chore(actor=actor, name="c_works", fence=1, every=DAY)
    assert done == []


def test_the_command_does_all_at_once_and_says_so(done: list[str]) -> None:
    list(run_chores(LOCAL))
    answer = CliRunner().invoke(command, catch_exceptions=False)
    assert answer.output.splitlines() == [
        "a_breaks\tZeroDivisionError",
        "b_refuses\tnot_today",
        "c_works\t7",
    ]
    assert len(done) == 6


def test_a_worker_does_the_chores_of_the_house(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a process does that is nothing but a worker, this one must not.
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(worker, "_work_one", lambda: False)
    operations.enqueue(actor=cast["north_officer"], kind="count", parameters={"most": 1})
    worker.work(once=True)
    assert Chore.objects.filter(fault="").count() == len(chores.kinds())
    (head,) = (Path(settings.XIETONG_HOME) / "heads").glob("*.json")
    assert json.loads(head.read_text())["number"] >= 1


def test_old_jobs_go_and_their_notices_lead_nowhere(cast: Cast) -> None:
    officer = cast["north_officer"]
    old = operations.enqueue(actor=officer, kind="count", parameters={"most": 1})
    new = operations.enqueue(actor=officer, kind="count", parameters={"most": 2})
    run(old.pk, beside=False)
    run(new.pk, beside=False)
    Job.objects.filter(pk=old.pk).update(ended_at=timezone.now() - 91 * DAY)
    assert {one.name: one.changed for one in run_chores(LOCAL, all_now=True)}["clear_jobs"] == 1
    assert list(Job.objects.values_list("pk", flat=True)) == [new.pk]
    about = Notice.objects.order_by("pk").values_list("subject", "url")
    assert next(iter(about)) == ("", "")
    assert list(about)[1][0] == f"desk:job:{new.pk}"
    assert AuditEntry.objects.filter(verb="clear_jobs").count() == 1


def test_uploads_that_have_expired_go(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a\n1\n")
    with path.open("rb") as stream:
        kept = operations.keep_file(actor=cast["north_officer"], stream=stream, name="table.csv")
    StoredFile.objects.filter(pk=kept.pk).update(expires_at=timezone.now() - DAY)
    list(run_chores(LOCAL))
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_takes_a_chore() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time, and that of the tests lies in memory")
    workers, taken = 4, []
    at_once = Barrier(workers)

    def take() -> None:
        try:
            at_once.wait()
            taken.append(operations.take_chore(actor=LOCAL, name="c_works", every=DAY))
        finally:
            connections.close_all()

    threads = [Thread(target=take) for _ in range(workers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(taken, key=str) == [1, *[None] * (workers - 1)], connection.vendor
