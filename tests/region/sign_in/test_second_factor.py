"""The second factor: who must have one, when strict mandates count, and what ends them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user
from django.test import Client

from cast import Cast
from region.sign_in.people import PASSWORD, acts, code_of, sign_in, with_app, with_password
from xietong.kit.refusals import Refusal
from xietong.region import operations
from xietong.region.actors import ASSURED, actor_of
from xietong.region.rules import LOCAL, Actor, Role

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def actor_at(client: Client) -> Actor:
    """Return whoever the pages take this browser for."""
    return actor_of(client.get("/account/").wsgi_request)


def roles(held: Any) -> set[Role]:
    return {one.role for one in held}


def test_an_approver_without_one_is_led_to_set_one_up_and_waits(cast: Cast, client: Client) -> None:
    with_password(cast.person("north_approver"))
    answer = sign_in(client, "north_approver", next="/search/")
    assert answer["Location"] == "/account/factors/"
    actor = actor_at(client)
    assert (roles(actor.held), roles(actor.waiting)) == (set(), {Role.APPROVER})
    page = client.get("/account/factors/").content.decode()
    assert "审批和管理授权须启用双重验证" in page


def test_an_officer_needs_none(cast: Cast, client: Client) -> None:
    with_password(cast.person("north_officer"))
    assert sign_in(client, "north_officer")["Location"] == "/"
    assert roles(actor_at(client).held) == {Role.OFFICER}


def test_the_password_alone_signs_nobody_in_who_has_an_app(cast: Cast, client: Client) -> None:
    key = with_app(with_password(cast.person("north_approver")))
    assert sign_in(client, "north_approver")["Location"] == "/account/factors/authenticate/"
    assert get_user(client).is_anonymous
    wrong = client.post("/account/factors/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert get_user(client).is_anonymous
    client.post("/account/factors/authenticate/", {"code": code_of(key)})
    actor = actor_at(client)
    assert (roles(actor.held), actor.waiting) == ({Role.APPROVER}, frozenset())
    told = ["add_second_factor", "fail_second_factor", "sign_in"]
    assert acts(cast.person("north_approver")) == told


def test_a_code_works_once(cast: Cast, client: Client) -> None:
    key = with_app(with_password(cast.person("north_approver")))
    code = code_of(key)
    for browser in (client, Client()):
        sign_in(browser, "north_approver")
        browser.post("/account/factors/authenticate/", {"code": code})
    assert get_user(client).is_authenticated
    assert get_user(browser).is_anonymous


def test_a_recovery_code_stands_for_the_app_once(cast: Cast, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    person = with_password(cast.person("north_approver"))
    with_app(person)
    row = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    code = row.wrap().get_unused_codes()[0]
    sign_in(client, "north_approver")
    client.post("/account/factors/authenticate/", {"code": code})
    assert roles(actor_at(client).held) == {Role.APPROVER}
    again = Client()
    sign_in(again, "north_approver")
    again.post("/account/factors/authenticate/", {"code": code})
    assert get_user(again).is_anonymous


def test_what_one_person_showed_counts_for_nobody_else_in_the_same_browser(
    cast: Cast, client: Client
) -> None:
    """Whoever stops half way leaves records of a second factor in the session of nobody."""
    key = with_app(with_password(cast.person("north_approver")))
    sign_in(client, "north_approver")
    client.post("/account/factors/authenticate/", {"code": code_of(key)})
    session = client.session
    assert session[ASSURED] is True
    # The next one signs in over the first, without going.
    with_password(cast.person("south_approver"))
    client.post("/account/logout/")
    session = client.session
    session[ASSURED] = True
    session.save()
    sign_in(client, "south_approver")
    assert roles(actor_at(client).waiting) == {Role.APPROVER}
    assert ASSURED not in client.session


def test_to_set_an_app_up_is_not_to_have_shown_it(cast: Cast, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    person = with_password(cast.person("north_approver"))
    sign_in(client, "north_approver")
    page = client.get("/account/factors/totp/activate/")
    key = page.context["form"].secret
    answer = client.post("/account/factors/totp/activate/", {"code": code_of(key, earlier=1)})
    assert answer["Location"] == "/account/factors/recovery-codes/"
    assert roles(actor_at(client).waiting) == {Role.APPROVER}
    assert "输入验证码" in client.get("/account/factors/").content.decode()
    client.post("/account/factors/reauthenticate/", {"code": code_of(key)})
    assert roles(actor_at(client).held) == {Role.APPROVER}
    assert acts(person) == ["sign_in", "add_second_factor"]
    stored = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP).data
    assert key not in str(stored)


def test_recovery_codes_are_shown_once(cast: Cast, client: Client) -> None:
    with_password(cast.person("north_approver"))
    sign_in(client, "north_approver")
    key = client.get("/account/factors/totp/activate/").context["form"].secret
    client.post("/account/factors/totp/activate/", {"code": code_of(key)})
    first = client.get("/account/factors/recovery-codes/")
    assert len([one for one in first.context["unused_codes"] if one.isdigit()]) == 10
    again = client.get("/account/factors/recovery-codes/")
    assert not [one for one in again.context["unused_codes"] if one.isdigit()]
    assert client.get("/account/factors/recovery-codes/download/").status_code != 200


def test_removing_the_last_factor_ends_other_sessions_and_lets_mandates_wait(
    cast: Cast, client: Client
) -> None:
    person = with_password(cast.person("north_approver"))
    key = with_app(person)
    sign_in(client, "north_approver")
    client.post("/account/factors/authenticate/", {"code": code_of(key, earlier=1)})
    other = Client()
    sign_in(other, "north_approver")
    other.post("/account/factors/authenticate/", {"code": code_of(key)})
    other.get("/account/")
    client.post("/account/factors/totp/deactivate/")
    assert roles(actor_at(client).waiting) == {Role.APPROVER}
    assert get_user(other).is_anonymous
    assert "remove_second_factor" in acts(person)


def test_a_change_of_factors_wants_the_password_again_after_a_while(
    cast: Cast, client: Client, settings: Any
) -> None:
    with_password(cast.person("north_approver"))
    sign_in(client, "north_approver")
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    answer = client.get("/account/factors/totp/activate/")
    assert answer["Location"].startswith("/account/reauthenticate/")
    page = client.get(answer["Location"]).content.decode()
    assert "请再次验证" in page
    assert PASSWORD not in page


def test_a_session_that_is_gone_takes_the_flag_along(cast: Cast, client: Client) -> None:
    key = with_app(with_password(cast.person("north_approver")))
    sign_in(client, "north_approver")
    client.post("/account/factors/authenticate/", {"code": code_of(key)})
    client.post("/account/logout/")
    assert ASSURED not in client.session


def test_the_operator_takes_off_the_factors_of_who_lost_them_all(
    cast: Cast, client: Client
) -> None:
    person = with_password(cast.person("north_approver"))
    key = with_app(person)
    sign_in(client, "north_approver")
    client.post("/account/factors/authenticate/", {"code": code_of(key)})
    assert get_user(client).is_authenticated
    assert operations.clear_factors(actor=LOCAL, key=person.pk, reason="手机遗失") == 2
    assert get_user(client).is_anonymous
    assert sign_in(Client(), "north_approver").status_code == 200  # the password has ended too
    person.refresh_from_db()
    with_password(person)
    back = Client()
    assert sign_in(back, "north_approver")["Location"] == "/account/factors/"
    assert roles(actor_at(back).waiting) == {Role.APPROVER}
    with pytest.raises(Refusal, match="no_factors"):
        operations.clear_factors(actor=LOCAL, key=person.pk, reason="手机遗失")
