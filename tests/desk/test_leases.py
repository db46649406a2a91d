"""Leases: a job that was lost, or whose worker died or slept, is done by one worker at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from cast import Cast
from desk.test_jobs import ask
from xietong.desk import operations, queries, work
from xietong.desk.models import Job
from xietong.desk.operations import running, upkeep
from xietong.desk.operations.pulse import Pulse
from xietong.desk.operations.running import run
from xietong.desk.work import Outcome
from xietong.kit.progress import Progress
from xietong.kit.refusals import N_
from xietong.region.rules import LOCAL, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.mark.parametrize("beats", [True, False], ids=["by its beat", "by its own clock"])
def test_whoever_lost_a_job_writes_nothing_to_it_any_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any, beats: bool
) -> None:
    monkeypatch.setattr("xietong.desk.operations.pulse.WRITE_SECONDS", 0.0)
    if not beats:
        # It has just woken: the thread that beats has not come to it yet.
        settings.XIETONG_LEASE_SECONDS = 0
        monkeypatch.setattr(Pulse, "tick", lambda self: None)

    def is_overtaken(actor: Actor, progress: Progress, *, most: int) -> Outcome:
        Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert upkeep.return_lost(upkeep.Watch()) == [asked.pk]
        other = running._take(asked.pk)
        assert other is not None
        progress("Late", 1, 2)
        went_on.append("without its lease")
        return Outcome(N_("Counted to {most}."), {"most": most})

    went_on: list[str] = []
    work.work("overtaken", title=N_("Count to {most}"))(is_overtaken)
    asked = ask(cast["north_officer"], "overtaken")
    run(asked.pk, beside=False)
    asked.refresh_from_db()
    assert (asked.state, asked.fence, asked.stage) == ("running", 2, "")
    assert went_on == []
    assert queries.unread(cast["north_officer"]) == 0


def test_what_is_done_after_the_lease_was_lost_ends_nothing(cast: Cast) -> None:
    def is_late(actor: Actor, progress: Progress, *, most: int) -> Outcome:
        Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert upkeep.return_lost(upkeep.Watch()) == [asked.pk]
        assert running._take(asked.pk) is not None
        if most < 0:
            raise RuntimeError("late and broken")
        return Outcome(N_("Counted to {most}."), {"most": most})

    work.work("late", title=N_("Count to {most}"))(is_late)
    for most in (3, -3):
        asked = ask(cast["north_officer"], "late", most=most)
        run(asked.pk, beside=False)
        asked.refresh_from_db()
        assert (asked.state, asked.fence, asked.outcome, asked.refusal) == (
            "running",
            2,
            None,
            None,
        )
    assert queries.unread(cast["north_officer"]) == 0


def test_each_beat_prolongs_the_lease(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xietong.desk.operations.pulse.WRITE_SECONDS", 0.0)
    leases: list[tuple[int, Any]] = []

    def beats(actor: Actor, progress: Progress, *, most: int) -> Outcome:
        soon = timezone.now() + timedelta(seconds=5)
        Job.objects.filter(pk=asked.pk).update(lease_until=soon)
        progress("Counting", 1, 2)
        now = Job.objects.get(pk=asked.pk)
        leases.append((now.beats, now.lease_until and now.lease_until - soon))
        return Outcome(N_("Counted to {most}."), {"most": most})

    work.work("beats", title=N_("Count to {most}"))(beats)
    asked = ask(cast["north_officer"], "beats")
    run(asked.pk, beside=False)
    ((count, longer),) = leases
    assert count == 1
    assert longer > timedelta(seconds=30)


def test_a_job_whose_worker_died_waits_again_and_at_last_fails(cast: Cast) -> None:
    officer = cast["north_officer"]
    asked = ask(officer)
    for attempt in (1, 2, 3):
        assert running._take(asked.pk) is not None
        assert running._take(asked.pk) is None  # nobody else while it runs
        assert upkeep.return_lost(upkeep.Watch()) == []
        Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert upkeep.return_lost(upkeep.Watch()) == [asked.pk]
        asked.refresh_from_db()
        assert asked.attempts == attempt
        assert asked.state == ("failed" if attempt == 3 else "waiting")
    assert asked.refusal is not None
    assert asked.refusal["code"] == "worker_died"
    assert queries.unread(officer) == 1


def test_a_cancelled_job_whose_worker_died_is_not_begun_again(cast: Cast) -> None:
    officer = cast["north_officer"]
    asked = ask(officer)
    running._take(asked.pk)
    operations.cancel_job(actor=officer, number=asked.pk)
    assert queries.job(officer, asked.pk).state == "running"
    Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert upkeep.return_lost(upkeep.Watch()) == [asked.pk]
    told = queries.job(officer, asked.pk)
    assert (told.state, told.refusal) == ("cancelled", None)
    assert told.ended_at is not None
    assert queries.unread(officer) == 1


def test_a_job_that_has_beaten_or_was_taken_meanwhile_is_left_alone(cast: Cast) -> None:
    asked = ask(cast["north_officer"])
    seen = running._take(asked.pk)
    assert seen is not None
    Job.objects.filter(pk=asked.pk).update(beats=1)
    assert not upkeep._return(seen)
    Job.objects.filter(pk=asked.pk).update(beats=0, fence=2)
    assert not upkeep._return(seen)
    assert queries.job(LOCAL, asked.pk).state == "running"


def test_a_lease_made_too_long_by_a_clock_set_back_does_not_hold(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(cast["north_officer"])
    running._take(asked.pk)
    Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() + timedelta(hours=5))
    watch, now = upkeep.Watch(), [1000.0]
    monkeypatch.setattr("xietong.desk.operations.upkeep.time.monotonic", lambda: now[0])
    assert upkeep.return_lost(watch) == []
    now[0] += 59
    assert upkeep.return_lost(watch) == []
    Job.objects.filter(pk=asked.pk).update(beats=7)  # it lives
    now[0] += 2
    assert upkeep.return_lost(watch) == []
    now[0] += 61
    assert upkeep.return_lost(watch) == [asked.pk]


def test_a_job_to_which_nothing_in_the_queue_leads_is_put_there_again(cast: Cast) -> None:
    asked = ask(cast["north_officer"])
    assert upkeep.return_stranded() == []
    assert asked.task is not None
    place = DBTaskResult.objects.get(pk=asked.task)
    place.claim("a worker that dies now")
    assert upkeep.return_stranded() == []  # it may be about to take the job
    place.started_at = timezone.now() - timedelta(minutes=2)
    place.save()
    assert upkeep.return_stranded() == [asked.pk]
    DBTaskResult.objects.all().delete()
    assert upkeep.return_stranded() == [asked.pk]
    assert DBTaskResult.objects.ready().count() == 1


def test_the_queue_is_looked_through_at_once(cast: Cast, django_assert_num_queries: Any) -> None:
    for most in range(5):
        ask(cast["north_officer"], most=most)
    with django_assert_num_queries(2):
        assert upkeep.return_stranded() == []


def test_a_worker_told_to_end_gives_its_job_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(cast["north_officer"])
    monkeypatch.setattr(running.told_to_end, "raised", True)
    run(asked.pk, beside=False)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts) == ("waiting", 0)
    assert DBTaskResult.objects.ready().count() == 1
    monkeypatch.setattr(running.told_to_end, "raised", False)
    run(asked.pk, beside=False)
    assert queries.job(LOCAL, asked.pk).state == "done"
