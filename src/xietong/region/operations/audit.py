"""A change of record and its audit: one transaction, whose entries are chained at its end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from xietong.kit.references import Reference
from xietong.region import chain
from xietong.region.models import AuditEntry
from xietong.region.rules import Actor

# Whoever appends holds this number of PostgreSQL's advisory locks: the first eight bytes of the
# SHA-256 of “xietong audit”.
LOCK = int.from_bytes(bytes.fromhex("d0131b22d2c3fb10"), signed=True)
# Entries a statement: a table of organisations makes thousands in one change.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Noted:
    """What `record` was told, until the end of the change makes an entry of it."""

    actor: Actor
    verb: str
    subject: str
    member: str
    reason: str
    before: str
    after: str
    details: Mapping[str, Any]


@dataclass(slots=True)
class Change:
    """A change that is being made: what it noted, and the savepoints it stands in."""

    savepoints: tuple[str, ...] = ()
    noted: list[Noted] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)


logger = logging.getLogger(__name__)
_current: ContextVar[Change | None] = ContextVar("the change that is being made", default=None)


@contextmanager
def change() -> Iterator[None]:
    """Make what is written inside one change: all of it stands with its audit entries, or nothing.

    The entries are written last, so that the end of the chain is locked for the shortest time. A
    change inside a change is a savepoint: where it fails, its entries go with it.
    """
    outer = _current.get()
    mine = Change()
    token = _current.set(mine)
    try:
        with transaction.atomic():
            mine.savepoints = _savepoints()
            yield
            if outer is None:
                _append(mine.noted)
    finally:
        _current.reset(token)
    if outer is not None:
        outer.noted.extend(mine.noted)
        outer.afterwards.extend(mine.afterwards)
        return
    for act in mine.afterwards:
        try:
            act()
        except Exception:  # of whatever kind
            # The change stands: whoever made it must not be told otherwise.
            logger.exception("What was to follow a change failed.")


def afterwards(act: Callable[[], None]) -> None:
    """Do something once the outermost change stands, when no lock of it is held any more.

    What fails or waits for others, such as a mail server, belongs here. Nothing is done where the
    change fails, or the part of it in which this was said.
    """
    mine = _current.get()
    if mine is None:
        raise RuntimeError("Outside of a change there is nothing to wait for.")
    mine.afterwards.append(act)


def under_way() -> bool:
    """Tell whether a change is being made, so that something can be done after it."""
    return _current.get() is not None


def record(
    *,
    actor: Actor,
    verb: str,
    subject: Reference,
    member: str = "",
    reason: str = "",
    before: str = "",
    after: str = "",
    **details: Any,
) -> None:
    """Note who did what to which record; `member` is the code of the member whose record it is.

    Refuses to run outside the change that it tells of, and in a savepoint that is no change: were
    that undone, the entry would stay. Details are what JSON can hold, no fractions.
    """
    mine = _current.get()
    if mine is None:
        raise RuntimeError("An audit entry is written in the transaction of its change.")
    if _savepoints() != mine.savepoints:
        raise RuntimeError("A part that may be undone is a change() of its own, not an atomic().")
    chain.canonical(details)  # what cannot be written is found where it is said
    mine.noted.append(
        Noted(actor, verb, str(subject), member, reason, str(before), str(after), details)
    )


def _savepoints() -> tuple[str, ...]:
    """Return the savepoints that could be undone on their own."""
    return tuple(one for one in connection.savepoint_ids if one is not None)


def _append(noted: list[Noted]) -> None:
    """Write entries behind the last one, which nobody else does meanwhile.

    SQLite's transactions hold the one lock on writing from their beginning (IMMEDIATE).
    """
    if not noted:
        return
    if connection.vendor == "postgresql":
        # Keys are checked at a commit otherwise: it would wait for rows that others hold, who
        # themselves wait for the end of the chain.
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEntry.objects.order_by("-number").first()
    entries = []
    for one in noted:
        last = _entry(one, last)
        entries.append(last)
    AuditEntry.objects.bulk_create(entries, batch_size=AT_ONCE)


def _entry(noted: Noted, last: AuditEntry | None) -> AuditEntry:
    at = timezone.now()
    number = 1 if last is None else last.number + 1
    body = chain.canonical(
        {
            "form": chain.FORM,
            "number": number,
            "previous": chain.START if last is None else last.hash,
            "at": chain.stamp(at),
            "behind_us": chain.behind_us(at, None if last is None else last.at),
            "actor": {
                "key": noted.actor.key or noted.actor.kind.value,
                "kind": noted.actor.kind.value,
                "name": noted.actor.name,
            },
            "verb": noted.verb,
            "subject": noted.subject,
            "member": noted.member,
            "reason": noted.reason,
            "before": noted.before,
            "after": noted.after,
            "details": noted.details,
        }
    )
    entry = AuditEntry(number=number, at=at, body=body, hash=chain.digest(body))
    told = entry.told
    entry.actor_key, entry.actor_name = told["actor"]["key"], told["actor"]["name"]
    entry.verb, entry.subject, entry.member = told["verb"], told["subject"], told["member"]
    return entry
