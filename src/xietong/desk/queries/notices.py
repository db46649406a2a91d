"""Notices of whoever reads."""

from __future__ import annotations

from django.db.models import QuerySet

from xietong.desk.models import Notice
from xietong.region.rules import Actor, Kind


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """Return the actor's own notices, newest first; nobody has those of another."""
    if actor.kind is not Kind.PERSON:
        return Notice.objects.none()
    return Notice.objects.filter(person_id=int(actor.key.removeprefix("person:")))


def unread(actor: Actor) -> int:
    """Return how many notices the actor has not read."""
    return notices_of(actor).filter(read_at__isnull=True).count()
