"""Publishing an edition, and taking it back with a reason."""

from __future__ import annotations

from django.utils import timezone

from xietong.atlas import rules
from xietong.atlas.models import Edition
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require


def publish_edition(*, actor: Actor, number: int) -> Edition:
    """Let readers see a draft. Refuses `no_such_edition`, `already_published`, `is_withdrawn`."""
    require(actor, rules.PUBLISH_EDITION)
    with change():
        edition = _locked(number)
        rules.may_publish(edition.state, number)
        edition.state = Edition.State.PUBLISHED
        edition.published_at = timezone.now()
        edition.save(update_fields=["state", "published_at"])
        record(
            actor=actor,
            verb="publish_edition",
            subject=Reference("atlas", "edition", str(number)),
            before=Edition.State.DRAFT,
            after=Edition.State.PUBLISHED,
            digest=edition.digest,
        )
    return edition


def withdraw_edition(*, actor: Actor, number: int, reason: str) -> Edition:
    """Take a published edition back; readers who ask for it are told the reason.

    Refuses `no_such_edition`, `not_published` and `reason_missing`.
    """
    require(actor, rules.WITHDRAW_EDITION)
    with change():
        edition = _locked(number)
        rules.may_withdraw(edition.state, number, reason)
        edition.state = Edition.State.WITHDRAWN
        edition.withdrawn_because = reason.strip()
        edition.save(update_fields=["state", "withdrawn_because"])
        record(
            actor=actor,
            verb="withdraw_edition",
            subject=Reference("atlas", "edition", str(number)),
            reason=reason.strip(),
            before=Edition.State.PUBLISHED,
            after=Edition.State.WITHDRAWN,
        )
    return edition


def _locked(number: int) -> Edition:
    edition = Edition.objects.select_for_update().filter(number=number).first()
    if edition is None:
        raise NotFound(
            "no_such_edition",
            N_("There is no edition {number} that you may see."),
            way_out=N_("See `xietong atlas editions` for the numbers."),
            field="edition",
            number=number,
        )
    return edition
