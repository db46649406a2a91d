"""What the atlas does within the change of another: settle an edition, and let records be found."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from xietong.agreements.models import Agreement
from xietong.agreements.signals import agreement_ended, agreement_in_force
from xietong.atlas import operations
from xietong.atlas.findable import edition_found, register_found, version_found
from xietong.atlas.models import Edition, RegisterVersion
from xietong.desk import operations as desk
from xietong.kit.references import Reference
from xietong.region.rules import Actor


@receiver((agreement_in_force, agreement_ended), dispatch_uid="atlas.settle_edition")
def settle(*, agreement: Agreement, subject: Reference, actor: Actor, **_: Any) -> None:
    """Bring the edition that was agreed on, or not, to its state."""
    if (subject.room, subject.kind) == ("atlas", "edition"):
        operations.settle_edition(actor=actor, agreement=agreement.pk)


@receiver(post_save, sender=Edition, dispatch_uid="atlas.find_edition")
def edition_saved(instance: Edition, **how: Any) -> None:
    """Let an edition be found as it stands now, by whoever may see it."""
    desk.index_record(found=edition_found(instance))


@receiver(m2m_changed, sender=Edition.versions.through, dispatch_uid="atlas.find_edition_of")
def versions_named(instance: Any, action: str, **how: Any) -> None:
    """Let the members find an edition as soon as it is said what it was made from."""
    if action == "post_add" and isinstance(instance, Edition):
        desk.index_record(found=edition_found(instance))


@receiver(post_save, sender=RegisterVersion, dispatch_uid="atlas.find_version")
def version_saved(instance: RegisterVersion, **how: Any) -> None:
    """Let a version of a register be found, and the register as it is called now."""
    desk.index_record(found=register_found(instance.register))
    desk.index_record(found=version_found(instance))
