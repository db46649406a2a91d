"""Agreements as an actor may see them: parties and the office do, for others there are none."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import cast

from django.db.models import CharField, Prefetch, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from xietong.agreements import rules
from xietong.agreements.models import Agreement, Consent, Party
from xietong.agreements.schemas import (
    AgreementOut,
    Called,
    ConsentOut,
    Ended,
    MetOut,
    PartyOut,
    State,
    Verdict,
)
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound
from xietong.region.models import Mandate
from xietong.region.rules import Actor, Role, may, of_member

_WITH_WORDS = (
    Prefetch("parties", Party.objects.select_related("member")),
    Prefetch("consents", Consent.objects.select_related("agreement", "member", "met", "confirms")),
)


def agreements(
    actor: Actor, *, state: str | None = None, subject: Reference | None = None
) -> list[AgreementOut]:
    """Return the agreements that the actor may see, newest first."""
    rows = _visible_to(actor)
    if state:
        rows = rows.filter(state=state)
    if subject is not None:
        rows = rows.filter(subject=str(subject))
    return _told(rows)


def agreement(actor: Actor, number: int) -> AgreementOut:
    """Return one agreement. Refuses `no_such_agreement`, also where it is not the actor's."""
    found = _told(_visible_to(actor).filter(pk=number))
    if not found:
        raise no_such(number)
    return found[0]


def agreements_by_id(actor: Actor, ids: Iterable[int]) -> dict[int, AgreementOut]:
    """Return those of some agreements that the actor may see, in one go."""
    return {one.id: one for one in _told(_visible_to(actor).filter(pk__in=list(ids)))}


def awaiting(actor: Actor) -> list[Agreement]:
    """Return the open agreements that want this approver's word, the oldest first.

    They do while nothing was said for the member, and again once its condition was met.
    """
    mine = members_to_consent_for(actor)
    if not mine:
        return []
    rows = _visible_to(actor).filter(state=rules.OPEN, parties__member__code__in=mine)
    return [
        row
        for row in rows.distinct().order_by("id").prefetch_related(*_WITH_WORDS)
        if any(
            _wants_a_word(standing)
            for member, standing in _standing_by_code(row).items()
            if member in mine
        )
    ]


def conditions_to_meet(actor: Actor) -> list[Consent]:
    """Return the conditions that stand and that the office has yet to meet, the oldest first."""
    if not may(actor, rules.MEET_CONDITION):
        return []
    rows = _visible_to(actor).filter(state=rules.OPEN, consents__verdict=rules.WITH_CONDITION)
    return [
        standing
        for row in rows.distinct().order_by("id").prefetch_related(*_WITH_WORDS)
        for standing in _standing_by_code(row).values()
        if standing is not None
        and standing.verdict == rules.WITH_CONDITION
        and not hasattr(standing, "met")
    ]


def members_to_consent_for(actor: Actor) -> set[str]:
    """Return the codes of the members for which the actor is an approver."""
    prefix = of_member("")
    return {
        one.scope.removeprefix(prefix)
        for one in actor.held
        if one.role is Role.APPROVER and one.scope.startswith(prefix)
    }


def _standing_by_code(row: Agreement) -> dict[str, Consent | None]:
    standing = standing_of(row.consents.all())
    return {one.member.code: standing.get(one.member_id) for one in row.parties.all()}


def _wants_a_word(standing: Consent | None) -> bool:
    if standing is None:
        return True
    return standing.verdict == rules.WITH_CONDITION and hasattr(standing, "met")


def references_of_parties(members: Collection[str]) -> QuerySet[Party, str]:
    """Return how other records refer to the agreements to which any of these members is a party."""
    beginning = str(Reference("agreements", "agreement", ""))
    number = Cast("agreement", CharField())
    return Party.objects.filter(member__code__in=members).values_list(
        Concat(Value(beginning), number, output_field=CharField()), flat=True
    )


def approver_mandates(member: str, at: datetime) -> QuerySet[Mandate]:
    """Return the mandates by which somebody may consent for a member at a moment."""
    return Mandate.objects.filter(
        Mandate.in_force(at), role=Role.APPROVER, member__code=member
    ).order_by("id")


def ever_an_approver() -> bool:
    """Tell whether any member has ever been given an approver, in force still or not."""
    return Mandate.objects.filter(role=Role.APPROVER, member__isnull=False).exists()


def no_such(number: int) -> NotFound:
    """Return what is said of an agreement that is not there, for this actor or for anybody."""
    return NotFound(
        "no_such_agreement",
        N_("There is no agreement {number} that you may see."),
        way_out=N_("Open it from the list of agreements."),
        field="agreement",
        number=number,
    )


def standing_of(consents: Iterable[Consent]) -> dict[int, Consent]:
    """Return each member's word that stands, by the member's key: the last one."""
    return {one.member_id: one for one in sorted(consents, key=lambda one: one.number)}


def _visible_to(actor: Actor) -> QuerySet[Agreement]:
    rows = Agreement.objects.all()
    if may(actor, rules.READ_AGREEMENTS, of=()):
        return rows  # the office, and the operator
    prefix = of_member("")
    mine = [
        one.scope.removeprefix(prefix)
        for one in actor.held
        if one.scope.startswith(prefix) and may(actor, rules.READ_AGREEMENTS, of=one.scope)
    ]
    if not mine:
        return rows.none()
    return rows.filter(pk__in=Party.objects.filter(member__code__in=mine).values("agreement"))


def _told(rows: QuerySet[Agreement]) -> list[AgreementOut]:
    found = list(rows.prefetch_related(*_WITH_WORDS))
    now = timezone.now()
    parties = {party.member_id for row in found for party in row.parties.all()}
    with_approver = set(
        Mandate.objects.filter(
            Mandate.in_force(now), role=Role.APPROVER, member__in=parties
        ).values_list("member__code", flat=True)
    )
    return [_one(row, with_approver) for row in found]


def _one(row: Agreement, with_approver: set[str]) -> AgreementOut:
    consents = {one.pk: _consent(one) for one in row.consents.all()}
    standing = standing_of(row.consents.all())
    return AgreementOut(
        id=row.pk,
        subject=row.subject,
        subject_digest=row.subject_digest,
        title=Called(zh=row.title_zh, en=row.title_en),
        purpose=row.purpose,
        state=cast(State, row.state),
        opened_by=row.opened_by_name,
        opened_at=row.opened_at,
        closes_at=row.closes_at,
        in_force_at=row.in_force_at,
        ended_at=row.ended_at,
        ended=cast(Ended, row.ended) if row.ended else None,
        ended_because=row.ended_because,
        parties=[
            PartyOut(
                member=one.member.code,
                name=Called(zh=one.member.name_zh, en=one.member.name_en),
                standing=consents[standing[one.member_id].pk]
                if one.member_id in standing
                else None,
                has_approver=one.member.code in with_approver,
            )
            for one in row.parties.all()
        ],
        consents=list(consents.values()),
    )


def _consent(row: Consent) -> ConsentOut:
    met = getattr(row, "met", None)
    return ConsentOut(
        id=row.pk,
        number=row.number,
        member=row.member.code,
        verdict=cast(Verdict, row.verdict),
        condition=row.condition,
        confirms=row.confirms.number if row.confirms else None,
        signer=row.signer_name,
        at=row.at,
        met=MetOut(words=met.words, by=met.by_name, at=met.at) if met else None,
        signed=row.signed,
        signature=row.signature,
        key=row.key,
    )
