"""Invitations (邀请): sent by mail, accepted once, recalled while nobody has."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import naming, queries, rules
from xietong.region.models import Invitation, Person
from xietong.region.operations import invitation_mail
from xietong.region.operations.approvers import queue_for_approvers
from xietong.region.operations.audit import afterwards, change, record
from xietong.region.operations.mandates import end_invitation, granted_by_invitation, role_named
from xietong.region.operations.owners import Owner, owner_for
from xietong.region.queries.people import scopes_of_mandate
from xietong.region.rules import Actor, require

DAYS = 7


def invite_person(
    *,
    actor: Actor,
    email: str,
    name: str,
    role: str,
    member: str | None = None,
    organisation: int | None = None,
    language: str = "zh-hans",
    site: str,
) -> tuple[Invitation, str]:
    """Send somebody a link by which to sign in with this mandate; return it too.

    `site` is the address of this node, with which the link begins. Only the link's digest is kept.
    The mail goes out once the invitation stands; where no server takes it, the invitation says so
    in `mail_fault`, and it can be sent again. Refuses `email_wrong`, `name_missing`,
    `no_such_role`, `email_taken`, `already_invited`, and whatever `owner_for` refuses; then nobody
    is invited.
    """
    require(actor, rules.INVITE_PERSON)
    owner = owner_for(actor, rules.INVITE_PERSON, member=member, organisation=organisation)
    wanted = role_named(role)
    address = _email(email)
    spoken = language if language in naming.LANGUAGES else naming.LANGUAGES[0]
    token = secrets.token_urlsafe(32)
    with change():
        owner.lock()
        _refuse_known(address, owner)
        now = timezone.now()
        row = Invitation.objects.create(
            email=address,
            name=name_given(name),
            role=wanted.value,
            member=owner.member,
            organisation=owner.organisation,
            token_digest=digest_of(token),
            language=spoken,
            invited_by=actor.key,
            expires_at=now + timedelta(days=DAYS),
        )
        record(
            actor=actor,
            verb="invite_person",
            subject=Reference("region", "invitation", str(row.pk)),
            member=owner.code,
            after=wanted.value,
            scope=owner.shown,
            email=address,
        )
        link = invitation_mail.link_of(row, token=token, site=site)
        afterwards(_mail(row, actor, link))
    return row, link


def send_invitation_again(*, actor: Actor, key: int, site: str) -> tuple[Invitation, str]:
    """Send a new link to whoever has not accepted, for another week; the one before leads nowhere.

    Whoever sends it vouches for it from now on. Refuses `no_such_invitation`, `invitation_used`,
    `invitation_recalled`, `organisation_closed`, `email_taken`, `already_invited`.
    """
    require(actor, rules.SEND_INVITATION_AGAIN)
    token = secrets.token_urlsafe(32)
    with change():
        row = queries.invitation(actor, key)
        require(actor, rules.SEND_INVITATION_AGAIN, of=scopes_of_mandate(row))
        owner = owner_for(
            actor,
            rules.SEND_INVITATION_AGAIN,
            member=row.member.code if row.member else None,
            organisation=row.organisation_id,
        )
        owner.lock()
        row = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("member", "organisation__member")
            .get(pk=row.pk)
        )
        _refuse_ended(row)
        _refuse_known(row.email, owner, but=row.pk)
        row.token_digest, row.invited_by = digest_of(token), actor.key
        row.expires_at = timezone.now() + timedelta(days=DAYS)
        row.save(update_fields=["token_digest", "invited_by", "expires_at"])
        record(
            actor=actor,
            verb="send_invitation_again",
            subject=Reference("region", "invitation", str(row.pk)),
            member=owner.code,
            after=row.role,
            scope=owner.shown,
            email=row.email,
        )
        link = invitation_mail.link_of(row, token=token, site=site)
        afterwards(_mail(row, actor, link))
    return row, link


def _mail(row: Invitation, by: Actor, link: str) -> Callable[[], None]:
    return lambda: invitation_mail.send(row, by=by, link=link, digest=row.token_digest)


def recall_invitation(*, actor: Actor, key: int, reason: str = "") -> Invitation:
    """Make a link lead nowhere that nobody has followed to its end.

    Refuses `no_such_invitation`, `invitation_used`, `invitation_recalled`.
    """
    require(actor, rules.RECALL_INVITATION)
    with change():
        row = queries.invitation(actor, key)
        require(actor, rules.RECALL_INVITATION, of=scopes_of_mandate(row))
        row = Invitation.objects.select_for_update(of=("self",)).get(pk=row.pk)
        _refuse_ended(row)
        end_invitation(actor, row, reason.strip(), timezone.now())
    return row


def accept_invitation(
    *, actor: Actor, token: str, password: str, name: str = "", language: str = ""
) -> Person:
    """Become the person that an invitation was written for, with its mandate from now on.

    Of several who follow one link at once, one becomes it. Refuses `no_such_link`,
    `invitation_used`, `invitation_recalled`, `invitation_expired`, `email_taken`,
    `password_too_weak`.
    """
    require(actor, rules.ACCEPT_INVITATION)
    with change():
        queue_for_approvers()
        row = (
            Invitation.objects.select_for_update(of=("self",))
            .filter(token_digest=digest_of(token))
            .first()
        )
        invitation = still_open(row)
        now = timezone.now()
        person = Person(
            username=invitation.email[:150],
            email=invitation.email,
            name=name_given(name or invitation.name),
            member=Owner.of(invitation).home,
            organisation=invitation.organisation,
            language=language if language in naming.LANGUAGES else invitation.language,
        )
        _set_password(person, password)
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError:
            raise _email_taken(invitation.email) from None
        mandate = granted_by_invitation(invitation, person, now)
        invitation.accepted_by, invitation.accepted_at = person, now
        invitation.save(update_fields=["accepted_by", "accepted_at"])
        record(
            actor=Actor(actor.kind, person.name, f"person:{person.pk}"),
            verb="accept_invitation",
            subject=Reference("region", "person", str(person.pk)),
            member=Owner.of(invitation).code,
            after=invitation.role,
            invitation=invitation.pk,
            mandate=mandate.pk,
            scope=Owner.of(invitation).shown,
        )
    return person


def invitation_of(token: str) -> Invitation:
    """Return the invitation that a link belongs to, for whoever holds the link.

    Refuses what `accept_invitation` refuses of a link.
    """
    return still_open(
        Invitation.objects.select_related("member", "organisation__member")
        .filter(token_digest=digest_of(token))
        .first()
    )


def still_open(row: Invitation | None) -> Invitation:
    """Return an invitation that can be accepted; refuse every other with its reason."""
    if row is None:
        raise NotFound(
            "no_such_link",
            N_("This link belongs to no invitation."),
            way_out=N_("Copy the whole link from the mail, or ask for a new invitation."),
        )
    _refuse_ended(row)
    if row.expires_at <= timezone.now():
        raise Refusal(
            "invitation_expired",
            N_("This invitation has expired."),
            way_out=N_("Ask whoever invited you to send a new one."),
        )
    return row


def digest_of(token: str) -> str:
    """Return what is kept of a link: whoever reads the tables cannot follow it."""
    return hashlib.sha256(token.encode()).hexdigest()


def name_given(name: str) -> str:
    """Return a person's name, its blanks tidied. Refuses `name_missing`, `name_too_long`."""
    tidy = " ".join(name.split())
    if not tidy:
        raise Refusal(
            "name_missing",
            N_("The name is missing."),
            way_out=N_("Give the name as it is written on official papers."),
            field="name",
        )
    if len(tidy) > 100:
        raise Refusal(
            "name_too_long",
            N_("The name has more than {most} characters."),
            way_out=N_("Shorten it."),
            field="name",
            most=100,
        )
    return tidy


