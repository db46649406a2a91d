"""Sessions: listed, ended elsewhere, over when too old or left alone; writes and their tokens."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from cast import Cast
from region.sign_in.people import acts, sign_in, with_password
from xietong.portal.sign_in.sessions import BEGUN, SEEN, ApiSessionMiddleware

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def signed_in(client: Client, cast: Cast) -> Client:
    with_password(cast.person("north_officer"))
    sign_in(client, "north_officer")
    client.get("/account/")
    return client


def turn_back(client: Client, name: str, seconds: int) -> None:
    session = client.session
    session[name] = int(time.time()) - seconds
    session.save()


def test_a_session_that_is_used_goes_on(cast: Cast, client: Client, settings: Any) -> None:
    signed_in(client, cast)
    turn_back(client, SEEN, settings.SESSION_IDLE_SECONDS - 5)
    assert client.get("/account/").status_code == 200
    assert time.time() - client.session[SEEN] < 5


@pytest.mark.parametrize(
    ("name", "limit"), [(SEEN, "SESSION_IDLE_SECONDS"), (BEGUN, "SESSION_COOKIE_AGE")]
)
def test_a_session_left_alone_or_too_old_is_over(
    cast: Cast, client: Client, settings: Any, name: str, limit: str
) -> None:
    signed_in(client, cast)
    turn_back(client, name, getattr(settings, limit))
    answer = client.get("/account/")
    assert answer["Location"] == "/account/login/?next=/account/"
    assert get_user(client).is_anonymous


def test_sessions_are_listed_and_the_others_ended(cast: Cast, client: Client) -> None:
    signed_in(client, cast)
    other = Client(headers={"user-agent": "Another browser 7"})
    sign_in(other, "north_officer")
    other.get("/account/")
    assert "Another browser 7" in client.get("/account/sessions/").content.decode()
    client.post("/account/sessions/")
    assert acts(cast.person("north_officer"))[-1] == "end_other_sessions"
    assert get_user(other).is_anonymous
    assert get_user(client).is_authenticated
    assert "Another browser 7" not in client.get("/account/sessions/").content.decode()


def test_a_cookie_is_for_this_site_and_no_script(cast: Cast, client: Client) -> None:
    with_password(cast.person("north_officer"))
    answer = sign_in(client, "north_officer")
    cookie = answer.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_a_form_without_its_token_is_refused_with_a_way_out(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "表单未能提交" in answer.content.decode()


def test_every_write_through_the_api_by_a_session_needs_its_token(
    cast: Cast, client: Client
) -> None:
    """Whether or not the operation asks for it itself."""
    passed: list[str] = []

    def anything(request: HttpRequest) -> HttpResponse:
        passed.append(str(request.method))
        return HttpResponse()

    door = ApiSessionMiddleware(anything)

    def call(method: str, **headers: str) -> int:
        request = RequestFactory().generic(method, "/api/v1/anything", headers=headers)
        request.COOKIES["sessionid"] = "one"
        request.user = cast.person("north_officer")
        request.session = client.session
        return door(request).status_code

    assert call("POST") == call("PUT") == call("DELETE") == call("PATCH") == 403
    assert passed == []
    assert call("GET") == call("POST", authorization="Bearer x") == 200
    assert call("POST", authorization="Basic x") == 403
    assert passed == ["GET", "POST"]


def test_the_menu_names_who_signed_in_and_leads_others_to_the_sign_in_page(
    cast: Cast, client: Client
) -> None:
    before = client.get("/search/?q=x").content.decode()
    assert 'href="/account/login/?next=%2Fsearch%2F%3Fq%3Dx"' in before
    signed_in(client, cast)
    after = client.get("/search/?q=x").content.decode()
    assert "林北舟" in after
    assert 'action="/account/logout/"' in after
