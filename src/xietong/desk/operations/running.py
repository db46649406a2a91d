"""One run of a job: taken under a fence, kept by a lease, ended once."""

from __future__ import annotations

import logging
import os
import socket
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from xietong.desk import rules
from xietong.desk.models import Job
from xietong.desk.operations.notices import notify
from xietong.desk.operations.pulse import Flag, Pulse
from xietong.desk.sayings import saying
from xietong.desk.work import Cancelled, Lost, Outcome, Returned, kind_of_work
from xietong.engine.problems import Problem
from xietong.kit.doors import SHOWN_PROBLEMS
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Broken, Refusal
from xietong.kit.surroundings import why
from xietong.region.actors import actor_for
from xietong.region.models import Person
from xietong.region.operations import change
from xietong.region.rules import LOCAL, Actor, require

log = logging.getLogger(__name__)
# Raised when this process is told to end: its job goes back to where it waited.
told_to_end = Flag()


@task()
def run_job(number: int) -> None:
    """Run a job that waits; whoever is late to it does nothing."""
    run(number)


def put_into_queue(job: Job) -> None:
    """Let a job wait for a worker, in the transaction of whoever asks; it waits there once."""
    if job.task is not None:
        DBTaskResult.objects.filter(pk=job.task).delete()
    job.task = UUID(run_job.enqueue(job.pk).id)
    job.save(update_fields=["task"])


def run(number: int, *, beside: bool = True) -> None:
    """Run a job to an end and write it down; nothing where it does not wait, or is taken from us.

    `beside` lets a thread of its own keep the lease and write progress; without, the work does so
    whenever it tells of progress.
    """
    job = _take(number)
    if job is None:
        return
    pulse = Pulse(job.pk, job.fence, told_to_end)
    try:
        with translation.override(settings.LANGUAGE_CODE), pulse.beating(beside=beside):
            outcome = _work(job, pulse)
        _end(job, rules.DONE, outcome=_told_outcome(outcome))
    except Lost:
        log.warning("job %d was taken by another worker", job.pk)
    except Cancelled:
        _end(job, rules.CANCELLED)
    except Returned:
        _give_back(job)
    except Refusal as refusal:
        _end(job, rules.REFUSED, refusal=told_refusal(refusal))
    except (OperationalError, InterfaceError):
        # The database was busy or away: that is no word on the job. Its lease ends, and it is
        # taken again.
        log.exception("job %d (%s) lost the database", job.pk, job.kind)
    except Exception as fault:  # whatever the work of a room raises ends its job, not the worker
        known = why(fault)
        log.exception("job %d (%s) broke", job.pk, job.kind)
        if known is None:
            _end(job, rules.FAILED, refusal=told_refusal(_broken(job)))
        else:  # the disk is full or may only be read
            _end(job, rules.REFUSED, refusal=told_refusal(known))


def _take(number: int) -> Job | None:
    """Make the job ours: no worker that had it before can write to it any more."""
    now = timezone.now()
    with transaction.atomic():
        taken = Job.objects.filter(pk=number, state=rules.WAITING).update(
            state=rules.RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            beats=0,
            lease_until=rules.lease_from(now, settings.XIETONG_LEASE_SECONDS),
            worker=f"{socket.gethostname()}:{os.getpid()}"[:80],
            started_at=now,
            stage="",
            done=0,
            total=None,
            rate=None,
        )
        return Job.objects.get(pk=number) if taken else None


def _work(job: Job, pulse: Pulse) -> Outcome:
    kind = kind_of_work(job.kind)
    actor = asker_of(job)
    require(actor, rules.ENQUEUE)
    if kind.line is not None:
        require(actor, kind.line, of=kind.of(job.parameters))
    outcome = kind.does(actor, pulse, **job.parameters)
    if not isinstance(outcome, Outcome):
        raise TypeError(f"the work {job.kind} gave {outcome!r} instead of an Outcome")
    return outcome


def asker_of(job: Job) -> Actor:
    """Return who asked for a job, with the mandates of this moment. Refuses `asker_gone`."""
    if job.asked_by == LOCAL.key:
        return LOCAL
    number = job.asked_by.removeprefix("person:")
    person = Person.objects.filter(pk=int(number), is_active=True).first()
    if person is None:
        raise Refusal(
            "asker_gone",
            N_("{name}, who asked for this, has no access any more."),
            way_out=N_("Let somebody with a mandate ask for it again."),
            name=job.asked_name,
        )
    return actor_for(person, assured=job.assured)


def _give_back(job: Job) -> None:
    """Let the job wait again as if this run had not been."""
    with transaction.atomic():
        given = _ours(job).update(
            state=rules.WAITING, attempts=F("attempts") - 1, lease_until=None, worker=""
        )
        if given:
            put_into_queue(Job.objects.get(pk=job.pk))


def _end(
    job: Job,
    state: str,
    *,
    refusal: dict[str, Any] | None = None,
    outcome: dict[str, Any] | None = None,
) -> None:
    """Write down how our run ended, and tell who asked; nothing where the job is not ours."""
    with change():
        ended = _ours(job).update(
            state=state,
            ended_at=timezone.now(),
            lease_until=None,
            refusal=refusal,
            outcome=outcome,
        )
        if ended:
            tell_end(Job.objects.get(pk=job.pk))


def _ours(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=rules.RUNNING)


def tell_end(job: Job) -> None:
    """Leave a notice with whoever asked for a job that has ended; the operator gets none."""
    if not job.asked_by.startswith("person:"):
        return
    person = Person.objects.filter(pk=int(job.asked_by.removeprefix("person:"))).first()
    if person is None:
        return
    params: dict[str, Any] = {"title": saying(job.title, **job.title_params)}
    ended = job.outcome or job.refusal or {}
    if job.state == rules.DONE:
        sentence = N_("{title}: {told}")
        params["told"] = saying(ended["sentence"], **ended["params"])
    elif job.state == rules.CANCELLED:
        sentence = N_("{title}: cancelled")
    else:
        sentence = N_("{title}: not done. {told}")
        params["told"] = saying(ended["sentence"], **ended["params"])
    notify(
        person=person,
        sentence=sentence,
        params=params,
        subject=Reference("desk", "job", str(job.pk)),
        url=reverse("desk:job", args=[job.pk]),
    )


def told_refusal(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal as a job keeps it, to be said in any language."""
    return {
        "code": refusal.code,
        "sentence": refusal.sentence,
        "way_out": refusal.way_out,
        "field": refusal.field,
        "params": refusal.params,
        "problems": [_told_problem(problem) for problem in refusal.problems[:SHOWN_PROBLEMS]],
        "problems_total": len(refusal.problems),
    }


def _told_problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "row": problem.row,
        "field": problem.field,
        "params": dict(problem.params),
    }


def _told_outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "sentence": outcome.sentence,
        "params": dict(outcome.params),
        "reference": str(outcome.reference or ""),
        "url": outcome.url,
    }


def _broken(job: Job) -> Broken:
    return Broken(
        "job_broke",
        N_("Something of ours broke while this was done."),
        way_out=N_("Try again; if it breaks again, tell the operator the number {number}."),
        number=str(job.pk),
    )
