"""Publishing an edition that its members approved, and taking it back with a reason."""

from __future__ import annotations

from django.utils import timezone

from xietong.agreements import operations as agreements
from xietong.agreements import rules as consents
from xietong.atlas import queries, rules
from xietong.atlas.models import Edition
from xietong.atlas.operations.reviewing import (
    content_of,
    files_must_be_whole,
    locked_edition,
    reference_of,
)
from xietong.kit.refusals import N_, Refusal
from xietong.region.operations import change, queue_for_approvers, record
from xietong.region.rules import Actor, Kind, require


def publish_edition(*, actor: Actor, number: int) -> Edition:
    """Let readers see an edition that an approver of each contributing member approved.

    While no member has ever had an approver the operator publishes a draft alone, which the edition
    says for ever. Refuses `no_such_edition`, `not_approved`, `already_published`, `is_withdrawn`,
    `approval_unsound` and `edition_files_damaged`.
    """
    require(actor, rules.PUBLISH_EDITION)
    with change():
        queue_for_approvers()
        edition = locked_edition(number)
        rules.may_publish(
            edition.state,
            number,
            trial=queries.in_trial(),
            alone=actor.kind is Kind.LOCAL,
        )
        files_must_be_whole(edition)
        before = edition.state
        if before == rules.APPROVED:
            _approval_must_be_sound(actor, edition)
        edition.state = Edition.State.PUBLISHED
        edition.trial = before == rules.DRAFT
        edition.published_at = timezone.now()
        edition.save(update_fields=["state", "trial", "published_at"])
        record(
            actor=actor,
            verb="publish_edition",
            subject=reference_of(number),
            before=before,
            after=Edition.State.PUBLISHED,
            digest=edition.digest,
            trial=edition.trial,
        )
    return edition


def _approval_must_be_sound(actor: Actor, edition: Edition) -> None:
    """Check once more, before readers see it, that this is what was signed, and by whom."""
    agreement = edition.agreement
    sound = (
        agreement is not None
        and agreement.state == consents.IN_FORCE
        and agreement.subject_digest == content_of(edition)
        and agreements.verify_agreement(actor=actor, agreement=agreement.pk).sound
    )
    if not sound:
        raise Refusal(
            "approval_unsound",
            N_("What the members signed is not edition {number} as it stands."),
            way_out=N_("Verify its agreement, return the edition, and submit it anew."),
            number=edition.number,
        )


def withdraw_edition(*, actor: Actor, number: int, reason: str) -> Edition:
    """Take a published edition back; readers who ask for it are told the reason.

    Refuses `no_such_edition`, `not_published` and `reason_missing`.
    """
    require(actor, rules.WITHDRAW_EDITION)
    with change():
        edition = locked_edition(number)
        rules.may_withdraw(edition.state, number, reason)
        edition.state = Edition.State.WITHDRAWN
        edition.withdrawn_because = reason.strip()
        edition.save(update_fields=["state", "withdrawn_because"])
        record(
            actor=actor,
            verb="withdraw_edition",
            subject=reference_of(number),
            reason=reason.strip(),
            before=Edition.State.PUBLISHED,
            after=Edition.State.WITHDRAWN,
        )
    return edition
