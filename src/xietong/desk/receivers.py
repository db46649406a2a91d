"""Keeps the search index right about people and organisations, which the region writes."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from xietong.desk import operations
from xietong.desk.findable import organisation_found, person_found
from xietong.region.models import Organisation, Person


@receiver(post_save, sender=Organisation)
def organisation_saved(instance: Organisation, **how: Any) -> None:
    """Let an organisation be found as it is now."""
    operations.index_record(found=organisation_found(instance))


@receiver(post_save, sender=Person)
def person_saved(instance: Person, **how: Any) -> None:
    """Let a person be found as they are now; whoever has left, no more."""
    found = person_found(instance)
    if instance.is_active:
        operations.index_record(found=found)
    else:
        operations.unindex_record(reference=found.reference)
