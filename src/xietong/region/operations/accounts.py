"""What people do with their accounts (账号), as the audit tells it."""

from __future__ import annotations

from typing import Any, Literal

from xietong.kit.references import Reference
from xietong.region import naming, rules
from xietong.region.models import Person
from xietong.region.operations.audit import change, record
from xietong.region.rules import Actor, Kind, require

Act = Literal[
    "sign_in",
    "sign_out",
    "fail_to_sign_in",
    "change_password",
    "reset_password",
    "change_email",
    "add_second_factor",
    "remove_second_factor",
    "renew_recovery_codes",
    "fail_second_factor",
    "end_other_sessions",
    "connect_provider",
    "disconnect_provider",
]


def note_account(*, actor: Actor, person: Person, act: Act, **details: Any) -> None:
    """Write into the audit what was done with an account, in the change that is open, or alone."""
    require(actor, rules.USE_ACCOUNT)
    with change():
        record(
            actor=actor,
            verb=act,
            subject=Reference("region", "person", str(person.pk)),
            member=person.member.code if person.member is not None else "",
            **details,
        )


def choose_language(*, actor: Actor, person: Person, language: str) -> Person:
    """Choose the language in which mail is written to oneself; one that is unknown is Chinese."""
    require(actor, rules.USE_ACCOUNT)
    if actor.key != f"person:{person.pk}":
        raise rules.not_allowed(actor, rules.USE_ACCOUNT)
    chosen = language if language in naming.LANGUAGES else naming.LANGUAGES[0]
    with change():
        before = person.language
        if before != chosen:
            person.language = chosen
            person.save(update_fields=["language"])
            record(
                actor=actor,
                verb="choose_language",
                subject=Reference("region", "person", str(person.pk)),
                member=person.member.code if person.member is not None else "",
                before=before,
                after=chosen,
            )
    return person


def as_actor(person: Person) -> Actor:
    """Return a person as whoever did something with the account, mandates aside."""
    return Actor(Kind.PERSON, naming.person(person), key=f"person:{person.pk}")
