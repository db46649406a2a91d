"""The shapes in which the doors show jobs, notices and files, said in the active language."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, cast

from ninja import Schema

from xietong.desk import rules
from xietong.desk.models import Job, Notice
from xietong.desk.sayings import here, say
from xietong.engine.problems import Problem
from xietong.kit.doors import said_problem
from xietong.kit.problem_schema import RowProblem

JobState = Literal["waiting", "running", "done", "refused", "failed", "cancelled"]


class JobOut(Schema):
    """A job: what was asked, how far it is, how it ended."""

    number: int
    kind: str
    title: str
    subject: str
    state: JobState
    cancel_asked: bool
    asked_name: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    stage: str
    done: int
    total: int | None
    share: float | None
    rate: float | None
    remaining_seconds: int | None
    code: str
    sentence: str
    way_out: str
    problems: list[RowProblem]
    problems_total: int
    reference: str
    url: str

    @property
    def open(self) -> bool:
        """Tell whether it still waits or runs."""
        return self.state in rules.OPEN


class NoticeOut(Schema):
    """A notice as its reader sees it."""

    number: int
    sentence: str
    subject: str
    url: str
    at: datetime
    read: bool


MailChoice = Literal["none", "each", "daily"]


class NoticeMailIn(Schema):
    """How one wants one's notices by mail: not at all, each, or those of a day together."""

    how: MailChoice


class NoticeMailOut(NoticeMailIn):
    """The same as chosen, and why the last mail did not go out; blank where it did."""

    fault: str


def job_out(job: Job) -> JobOut:
    """Return a job as it is shown, in the active language."""
    ended = job.refusal or job.outcome or {}
    share = min(1.0, job.done / job.total) if job.total else None
    running = job.state == rules.RUNNING
    return JobOut(
        number=job.pk,
        kind=job.kind,
        title=say(job.title, job.title_params),
        subject=job.subject,
        state=cast(JobState, job.state),
        cancel_asked=job.cancel_asked,
        asked_name=job.asked_name,
        asked_at=job.asked_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        attempts=job.attempts,
        stage=say(job.stage, {}) if running else "",
        done=job.done,
        total=job.total,
        share=1.0 if job.state == rules.DONE else share,
        rate=job.rate if running else None,
        remaining_seconds=_remaining(job) if running else None,
        code=ended.get("code", ""),
        sentence=say(ended.get("sentence", ""), ended.get("params", {})),
        way_out=say(ended.get("way_out", ""), ended.get("params", {})),
        problems=[RowProblem(**said_problem(Problem(**one))) for one in ended.get("problems", [])],
        problems_total=ended.get("problems_total", 0),
        reference=ended.get("reference", ""),
        url=here(ended.get("url", "")),
    )


def _remaining(job: Job) -> int | None:
    return rules.remaining_seconds(job.done, job.total, job.rate)


def notice_out(notice: Notice) -> NoticeOut:
    """Return a notice as it is shown, in the active language."""
    return NoticeOut(
        number=notice.pk,
        sentence=say(notice.sentence, notice.params),
        subject=notice.subject,
        url=here(notice.url),
        at=notice.at,
        read=notice.read_at is not None,
    )
