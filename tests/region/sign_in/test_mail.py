"""Recovery of the password, change of address, and news of both: real mails in one's language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client

from cast import Cast
from region.sign_in.people import PASSWORD, Mailbox, acts, sign_in, text_of, with_password

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
NEW = "nine-otters-sleep-in-the-reeds"


def asked_for(client: Client, mailbox: Mailbox, address: str, prefix: str = "") -> Any:
    with mailbox.sending():
        return client.post(f"{prefix}/account/password/reset/", {"email": address})


def link_in(text: str) -> str:
    found = re.search(r"http://testserver(/\S+)", text)
    assert found, text
    return found[1]


def test_a_password_is_recovered_by_a_link_that_works_once(
    cast: Cast, client: Client, mailbox: Mailbox
) -> None:
    person = with_password(cast.person("north_officer"))
    elsewhere = Client()
    sign_in(elsewhere, "north_officer")
    answer = asked_for(client, mailbox, "North.Officer@lakes.example")
    assert answer["Location"] == "/account/password/reset/done/"
    (mail,) = mailbox.mails()
    assert (mail["To"], mail["Subject"]) == ("north.officer@lakes.example", "协同：设置新密码")
    assert mail.get_content_type() == "text/plain"
    assert "林北舟：" in text_of(mail)
    link = link_in(text_of(mail))
    form = client.get(link)["Location"]
    weak = client.post(form, {"password1": "123456789012", "password2": "123456789012"})
    assert weak.status_code == 200
    with mailbox.sending():
        client.post(form, {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)
    assert get_user(elsewhere).is_anonymous
    assert acts(person) == ["sign_in", "reset_password"]
    assert [one["Subject"] for one in mailbox.mails()][1:] == ["协同：密码已修改"]
    assert "链接已失效" in Client().get(link).content.decode()


def test_whether_an_address_is_known_is_told_by_mail_alone(
    cast: Cast, client: Client, mailbox: Mailbox
) -> None:
    known = asked_for(client, mailbox, "north.officer@lakes.example")
    unknown = asked_for(client, mailbox, "no.one@lakes.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [one["To"] for one in mailbox.mails()] == [
        "north.officer@lakes.example",
        "no.one@lakes.example",
    ]
    assert mailbox.mails()[1]["Subject"] == "协同：没有使用该邮箱的用户"


@pytest.mark.parametrize(
    ("language", "asked_at", "subject", "begins"),
    [
        ("en", "", "Xietong: choose a new password", "/en/account/password/reset/key/"),
        ("zh-hans", "/en", "协同：设置新密码", "/account/password/reset/key/"),
    ],
)
def test_a_mail_is_in_the_language_of_whoever_gets_it(
    cast: Cast,
    client: Client,
    mailbox: Mailbox,
    language: str,
    asked_at: str,
    subject: str,
    begins: str,
) -> None:
    person = cast.person("north_officer")
    person.language = language
    person.save()
    asked_for(client, mailbox, person.email, asked_at)
    (mail,) = mailbox.mails()
    assert mail["Subject"] == subject
    assert link_in(text_of(mail)).startswith(begins)


def test_a_recovered_password_does_not_stand_for_the_second_factor(
    cast: Cast, client: Client, mailbox: Mailbox
) -> None:
    from region.sign_in.people import with_app

    with_app(with_password(cast.person("north_approver")))
    asked_for(client, mailbox, "north.approver@lakes.example")
    form = client.get(link_in(text_of(mailbox.mails()[0])))["Location"]
    client.post(form, {"password1": NEW, "password2": NEW})
    assert get_user(client).is_anonymous
    assert sign_in(client, "north_approver", NEW)["Location"] == "/account/factors/authenticate/"


def test_an_address_changes_when_its_code_is_entered_and_not_before(
    cast: Cast, client: Client, mailbox: Mailbox
) -> None:
    person = with_password(cast.person("north_officer"))
    sign_in(client, "north_officer")
    with mailbox.sending():
        client.post("/account/email/", {"email": "lin@lakes.example", "action_add": ""})
    person.refresh_from_db()
    assert person.email == "north.officer@lakes.example"
    (mail,) = mailbox.mails()
    assert mail["To"] == "lin@lakes.example"
    code = re.search(r"^[A-Z0-9-]{6,}$", text_of(mail), re.MULTILINE)
    assert code
    with mailbox.sending():
        client.post("/account/confirm-email/", {"code": "AAAAAA"})
    person.refresh_from_db()
    assert person.email == "north.officer@lakes.example"
    with mailbox.sending():
        client.post("/account/confirm-email/", {"code": code[0]})
    person.refresh_from_db()
    assert person.email == "lin@lakes.example"
    assert acts(person) == ["sign_in", "change_email"]
    told = {one["To"] for one in mailbox.mails()[1:]}
    assert "north.officer@lakes.example" in told
    client.post("/account/logout/")
    sign_in(client, "lin@lakes.example")
    assert get_user(client) == person


def test_an_address_of_somebody_else_is_not_told_to_be_taken(
    cast: Cast, client: Client, mailbox: Mailbox
) -> None:
    person = with_password(cast.person("north_officer"))
    sign_in(client, "north_officer")
    with mailbox.sending():
        client.post("/account/email/", {"email": "south.officer@lakes.example", "action_add": ""})
    person.refresh_from_db()
    assert person.email == "north.officer@lakes.example"


def test_the_language_of_mail_is_chosen_and_audited(cast: Cast, client: Client) -> None:
    person = with_password(cast.person("north_officer"))
    sign_in(client, "north_officer")
    client.post("/account/", {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"
    assert acts(person) == ["sign_in", "choose_language"]
    assert PASSWORD
