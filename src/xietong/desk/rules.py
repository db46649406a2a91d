"""Who may do what at the desk, and what may happen to a job in which state."""

from __future__ import annotations

from datetime import datetime, timedelta

from xietong.kit.refusals import N_, NotAllowed, Refusal
from xietong.region.rules import EVERY_ROLE, OFFICE, Actor, Held, Kind, May, Role, of_member

WAITING, RUNNING, DONE = "waiting", "running", "done"
REFUSED, FAILED, CANCELLED = "refused", "failed", "cancelled"
OPEN = (WAITING, RUNNING)
ENDED = (DONE, REFUSED, FAILED, CANCELLED)
RETRIED = (REFUSED, FAILED, CANCELLED)

MOST_ATTEMPTS = 3

# How a person wants notices by mail: not at all, each by itself, or those of a day together.
NO_MAIL, EACH, DAILY = "none", "each", "daily"
MAIL_CHOICES = (NO_MAIL, EACH, DAILY)
# How long after a mail that did not go out it is tried again; after the last one no more.
MAIL_WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)

WORKING = frozenset({Role.ANALYST, Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR})
STOPPING = frozenset({Role.OFFICER, Role.ADMINISTRATOR})

# The office has a desk of its own, and none of the members'.
READ_JOBS = May("read_jobs", own=EVERY_ROLE)
READ_OFFICE_JOBS = May("read_office_jobs", office=EVERY_ROLE)
ENQUEUE = May("enqueue", own=EVERY_ROLE, office=EVERY_ROLE)
STOP_JOB = May("stop_job", own=STOPPING)
STOP_OFFICE_JOB = May("stop_office_job", office=STOPPING)
CLEAR_JOBS = May("clear_jobs")
KEEP_FILE = May("keep_file", own=WORKING, office=WORKING)
READ_FILES = May("read_files", own=WORKING)
READ_OFFICE_FILES = May("read_office_files", office=WORKING)
SWEEP_FILES = May("sweep_files")
REMEMBER_MAPPING = May("remember_mapping", own=WORKING, office=WORKING)
REBUILD_SEARCH = May("rebuild_search")
RUN_CHORES = May("run_chores")
MAIL_NOTICES = May("mail_notices")
TABLE: tuple[May, ...] = (
    READ_JOBS,
    READ_OFFICE_JOBS,
    ENQUEUE,
    STOP_JOB,
    STOP_OFFICE_JOB,
    CLEAR_JOBS,
    KEEP_FILE,
    READ_FILES,
    READ_OFFICE_FILES,
    SWEEP_FILES,
    REMEMBER_MAPPING,
    REBUILD_SEARCH,
    RUN_CHORES,
    MAIL_NOTICES,
)


def own_scopes(held: frozenset[Held]) -> frozenset[str]:
    """Return the scopes whose records lie on the desk of whoever holds these mandates.

    >>> from xietong.region.rules import Role
    >>> sorted(own_scopes(frozenset({Held(Role.OFFICER, "member:x"), Held(Role.VIEWER, "office")})))
    ['member:x', 'office']
    """
    return frozenset(one.scope for one in held)


def member_of(scope: str) -> str:
    """Return the code of the member whose records a scope is; none for the office's and others'.

    >>> member_of("member:northshore"), member_of("office"), member_of("organisation:3")
    ('northshore', '', '')
    """
    prefix = of_member("")
    return scope.removeprefix(prefix) if scope.startswith(prefix) else ""


def stop_line(scope: str) -> May:
    """Return the line that lets somebody else than the asker stop a job of this scope."""
    return STOP_OFFICE_JOB if scope == OFFICE else STOP_JOB


def require_person(actor: Actor, verb: str) -> None:
    """Refuse `not_allowed` to whoever is no person: nothing awaits a reader or a machine."""
    if actor.kind is not Kind.PERSON:
        raise NotAllowed(
            "not_allowed",
            N_("“{actor}” may not do this ({verb})."),
            way_out=N_("Ask an administrator of your member for a mandate, or the operator."),
            actor=actor.name,
            verb=verb,
        )


def may_cancel(state: str) -> None:
    """Only what waits or runs is cancelled."""
    if state not in OPEN:
        raise Refusal(
            "job_ended",
            N_("This job has ended, so it cannot be cancelled."),
            way_out=N_("Nothing is left to do."),
        )


def may_retry(state: str) -> None:
    """Only what was refused, failed or cancelled is tried again."""
    if state in OPEN:
        raise Refusal(
            "job_under_way",
            N_("This job waits or runs already."),
            way_out=N_("Wait for its end, or cancel it first."),
        )
    if state not in RETRIED:
        raise Refusal(
            "job_done",
            N_("This job is done, so it is not tried again."),
            way_out=N_("Ask for a new one where something has changed."),
        )


def is_lost(lease_until: datetime | None, now: datetime) -> bool:
    """Tell whether whoever runs a job has not been heard of for a whole lease."""
    return lease_until is None or lease_until < now


def remaining_seconds(done: int, total: int | None, rate: float | None) -> int | None:
    """Return how long the rest of a stage takes at its rate so far; None where nobody can know.

    >>> remaining_seconds(250, 1000, 50.0), remaining_seconds(5, None, 1.0)
    (15, None)
    >>> remaining_seconds(0, 10, None), remaining_seconds(12, 10, 1.0)
    (None, 0)
    """
    if total is None or not rate:
        return None
    return max(0, round((total - done) / rate))


def next_mail(tries: int, now: datetime) -> datetime | None:
    """Return when a mail that has failed so many times is tried again; None: never.

    >>> next_mail(1, datetime(2026, 3, 1, 8)), next_mail(6, datetime(2026, 3, 1, 8))
    (datetime.datetime(2026, 3, 1, 8, 5), None)
    """
    return now + MAIL_WAITS[tries - 1] if tries <= len(MAIL_WAITS) else None


def lease_from(now: datetime, seconds: int) -> datetime:
    """Return until when a beat at this moment holds a job."""
    return now + timedelta(seconds=seconds)
