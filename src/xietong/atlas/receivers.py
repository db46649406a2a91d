"""What the atlas does when an agreement comes into force or ends, within that same change."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from xietong.agreements.models import Agreement
from xietong.agreements.signals import agreement_ended, agreement_in_force
from xietong.atlas import operations
from xietong.kit.references import Reference
from xietong.region.rules import Actor


@receiver((agreement_in_force, agreement_ended), dispatch_uid="atlas.settle_edition")
def settle(*, agreement: Agreement, subject: Reference, actor: Actor, **_: Any) -> None:
    """Bring the edition that was agreed on, or not, to its state."""
    if (subject.room, subject.kind) == ("atlas", "edition"):
        operations.settle_edition(actor=actor, agreement=agreement.pk)
