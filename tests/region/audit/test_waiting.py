"""Whoever waits for a record does not hold the end of the chain: who has the record needs it."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest
from django.db import connection

from cast import Cast, cast
from xietong.kit.references import Reference
from xietong.region.models import AuditEntry, Mandate, Person
from xietong.region.operations import change, record
from xietong.region.rules import LOCAL

__all__ = ["cast"]
pytestmark = [pytest.mark.operations, pytest.mark.django_db(transaction=True)]
LONGEST_SECONDS = 20.0


def test_a_key_is_checked_before_the_end_of_the_chain_is_held(cast: Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    known = cast.person("north_viewer").pk
    person = Reference("region", "person", str(known))
    before = AuditEntry.objects.count()
    held, faults = Event(), []

    def holds() -> None:
        try:
            with change():
                Person.objects.select_for_update().get(pk=known)
                held.set()
                _wait_for_somebody_who_waits()
                record(actor=LOCAL, verb="rename_person", subject=person)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    holder = Thread(target=holds)
    holder.start()
    assert held.wait(LONGEST_SECONDS)
    with change():
        row = Mandate.objects.get(person=known)
        row.pk, row.role = None, "analyst"
        row.save()
        record(actor=LOCAL, verb="grant_mandate", subject=person)
    holder.join(LONGEST_SECONDS)
    assert faults == []
    told = AuditEntry.objects.order_by("number").values_list("verb", flat=True)[before:]
    assert list(told) == ["rename_person", "grant_mandate"]


def _wait_for_somebody_who_waits() -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waited")
