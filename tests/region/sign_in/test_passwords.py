"""Sign-in by password: who gets in, what is refused and in which words, and what is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from cast import Cast
from region.sign_in.people import PASSWORD, acts, sign_in, with_password

# The third has no password that could be right.
LOGINS = (
    "north.officer@lakes.example",
    "north_officer",
    "south_officer",
    "no.one.here@lakes.example",
    "no_one",
)
pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.mark.parametrize(
    "login", ["north.officer@lakes.example", "North.Officer@Lakes.example", "north_officer"]
)
def test_a_person_signs_in_by_address_or_user_name(cast: Cast, client: Client, login: str) -> None:
    person = with_password(cast.person("north_officer"))
    answer = sign_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert get_user(client) == person
    assert acts(person) == ["sign_in"]
    client.post("/account/logout/")
    assert get_user(client).is_anonymous
    assert acts(person) == ["sign_in", "sign_out"]


def test_a_wrong_password_and_an_unknown_account_are_told_in_the_same_words(
    cast: Cast, client: Client
) -> None:
    with_password(cast.person("north_officer"))
    wrong = sign_in(client, "north.officer@lakes.example", "wrong-and-long-enough")
    unknown = sign_in(client, "no.one.here@lakes.example", "wrong-and-long-enough")
    assert wrong.status_code == unknown.status_code == 200
    told = [
        answer.content.decode().split("<main")[1].replace("no.one.here", "north.officer")
        for answer in (wrong, unknown)
    ]
    assert _without_tokens(told[0]) == _without_tokens(told[1])
    assert "不正确" in told[0]


def test_an_account_that_exists_costs_as_many_hashes_as_one_that_does_not(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import hashers

    with_password(cast.person("north_officer"))
    used = type(hashers.get_hasher())
    hashed: list[str] = []
    encode = used.encode

    def counted(self: Any, password: str, *more: Any) -> str:
        hashed.append(password)
        return encode(self, password, *more)

    monkeypatch.setattr(used, "encode", counted)
    counts = []
    for login in LOGINS:
        hashed.clear()
        sign_in(client, login, "wrong-and-long-enough")
        counts.append(len(hashed))
    assert counts == [1] * len(LOGINS)


def test_a_failure_is_audited_where_the_account_exists_and_not_over_and_over(
    cast: Cast, client: Client
) -> None:
    from xietong.region.models import AuditEntry

    person = with_password(cast.person("north_officer"))
    before = AuditEntry.objects.count()
    for _ in range(3):
        sign_in(client, "north_officer", "wrong-and-long-enough")
    sign_in(client, "no_one", "wrong-and-long-enough")
    assert acts(person) == ["fail_to_sign_in"]
    assert AuditEntry.objects.count() == before + 1
    assert "wrong-and-long-enough" not in AuditEntry.objects.latest("number").body


def test_a_failure_is_written_once_the_answer_is_out(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.http import HttpResponse

    from xietong.portal.sign_in.afterwards import AfterwardsMiddleware, afterwards

    done: list[str] = []

    def view(request: Any) -> HttpResponse:
        afterwards(request, lambda: done.append("noted"))
        return HttpResponse("no")

    from django.test import RequestFactory

    answer = AfterwardsMiddleware(view)(RequestFactory().get("/"))
    assert (answer.content, done) == (b"no", [])  # type: ignore[attr-defined]
    answer.close()
    assert done == ["noted"]


def test_whoever_is_deactivated_gets_nowhere(cast: Cast, client: Client) -> None:
    person = with_password(cast.person("north_officer"))
    person.is_active = False
    person.save()
    sign_in(client, "north_officer")
    assert get_user(client).is_anonymous


def test_nobody_signs_up(client: Client, cast: Cast) -> None:
    from xietong.region.models import Person

    before = Person.objects.count()
    form = {
        "email": "new@lakes.example",
        "username": "new",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    for address in ("/account/signup/", "/en/account/signup/"):
        answer = client.post(address, form)
        assert answer.status_code == 200
        assert ("仅限受邀用户" if address.startswith("/a") else "Only by invitation") in (
            answer.content.decode()
        )
    assert Person.objects.count() == before


def test_whoever_signed_in_goes_where_they_wanted_and_never_elsewhere(
    cast: Cast, client: Client
) -> None:
    with_password(cast.person("north_officer"))
    assert sign_in(client, "north_officer", next="/en/search/?q=x")["Location"] == "/en/search/?q=x"
    client.post("/account/logout/")
    assert sign_in(client, "north_officer", next="https://elsewhere.example/")["Location"] == "/"


@pytest.mark.parametrize(
    "weak",
    [
        "short-heron",
        "123456789012345",
        "passwordpassword",
        "aaaabbbbaaaabbbb",
        "north.officer-2026",
        "林北舟is-on-the-lake",
        "my-north_officer-key",
    ],
)
def test_a_weak_password_is_refused(cast: Cast, weak: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(weak, cast.person("north_officer"))


def test_a_good_password_is_taken_in_any_language(cast: Cast) -> None:
    for good in (PASSWORD, "七只白鹭飞过湖面去看望远方的山"):
        validate_password(good, cast.person("north_officer"))


def test_a_password_is_changed_with_the_old_one_and_ends_other_sessions(
    cast: Cast, client: Client
) -> None:
    person = with_password(cast.person("north_officer"))
    other = Client()
    sign_in(other, "north_officer")
    sign_in(client, "north_officer")
    new = "nine-otters-sleep-in-the-reeds"
    form = {"oldpassword": "not-it-at-all", "password1": new, "password2": new}
    client.post("/account/password/change/", form)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    client.post("/account/password/change/", {**form, "oldpassword": PASSWORD})
    person.refresh_from_db()
    assert person.check_password(new)
    assert get_user(client) == person
    assert get_user(other).is_anonymous
    assert acts(person).count("change_password") == 1


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
