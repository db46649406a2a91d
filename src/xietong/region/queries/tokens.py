"""The personal tokens of whoever asks; nobody sees another's."""

from __future__ import annotations

from django.utils import timezone

from xietong.region.models import ApiToken
from xietong.region.rules import Actor, Kind


def own_tokens(actor: Actor) -> list[ApiToken]:
    """Return the actor's tokens that are in force, the newest first."""
    if actor.kind is not Kind.PERSON:
        return []
    key = int(actor.key.removeprefix("person:"))
    return list(
        ApiToken.objects.filter(
            person_id=key, revoked_at__isnull=True, expires_at__gt=timezone.now()
        )
    )
