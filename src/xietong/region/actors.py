"""Who makes a request: the public reader, or a person with the mandates that count now."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone

from xietong.kit.forgery import bearer_of
from xietong.kit.refusals import N_, NotSignedIn
from xietong.region import naming
from xietong.region.models import ApiToken, Mandate, Organisation, Person
from xietong.region.rules import (
    OFFICE,
    READER,
    STRICT,
    Actor,
    Held,
    Kind,
    Role,
    of_member,
    of_organisation,
)

# The session says so once its holder has shown a second factor or a passkey.
ASSURED = "second_factor_shown"
# When a token was last used is noted this often, so that reading seldom writes.
USED_EVERY = timedelta(minutes=10)


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a request; one reading of the mandates a request.

    Where a program shows a personal token in `Authorization: Bearer …`, the session does not count.
    Refuses `token_unknown` for a token that is none, or no longer one.
    """
    known = getattr(request, "actor", None)
    if isinstance(known, Actor):
        return known
    person = getattr(request, "user", None)
    if secret := bearer_of(request):
        # Whatever says that this token is none, says it to a reader.
        request.actor = READER  # type: ignore[attr-defined]
        actor = _actor_of_token(secret)
    elif isinstance(person, Person) and person.is_active:
        actor = actor_for(person, assured=bool(request.session.get(ASSURED)))
    else:
        actor = READER
    request.actor = actor  # type: ignore[attr-defined]
    return actor


def actor_for(person: Person, *, assured: bool, at: datetime | None = None) -> Actor:
    """Return a person as an actor; strict roles wait until a second factor was shown."""
    held = mandates_in_force(person, at or timezone.now())
    waiting = frozenset() if assured else frozenset(one for one in held if one.role in STRICT)
    return Actor(
        Kind.PERSON,
        naming.person(person),
        key=f"person:{person.pk}",
        held=held - waiting,
        waiting=waiting,
    )


def waits_for_second_factor(person: Person) -> bool:
    """Tell whether any mandate of a person counts only with a second factor."""
    return bool(actor_for(person, assured=False).waiting)


def _actor_of_token(secret: str) -> Actor:
    """Return the person whose token this is, with strict roles where it was made for them."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("person")
        .filter(digest=ApiToken.digest_of(secret), revoked_at__isnull=True)
        .filter(expires_at__gt=now, person__is_active=True)
        .first()
    )
    if token is None:
        raise NotSignedIn(
            "token_unknown",
            N_("The token in “Authorization” is none that is in force here."),
            way_out=N_("Make one on your account page, and send it as “Bearer”."),
        )
    if token.used_at is None or now - token.used_at >= USED_EVERY:
        # Whoever only reads is answered also where nothing can be written at the moment.
        with suppress(OperationalError):
            ApiToken.objects.filter(pk=token.pk).update(used_at=now)
    return actor_for(token.person, assured=token.strict)


def mandates_in_force(person: Person, at: datetime) -> frozenset[Held]:
    """Return the mandates of a person that hold at a moment."""
    rows = Mandate.objects.filter(Mandate.in_force(at), person=person).select_related(
        "member", "organisation"
    )
    return frozenset(Held(Role(row.role), _scope(row)) for row in rows)


def _scope(mandate: Mandate) -> str:
    if mandate.member is not None:
        return of_member(mandate.member.code)
    organisation = mandate.organisation
    assert organisation is not None  # noqa: S101  (the table has a constraint)
    if organisation.kind == Organisation.Kind.REGIONAL_OFFICE:
        return OFFICE
    return of_organisation(organisation.pk)