def _refuse_ended(row: Invitation) -> None:
    if row.accepted_at is not None:
        raise Refusal(
            "invitation_used",
            N_("This invitation has been accepted already."),
            way_out=N_("Sign in with the e-mail address to which it was sent."),
        )
    if row.recalled_at is not None:
        raise Refusal(
            "invitation_recalled",
            N_("This invitation has been recalled."),
            way_out=N_("Ask whoever invited you to send a new one."),
        )


def _email(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Refusal(
            "email_wrong",
            N_("“{email}” is no e-mail address."),
            way_out=N_("Write it as name@office.example."),
            field="email",
            email=address[:100],
        ) from None
    return address


def _refuse_known(address: str, owner: Owner, but: int = 0) -> None:
    if Person.objects.filter(email__iexact=address).exists():
        raise _email_taken(address)
    open_now = Invitation.objects.filter(
        email__iexact=address,
        accepted_at__isnull=True,
        recalled_at__isnull=True,
        expires_at__gt=timezone.now(),
        member=owner.member,
        organisation=owner.organisation,
    ).exclude(pk=but)
    if open_now.exists():
        raise Refusal(
            "already_invited",
            N_("“{email}” has been invited and has not answered yet."),
            way_out=N_("Wait for the answer, or recall the invitation and send a new one."),
            field="email",
            email=address,
        )


def _email_taken(address: str) -> Refusal:
    return Refusal(
        "email_taken",
        N_("Somebody signs in with “{email}” already."),
        way_out=N_("Grant that person a mandate, or ask the regional office."),
        field="email",
        email=address,
    )


def _set_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as fault:
        raise Refusal(
            "password_too_weak",
            N_("The password is too weak: {why}"),
            way_out=N_("Choose a longer one that is hard to guess."),
            field="password",
            why=" ".join(fault.messages),
        ) from None
    person.set_password(password)
