"""What is one's own: mandates and personal tokens of whoever asks; nobody sees another's here."""

from __future__ import annotations

from django.utils import timezone

from xietong.region.models import ApiToken, Mandate
from xietong.region.rules import Actor, Kind


def own_mandates(actor: Actor) -> list[Mandate]:
    """Return the actor's mandates in force, those that wait for a second factor too."""
    return list(
        Mandate.objects.filter(Mandate.in_force(timezone.now()), person_id=_key(actor))
        .select_related("member", "organisation")
        .order_by("id")
    )


def own_tokens(actor: Actor) -> list[ApiToken]:
    """Return the actor's tokens that are in force, the newest first."""
    return list(
        ApiToken.objects.filter(
            person_id=_key(actor), revoked_at__isnull=True, expires_at__gt=timezone.now()
        )
    )


def _key(actor: Actor) -> int:
    """Return the key of a person; 0, which nobody has, for any other actor."""
    return int(actor.key.removeprefix("person:")) if actor.kind is Kind.PERSON else 0
