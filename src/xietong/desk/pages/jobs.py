"""Jobs on pages: my list, a job that moves, cancelling and trying again."""

from __future__ import annotations

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
from xietong.region.leads import lead_to

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
            "jobs": [job_out(one) for one in page],
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


def _about(request: HttpRequest, number: int) -> dict[str, Any]:
    actor = actor_of(request)
    row = queries.job(actor, number)
    job = job_out(row)
    stops = queries.may_stop(actor, row)
    told = f"{job.state} {job.stage}"
    return {
        "job": job,
        "told": told,
        "lead": lead_to(actor, job.subject) if job.subject else None,
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
