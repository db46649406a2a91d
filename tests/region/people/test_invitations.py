"""Invitations: a link that works once, for a time, for one address, and is kept by nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from cast import Cast
from xietong.kit.refusals import Refusal
from xietong.region import operations, queries
from xietong.region.models import AuditEntry, Invitation, Mandate, Person
from xietong.region.rules import LOCAL, READER, Held, Role, of_member

pytestmark = [pytest.mark.operations, pytest.mark.django_db, pytest.mark.usefixtures("pack")]
NORTH = "northshore"
PASSWORD = "still-waters-run-deep-9"  # noqa: S105  (of nobody)


def invite(by: Any, email: str = "New@Lakes.example", **more: Any) -> tuple[Invitation, str]:
    """Invite somebody; return the invitation and the token of its link."""
    given = {"name": "新 北苗", "role": "analyst", "member": NORTH, **more}
    row, link = operations.invite_person(
        actor=by, email=email, site="http://node.example/", **given
    )
    assert link.startswith("http://node.example/")
    return row, link.rstrip("/").rpartition("/")[2]


def accept(token: str, password: str = PASSWORD, **more: Any) -> Person:
    return operations.accept_invitation(actor=READER, token=token, password=password, **more)


def refused(code: str, does: Any) -> Refusal:
    def state() -> Any:
        return (
            AuditEntry.objects.count(),
            Person.objects.count(),
            list(Invitation.objects.order_by("pk").values_list()),
            Mandate.objects.count(),
            len(mail.outbox),
        )

    before = state()
    with pytest.raises(Refusal) as told:
        does()
    assert (told.value.code, state()) == (code, before)
    return told.value


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("zh-hans", "邀请您使用协同平台", ("北岸", "分析")),
        ("en", "Invitation to Xietong", ("Northshore", "analyst", "/en/invitation/")),
    ],
)
def test_the_mail_is_in_the_invitees_language(
    cast: Cast, language: str, subject: str, words: tuple[str, ...]
) -> None:
    row, token = invite(cast["north_administrator"], language=language)
    [message] = mail.outbox
    assert (message.subject, message.to) == (subject, ["new@lakes.example"])
    assert message.content_subtype == "plain"
    # In the clock of the lakes, which is six hours before that of UTC.
    until = f"{row.expires_at + timedelta(hours=6):%Y-%m-%d %H:%M} (UTC+06:00)"
    for word in (*words, token, "管北江", until):
        assert word in message.body
    assert re.search(r"[{}]", str(message.body)) is None


def test_only_the_digest_of_a_link_is_kept(cast: Cast) -> None:
    row, token = invite(cast["north_administrator"])
    kept = str(list(Invitation.objects.values_list())) + str(list(AuditEntry.objects.values_list()))
    assert token not in kept
    assert len(token) >= 43
    assert row.token_digest != token


def test_whoever_accepts_becomes_a_person_with_the_mandate(cast: Cast) -> None:
    row, token = invite(cast["north_administrator"])
    person = accept(token, name="新北苗")
    assert (person.email, person.name, person.language) == (
        "new@lakes.example",
        "新北苗",
        "zh-hans",
    )
    assert person.member is not None
    assert person.member.code == NORTH
    assert person.check_password(PASSWORD)
    mandate = Mandate.objects.get(person=person)
    assert mandate.granted_by == f"person:{cast.person('north_administrator').pk}"
    from xietong.region.actors import actor_for

    assert actor_for(person, assured=False).held == {Held(Role.ANALYST, of_member(NORTH))}
    row.refresh_from_db()
    assert row.accepted_by == person
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry is not None
    assert (entry.verb, entry.actor) == ("accept_invitation", "新北苗")


def test_a_link_works_once(cast: Cast) -> None:
    _, token = invite(cast["north_administrator"])
    accept(token)
    refused("invitation_used", lambda: accept(token))


def test_a_link_ends_with_its_time_and_with_its_recall(cast: Cast) -> None:
    row, token = invite(cast["north_administrator"])
    now = timezone.now()
    Invitation.objects.filter(pk=row.pk).update(expires_at=now)
    refused("invitation_expired", lambda: accept(token))
    Invitation.objects.filter(pk=row.pk).update(expires_at=now + timedelta(hours=1))
    operations.recall_invitation(actor=cast["north_administrator"], key=row.pk)
    refused("invitation_recalled", lambda: accept(token))
    refused(
        "invitation_recalled",
        lambda: operations.recall_invitation(actor=cast["north_administrator"], key=row.pk),
    )
    refused("no_such_link", lambda: accept(token[:-1]))
    refused("no_such_link", lambda: accept(row.token_digest))


def test_an_accepted_one_is_not_recalled(cast: Cast) -> None:
    row, token = invite(cast["north_administrator"])
    accept(token)
    refused("invitation_used", lambda: operations.recall_invitation(actor=LOCAL, key=row.pk))


@pytest.mark.parametrize(
    "password", ["short", "123456789012345", "new@lakes.example", "password1234"]
)
def test_a_weak_password_is_refused_and_the_link_stays(cast: Cast, password: str) -> None:
    _, token = invite(cast["north_administrator"])
    told = refused("password_too_weak", lambda: accept(token, password))
    assert told.field == "password"
    accept(token)


def test_who_is_known_already_is_not_invited(cast: Cast) -> None:
    by = cast["north_administrator"]
    refused("email_taken", lambda: invite(by, "NORTH.viewer@lakes.example"))
    _, token = invite(by)
    refused("already_invited", lambda: invite(by, "NEW@lakes.EXAMPLE"))
    # For another owner it is another invitation; of the two, one is accepted.
    _, other = invite(LOCAL, member="southshore")
    accept(token)
    refused("email_taken", lambda: accept(other))


def test_what_is_no_invitation_is_refused(cast: Cast) -> None:
    by = cast["north_administrator"]
    refused("email_wrong", lambda: invite(by, "no address"))
    refused("email_wrong", lambda: invite(by, "a@b.example\nBcc: all@b.example"))
    refused("name_missing", lambda: invite(by, name="  "))
    refused("name_too_long", lambda: invite(by, name="长" * 101))
    refused("no_such_role", lambda: invite(by, role="king"))
    refused("for_whom_missing", lambda: invite(by, member=None))


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let no mail go out, until it is undone."""

    def fail(*_: Any, **__: Any) -> int:
        raise ConnectionRefusedError("no server there")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    return monkeypatch


