"""Telling people what they are to know, and their having read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from xietong.desk import rules
from xietong.desk.models import Notice
from xietong.desk.operations import notice_mail
from xietong.desk.queries import holders_of
from xietong.desk.sayings import stored
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound
from xietong.region.models import Person
from xietong.region.rules import Actor, Role


def notify(
    *,
    sentence: str,
    params: Mapping[str, Any] | None = None,
    subject: Reference | None = None,
    url: str = "",
    person: Person | None = None,
    members: Iterable[str] = (),
    office: bool = False,
    role: Role | None = None,
) -> list[Notice]:
    """Tell one person, or all holders of a role for these members or the office, each once.

    Runs in whatever transaction it is called in: a change that is not made tells nobody. Whoever
    wants each notice by mail is sent a copy afterwards; whether that goes out changes nothing here.
    """
    told = {person.pk} if person is not None else set()
    if role is not None:
        told |= {one.pk for one in holders_of(role, members, office=office)}
    by_mail, now = notice_mail.wanted_by(told), timezone.now()
    due = {how: notice_mail.due_at(how, now) for how in set(by_mail.values())}
    made = Notice.objects.bulk_create(
        Notice(
            person_id=one,
            sentence=sentence,
            params=dict(params or {}),
            subject=str(subject or ""),
            url=stored(url),
            mail=by_mail.get(one, ""),
            mail_due_at=due.get(by_mail.get(one, "")),
        )
        for one in sorted(told)
    )
    notice_mail.send_after(made)
    return made


def read_notice(*, actor: Actor, number: int) -> Notice:
    """Mark one of the actor's own notices as read. Refuses `no_such_notice`."""
    rules.require_person(actor, "read_notice")
    notice = Notice.objects.filter(pk=number, person_id=_person(actor)).first()
    if notice is None:
        raise NotFound(
            "no_such_notice",
            N_("There is no notice {number} that you may see."),
            way_out=N_("Open the list of your notices."),
            number=str(number),
        )
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return notice


def read_all_notices(*, actor: Actor) -> int:
    """Mark all notices of the actor as read; return how many were not."""
    rules.require_person(actor, "read_all_notices")
    unread = Notice.objects.filter(person_id=_person(actor), read_at__isnull=True)
    return unread.update(read_at=timezone.now())


def _person(actor: Actor) -> int:
    return int(actor.key.removeprefix("person:"))
