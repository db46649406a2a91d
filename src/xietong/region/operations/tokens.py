"""Personal tokens (访问令牌): made and revoked by the person whose they are."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.utils import timezone

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import rules
from xietong.region.models import ApiToken, Person
from xietong.region.operations.audit import change, record
from xietong.region.queries.people import no_such_person
from xietong.region.rules import STRICT, Actor, SecondFactorNeeded, require

MOST_DAYS, MOST_DAYS_STRICT = 365, 30
MOST_TOKENS = 20
# Whoever finds one in a file or a log knows what it is.
PREFIX = "xietong_"


def create_token(
    *, actor: Actor, name: str, days: int, strict: bool = False
) -> tuple[ApiToken, str]:
    """Make a token of the actor's own; return it and its secret, which is told this once.

    Refuses `token_name_missing`, `token_days`, `too_many_tokens`, and `second_factor_needed` where
    strict roles are to count and this session has not shown a second factor.
    """
    require(actor, rules.CREATE_TOKEN)
    person = _person(actor)
    called = " ".join(name.split())[:100]
    if not called:
        raise Refusal(
            "token_name_missing",
            N_("The token has no name."),
            way_out=N_("Name the program that will use it."),
            field="name",
        )
    if strict and not any(one.role in STRICT for one in actor.held):
        raise SecondFactorNeeded(
            "second_factor_needed",
            N_("“{verb}” wants a second factor, which this session has not shown."),
            way_out=N_("Set one up on your account page, sign in with it, and try again."),
            verb=rules.CREATE_TOKEN.verb,
        )
    most = MOST_DAYS_STRICT if strict else MOST_DAYS
    if not 1 <= days <= most:
        raise Refusal(
            "token_days",
            N_("A token of this kind lasts from 1 to {most} days."),
            way_out=N_("Choose fewer days, and make a new one when it ends."),
            field="days",
            most=most,
        )
    now = timezone.now()
    secret = PREFIX + secrets.token_urlsafe(32)
    with change():
        # The lock on the person makes the count hold.
        Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if person.tokens.filter(revoked_at__isnull=True, expires_at__gt=now).count() >= MOST_TOKENS:
            raise Refusal(
                "too_many_tokens",
                N_("You have {most} tokens, and nobody has more."),
                way_out=N_("Revoke one that no program uses."),
                most=MOST_TOKENS,
            )
        row = ApiToken.objects.create(
            person=person,
            name=called,
            digest=ApiToken.digest_of(secret),
            strict=strict,
            expires_at=now + timedelta(days=days),
        )
        record(
            actor=actor,
            verb="create_token",
            subject=Reference("region", "token", str(row.pk)),
            member=_member(person),
            after=called[:64],
            days=days,
            strict=strict,
        )
    return row, secret


def revoke_token(*, actor: Actor, key: int) -> ApiToken:
    """End a token of the actor's own at once; twice is as once. Refuses `no_such_token`."""
    require(actor, rules.REVOKE_TOKEN)
    person = _person(actor)
    with change():
        row = person.tokens.select_for_update(of=("self",)).filter(pk=key).first()
        if row is None:
            raise NotFound(
                "no_such_token",
                N_("You have no such token."),
                way_out=N_("Choose one of the list on your account page."),
            )
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            record(
                actor=actor,
                verb="revoke_token",
                subject=Reference("region", "token", str(row.pk)),
                member=_member(person),
                before=row.name[:64],
            )
    return row


def _person(actor: Actor) -> Person:
    key = int(actor.key.removeprefix("person:"))
    person = Person.objects.select_related("member").filter(pk=key, is_active=True).first()
    if person is None:
        raise no_such_person(key)
    return person


def _member(person: Person) -> str:
    return person.member.code if person.member is not None else ""
