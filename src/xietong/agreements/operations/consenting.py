"""A member's word on an agreement, signed; and what the office has done about a condition."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from xietong.agreements import queries, rules
from xietong.agreements.models import Agreement, ConditionMet, Consent, Party
from xietong.agreements.operations.ending import end
from xietong.agreements.operations.queueing import locked, reference_of
from xietong.agreements.operations.telling import tell_in_force, tell_met, tell_said
from xietong.agreements.signals import agreement_in_force
from xietong.agreements.signing import text_of
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotAllowed, NotFound, Refusal
from xietong.region import keys
from xietong.region.models import Mandate, Person
from xietong.region.operations import change, record
from xietong.region.rules import Actor, of_member, require


def consent(
    *, actor: Actor, agreement: int, member: str, verdict: str, condition: str = ""
) -> Consent:
    """Give a member's word: agree, agree with a condition (which it states), or object (and why).

    The word that a member gave before stays readable and counts no more. One objection ends the
    agreement; when all agree plainly it is in force, and other rooms are told within this change.
    Refuses whoever is no approver of that member, `no_such_agreement`, `already_in_force`,
    `agreement_not_open`, `consent_too_late`, `mandate_not_in_force` and what a verdict lacks.
    """
    require(actor, rules.CONSENT, of=of_member(member))
    words = rules.words_of(verdict, condition)
    with change():
        row = locked(agreement)
        parties = list(Party.objects.filter(agreement=row).select_related("member"))
        party = next((one for one in parties if one.member.code == member), None)
        if party is None:
            raise queries.no_such(agreement)
        now = timezone.now()
        rules.must_be_open(row.state, row.title_zh)
        rules.must_be_in_time(row.closes_at, now, row.title_zh)
        mandate = _mandate(actor, member, now)
        earlier = list(row.consents.select_related("met"))
        said = Consent(
            agreement=row,
            number=len(earlier) + 1,
            member=party.member,
            verdict=verdict,
            condition=words,
            confirms=_confirmed(earlier, party, verdict),
            signer=mandate.person,
            signer_name=actor.name,
            mandate=mandate,
            at=now,
        )
        said.signed = text_of(row, said, [one.member.code for one in parties])
        said.signature = keys.sign(said.signed.encode()).hex()
        said.key = keys.fingerprint()
        said.save(force_insert=True)
        record(
            actor=actor,
            verb="consent",
            subject=reference_of(row),
            reason=words,
            after=verdict,
            member=member,
            number=said.number,
            mandate=mandate.pk,
        )
        tell_said(row, said)
        _decide(actor, row, parties, [*earlier, said], said)
    return said


def _mandate(actor: Actor, member: str, now: datetime) -> Mandate:
    """Return the mandate by which the actor speaks, locked so that it is not revoked meanwhile."""
    mandate = (
        queries.approver_mandates(member, now)
        .filter(person__in=Person.objects.filter(is_active=True, pk=_key_of_person(actor)))
        .select_for_update(of=("self",))
        .first()
    )
    if mandate is None:
        raise NotAllowed(
            "mandate_not_in_force",
            N_("“{actor}” holds no mandate in force to consent for “{member}”."),
            way_out=N_("Ask an administrator of your member for a mandate."),
            actor=actor.name,
            member=member,
        )
    return mandate


def _key_of_person(actor: Actor) -> int:
    kind, _, key = actor.key.partition(":")
    return int(key) if kind == "person" and key.isdecimal() else 0  # nobody has the key 0


def _confirmed(earlier: list[Consent], party: Party, verdict: str) -> Consent | None:
    """Return the conditional consent that a plain one confirms: its condition was met."""
    standing = queries.standing_of(earlier).get(party.member_id)
    if verdict != rules.AGREE or standing is None or standing.verdict != rules.WITH_CONDITION:
        return None
    return standing if hasattr(standing, "met") else None


def _decide(
    actor: Actor, row: Agreement, parties: list[Party], consents: list[Consent], last: Consent
) -> None:
    """End the agreement by an objection, or bring it into force where all agree."""
    if last.verdict == rules.OBJECT:
        end(actor, row, rules.DECLINED, rules.OBJECTION, last.condition)
        return
    standing = queries.standing_of(consents)
    verdicts = [
        standing[one.member_id].verdict if one.member_id in standing else None for one in parties
    ]
    if not rules.all_agree(verdicts):
        return
    row.state = rules.IN_FORCE
    row.in_force_at = last.at
    row.save(update_fields=["state", "in_force_at"])
    record(
        actor=actor,
        verb="enter_into_force",
        subject=reference_of(row),
        before=rules.OPEN,
        after=rules.IN_FORCE,
        content=row.subject_digest,
    )
    tell_in_force(row, [one.member.code for one in parties])
    agreement_in_force.send(
        sender=Agreement, agreement=row, subject=Reference.parse(row.subject), actor=actor
    )


def meet_condition(*, actor: Actor, agreement: int, consent: int, words: str) -> ConditionMet:
    """Tell how the condition of a member was met; it counts once the member confirms by agreeing.

    `consent` is its number within the agreement. Refuses `no_such_agreement`, `no_such_condition`
    where it does not stand any more, `condition_met_already` and `words_missing`.
    """
    require(actor, rules.MEET_CONDITION)
    told = words.strip()
    if not told:
        raise Refusal(
            "words_missing",
            N_("Say how the condition was met."),
            way_out=N_("A sentence will do; the member reads it before it confirms."),
            field="words",
        )
    with change():
        row = locked(agreement)
        rules.must_be_open(row.state, row.title_zh)
        standing = queries.standing_of(row.consents.select_related("met", "member"))
        found = next((one for one in standing.values() if one.number == consent), None)
        if found is None or found.verdict != rules.WITH_CONDITION:
            raise NotFound(
                "no_such_condition",
                N_("Consent {number} sets no condition that stands."),
                way_out=N_("See what the parties say now."),
                field="consent",
                number=consent,
            )
        if hasattr(found, "met"):
            raise Refusal(
                "condition_met_already",
                N_("How this condition was met is told already."),
                way_out=N_("Wait for the member to confirm it."),
            )
        met = ConditionMet.objects.create(
            consent=found, words=told, by=actor.key, by_name=actor.name, at=timezone.now()
        )
        record(
            actor=actor,
            verb="meet_condition",
            subject=reference_of(row),
            reason=told,
            member=found.member.code,
            number=found.number,
        )
        tell_met(row, found.member.code)
    return met
