"""What work calls to tell how far it is, and by which its worker is known to live."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F
from django.utils import timezone

from xietong.desk import rules
from xietong.desk.models import Job
from xietong.desk.work import Cancelled, Lost, Returned

log = logging.getLogger(__name__)
# How often at most the row is written, and how often at least, in parts of the lease.
WRITE_SECONDS = 0.5
BEATS_A_LEASE = 6
# A rate over less than this says nothing.
RATE_FROM_SECONDS = 1.0


class Flag:
    """A flag that a signal handler may raise; an Event's lock could be held where it interrupts."""

    raised = False


class Pulse:
    """The progress of one run. Calling it is cheap; it raises where the work must stop."""

    def __init__(self, number: int, fence: int, told_to_end: Flag) -> None:
        self._row = Job.objects.filter(pk=number, fence=fence, state=rules.RUNNING)
        self._told_to_end = told_to_end
        self._beside = False
        self._over = threading.Event()
        self._cancelled = self._lost = False
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._stage_since, self._stage_from = time.monotonic(), 0
        self._changed = False
        self._written = time.monotonic()
        self._held_until = self._written + settings.XIETONG_LEASE_SECONDS

    def __call__(self, stage: str, done: int = 0, total: int | None = None) -> None:
        """Note how far the work is. Raises Cancelled, Lost or Returned where it must stop."""
        if stage != self._stage:
            self._stage_since, self._stage_from = time.monotonic(), done
        self._stage, self._done, self._total = stage, done, total
        self._changed = True
        if not self._beside:
            self.tick()
        if time.monotonic() >= self._held_until:
            # We slept, or the database was away: whoever took the job meanwhile goes on with it.
            self._lost = not self._row.exists()
        if self._lost:
            raise Lost
        if self._cancelled:
            raise Cancelled
        if self._told_to_end.raised:
            raise Returned

    @contextmanager
    def beating(self, *, beside: bool) -> Iterator[None]:
        """Keep the lease while the work runs, from a thread beside it where it is to be so."""
        self._beside = beside
        thread = threading.Thread(target=self._beat, daemon=True) if beside else None
        if thread is not None:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            if thread is not None:
                thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(WRITE_SECONDS):
                self.tick()
        finally:
            connection.close()

    def tick(self) -> None:
        """Write progress where it has changed, and a beat where one is due."""
        now = time.monotonic()
        since = now - self._written
        due = since >= settings.XIETONG_LEASE_SECONDS / BEATS_A_LEASE
        if not due and not (self._changed and since >= WRITE_SECONDS):
            return
        self._changed = False
        try:
            self._write(now)
        except DatabaseError as fault:
            # A database that is busy or away for a moment: the next beat tries again.
            log.warning("no beat was written: %s", fault)
            self._changed = True
            connection.close_if_unusable_or_obsolete()
        self._written = time.monotonic()

    def _write(self, now: float) -> None:
        written = self._row.update(
            beats=F("beats") + 1,
            lease_until=rules.lease_from(timezone.now(), settings.XIETONG_LEASE_SECONDS),
            stage=self._stage[:200],
            done=self._done,
            total=self._total,
            rate=self._rate(now),
        )
        if written:
            self._held_until = now + settings.XIETONG_LEASE_SECONDS
        flags = self._row.values_list("cancel_asked", flat=True).first() if written else None
        self._lost = flags is None
        self._cancelled = bool(flags)

    def _rate(self, now: float) -> float | None:
        seconds, units = now - self._stage_since, self._done - self._stage_from
        return units / seconds if units > 0 and seconds >= RATE_FROM_SECONDS else None
