"""Jobs on pages: my list, a job that moves, cancelling and trying again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from xietong.desk import operations, queries, rules
from xietong.desk.models import Job
from xietong.desk.schemas import JobOut, job_out
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.leads import Lead, leads_to
from xietong.region.rules import Actor

A_PAGE = 30
# How long a page waits before it asks again, by how long the job has been under way.
BACK_OFF = ((10, 1), (60, 2), (300, 5))
SLOWEST_SECONDS = 15


@require_safe
@open_to(rules.READ_JOBS, rules.READ_OFFICE_JOBS)
def show_all(request: HttpRequest) -> HttpResponse:
    """Show the jobs on the actor's desk."""
    actor = actor_of(request)
    asked = {"state": request.GET.get("state", ""), "whose": request.GET.get("whose", "")}
    rows = queries.jobs_visible_to(actor)
    if asked["state"] in Job.State.values:
        rows = rows.filter(state=asked["state"])
    if asked["whose"] == "mine":
        rows = rows.filter(asked_by=actor.key)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "desk/jobs.html",
        {
            "page": page,
            "rows": _with_leads(actor, [job_out(one) for one in page]),
            "asked": asked,
            "states": Job.State.values,
            "query": query.urlencode(),
        },
    )


@require_safe
@open_to(rules.READ_JOBS, rules.READ_OFFICE_JOBS)
def show(request: HttpRequest, number: int) -> HttpResponse:
    """Show one job."""
    return render(request, "desk/job.html", _about(request, number))


@require_safe
@open_to(rules.READ_JOBS, rules.READ_OFFICE_JOBS)
def part(request: HttpRequest, number: int) -> HttpResponse:
    """Return the part of a job that moves; it says itself when it is to be asked for again."""
    return render(request, "desk/part.html", _about(request, number))


@require_POST
@open_to(writes=(rules.ENQUEUE, rules.STOP_JOB, rules.STOP_OFFICE_JOB))
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel a job."""
    operations.cancel_job(actor=actor_of(request), number=number)
    return redirect("desk:job", number)


@require_POST
@open_to(writes=(rules.ENQUEUE, rules.STOP_JOB, rules.STOP_OFFICE_JOB))
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Let a job wait again."""
    operations.retry_job(actor=actor_of(request), number=number)
    return redirect("desk:job", number)


@dataclass(frozen=True, slots=True)
class Row:
    """A job and where it leads this actor: to what it is about, and to what came of it."""

    job: JobOut
    about: Lead | None
    came_of_it: str


def _with_leads(actor: Actor, jobs: list[JobOut]) -> list[Row]:
    leads = leads_to(actor, {one for job in jobs for one in (job.subject, job.reference)})
    return [Row(job, leads.get(job.subject), _came_of(job, leads)) for job in jobs]


def _came_of(job: JobOut, leads: Mapping[str, Lead]) -> str:
    """Return the address of what a job brought, as long as it is there and the actor may see it."""
    if job.reference and job.reference not in leads:
        return ""
    return job.url if job.state == rules.DONE else ""


def _about(request: HttpRequest, number: int) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.job(actor, number)
    (led,) = _with_leads(actor, [job_out(row)])
    job = led.job
    stops = queries.may_stop(actor, row)
    told = f"{job.state} {job.stage}"
    return {
        "job": job,
        "told": told,
        "lead": led.about,
        "came_of_it": led.came_of_it,
        "news": request.GET.get("told") != told,
        "brief": request.GET.get("brief") == "1",
        "ask_again_seconds": _ask_again(job),
        "may_cancel": stops and job.open and not job.cancel_asked,
        "may_retry": stops and row.state in rules.RETRIED,
    }


def _ask_again(job: JobOut) -> int | None:
    """Return after how many seconds to ask again; None where nothing will change any more."""
    if not job.open:
        return None
    since = job.started_at or job.asked_at
    age = (timezone.now() - since).total_seconds()
    return next((wait for until, wait in BACK_OFF if age < until), SLOWEST_SECONDS)
