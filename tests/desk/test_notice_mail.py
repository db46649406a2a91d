"""Notices by mail: for who chose so, after the work, in their words, and nothing hangs on it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from cast import Cast, signed_in
from commands import run
from xietong.desk import operations, queries, rules
from xietong.desk.chores import run_chores
from xietong.desk.models import Notice
from xietong.desk.operations import notice_mail
from xietong.desk.sayings import both
from xietong.kit.refusals import N_, NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry, Person
from xietong.region.operations import change
from xietong.region.rules import LOCAL, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
SITE = "https://node.lakes.example/"
PART = "north_officer"


class Away(EmailBackend):
    """A mail server that nobody reaches."""

    def open(self) -> bool:
        raise ConnectionRefusedError("the mail server is away")


class Choosy(EmailBackend):
    """A mail server that takes no mail for one address."""

    def send_messages(self, messages: Any) -> int:
        if any("north.officer" in one.to[0] for one in messages):
            raise OSError("no such box")
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.XIETONG_ADDRESS = SITE


def choose(cast: Cast, how: str, part: str = PART) -> None:
    operations.choose_notice_mail(actor=cast[part], how=how)


def tell(cast: Cast, name: str = "甲", part: str = PART) -> Notice:
    """Tell a person something in a change of its own."""
    with change():
        (told,) = operations.notify(
            sentence=N_("Register of {member}"),
            params={"member": both(name, f"{name} in English")},
            url="/desk/jobs/",
            person=cast.person(part),
        )
    told.refresh_from_db()
    return told


def later(**how: float) -> None:
    """Let what is due later be due now."""
    for one in Notice.objects.all():
        if one.mail_due_at is not None:
            one.mail_due_at -= timedelta(**how)
            one.save()


def test_nobody_is_sent_mail_who_has_not_chosen_it(cast: Cast) -> None:
    assert queries.notice_mail_of(cast[PART]).how == rules.NO_MAIL
    told = tell(cast)
    assert (told.mail, told.mail_due_at) == ("", None)
    assert operations.mail_notices(actor=LOCAL) == 0
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("language", "title", "link", "account"),
    [
        ("zh-hans", "甲企业名录", "desk/jobs/", "account/"),
        ("en", "Register of 甲 in English", "en/desk/jobs/", "en/account/"),
    ],
)
def test_each_notice_is_sent_with_title_sentence_and_link_in_the_persons_language(
    cast: Cast, language: str, title: str, link: str, account: str
) -> None:
    Person.objects.filter(username=PART).update(language=language)
    choose(cast, rules.EACH)
    told = tell(cast)
    (sent,) = mail.outbox
    assert sent.to == ["north.officer@lakes.example"]
    assert title in sent.subject
    assert "Xietong" in sent.subject or "协同" in sent.subject
    lines = str(sent.body).splitlines()
    assert title in lines
    assert SITE + link in lines
    assert SITE + account in lines
    assert any(line.endswith("(UTC+06:00)") for line in lines)
    assert told.mailed_at is not None
    assert (told.mail_due_at, told.mail_fault, told.mail_tries) == (None, "", 1)
    assert operations.mail_notices(actor=LOCAL) == 0
    assert len(mail.outbox) == 1


def test_nothing_is_sent_before_the_work_stands_nor_where_it_does_not(cast: Cast) -> None:
    choose(cast, rules.EACH)
    with pytest.raises(Refusal), change():  # noqa: PT012  (the last of it fails)
        operations.notify(sentence="Nothing is left to do.", person=cast.person(PART))
        operations.choose_notice_mail(actor=cast[PART], how="hourly")
    assert mail.outbox == []
    assert not Notice.objects.exists()
    with change():
        operations.notify(sentence="Nothing is left to do.", person=cast.person(PART))
        assert mail.outbox == []
    assert len(mail.outbox) == 1


def test_what_somebody_named_begins_no_line_of_a_mails_head(cast: Cast) -> None:
    choose(cast, rules.EACH)
    tell(cast, "a.csv\r\nBcc: everybody@lakes.example\u2028" + "长" * 200)
    (sent,) = mail.outbox
    head = sent.message().as_bytes().partition(b"\n\n")[0]
    assert b"Bcc" not in head.replace(b"\n ", b"").split(b"Subject")[0]
    assert "\n" not in sent.subject
    assert len(sent.subject) == notice_mail.MOST_TITLE
    assert sent.recipients() == ["north.officer@lakes.example"]


def test_a_server_that_is_away_undoes_nothing_and_is_tried_again(
    cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    choose(cast, rules.EACH)
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    with caplog.at_level(logging.WARNING):
        told = tell(cast)
    assert "the mail server is away" in caplog.text
    assert told.mail_fault == "the mail server is away"
    assert told.mailed_at is None
    assert told.mail_due_at is not None
    assert told.mail_due_at > timezone.now()
    assert "the mail server is away" in queries.notice_mail_of(cast[PART]).fault
    assert queries.unread(cast[PART]) == 1
    assert operations.mail_notices(actor=LOCAL) == 0  # not due yet
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    later(minutes=6)
    done = {one.name: one.changed for one in run_chores(LOCAL, all_now=True)}
    assert done["mail_notices"] == 1
    assert len(mail.outbox) == 1
    assert queries.notice_mail_of(cast[PART]).fault == ""


def test_it_is_given_up_in_the_end(cast: Cast, settings: Any) -> None:
    choose(cast, rules.EACH)
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    tell(cast)
    for _ in rules.MAIL_WAITS:
        later(hours=25)
        operations.mail_notices(actor=LOCAL)
    told = Notice.objects.get()
    assert (told.mail_tries, told.mail_due_at) == (len(rules.MAIL_WAITS) + 1, None)
    assert told.mail_fault


def test_one_box_that_takes_nothing_keeps_no_other_from_its_mail(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Choosy"
    for part in (PART, "north_analyst"):
        choose(cast, rules.EACH, part)
    with change():
        for part in (PART, "north_analyst"):
            operations.notify(sentence="Nothing is left to do.", person=cast.person(part))
    assert [one.to for one in mail.outbox] == [["north.analyst@lakes.example"]]
    assert Notice.objects.get(person=cast.person(PART)).mail_fault == "no such box"


def test_of_two_who_would_send_a_notice_one_does(cast: Cast, settings: Any) -> None:
    choose(cast, rules.EACH)
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    tell(cast)
    later(hours=1)
    seen, also_seen = Notice.objects.get(), Notice.objects.get()
    now = timezone.now()
    assert notice_mail._taken(seen, now)
    assert not notice_mail._taken(also_seen, now)


def test_a_day_is_sent_together_once_it_is_over_in_the_region(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(cast, rules.DAILY)
    # The lakes are six hours before UTC: their day begins at 18:00.
    at = datetime(2026, 3, 1, 17, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: at)
    first, read = tell(cast, "甲"), tell(cast, "乙")
    operations.read_notice(actor=cast[PART], number=read.pk)
    last = tell(cast, "丙")
    assert first.mail_due_at == datetime(2026, 3, 1, 18, tzinfo=UTC)
    assert operations.mail_notices(actor=LOCAL) == 0
    at = datetime(2026, 3, 1, 18, 1, tzinfo=UTC)
    tomorrow = tell(cast, "丁")
    assert operations.mail_notices(actor=LOCAL) == 2
    (sent,) = mail.outbox
    assert "2026-03-01" in sent.subject
    assert "2" in sent.subject
    body = str(sent.body)
    assert [name for name in "甲乙丙丁" if f"{name}企业名录" in body] == ["甲", "丙"]
    assert Notice.objects.filter(mailed_at__isnull=False).count() == 2
    assert Notice.objects.get(pk=read.pk).mail_due_at is None
    assert {first.pk, last.pk} == set(
        Notice.objects.filter(mailed_at__isnull=False).values_list("pk", flat=True)
    )
    assert tomorrow.mail_due_at == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert operations.mail_notices(actor=LOCAL) == 0


def test_who_chooses_none_or_leaves_is_sent_nothing_that_waits(cast: Cast) -> None:
    for part in (PART, "north_analyst"):
        choose(cast, rules.DAILY, part)
        tell(cast, part=part)
    choose(cast, rules.NO_MAIL)
    Person.objects.filter(username="north_analyst").update(is_active=False)
    later(days=2)
    assert operations.mail_notices(actor=LOCAL) == 0
    assert mail.outbox == []
    assert not Notice.objects.filter(mail_due_at__isnull=False).exists()


def test_the_choice_is_ones_own_and_audited(cast: Cast) -> None:
    choose(cast, rules.EACH)
    choose(cast, rules.EACH)  # twice is as once
    (entry,) = AuditEntry.objects.filter(verb="choose_notice_mail")
    assert (entry.before, entry.after) == (rules.NO_MAIL, rules.EACH)
    assert (entry.subject, entry.member) == (f"region:person:{cast.person(PART).pk}", "northshore")
    other = cast.person("south_officer").pk
    with pytest.raises(NotFound, match="no_such_person"):
        operations.choose_notice_mail(actor=cast[PART], how=rules.EACH, person=other)
    with pytest.raises(NotAllowed):
        operations.choose_notice_mail(actor=READER, how=rules.EACH)
    with pytest.raises(Refusal, match="no_such_choice"):
        choose(cast, "hourly")
    Person.objects.filter(pk=cast.person("nobody").pk).update(email="")
    with pytest.raises(Refusal, match="no_mail_address"):
        choose(cast, rules.DAILY, "nobody")
    assert AuditEntry.objects.filter(verb="choose_notice_mail").count() == 1


def test_page_api_and_command_choose_alike(cast: Cast, client: Client) -> None:
    signed_in(client, cast.person(PART))
    shown = client.get("/account/").content.decode()
    assert 'value="none" checked' in shown
    assert client.post("/account/", {"notice_mail": "daily"}).status_code == 302
    assert 'value="daily" checked' in client.get("/account/").content.decode()
    address = "/api/v1/desk/notice-mail"
    assert client.get(address).json() == {"how": "daily", "fault": ""}
    told = client.put(address, {"how": "each"}, content_type="application/json")
    assert told.json() == {"how": "each", "fault": ""}
    assert client.put(address, {"how": "x"}, content_type="application/json").status_code == 422
    number = cast.person(PART).pk
    assert run("notice", "mail", str(number), "none").stdout == f"{number}\tnone\n"
    assert queries.notice_mail_of(cast[PART]).how == rules.NO_MAIL
    refused = run("notice", "mail", "999999", "each", expect=2)
    assert "no_such_person" in refused.stderr
    assert client.post("/account/", {"notice_mail": "weekly"}).status_code == 422
