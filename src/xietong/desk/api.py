"""Jobs and notices over HTTP: the same that the pages show and the commands print."""

from __future__ import annotations

from typing import Annotated, cast

from django.http import HttpRequest
from django.views.decorators.csrf import csrf_protect
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from xietong.desk import operations, queries, rules
from xietong.desk.schemas import (
    JobOut,
    MailChoice,
    NoticeMailIn,
    NoticeMailOut,
    NoticeOut,
    job_out,
    notice_out,
)
from xietong.kit.problem_schema import ProblemOut
from xietong.region.actors import actor_of
from xietong.region.guards import SIGNED_IN, call_open_to

router = Router(tags=["desk"])
REFUSED = {400: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut}
Number = Annotated[int, Path(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/jobs", response={200: list[JobOut], **REFUSED}, summary="Jobs, newest first")
@call_open_to(rules.READ_JOBS, rules.READ_OFFICE_JOBS)
def jobs(request: HttpRequest, limit: Limit = 50) -> list[JobOut]:
    """Return the jobs on the actor's desk."""
    return [job_out(one) for one in queries.jobs_visible_to(actor_of(request))[:limit]]


@router.get("/jobs/{number}", response={200: JobOut, **REFUSED}, summary="A job")
@call_open_to(rules.READ_JOBS, rules.READ_OFFICE_JOBS)
def job(request: HttpRequest, number: Number) -> JobOut:
    """Return one job: how far it is, or how it ended."""
    return job_out(queries.job(actor_of(request), number))


@router.post("/jobs/{number}/cancel", response={200: JobOut, **REFUSED}, summary="Cancel a job")
@decorate_view(csrf_protect)
@call_open_to(rules.ENQUEUE, rules.STOP_JOB, rules.STOP_OFFICE_JOB)
def cancel(request: HttpRequest, number: Number) -> JobOut:
    """Cancel a job that waits or runs."""
    return job_out(operations.cancel_job(actor=actor_of(request), number=number))


@router.post("/jobs/{number}/retry", response={200: JobOut, **REFUSED}, summary="Try a job again")
@decorate_view(csrf_protect)
@call_open_to(rules.ENQUEUE, rules.STOP_JOB, rules.STOP_OFFICE_JOB)
def retry(request: HttpRequest, number: Number) -> JobOut:
    """Let a job that was refused, failed or cancelled wait again."""
    return job_out(operations.retry_job(actor=actor_of(request), number=number))


@router.get("/notices", response={200: list[NoticeOut], **REFUSED}, summary="The reader's notices")
@call_open_to(SIGNED_IN)
def notices(request: HttpRequest, limit: Limit = 50) -> list[NoticeOut]:
    """Return the actor's own notices, newest first."""
    return [notice_out(one) for one in queries.notices_of(actor_of(request))[:limit]]


@router.post(
    "/notices/{number}/read", response={200: NoticeOut, **REFUSED}, summary="Mark a notice as read"
)
@decorate_view(csrf_protect)
@call_open_to(SIGNED_IN)
def read(request: HttpRequest, number: Number) -> NoticeOut:
    """Mark one of the actor's own notices as read."""
    return notice_out(operations.read_notice(actor=actor_of(request), number=number))


@router.get(
    "/notice-mail", response={200: NoticeMailOut, **REFUSED}, summary="Whether notices are mailed"
)
@call_open_to(SIGNED_IN)
def notice_mail(request: HttpRequest) -> NoticeMailOut:
    """Return how the actor's own notices come by mail."""
    found = queries.notice_mail_of(actor_of(request))
    return NoticeMailOut(how=cast(MailChoice, found.how), fault=found.fault)


@router.put(
    "/notice-mail", response={200: NoticeMailOut, **REFUSED}, summary="Choose notices by mail"
)
@decorate_view(csrf_protect)
@call_open_to(SIGNED_IN)
def choose_notice_mail(request: HttpRequest, body: NoticeMailIn) -> NoticeMailOut:
    """Choose whether the actor's own notices come by mail too."""
    operations.choose_notice_mail(actor=actor_of(request), how=body.how)
    return notice_mail(request)
