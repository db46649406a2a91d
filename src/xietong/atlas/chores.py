"""What the atlas does by itself: shelves are swept, and imports that were left behind end."""

from __future__ import annotations

from datetime import timedelta

from xietong.atlas import operations
from xietong.desk.chores import chore
from xietong.region.rules import Actor


@chore("sweep", every=timedelta(days=1))
def sweep(actor: Actor) -> int:
    """Remove files that no row names and that killed work left behind."""
    return len(operations.sweep(actor=actor))


@chore("expire_drafts", every=timedelta(days=1))
def expire_drafts(actor: Actor) -> int:
    """End imports that nobody has touched for a month."""
    return len(operations.expire_drafts(actor=actor))
