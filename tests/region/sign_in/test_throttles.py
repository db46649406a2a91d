"""Throttles count for all processes together, and say no in the same words to all."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from cast import Cast
from region.sign_in.people import PASSWORD, code_of, sign_in, with_app, with_password

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.mark.parametrize("login", ["north.officer@lakes.example", "no.one@lakes.example"])
def test_after_five_failures_even_the_right_password_waits(
    cast: Cast, client: Client, login: str
) -> None:
    with_password(cast.person("north_officer"))
    for _ in range(5):
        sign_in(client, login, "wrong-and-long-enough")
    answer = sign_in(client, login, PASSWORD)
    assert "登录失败次数过多" in answer.content.decode()
    assert get_user(client).is_anonymous


def test_another_account_is_not_held_up(cast: Cast, client: Client) -> None:
    with_password(cast.person("north_officer"))
    for _ in range(6):
        sign_in(client, "south_officer", "wrong-and-long-enough")
    sign_in(client, "north_officer")
    assert get_user(client).is_authenticated


def test_codes_are_not_guessed(cast: Cast, client: Client) -> None:
    key = with_app(with_password(cast.person("north_approver")))
    sign_in(client, "north_approver")
    for guess in range(5):
        client.post("/account/factors/authenticate/", {"code": f"00000{guess}"})
    client.post("/account/factors/authenticate/", {"code": code_of(key)})
    assert get_user(client).is_anonymous


def test_mails_of_recovery_are_few_and_nobody_learns_which_address_is_known(
    cast: Cast, client: Client, mailbox: object
) -> None:
    told = []
    for address in ("north.officer@lakes.example", "no.one@lakes.example"):
        for _ in range(4):
            answer = client.post("/account/password/reset/", {"email": address})
        told.append((answer.status_code, "尝试次数过多" in answer.content.decode()))
    assert told == [(429, True), (429, True)]


def test_what_throttles_count_lies_in_the_database_of_all_processes() -> None:
    assert "DatabaseCache" in str(django_settings.CACHES["default"])
    assert cache.add("once", 1, timeout=60)
    assert not cache.add("once", 1, timeout=60)
