"""Sign-in at a real identity provider: the whole way, with code, PKCE, discovery, signed token."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from django.contrib.auth import get_user
from django.test import Client

from cast import Cast
from region.sign_in.people import acts, with_app, with_password
from region.sign_in.provider import PASSWORD
from xietong.portal import environment
from xietong.region.actors import ASSURED, actor_of
from xietong.region.models import Person
from xietong.region.rules import Role

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
BACK = "http://testserver/account/at/hall/back/"
PEOPLE = {
    "lin": {"email": "North.Officer@lakes.example", "email_verified": True, "name": "L"},
    "yan": {"email": "north.approver@lakes.example", "email_verified": True, "amr": ["pwd", "mfa"]},
    "unverified": {"email": "north.officer@lakes.example", "email_verified": False},
    "said": {"email": "north.officer@lakes.example", "email_verified": "false"},
    "silent": {"email": "north.officer@lakes.example"},
    "stranger": {"email": "who@elsewhere.example", "email_verified": True},
}


@dataclass(frozen=True, slots=True)
class Hall:
    """The provider that serves."""

    url: str


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """Start the provider, and end it afterwards."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    facts = {"client": "node", "secret": "between-us", "back": BACK, "people": PEOPLE}
    process = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("provider.py")),
            str(port),
            str(tmp_path_factory.mktemp("hall")),
            json.dumps(facts),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "serving\n"
        yield Hall(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def known(settings: Any, monkeypatch: pytest.MonkeyPatch, hall: Hall, **more: str) -> None:
    """Let the node know the provider, by the settings that an operator would write."""
    told = {"": "hall", "_HALL_URL": hall.url, "_HALL_CLIENT": "node", "_HALL_NAME": "市政厅"}
    for name, value in {**told, "_HALL_SECRET": "between-us", **more}.items():
        monkeypatch.setenv(f"XIETONG_OIDC{name}", value)
    settings.IDENTITY_PROVIDERS = environment.identity_providers("XIETONG_OIDC")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [one.as_app() for one in settings.IDENTITY_PROVIDERS],
        }
    }


def through(client: Client, who: str, prefix: str = "") -> Any:
    """Walk the whole way as a browser does; return the node's last answer."""
    answer = client.post(f"{prefix}/account/at/hall/", {"next": f"{prefix}/search/?q=x"})
    return client.get(came_back(answer["Location"], who))


def came_back(address: str, who: str) -> str:
    """Enter at the provider; return the address that it leads back to."""
    asked = parse_qs(urlsplit(address).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    with requests.Session() as browser:
        form = browser.get(address, timeout=10)
        assert urlsplit(form.url).path == "/enter/"
        given = {
            "username": who,
            "password": PASSWORD,
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        }
        answer = browser.post(form.url, given, timeout=10, allow_redirects=False)
        onward = urljoin(form.url, answer.headers["Location"])
        answer = browser.get(onward, timeout=10, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    back = answer.headers["Location"]
    assert back.startswith(BACK)
    return back.removeprefix("http://testserver")


def test_a_person_who_is_known_by_the_verified_address_gets_in(
    cast: Cast, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, hall: Hall
) -> None:
    known(settings, monkeypatch, hall)
    person = cast.person("north_officer")
    assert "通过“市政厅”登录" in client.get("/account/login/").content.decode()
    answer = through(client, "lin")
    assert answer["Location"] == "/search/?q=x"
    assert get_user(client) == person
    assert acts(person) == ["connect_provider", "sign_in"]
    person.refresh_from_db()
    assert (person.name, person.email) == ("林北舟", "north.officer@lakes.example")
    # Afterwards the account there is known by its subject, whatever its address.
    client.post("/account/logout/")
    through(client, "lin", "/en")
    assert get_user(client) == person


@pytest.mark.parametrize("who", ["unverified", "said", "silent", "stranger"])
def test_an_account_there_alone_lets_nobody_in(
    cast: Cast,
    client: Client,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    hall: Hall,
    who: str,
) -> None:
    known(settings, monkeypatch, hall)
    before = Person.objects.count()
    answer = through(client, who)
    assert "仅限受邀用户" in answer.content.decode()
    assert get_user(client).is_anonymous
    assert Person.objects.count() == before


@pytest.mark.parametrize(("counts", "held"), [("", False), ("mfa", True), ("otp,hwk", False)])
def test_a_second_factor_there_counts_only_where_the_settings_say_so(
    cast: Cast,
    client: Client,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    hall: Hall,
    counts: str,
    held: bool,
) -> None:
    known(settings, monkeypatch, hall, _HALL_MFA=counts)
    through(client, "yan")
    actor = actor_of(client.get("/account/").wsgi_request)
    roles = ({one.role for one in actor.held}, {one.role for one in actor.waiting})
    assert roles == (({Role.APPROVER}, set()) if held else (set(), {Role.APPROVER}))
    assert client.session.get(ASSURED, False) is held


def test_whoever_has_an_app_is_asked_for_its_code_after_the_provider_too(
    cast: Cast, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, hall: Hall
) -> None:
    known(settings, monkeypatch, hall)
    with_app(with_password(cast.person("north_approver")))
    assert through(client, "yan")["Location"] == "/account/factors/authenticate/"
    assert get_user(client).is_anonymous


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(
    cast: Cast, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, hall: Hall
) -> None:
    known(settings, monkeypatch, hall)
    asked = client.post("/account/at/hall/")
    back = came_back(asked["Location"], "lin")
    victim = Client()
    answer = victim.get(back)
    assert "身份提供方未能确认您的身份" in answer.content.decode()
    assert get_user(victim).is_anonymous


def test_a_token_with_a_foreign_signature_is_refused(
    cast: Cast, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch, hall: Hall
) -> None:
    from allauth.socialaccount.internal import jwtkit
    from cryptography.hazmat.primitives.asymmetric import rsa

    known(settings, monkeypatch, hall)
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    monkeypatch.setattr(jwtkit, "fetch_key", lambda *_: ("RS256", foreign))
    answer = through(client, "lin")
    assert "身份提供方未能确认您的身份" in answer.content.decode()
    assert get_user(client).is_anonymous


def test_nobody_signs_in_at_a_provider_that_is_not_named(cast: Cast, client: Client) -> None:
    answer = client.post("/account/at/nowhere/")
    assert (answer.status_code, "nowhere" in answer.content.decode()) == (404, True)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("_HALL_URL", "http://id.example", "beginning with https"),
        ("_HALL_CLIENT", "", "XIETONG_OIDC_HALL_CLIENT"),
        ("", "City Hall", "short names"),
    ],
)
def test_a_provider_without_tls_or_name_stops_the_process(
    settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    with pytest.raises(environment.BadSetting, match=told):
        known(settings, monkeypatch, Hall("https://id.example"), **{name or "": value})
