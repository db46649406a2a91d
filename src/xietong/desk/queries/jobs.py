"""Which jobs an actor may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xietong.desk import rules
from xietong.desk.models import Job
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor, Kind, may


def jobs_visible_to(actor: Actor) -> QuerySet[Job]:
    """Return the jobs that lie on the actor's desk, newest first: own ones and the member's."""
    if actor.kind is Kind.LOCAL:
        return Job.objects.all()
    if actor.kind is not Kind.PERSON:
        return Job.objects.none()
    return Job.objects.filter(
        Q(asked_by=actor.key) | Q(scope__in=sorted(rules.own_scopes(actor.held)))
    )


def open_jobs(actor: Actor) -> QuerySet[Job]:
    """Return the jobs on the actor's desk that wait or run."""
    return jobs_visible_to(actor).filter(state__in=rules.OPEN)


def job(actor: Actor, number: int) -> Job:
    """Return one job. Refuses `no_such_job`, in the same words whether or not there is one."""
    found = jobs_visible_to(actor).filter(pk=number).first()
    if found is None:
        raise NotFound(
            "no_such_job",
            N_("There is no job {number} that you may see."),
            way_out=N_("Open the list of your jobs."),
            field="job",
            number=str(number),
        )
    return found


def may_stop(actor: Actor, job: Job) -> bool:
    """Tell whether the actor may cancel or retry a job that the actor sees."""
    return job.asked_by == actor.key or may(actor, rules.stop_line(job.scope), of=job.scope)
