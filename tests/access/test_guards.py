"""Guards: where whoever may not come in is led, the same whether or not there is anything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from cast import Cast, cast, signed_in
from xietong.kit.refusals import NotAllowed
from xietong.portal.access import doors
from xietong.region.actors import actor_for
from xietong.region.guards import (
    PUBLIC,
    SIGNED_IN,
    SignInNeeded,
    allowed,
    guard_of,
    open_to,
    to_sign_in,
)
from xietong.region.rules import (
    LOCAL,
    MANAGE_PEOPLE,
    OUTSIDER,
    READ_AUDIT,
    READ_PEOPLE,
    READER,
    SecondFactorNeeded,
)

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_reader_is_led_to_sign_in_and_back(cast: Cast, prefix: str) -> None:
    there = cast.person("north_viewer").pk
    for key in (there, there + 10_000):
        answer = Client().get(f"{prefix}/people/{key}/?x=1")
        assert answer.status_code == 302
        assert answer["Location"] == (
            f"{prefix}/account/login/?next={prefix.replace('/', '%2F')}%2Fpeople%2F{key}%2F%3Fx%3D1"
        )
        assert "no-store" in answer["Cache-Control"]
        form = Client().get(answer["Location"])
        assert form.status_code == 200
        assert f"/people/{key}/?x=1" in form.content.decode()


def test_a_form_leads_back_to_the_page_on_which_it_stood(cast: Cast) -> None:
    for sent, wanted in (
        ("http://testserver/en/people/3/", "?next=%2Fen%2Fpeople%2F3%2F"),
        ("http://elsewhere.example/people/3/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ):
        answer = Client().post("/en/people/3/name/", {"name": "x"}, headers={"referer": sent})
        assert answer["Location"] == f"/en/account/login/{wanted}"


def test_a_part_of_a_page_leads_the_whole_page(cast: Cast) -> None:
    seen = {"hx-request": "true", "hx-current-url": "http://testserver/desk/jobs/3/?a=b"}
    answer = Client().get("/desk/jobs/3/part/", headers=seen)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fdesk%2Fjobs%2F3%2F%3Fa%3Db"
    seen["hx-current-url"] = "http://elsewhere.example/"
    answer = Client().get("/desk/jobs/3/part/", headers=seen)
    assert answer["HX-Redirect"] == "/account/login/"


def test_a_program_is_told_what_to_send(cast: Cast) -> None:
    there = cast.person("north_viewer").pk
    told = set()
    for key in (there, there + 10_000, "x"):
        answer = Client().get(f"/api/v1/region/people/{key}")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer["Content-Type"] == "application/problem+json"
        told.add(answer.content)
    assert len(told) == 1
    # A token that is none is told so, before anything is looked at.
    answer = Client(headers={"authorization": "Bearer none"}).get(f"/api/v1/region/people/{there}")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown")


def test_whoever_has_no_mandate_hears_the_same_of_what_is_and_is_not(cast: Cast) -> None:
    client = signed_in(Client(), cast.person("nobody"))
    there = cast.person("north_viewer").pk
    pages, calls = set(), set()
    for key in (there, there + 10_000):
        page = client.get(f"/en/people/{key}/")
        assert page.status_code == 403
        text = page.content.decode()
        pages.add(text.partition('class="panel refusal"')[2].partition("</section>")[0])
        call = client.get(f"/api/v1/region/people/{key}")
        assert call.status_code == 403
        calls.add(call.content)
    assert len(pages) == len(calls) == 1


@pytest.mark.parametrize(
    ("prefix", "said"), [("", "完成双重验证"), ("/en", "Show a second factor")]
)
def test_a_mandate_that_waits_leads_to_the_second_factor(
    cast: Cast, prefix: str, said: str
) -> None:
    client = signed_in(Client(), cast.person("north_administrator"), assured=False)
    answer = client.get(f"{prefix}/people/mandates/")
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "second_factor_needed" in text
    assert said in text
    assert f'href="{prefix}/account/factors/"' in text
    call = client.get("/api/v1/region/mandates")
    assert (call.status_code, call.json()["code"]) == (403, "second_factor_needed")


def test_whoever_has_a_factor_shows_it_and_comes_back(cast: Cast) -> None:
    from allauth.mfa.models import Authenticator

    person = cast.person("north_administrator")
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    client = signed_in(Client(), person, assured=False)
    text = client.get("/en/people/mandates/").content.decode()
    where = "/en/account/factors/reauthenticate/?next=%2Fen%2Fpeople%2Fmandates%2F"
    assert f'href="{where}"' in text
    assert client.get(where).status_code == 200


def test_one_line_of_several_suffices(cast: Cast) -> None:
    viewer, strict = cast["north_viewer"], cast.weak("north_administrator")
    allowed(viewer, (MANAGE_PEOPLE, READ_PEOPLE))
    allowed(LOCAL, (MANAGE_PEOPLE,))
    allowed(OUTSIDER, (PUBLIC,))
    with pytest.raises(NotAllowed):
        allowed(viewer, (MANAGE_PEOPLE, READ_AUDIT))
    with pytest.raises(SecondFactorNeeded):
        allowed(strict, (READ_AUDIT, MANAGE_PEOPLE))
    with pytest.raises(SignInNeeded):
        allowed(READER, (SIGNED_IN,))
    with pytest.raises(NotAllowed):
        allowed(OUTSIDER, (READ_PEOPLE,))
    allowed(actor_for(cast.person("nobody"), assured=False), (SIGNED_IN,))


def test_a_page_has_the_methods_that_it_has_lines_for() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    shown, taken = open_to(PUBLIC)(page), open_to(writes=PUBLIC)(page)
    ask: Any = RequestFactory()
    for view, methods in ((shown, {"get", "head"}), (taken, {"post"})):
        for method in ("get", "head", "post", "put", "patch", "delete", "options"):
            answer = view(getattr(ask, method)("/"))
            assert answer.status_code == (200 if method in methods else 405), method
    assert shown(ask.put("/"))["Allow"] == "GET, HEAD"
    found = guard_of(shown)
    assert found is not None
    assert found.reads == (PUBLIC,)
    assert guard_of(page) is None
    assert to_sign_in(ask.get("/en/x/")).status_code == 302


def test_the_pages_of_an_account_are_for_whoever_has_signed_in(cast: Cast) -> None:
    person = signed_in(Client(), cast.person("nobody"))
    wrong = []
    for door in doors():
        if door.kind != "page" or not door.address.startswith("/account/"):
            continue
        address = re.sub(r"<\w+:\w+>", "1", door.address)
        if SIGNED_IN in (door.lines or ()):
            answer = getattr(Client(), door.method.lower())(address)
            led = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
            wrong += [] if led else [f"{door.method} {address} is open to readers"]
            if door.method == "GET":
                led = person.get(address).get("Location", "").startswith("/account/login/")
                wrong += [f"{address} is not open to whoever has signed in"] if led else []
        elif PUBLIC not in (door.lines or ()):
            assert "tokens" in address  # which wants a mandate
    assert not wrong, "\n".join(wrong)
