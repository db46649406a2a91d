"""How an agreement ends without being in force: taken back, overdue, or about another content."""

from __future__ import annotations

from django.utils import timezone

from xietong.agreements import rules
from xietong.agreements.models import Agreement
from xietong.agreements.operations.queueing import locked, queue_for, reference_of
from xietong.agreements.operations.telling import tell_ended
from xietong.agreements.signals import agreement_ended
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require

STANDING = (rules.OPEN, rules.IN_FORCE)


def withdraw_agreement(*, actor: Actor, agreement: int, reason: str) -> Agreement:
    """Take an agreement back with a reason that the parties see.

    Refuses `no_such_agreement`, `agreement_not_open` and `return_reason_missing`.
    """
    require(actor, rules.WITHDRAW_AGREEMENT)
    told = reason.strip()
    if not told:
        raise Refusal(
            "return_reason_missing",
            N_("Taking an agreement back needs a reason that the parties will see."),
            way_out=N_("Give the reason in a sentence."),
            field="reason",
        )
    with change():
        row = locked(agreement)
        if row.state not in STANDING:
            rules.must_be_open(row.state, row.title_zh)
        end(actor, row, rules.WITHDRAWN, rules.TAKEN_BACK, told)
    return row


def lapse_agreements(*, actor: Actor, subject: Reference, digest: str) -> list[Agreement]:
    """Let every open agreement on this subject lapse, and every one in force, that is about another
    content than the digest names; return them."""
    require(actor, rules.LAPSE_AGREEMENTS)
    with change():
        queue_for(subject)
        rows = list(
            Agreement.objects.select_for_update()
            .filter(subject=str(subject), state__in=STANDING)
            .exclude(subject_digest=digest)
            .order_by("id")
        )
        for row in rows:
            end(actor, row, rules.LAPSED, rules.CHANGED, "")
    return rows


def lapse_overdue(*, actor: Actor) -> list[Agreement]:
    """Let every open agreement lapse whose time has run out; return them."""
    require(actor, rules.LAPSE_AGREEMENTS)
    now = timezone.now()
    late = Agreement.objects.filter(state=rules.OPEN, closes_at__lte=now).order_by("id")
    lapsed = []
    for number in list(late.values_list("pk", flat=True)):
        with change():
            row = locked(number)
            if row.state == rules.OPEN:
                end(actor, row, rules.LAPSED, rules.OVERDUE, "")
                lapsed.append(row)
    return lapsed


def end(actor: Actor, row: Agreement, state: str, ended: str, because: str) -> None:
    """Write how a locked agreement ended and tell other rooms, within the caller's change."""
    before, row.state = row.state, state
    row.ended, row.ended_because, row.ended_at = ended, because, timezone.now()
    row.save(update_fields=["state", "ended", "ended_because", "ended_at"])
    record(
        actor=actor,
        verb="end_agreement",
        subject=reference_of(row),
        reason=because,
        before=before,
        after=state,
        ended=ended,
    )
    tell_ended(row, list(row.parties.values_list("member__code", flat=True)))
    agreement_ended.send(
        sender=Agreement, agreement=row, subject=Reference.parse(row.subject), actor=actor
    )
