"""Opening an agreement: the parties are asked for their word on one version of a record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from xietong.agreements import rules
from xietong.agreements.findable import agreement_found
from xietong.agreements.models import Agreement, Party
from xietong.agreements.operations.queueing import queue_for, reference_of
from xietong.agreements.operations.telling import tell_opened
from xietong.desk.operations import index_record
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.models import Member
from xietong.region.operations import change, record
from xietong.region.rules import Actor, require


def open_agreement(
    *,
    actor: Actor,
    subject: Reference,
    digest: str,
    title_zh: str,
    title_en: str,
    purpose: str,
    parties: Sequence[Member],
    closes_at: datetime | None = None,
) -> Agreement:
    """Ask the parties for consent to the content that a digest names.

    Refuses `no_parties`, `closes_in_the_past`, `agreement_open_already` while another one on the
    same subject is open, and `already_in_force` where the same content is agreed on.
    """
    require(actor, rules.OPEN_AGREEMENT)
    now = timezone.now()
    if not parties:
        raise Refusal(
            "no_parties",
            N_("Nobody is named whose consent is wanted."),
            way_out=N_("Name the members that must agree."),
            field="parties",
        )
    if closes_at is not None and closes_at <= now:
        raise Refusal(
            "closes_in_the_past",
            N_("The last day for consent lies in the past."),
            way_out=N_("Name a later day, or none."),
            field="closes_at",
        )
    with change():
        queue_for(subject)
        earlier = Agreement.objects.select_for_update().filter(subject=str(subject))
        for one in earlier.filter(state__in=(rules.OPEN, rules.IN_FORCE)):
            if one.state == rules.OPEN:
                raise Refusal(
                    "agreement_open_already",
                    N_("“{title}” is open for consent already."),
                    way_out=N_("Wait for the parties, or take it back first."),
                    title=one.title_zh,
                )
            if one.subject_digest == digest:
                rules.must_be_open(one.state, one.title_zh)
        row = Agreement.objects.create(
            subject=str(subject),
            subject_digest=digest,
            title_zh=title_zh,
            title_en=title_en,
            purpose=purpose,
            opened_by=actor.key,
            opened_by_name=actor.name,
            opened_at=now,
            closes_at=closes_at,
        )
        Party.objects.bulk_create(Party(agreement=row, member=one) for one in parties)
        record(
            actor=actor,
            verb="open_agreement",
            subject=reference_of(row),
            after=rules.OPEN,
            on=str(subject),
            content=digest,
            parties=",".join(sorted(one.code for one in parties)),
        )
        index_record(found=agreement_found(row))
        tell_opened(row, [one.code for one in parties])
    return row
