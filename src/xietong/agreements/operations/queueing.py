"""One queue a subject: whoever opens, decides or ends an agreement on it stands in line here."""

from __future__ import annotations

from xietong.agreements import queries
from xietong.agreements.models import Agreement, Subject
from xietong.kit.references import Reference


def queue_for(subject: Reference) -> None:
    """Wait until nobody else is at this subject's agreements; hold the place until the change ends.

    A room that locks a row of its own on what agreements are about queues here first. All locks are
    then taken in one order (the subject, its agreements, the row), and nobody waits in a circle.
    """
    row, _ = Subject.objects.get_or_create(reference=str(subject))
    Subject.objects.select_for_update().get(pk=row.pk)


def locked(number: int) -> Agreement:
    """Return an agreement that nobody else changes meanwhile. Refuses `no_such_agreement`."""
    known = Agreement.objects.filter(pk=number).first()
    if known is None:
        raise queries.no_such(number)
    queue_for(Reference.parse(known.subject))
    return Agreement.objects.select_for_update().get(pk=known.pk)


def reference_of(agreement: Agreement) -> Reference:
    """Return how other records refer to an agreement."""
    return Reference("agreements", "agreement", str(agreement.pk))
