"""Taking a chore that is due, so that no other worker does, and saying how it ended."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from xietong.desk import rules
from xietong.desk.models import Chore
from xietong.region.operations import change
from xietong.region.rules import Actor, require

# Longer than any chore takes; whoever dies at one keeps others from it no longer than this.
LEASE = timedelta(minutes=15)
# What failed is tried again after so long, where it would not be due before.
AGAIN = timedelta(hours=1)


def take_chore(*, actor: Actor, name: str, every: timedelta, now_due: bool = False) -> int | None:
    """Take a chore that is due and that nobody is at; return the number that proves it.

    With `now_due` it is taken even if it is not due yet. A moment that lies further ahead than a
    whole turn was written by a clock that was set back since, and holds nobody up.
    """
    require(actor, rules.RUN_CHORES)
    now = timezone.now()
    with change():
        Chore.objects.get_or_create(name=name, defaults={"due_at": now})
        free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE)
        due = Q(due_at__lte=now) | Q(due_at__gt=now + every)
        rows = Chore.objects.filter(free, name=name)
        if not now_due:
            rows = rows.filter(due)
        # One statement: of two workers that see it free, the second finds it taken.
        if not rows.update(fence=F("fence") + 1, lease_until=now + LEASE):
            return None
        return Chore.objects.get(name=name).fence


def end_chore(*, actor: Actor, name: str, fence: int, every: timedelta, fault: str = "") -> bool:
    """Say that a chore has ended, and when it is due again; return whether it was still ours."""
    require(actor, rules.RUN_CHORES)
    now = timezone.now()
    ended = Chore.objects.filter(name=name, fence=fence).update(
        ran_at=now,
        due_at=now + (min(every, AGAIN) if fault else every),
        lease_until=None,
        fault=fault[:100],
    )
    return bool(ended)
