"""Asking for work, cancelling it, asking again, and clearing what has ended long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from xietong.desk import queries, rules
from xietong.desk.findable import job_found
from xietong.desk.models import Job, Notice, SearchEntry
from xietong.desk.operations.running import put_into_queue
from xietong.desk.operations.search import index_record
from xietong.desk.work import WorkKind, kind_of_work
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.operations import change, record
from xietong.region.rules import STRICT, Actor, Kind, of_member, require


def enqueue(
    *,
    actor: Actor,
    kind: str,
    parameters: Mapping[str, Any],
    subject: Reference | None = None,
    scope: str | None = None,
    title_params: Mapping[str, Any] | None = None,
) -> Job:
    """Ask for work; a worker does it after the transaction in which it was asked for.

    The job lies on the desk of `scope`: else that of the parameter `member`, else the actor's own
    member where there is one. Asking for the same again while it waits or runs gives the same job.
    Refuses `no_such_work`, and `job_on_same_subject` where a kind takes one a subject at a time.
    """
    require(actor, rules.ENQUEUE)
    declared = kind_of_work(kind)
    if declared.line is not None:
        require(actor, declared.line, of=declared.of(parameters))
    one = declared.one_a_subject and subject is not None
    asked = Job(
        kind=kind,
        title=declared.title,
        title_params=dict(title_params or _plain(parameters)),
        parameters=dict(parameters),
        subject=str(subject or ""),
        scope=_scope(actor, declared, parameters) if scope is None else scope,
        one_a_subject=one,
        asked_by=actor.key,
        asked_name=actor.name,
        # A strict role that is held shows that the session had its second factor.
        assured=any(held.role in STRICT for held in actor.held),
    )
    with change():
        known = _under_way(asked)
        if known is None:
            try:
                with transaction.atomic():
                    asked.save(force_insert=True)
            except IntegrityError:  # another asked in the same moment, and was first
                known = _under_way(asked)
                if known is None:
                    raise
        if known is not None:
            return _the_same(known, asked)
        put_into_queue(asked)
        index_record(found=job_found(asked))
        record(
            actor=actor,
            verb="enqueue",
            member=rules.member_of(asked.scope),
            subject=Reference("desk", "job", str(asked.pk)),
            after=rules.WAITING,
            kind=kind,
            about=asked.subject,
        )
    return asked


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in parameters.items() if isinstance(one, str | int)}


def _scope(actor: Actor, declared: WorkKind, parameters: Mapping[str, Any]) -> str:
    named = declared.of(parameters)
    if named is not None:
        return named
    if isinstance(parameters.get("member"), str):
        return of_member(parameters["member"])
    scopes = rules.own_scopes(actor.held)
    return next(iter(scopes)) if len(scopes) == 1 else ""


def _under_way(asked: Job) -> Job | None:
    if not asked.one_a_subject:
        return None
    return Job.objects.filter(
        kind=asked.kind, subject=asked.subject, one_a_subject=True, state__in=rules.OPEN
    ).first()


def _the_same(known: Job, asked: Job) -> Job:
    if known.parameters != asked.parameters or known.scope != asked.scope:
        raise _on_same_subject()
    return known


def _on_same_subject() -> Refusal:
    return Refusal(
        "job_on_same_subject",
        N_("This is being worked on already, in another way."),
        way_out=N_("Wait until that job has ended, or cancel it, and ask again."),
    )


def cancel_job(*, actor: Actor, number: int) -> Job:
    """End a job that waits at once, one that runs at its next step.

    Refuses `no_such_job`, `not_allowed` and `job_ended`.
    """
    _require_desk(actor)
    with change():
        job = _locked(actor, number)
        rules.may_cancel(job.state)
        before = job.state
        job.cancel_asked = True
        if job.state == rules.WAITING:
            job.state = Job.State.CANCELLED
            job.ended_at = timezone.now()
        job.save(update_fields=["cancel_asked", "state", "ended_at"])
        record(
            actor=actor,
            verb="cancel_job",
            member=rules.member_of(job.scope),
            subject=Reference("desk", "job", str(job.pk)),
            before=before,
            after=rules.CANCELLED,
        )
    return job


def retry_job(*, actor: Actor, number: int) -> Job:
    """Let a job that was refused, failed or cancelled wait for a worker again.

    It runs in the name of whoever asked first. Refuses `no_such_job`, `not_allowed`,
    `job_under_way`, `job_done` and `job_on_same_subject`.
    """
    _require_desk(actor)
    with change():
        job = _locked(actor, number)
        rules.may_retry(job.state)
        before = job.state
        job.state = Job.State.WAITING
        job.cancel_asked = False
        job.attempts = 0
        job.stage, job.done, job.total, job.rate = "", 0, None, None
        job.refusal = job.outcome = job.ended_at = job.started_at = None
        try:
            with transaction.atomic():
                job.save()
        except IntegrityError as fault:  # another waits or runs, or was asked for in this moment
            raise _on_same_subject() from fault
        put_into_queue(job)
        record(
            actor=actor,
            verb="retry_job",
            member=rules.member_of(job.scope),
            subject=Reference("desk", "job", str(job.pk)),
            before=before,
            after=rules.WAITING,
        )
    return job


def clear_jobs(*, actor: Actor, older_than_days: int) -> int:
    """Forget the jobs that ended longer ago than this; return how many."""
    require(actor, rules.CLEAR_JOBS)
    before = timezone.now() - timedelta(days=older_than_days)
    with change():
        old = Job.objects.filter(state__in=rules.ENDED, ended_at__lt=before)
        tasks = [one for one in old.values_list("task", flat=True) if one is not None]
        DBTaskResult.objects.filter(pk__in=tasks).delete()
        found = [f"desk:job:{one}" for one in old.values_list("pk", flat=True)]
        SearchEntry.objects.filter(reference__in=found).delete()
        # Notices outlive the jobs they tell of, and lead nowhere then.
        gone = Notice.objects.filter(subject__in=found)
        gone.update(subject="", url="")
        cleared, _ = old.delete()
        if cleared:
            record(
                actor=actor,
                verb="clear_jobs",
                subject=Reference("desk", "job", "ended"),
                jobs=cleared,
                older_than_days=older_than_days,
            )
    return cleared


def _require_desk(actor: Actor) -> None:
    """Refuse whoever can have no job at all, before any is looked for."""
    if actor.kind is not Kind.PERSON:
        require(actor, rules.STOP_JOB)


def _locked(actor: Actor, number: int) -> Job:
    seen = queries.job(actor, number)
    job = Job.objects.select_for_update().get(pk=seen.pk)
    if job.asked_by != actor.key:
        require(actor, rules.stop_line(job.scope), of=job.scope)
    return job