def test_where_no_mail_goes_out_the_invitation_says_so(
    cast: Cast, no_server: pytest.MonkeyPatch
) -> None:
    row, token = invite(cast["north_administrator"])
    kept = Invitation.objects.get()
    assert (row.mail_fault, row.mailed_at) == ("no server there", None)
    assert (kept.mail_fault, kept.mailed_at) == ("no server there", None)
    no_server.undo()
    again, link = operations.send_invitation_again(
        actor=cast["office_administrator"], key=row.pk, site="http://node.example/"
    )
    [message] = mail.outbox
    assert link in message.body
    kept = Invitation.objects.get()
    assert (kept.mail_fault, kept.mailed_at is not None) == ("", True)
    # Of two links of one invitation the later one leads somewhere, and its sender vouches for it.
    refused("no_such_link", lambda: accept(token))
    person = accept(link.rstrip("/").rpartition("/")[2])
    assert again.invited_by == f"person:{cast.person('office_administrator').pk}"
    assert Mandate.objects.get(person=person).granted_by == again.invited_by
    refused(
        "invitation_used",
        lambda: operations.send_invitation_again(actor=LOCAL, key=row.pk, site="http://n.example"),
    )


def test_an_expired_invitation_is_sent_again_unless_another_is_open(cast: Cast) -> None:
    row, _ = invite(cast["north_administrator"])
    Invitation.objects.filter(pk=row.pk).update(expires_at=timezone.now())

    def again() -> Invitation:
        return operations.send_invitation_again(
            actor=cast["north_administrator"], key=row.pk, site="http://node.example"
        )[0]

    assert again().expires_at > timezone.now() + timedelta(days=6)
    Invitation.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    other, _ = invite(cast["north_administrator"])
    refused("already_invited", again)
    operations.recall_invitation(actor=cast["north_administrator"], key=other.pk)
    again()
    operations.recall_invitation(actor=cast["north_administrator"], key=row.pk)
    refused("invitation_recalled", again)


def test_no_mail_goes_out_while_anything_is_locked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xietong.region.operations import audit

    open_changes: list[object] = []

    def send(*_: Any, **__: Any) -> int:
        open_changes.append(audit._current.get())
        return 1

    monkeypatch.setattr("django.core.mail.EmailMessage.send", send)
    with operations.change():
        invite(cast["north_administrator"])
        assert open_changes == []
    assert open_changes == [None]

    def undone() -> None:
        with operations.change():
            invite(cast["north_administrator"], "other@lakes.example")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert open_changes == [None]


def test_an_administrator_sees_the_members_invitations_only(cast: Cast) -> None:
    north, _ = invite(cast["north_administrator"])
    south, _ = invite(LOCAL, "south@lakes.example", member="southshore")
    office, _ = invite(
        LOCAL,
        "office@lakes.example",
        member=None,
        organisation=cast.organisations["office"].pk,
    )

    def seen(part: str) -> set[int]:
        return set(queries.invitations_visible_to(cast[part]).values_list("pk", flat=True))

    assert seen("north_administrator") == {north.pk}
    assert seen("south_administrator") == {south.pk}
    assert seen("office_administrator") == seen("operator") == {north.pk, south.pk, office.pk}
    for part in ("north_officer", "office_officer", "reader", "outsider", "nobody"):
        assert seen(part) == set()
    with pytest.raises(Refusal, match="no_such_invitation"):
        operations.recall_invitation(actor=cast["north_administrator"], key=south.pk)
