"""Granting and revoking mandates (授权)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region import naming, queries, rules
from xietong.region.actors import mandates_in_force
from xietong.region.models import Invitation, Mandate, Organisation, Person
from xietong.region.operations.approvers import queue_for_approvers
from xietong.region.operations.audit import change, record
from xietong.region.operations.owners import Owner, lock_all, owner_for
from xietong.region.queries.people import scopes_of_mandate
from xietong.region.rules import LOCAL, STRICT, Actor, Kind, Role, require


def grant_mandate(
    *,
    actor: Actor,
    person: int,
    role: str,
    member: str | None = None,
    organisation: int | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    reason: str = "",
) -> Mandate:
    """Let a person act in a role for a member or an organisation, from now or a later moment on.

    Refuses `no_such_person`, `person_inactive`, `no_such_role`, `not_to_yourself`,
    `mandate_ends_before_it_begins`, `mandate_held`, and whatever `owner_for` refuses.
    """
    require(actor, rules.GRANT_MANDATE)
    owner = owner_for(actor, rules.GRANT_MANDATE, member=member, organisation=organisation)
    wanted = role_named(role)
    begins = valid_from or timezone.now()
    if valid_to is not None and valid_to <= begins:
        raise Refusal(
            "mandate_ends_before_it_begins",
            N_("A mandate cannot end before it begins."),
            way_out=N_("Choose a later end, or leave it open."),
            field="valid_to",
        )
    with change():
        queue_for_approvers()
        row = active_person(actor, person)
        if wanted in STRICT and actor.key == f"person:{row.pk}":
            raise Refusal(
                "not_to_yourself",
                N_("Nobody grants themselves a mandate that decides for others."),
                way_out=N_("Ask another administrator, or the operator."),
                field="role",
            )
        _refuse_held(row, wanted, owner, begins, valid_to)
        mandate = Mandate.objects.create(
            person=row,
            role=wanted.value,
            member=owner.member,
            organisation=owner.organisation,
            valid_from=begins,
            valid_to=valid_to,
            granted_by=actor.key,
            reason=reason.strip(),
        )
        record(
            actor=actor,
            verb="grant_mandate",
            subject=Reference("region", "person", str(row.pk)),
            member=owner.code,
            reason=reason.strip(),
            after=wanted.value,
            mandate=mandate.pk,
            scope=owner.shown,
            valid_from=begins.isoformat(),
            valid_to=valid_to.isoformat() if valid_to else "",
        )
    return mandate


def revoke_mandate(*, actor: Actor, key: int, reason: str) -> Mandate:
    """End a mandate now; what was done by it stands.

    Refuses `no_such_mandate`, `mandate_over`, `reason_needed`, `last_administrator`.
    """
    require(actor, rules.REVOKE_MANDATE)
    with change():
        row = queries.mandate(actor, key)
        require(actor, rules.REVOKE_MANDATE, of=scopes_of_mandate(row))
        why = rules.reason_given(reason)
        Owner.of(row).lock()
        row = Mandate.objects.select_for_update(of=("self",)).get(pk=row.pk)
        now = timezone.now()
        if row.revoked_at is not None or (row.valid_to is not None and row.valid_to <= now):
            raise Refusal(
                "mandate_over",
                N_("This mandate is over already."),
                way_out=N_("Nothing is left to do."),
            )
        end_mandates(actor, [row], why, now)
    return row


def end_mandates(actor: Actor, rows: list[Mandate], why: str, now: datetime) -> None:
    """End mandates inside a change that has been permitted; each leaves its audit entry.

    Invitations that an administrator has sent and nobody has accepted end with the last mandate by
    which they could be sent. Refuses `last_administrator`; the operator may go on without one.
    """
    for row in rows:
        if row.role == Role.ADMINISTRATOR and actor.kind is not Kind.LOCAL:
            _refuse_last(row, rows, now)
    for row in rows:
        row.revoked_at = now
        row.revoked_because = why
        row.save(update_fields=["revoked_at", "revoked_because"])
        record(
            actor=actor,
            verb="revoke_mandate",
            subject=Reference("region", "person", str(row.person_id)),
            member=Owner.of(row).code,
            reason=why,
            before=row.role,
            mandate=row.pk,
            scope=Owner.of(row).shown,
        )
        if row.role == Role.ADMINISTRATOR:
            _end_invitations(actor, row, why, now)


def open_mandates(row: Person, now: datetime) -> list[Mandate]:
    """Return a person's mandates that hold or will hold, locked with those whom they are for.

    Owners first, as whoever revokes one of the mandates locks them; the person is locked already.
    """
    rows = Mandate.objects.filter(Mandate.not_ended(now), person=row).order_by("pk")
    lock_all(Owner.of(one) for one in rows.select_related("member", "organisation"))
    return list(rows.select_for_update(of=("self",)))


def role_named(role: str) -> Role:
    """Return a role by its name. Refuses `no_such_role`."""
    if role not in {one.value for one in Role}:
        raise Refusal(
            "no_such_role",
            N_("There is no role “{role}”."),
            way_out=N_("Choose one of: {known}."),
            field="role",
            role=str(role),
            known=", ".join(Role),
        )
    return Role(role)


def active_person(actor: Actor, key: int) -> Person:
    """Return a person, locked, who may sign in. Refuses `no_such_person`, `person_inactive`."""
    queries.person(actor, key)
    row = Person.objects.select_for_update(of=("self",)).get(pk=key)
    refuse_inactive(row)
    return row


def refuse_inactive(row: Person) -> None:
    """Refuse `person_inactive` for whoever may not sign in."""
    if not row.is_active:
        raise Refusal(
            "person_inactive",
            N_("“{name}” has been deactivated."),
            way_out=N_("Reactivate the person first."),
            field="person",
            name=naming.person(row),
        )


def _refuse_held(
    row: Person, role: Role, owner: Owner, begins: datetime, ends: datetime | None
) -> None:
    held = Mandate.objects.filter(
        Mandate.not_ended(begins),
        person=row,
        role=role.value,
        member=owner.member,
        organisation=owner.organisation,
    )
    if ends is not None:
        held = held.filter(valid_from__lt=ends)
    if held.exists():
        raise Refusal(
            "mandate_held",
            N_("“{name}” holds this mandate in that time already."),
            way_out=N_("Revoke the other one first, or choose another time."),
            field="role",
            name=naming.person(row),
        )


def _refuse_last(row: Mandate, ending: list[Mandate], now: datetime) -> None:
    organisation = row.organisation
    if organisation is not None and organisation.kind != Organisation.Kind.REGIONAL_OFFICE:
        return  # the administrators of its member are left
    if not Mandate.objects.filter(Mandate.in_force(now), pk=row.pk).exists():
        return
    others = Mandate.objects.filter(
        Mandate.in_force(now),
        role=Role.ADMINISTRATOR.value,
        member=row.member,
        organisation=row.organisation,
        person__is_active=True,
    ).exclude(pk__in=[one.pk for one in ending])
    if not others.exists():
        raise Refusal(
            "last_administrator",
            N_("“{name}” is the last administrator; nobody could grant a mandate any more."),
            way_out=N_("Grant another person the mandate first, or ask the operator."),
            name=naming.person(row.person),
        )


def _end_invitations(actor: Actor, row: Mandate, why: str, now: datetime) -> None:
    """Recall the invitations sent by a mandate's holder for whom no other mandate lets invite."""
    left = mandates_in_force(row.person, now)
    sent = Invitation.objects.select_for_update(of=("self",)).filter(
        invited_by=f"person:{row.person_id}", accepted_at__isnull=True, recalled_at__isnull=True
    )
    for invitation in sent:
        scopes = scopes_of_mandate(invitation)
        if not any(rules.INVITE_PERSON.allows(one, scopes) for one in left):
            end_invitation(actor, invitation, why, now)


def end_invitation(actor: Actor, invitation: Invitation, why: str, now: datetime) -> None:
    """Make an invitation's link lead nowhere, inside a change that has been permitted."""
    invitation.recalled_at = now
    invitation.save(update_fields=["recalled_at"])
    record(
        actor=actor,
        verb="recall_invitation",
        subject=Reference("region", "invitation", str(invitation.pk)),
        member=Owner.of(invitation).code,
        reason=why,
        before="open",
        after="recalled",
    )


def granted_by_invitation(invitation: Invitation, row: Person, now: datetime) -> Mandate:
    """Make the mandate that an accepted invitation promised, by the grant of whoever invited."""
    return Mandate.objects.create(
        person=row,
        role=invitation.role,
        member=invitation.member,
        organisation=invitation.organisation,
        valid_from=now,
        granted_by=invitation.invited_by or LOCAL.key,
    )
