"""Chores: a room says in its chores.py what the house does by itself from time to time.

    @chore("lapse_overdue", every=timedelta(minutes=10))
    def lapse_overdue(actor: Actor) -> int: ...

A chore calls operations, may be done again at any time, and returns how many records it changed.
Workers do what is due between two jobs, one worker at a time; nobody needs a timer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.db import DatabaseError
from django.utils.module_loading import autodiscover_modules

from xietong.desk import operations, queries
from xietong.kit.refusals import Refusal
from xietong.region import operations as region
from xietong.region.rules import Actor

log = logging.getLogger(__name__)
JOB_DAYS = 90
DAILY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of chore: its name, how often it is due, and what does it."""

    name: str
    every: timedelta
    does: Callable[[Actor], int]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a chore: how many records it changed, or the code of what kept it."""

    name: str
    changed: int
    fault: str


_kinds: dict[str, Kind] = {}


def chore(
    name: str, *, every: timedelta
) -> Callable[[Callable[[Actor], int]], Callable[[Actor], int]]:
    """Declare a chore that is due again so long after it was done."""

    def declared(does: Callable[[Actor], int]) -> Callable[[Actor], int]:
        _kinds[name] = Kind(name, every, does)
        return does

    return declared


@cache
def _discover() -> None:
    autodiscover_modules("chores")


def kinds() -> list[Kind]:
    """Return every room's chores, by name."""
    _discover()
    return [_kinds[name] for name in sorted(_kinds)]


def run_chores(
    actor: Actor, *, all_now: bool = False, stop: Callable[[], bool] = lambda: False
) -> Iterator[Ran]:
    """Do the chores that are due, or all of them; one that fails keeps no other from being done.

    What another worker is at is left to it. `stop` is asked before each.
    """
    waiting = queries.chores_not_due(actor)
    for kind in kinds():
        if stop():
            return
        if kind.name in waiting and not all_now:
            continue
        fence = operations.take_chore(
            actor=actor, name=kind.name, every=kind.every, now_due=all_now
        )
        if fence is None:
            continue
        ran = _run(actor, kind)
        operations.end_chore(
            actor=actor, name=kind.name, fence=fence, every=kind.every, fault=ran.fault
        )
        yield ran


def _run(actor: Actor, kind: Kind) -> Ran:
    try:
        return Ran(kind.name, kind.does(actor), "")
    except Refusal as refusal:
        log.warning("the chore %s was refused: %s", kind.name, refusal.code)
        return Ran(kind.name, 0, refusal.code)
    except DatabaseError:
        raise  # the worker waits until it is back; the lease lets the chore be taken again
    except Exception as fault:  # one room's chore must not keep the others from theirs
        log.exception("the chore %s broke", kind.name)
        return Ran(kind.name, 0, type(fault).__name__)


@chore("clear_jobs", every=DAILY)
def clear_jobs(actor: Actor) -> int:
    """Forget jobs that ended long ago."""
    return operations.clear_jobs(actor=actor, older_than_days=JOB_DAYS)


@chore("sweep_files", every=DAILY)
def sweep_files(actor: Actor) -> int:
    """Forget uploads that have expired, and contents that no row names."""
    return len(operations.sweep_files(actor=actor))


@chore("keep_head", every=DAILY)
def keep_head(actor: Actor) -> int:
    """Keep the day's head of the audit, against which a lost tail shows."""
    region.keep_head(actor=actor)
    return 1


@chore("mail_notices", every=timedelta(minutes=2))
def mail_notices(actor: Actor) -> int:
    """Send the notices of a day that is over, and what no mail server took before."""
    return operations.mail_notices(actor=actor)
