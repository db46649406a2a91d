"""Bringing back the jobs of workers that have died."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from xietong.desk import rules
from xietong.desk.models import Job
from xietong.desk.operations.running import put_into_queue, tell_end, told_refusal
from xietong.kit.refusals import N_, Broken
from xietong.region.operations import change

READY = "READY"


@dataclass
class Watch:
    """What one process has seen of the jobs that run: how far each had beaten, and since when.

    Clocks of machines are set back now and then, and a lease would then last too long; seconds by
    our own monotonic clock without a beat are as good a proof.
    """

    seen: dict[int, tuple[int, int, float]] = field(default_factory=dict)

    def silent(self, job: Job) -> bool:
        """Tell whether a job has not beaten for a whole lease while we looked."""
        fence, beats, since = self.seen.get(job.pk, (-1, -1, 0.0))
        if (fence, beats) == (job.fence, job.beats):
            return time.monotonic() - since > settings.XIETONG_LEASE_SECONDS
        self.seen[job.pk] = (job.fence, job.beats, time.monotonic())
        return False

    def forget_all_but(self, running: set[int]) -> None:
        """Keep only what still runs."""
        self.seen = {number: one for number, one in self.seen.items() if number in running}


def return_lost(watch: Watch) -> list[int]:
    """Let jobs whose worker has died wait again, or end where that was often enough."""
    now = timezone.now()
    running = list(Job.objects.filter(state=rules.RUNNING))
    watch.forget_all_but({one.pk for one in running})
    lost = [one for one in running if watch.silent(one) or rules.is_lost(one.lease_until, now)]
    return [one.pk for one in lost if _return(one)]


def _return(seen: Job) -> bool:
    with change():
        job = (
            Job.objects.select_for_update()
            .filter(pk=seen.pk, fence=seen.fence, beats=seen.beats, state=rules.RUNNING)
            .first()
        )
        if job is None:  # it has beaten in between, or another process was first
            return False
        if not job.cancel_asked and job.attempts < rules.MOST_ATTEMPTS:
            job.state, job.lease_until, job.worker = rules.WAITING, None, ""
            job.save(update_fields=["state", "lease_until", "worker"])
            put_into_queue(job)
            return True
        job.state = rules.CANCELLED if job.cancel_asked else rules.FAILED
        job.ended_at, job.lease_until = timezone.now(), None
        if job.state == rules.FAILED:
            job.refusal = told_refusal(
                Broken(
                    "worker_died",
                    N_("The worker died each of the {times} times that it tried this."),
                    way_out=N_("Tell the operator: the machine may want memory. Then try again."),
                    times=job.attempts,
                )
            )
        job.save(update_fields=["state", "ended_at", "lease_until", "refusal"])
        tell_end(job)
    return True


def return_stranded() -> list[int]:
    """Put jobs into the queue again that wait although nothing in the queue leads to them.

    A worker that dies between taking a place in the queue and taking the job leaves one so.
    """
    patience = timezone.now() - timedelta(seconds=settings.XIETONG_LEASE_SECONDS)
    returned = []
    waiting = list(Job.objects.filter(state=rules.WAITING))
    # Read at once; a place that leads nowhere will not lead anywhere later.
    places = DBTaskResult.objects.in_bulk([one.task for one in waiting if one.task])
    for seen in waiting:
        if seen.task in places and _leads_on(places[seen.task], patience):
            continue
        with transaction.atomic():
            job = Job.objects.select_for_update().filter(pk=seen.pk, task=seen.task).first()
            if job is not None and job.state == rules.WAITING:
                put_into_queue(job)
                returned.append(job.pk)
    return returned


def _leads_on(place: DBTaskResult, patience: datetime) -> bool:
    if place.status == READY:
        return True
    return bool(place.started_at and place.started_at > patience)
