"""A row as an actor may see it, in the shape that every door shows."""

from __future__ import annotations

from typing import cast

from django.utils import timezone

from xietong.region import naming
from xietong.region.models import Invitation, Mandate, Organisation, Person
from xietong.region.queries.people import held_now, manages
from xietong.region.rules import Actor
from xietong.region.schemas import (
    HeldOut,
    InvitationOut,
    InvitationState,
    KindName,
    MandateOut,
    MandateState,
    OrganisationOut,
    PersonOut,
    RoleName,
)


def organisation_out(row: Organisation) -> OrganisationOut:
    """Return an organisation."""
    return OrganisationOut(
        key=row.pk,
        name_zh=row.name_zh,
        name_en=row.name_en,
        kind=cast(KindName, row.kind),
        credit_code=row.credit_code or "",
        member=row.member.code if row.member else None,
        parent=row.parent_id,
        closed_at=row.closed_at,
    )


def person_out(actor: Actor, row: Person) -> PersonOut:
    """Return a person of `people_visible_to`, with the address only for whoever looks after it."""
    return PersonOut(
        key=row.pk,
        name=naming.person(row),
        member=row.member.code if row.member else None,
        organisation=row.organisation_id,
        active=row.is_active,
        email=row.email if manages(actor, row) else None,
        mandates=[
            HeldOut(
                role=cast(RoleName, one.role),
                member=one.member.code if one.member else None,
                organisation=one.organisation_id,
            )
            for one in held_now(row)
        ],
    )


def mandate_out(row: Mandate) -> MandateOut:
    """Return a mandate with its state at this moment."""
    return MandateOut(
        key=row.pk,
        person=row.person_id,
        name=naming.person(row.person),
        role=cast(RoleName, row.role),
        member=row.member.code if row.member else None,
        organisation=row.organisation_id,
        state=state_of(row),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        reason=row.reason,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )


def state_of(row: Mandate) -> MandateState:
    """Return whether a mandate holds, will hold, is over, or was revoked."""
    now = timezone.now()
    closed = row.organisation is not None and row.organisation.closed_at is not None
    if row.revoked_at is not None and row.revoked_at <= now:
        return "revoked"
    if closed or (row.valid_to is not None and row.valid_to <= now):
        return "over"
    return "to_come" if row.valid_from > now else "in_force"


def invitation_out(row: Invitation) -> InvitationOut:
    """Return an invitation with its state at this moment."""
    return InvitationOut(
        key=row.pk,
        email=row.email,
        name=row.name,
        role=cast(RoleName, row.role),
        member=row.member.code if row.member else None,
        organisation=row.organisation_id,
        state=state_of_invitation(row),
        invited_by=row.invited_by,
        invited_at=row.invited_at,
        expires_at=row.expires_at,
        mailed_at=row.mailed_at,
        mail_fault=row.mail_fault,
    )


def state_of_invitation(row: Invitation) -> InvitationState:
    """Return whether an invitation can be accepted, and if not why."""
    if row.accepted_at is not None:
        return "accepted"
    if row.recalled_at is not None:
        return "recalled"
    return "expired" if row.expires_at <= timezone.now() else "open"


def holds(row: Mandate) -> bool:
    """Tell whether a mandate holds at this moment or will hold."""
    return state_of(row) in ("in_force", "to_come")
