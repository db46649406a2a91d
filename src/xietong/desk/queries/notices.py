"""Notices of whoever reads."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from xietong.desk import rules
from xietong.desk.models import Notice, NoticeMail
from xietong.region.rules import Actor, Kind


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """Return the actor's own notices, newest first; nobody has those of another."""
    if actor.kind is not Kind.PERSON:
        return Notice.objects.none()
    return Notice.objects.filter(person_id=int(actor.key.removeprefix("person:")))


def unread(actor: Actor) -> int:
    """Return how many notices the actor has not read."""
    return notices_of(actor).filter(read_at__isnull=True).count()


@dataclass(frozen=True, slots=True)
class Mailing:
    """How notices come to a person by mail, and why the last mail did not go out, if so."""

    how: str
    fault: str


def notice_mail_of(actor: Actor) -> Mailing:
    """Return how the actor's own notices come by mail; of nobody else's one learns it."""
    if actor.kind is not Kind.PERSON:
        return Mailing(rules.NO_MAIL, "")
    chosen = NoticeMail.objects.filter(person_id=int(actor.key.removeprefix("person:"))).first()
    if chosen is None or chosen.how == rules.NO_MAIL:
        return Mailing(rules.NO_MAIL, "")
    last = notices_of(actor).filter(mail_tries__gt=0).order_by("-pk").first()
    return Mailing(chosen.how, last.mail_fault if last else "")
