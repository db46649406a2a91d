"""What agreements do by themselves: lapse when their time has run out."""

from __future__ import annotations

from datetime import timedelta

from xietong.agreements import operations
from xietong.desk.chores import chore
from xietong.region.rules import Actor


@chore("lapse_overdue", every=timedelta(minutes=10))
def lapse_overdue(actor: Actor) -> int:
    """Let open agreements lapse whose last day is over."""
    return len(operations.lapse_overdue(actor=actor))
