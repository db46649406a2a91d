"""A change of record and its audit: one transaction, whose entries are written at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from xietong.kit.references import Reference
from xietong.region.models import AuditEntry
from xietong.region.rules import Actor

_pending: ContextVar[list[AuditEntry] | None] = ContextVar("pending audit entries", default=None)


@contextmanager
def change() -> Iterator[None]:
    """Make what is written inside one change: all of it stands with its audit entries, or nothing.

    The entries are written last, so that the end of the chain is locked for the shortest time. A
    change inside a change is a savepoint: where it fails, its entries go with it.
    """
    outer = _pending.get()
    mine: list[AuditEntry] = []
    token = _pending.set(mine)
    try:
        with transaction.atomic():
            yield
            if outer is None:
                for entry in mine:
                    entry.save(force_insert=True)
    finally:
        _pending.reset(token)
    if outer is not None:
        outer.extend(mine)


def record(
    *,
    actor: Actor,
    verb: str,
    subject: Reference,
    reason: str = "",
    before: str = "",
    after: str = "",
    **details: str | int | bool,
) -> None:
    """Note who did what to which record. Refuses to run outside the change that it tells of."""
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("An audit entry is written in the transaction of its change.")
    pending.append(
        AuditEntry(
            actor=actor.name,
            verb=verb,
            subject=str(subject),
            reason=reason,
            before=before,
            after=after,
            details=details,
        )
    )
