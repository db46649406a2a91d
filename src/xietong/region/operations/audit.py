"""The append to the audit; every operation of every room calls it inside its transaction."""

from __future__ import annotations

from django.db import connection

from xietong.kit.references import Reference
from xietong.region.models import AuditEntry
from xietong.region.rules import Actor


def record(
    *,
    actor: Actor,
    verb: str,
    subject: Reference,
    reason: str = "",
    before: str = "",
    after: str = "",
    **details: str | int | bool,
) -> AuditEntry:
    """Append who did what to which record. Refuses to run outside the change's transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry is written in the transaction of its change.")
    return AuditEntry.objects.create(
        actor=actor.name,
        verb=verb,
        subject=str(subject),
        reason=reason,
        before=before,
        after=after,
        details=details,
    )
