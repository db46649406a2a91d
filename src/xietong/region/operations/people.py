"""What administrators do to people (人员): rename, move, deactivate, reactivate."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.utils import timezone

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import naming, queries, rules
from xietong.region.models import Mandate, Person
from xietong.region.operations.audit import change, record
from xietong.region.operations.invitations import name_given
from xietong.region.operations.mandates import end_mandates, open_mandates, refuse_inactive
from xietong.region.operations.owners import Owner, owner_for
from xietong.region.queries.people import scopes_of_mandate, scopes_of_person
from xietong.region.rules import Actor, May, require


def rename_person(*, actor: Actor, key: int, name: str) -> Person:
    """Write a person's name anew; earlier audit entries keep the old one.

    Refuses `no_such_person`, `name_missing`, `name_too_long`.
    """
    require(actor, rules.RENAME_PERSON)
    with change():
        row = _locked(actor, key, rules.RENAME_PERSON)
        before, row.name = row.name, name_given(name)
        row.save(update_fields=["name"])
        record(
            actor=actor,
            verb="rename_person",
            subject=Reference("region", "person", str(key)),
            member=Owner.of(row).code,
            before=before[:64],
            after=row.name[:64],
        )
    return row


def move_person(
    *,
    actor: Actor,
    key: int,
    member: str | None = None,
    organisation: int | None = None,
    reason: str,
) -> Person:
    """Let a person work for another member or organisation; mandates of the old one end.

    What a mandate is for must belong to the new member; one for an organisation ends with the
    person's work there. The actor must be allowed to at both ends. Refuses `no_such_person`,
    `reason_needed`, `last_administrator`, and whatever `owner_for` refuses.
    """
    require(actor, rules.MOVE_PERSON)
    with change():
        row = _locked(actor, key, rules.MOVE_PERSON)
        owner = owner_for(actor, rules.MOVE_PERSON, member=member, organisation=organisation)
        why = rules.reason_given(reason)
        before = Owner.of(row).shown
        left = row.organisation_id if row.organisation_id != organisation else None
        now = timezone.now()
        ending = [
            one
            for one in open_mandates(row, now)
            if Owner.of(one).home != owner.home
            or (left is not None and one.organisation_id == left)
        ]
        _end(actor, ending, why)
        row.member, row.organisation = owner.home, owner.organisation
        row.save(update_fields=["member", "organisation"])
        record(
            actor=actor,
            verb="move_person",
            subject=Reference("region", "person", str(key)),
            member=Owner.of(row).code,
            reason=why,
            before=before,
            after=owner.shown,
            mandates_ended=len(ending),
        )
    return row


def deactivate_person(*, actor: Actor, key: int, reason: str) -> Person:
    """End a person's mandates, sessions and password; what the person did stands.

    Refuses `no_such_person`, `reason_needed`, `person_inactive`, `last_administrator`, and
    `not_allowed` where a mandate would end that the actor may not revoke.
    """
    require(actor, rules.DEACTIVATE_PERSON)
    with change():
        row = _locked(actor, key, rules.DEACTIVATE_PERSON)
        why = rules.reason_given(reason)
        refuse_inactive(row)
        ending = open_mandates(row, timezone.now())
        _end(actor, ending, why)
        row.is_active = False
        # A session is bound to the password: without one, none that is open goes on.
        row.set_unusable_password()
        row.save(update_fields=["is_active", "password"])
        record(
            actor=actor,
            verb="deactivate_person",
            subject=Reference("region", "person", str(key)),
            member=Owner.of(row).code,
            reason=why,
            before="active",
            after="inactive",
            mandates_ended=len(ending),
        )
    return row


def reactivate_person(*, actor: Actor, key: int, reason: str) -> Person:
    """Let a person sign in again, by recovery of the password, with no mandate from before.

    Refuses `no_such_person`, `reason_needed`, `person_active`.
    """
    require(actor, rules.REACTIVATE_PERSON)
    with change():
        row = _locked(actor, key, rules.REACTIVATE_PERSON)
        why = rules.reason_given(reason)
        if row.is_active:
            raise Refusal(
                "person_active",
                N_("“{name}” has not been deactivated."),
                way_out=N_("Nothing is left to do."),
                field="person",
                name=naming.person(row),
            )
        row.is_active = True
        row.save(update_fields=["is_active"])
        record(
            actor=actor,
            verb="reactivate_person",
            subject=Reference("region", "person", str(key)),
            member=Owner.of(row).code,
            reason=why,
            before="inactive",
            after="active",
        )
    return row


def clear_factors(*, actor: Actor, key: int, reason: str) -> int:
    """Take off the second factors of a person who has lost them all; return how many there were.

    Password and sessions end with them, so that whoever found the lost phone is out too: the person
    recovers by mail and sets up new factors. Refuses `no_such_person`, `reason_needed`,
    `no_factors`.
    """
    require(actor, rules.CLEAR_FACTORS)
    with change():
        row = _locked(actor, key, rules.CLEAR_FACTORS)
        why = rules.reason_given(reason)
        count, _ = Authenticator.objects.filter(user=row).delete()
        if not count:
            raise Refusal(
                "no_factors",
                N_("“{name}” has no second factor."),
                way_out=N_("The person sets one up on the account page."),
                field="person",
                name=naming.person(row),
            )
        row.set_unusable_password()
        row.save(update_fields=["password"])
        record(
            actor=actor,
            verb="clear_factors",
            subject=Reference("region", "person", str(key)),
            member=Owner.of(row).code,
            reason=why,
            factors=count,
        )
    return count


def _locked(actor: Actor, key: int, line: May) -> Person:
    """Return a person, locked, to whom the actor may do what the line says."""
    seen = queries.person(actor, key)
    require(actor, line, of=scopes_of_person(seen))
    Person.objects.select_for_update(of=("self",)).get(pk=key)
    return Person.objects.select_related("member", "organisation__member").get(pk=key)


def _end(actor: Actor, ending: list[Mandate], why: str) -> None:
    for one in ending:
        require(actor, rules.REVOKE_MANDATE, of=scopes_of_mandate(one))
    end_mandates(actor, ending, why, timezone.now())
