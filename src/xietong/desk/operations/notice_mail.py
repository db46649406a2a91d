"""Copies of notices by mail (邮件抄送): chosen by each person, sent after the work, tried again.

A mail is sent when what it tells of stands, and whatever comes of it changes nothing of that. What
did not go out stays due, and a chore of the workers tries it again, later and later. A notice is
taken by one statement before it is sent, so that of two who would send it one does.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from xietong.desk import rules
from xietong.desk.models import Notice, NoticeMail
from xietong.desk.schemas import notice_out
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import naming, zone
from xietong.region.models import Person
from xietong.region.operations import change, record
from xietong.region.operations.audit import afterwards, under_way
from xietong.region.rules import Actor, Kind, require

log = logging.getLogger(__name__)
MOST_AT_ONCE = 500
MOST_TITLE = 120
# What a server, the way to it, or a message that it does not want may end in.
FAULTS = (OSError, smtplib.SMTPException, ValueError)


def choose_notice_mail(*, actor: Actor, how: str, person: int | None = None) -> NoticeMail:
    """Choose whether one's notices come by mail too; the operator chooses for a person.

    Of those that wait to be sent, none is sent to whoever chooses none. Refuses `no_such_choice`,
    `no_mail_address`, `no_such_person`.
    """
    key = person
    if actor.kind is not Kind.LOCAL:
        rules.require_person(actor, "choose_notice_mail")
        own = int(actor.key.removeprefix("person:"))
        if person not in (None, own):
            raise _no_such_person(person)
        key = own
    if how not in rules.MAIL_CHOICES:
        raise Refusal(
            "no_such_choice",
            N_("Notices do not come by mail in the way “{how}”."),
            way_out=N_("Choose one of: {known}."),
            field="how",
            how=how[:20],
            known=", ".join(rules.MAIL_CHOICES),
        )
    with change():
        people = Person.objects.select_related("member").filter(is_active=True)
        row = None if key is None else people.filter(pk=key).first()
        if row is None:
            raise _no_such_person(key)
        if how != rules.NO_MAIL and not row.email:
            raise Refusal(
                "no_mail_address",
                N_("There is no e-mail address to which notices could be sent."),
                way_out=N_("Add an address on your account page first."),
                field="how",
            )
        chosen, _ = NoticeMail.objects.select_for_update().get_or_create(person=row)
        before = chosen.how
        if before == how:
            return chosen
        chosen.how = how
        chosen.save(update_fields=["how"])
        if how == rules.NO_MAIL:
            Notice.objects.filter(person=row, mail_due_at__isnull=False).update(mail_due_at=None)
        record(
            actor=actor,
            verb="choose_notice_mail",
            subject=Reference("region", "person", str(row.pk)),
            member=row.member.code if row.member is not None else "",
            before=before,
            after=how,
        )
    return chosen


def mail_notices(*, actor: Actor) -> int:
    """Send the mail that is due, for days that are over too; return how many notices went out."""
    require(actor, rules.MAIL_NOTICES)
    return _send(Notice.objects.all())


def wanted_by(people: Collection[int]) -> dict[int, str]:
    """Return how those of some people who want notices by mail want them."""
    rows = NoticeMail.objects.filter(person__in=people).exclude(how=rules.NO_MAIL)
    return dict(rows.values_list("person_id", "how"))


def due_at(how: str, now: datetime) -> datetime | None:
    """Return when the copy of a notice of this moment is sent: at once, or when the day is over."""
    if how == rules.EACH:
        return now
    return zone.end_of(zone.day_of(now)) if how == rules.DAILY else None


def send_after(notices: Iterable[Notice]) -> None:
    """Send the copies of new notices once what they tell of stands."""
    keys = [one.pk for one in notices if one.mail == rules.EACH]
    if not keys:
        return

    def send() -> None:
        _send(Notice.objects.filter(pk__in=keys))

    if under_way():
        afterwards(send)
    else:
        transaction.on_commit(send, robust=True)


def _send(among: QuerySet[Notice]) -> int:
    now = timezone.now()
    due = among.filter(mail_due_at__lte=now).select_related("person").order_by("pk")
    letters: dict[tuple[int, int], list[Notice]] = {}
    for one in due[:MOST_AT_ONCE]:
        alone = one.pk if one.mail == rules.EACH else 0
        letters.setdefault((one.person_id, alone), []).append(one)
    if not letters:
        return 0
    server = mail.get_connection()
    away = _opened(server)
    try:
        return sum(_send_letter(server, away, notices, now) for notices in letters.values())
    finally:
        if not away:
            try:
                server.close()
            except FAULTS as fault:
                log.warning("the mail server did not say good-bye: %s", fault)


def _opened(server: Any) -> str:
    """Open the way to the server; return why that cannot be, once for all that is to be sent."""
    try:
        server.open()
    except FAULTS as fault:
        log.warning("no mail of notices goes out: %s", fault)
        return _why(fault)
    return ""


def _send_letter(server: Any, away: str, notices: list[Notice], now: datetime) -> int:
    """Send one mail; return how many notices it held."""
    person = notices[0].person
    wanted = person.is_active and bool(person.email)
    # What was read before the day was over need not be told again.
    told = [one for one in notices if wanted and not (one.mail == rules.DAILY and one.read_at)]
    if gone := [one.pk for one in notices if one not in told]:
        Notice.objects.filter(pk__in=gone).update(mail_due_at=None)
    mine = [one for one in told if _taken(one, now)]
    if not mine:
        return 0
    rows = Notice.objects.filter(pk__in=[one.pk for one in mine])
    fault = away
    if not away:
        try:
            server.send_messages([_letter(person, mine)])
        except FAULTS as trouble:
            fault = _why(trouble)
            log.warning("the mail of notice %s did not go out: %s", mine[0].pk, fault)
    if fault:
        rows.update(mail_fault=fault)
        return 0
    rows.update(mailed_at=timezone.now(), mail_due_at=None, mail_fault="")
    return len(mine)


def _taken(one: Notice, now: datetime) -> bool:
    """Take a notice to be sent: whoever would send it too finds it due later."""
    rows = Notice.objects.filter(pk=one.pk, mail_due_at=one.mail_due_at)
    later = rules.next_mail(one.mail_tries + 1, now)
    return bool(rows.update(mail_tries=F("mail_tries") + 1, mail_due_at=later))


def _letter(person: Person, notices: list[Notice]) -> mail.EmailMessage:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        told = [notice_out(one) for one in notices]
        site = settings.XIETONG_ADDRESS.rstrip("/")
        listed = reverse("desk:notices")
        there = zone.of_the_region()
        lines = [
            {
                "sentence": _line(one.sentence),
                "at": zone.minute_of(one.at, there),
                "link": site + (one.url or listed),
            }
            for one in told
        ]
        each = notices[0].mail == rules.EACH
        title = (
            gettext("Xietong: {sentence}").format(sentence=lines[0]["sentence"])
            if each
            else ngettext(
                "Xietong: {n} notice of {day}", "Xietong: {n} notices of {day}", len(lines)
            ).format(n=len(lines), day=zone.day_of(told[0].at, there).isoformat())
        )
        body = render_to_string(
            f"desk/mail/{'notice' if each else 'digest'}.txt",
            {
                "name": naming.person(person),
                "notices": lines,
                "account": site + reverse("portal:account"),
                "listed": site + listed,
            },
        )
    short = title if len(title) <= MOST_TITLE else f"{title[: MOST_TITLE - 1]}…"
    return mail.EmailMessage(short, body.strip() + "\n", to=[person.email])


def _line(sentence: str) -> str:
    """Return a sentence in one line: what people named must begin no line of a mail's head."""
    return " ".join("".join(one if one.isprintable() else " " for one in sentence).split())


def _why(fault: BaseException) -> str:
    return (str(fault) or type(fault).__name__)[:300]


def _no_such_person(key: int | None) -> NotFound:
    return NotFound(
        "no_such_person",
        N_("There is no person with the number {key}."),
        way_out=N_("Choose one from the list of people."),
        field="person",
        key=key or "–",
    )
