"""What every answer says to a browser, at every address: policy, cookies, methods, forged forms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from access.house import House, body_of, undone
from access.knocks import knock_for
from access.test_matrix import of_web, send
from portal.test_pages import seen
from xietong.portal.access import OF_THE_DESCRIPTION, Door, doors
from xietong.portal.headers import POLICY
from xietong.region.guards import OPERATOR

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": POLICY,
}
# Pages of an account that need a key of their own, which is in no test's hands.
KEYED = ("<int:pk>", "<slug:provider_id>", "(?P<")


def shown(house: House) -> Iterator[tuple[Door, str]]:
    """Give every door that shows something, and its address."""
    for door in doors():
        if door.method != "GET" or any(key in door.address for key in KEYED):
            continue
        knock = knock_for(door, house)
        assert knock is not None or "/account/" in door.address, door
        yield door, knock.address(door) if knock else door.address


def faults(door: Door, answer: Any, part: str) -> list[str]:
    """Return what an answer fails to say."""
    body = body_of(answer)
    found = [
        f"{name}: {answer.get(name)}" for name, value in ALWAYS.items() if answer.get(name) != value
    ]
    if door.name == "region:invitation" and answer.status_code == 200:
        # The address is the secret: not even its own site's pages are told more than the origin.
        found = [one for one in found if one != "Referrer-Policy: strict-origin"]
    policy = answer.get("Content-Security-Policy", "")
    if door.name == "desk:file" and answer.status_code == 200:
        found += [] if policy == "default-src 'none'; sandbox" else [f"policy: {policy}"]
    elif "script-src 'self'" not in policy or "unsafe" in policy:
        found.append(f"policy: {policy}")
    # The description of the API is everybody's, and a mere way elsewhere shows nothing.
    shows = answer.status_code == 200 and door.name.removeprefix("api:") not in OF_THE_DESCRIPTION
    if part != "reader" and shows and not answer.get("Cache-Control"):
        found.append("may be kept by anybody")
    if part != "reader" and "public" in answer.get("Cache-Control", "") and door.kind == "page":
        found.append("a person's page may be kept by anybody")
    if answer.get("Content-Type", "").startswith("text/html"):
        found += seen(body.decode()).refused
    for cookie in answer.cookies.values():
        if cookie["samesite"] != "Lax":
            found.append(f"cookie {cookie.key} goes along to other sites' forms")
        if cookie.key.endswith("sessionid") and cookie.value and not cookie["httponly"]:
            found.append("scripts read the session")
    if answer.status_code >= 500:
        found.append(f"status {answer.status_code}")
    return [f"{door.address} {part}: {one}" for one in found]


def test_every_answer_is_guarded(house: House) -> None:
    wrong = []
    for door, address in shown(house):
        for part in ("reader", "north_officer"):
            client = house.seated(part)
            with undone():
                wrong += faults(door, client.get(address), part)
    assert not wrong, "\n".join(wrong)


@pytest.mark.deep
@pytest.mark.parametrize("part", ["north_administrator", "office_approver", "nobody"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_answer_is_guarded_for_everybody(house: House, part: str, prefix: str) -> None:
    wrong = []
    for door, address in shown(house):
        client = house.seated(part)
        with undone():
            start = "" if address.startswith(("/api/", "/health", "/metrics")) else prefix
            wrong += faults(door, client.get(start + address), part)
    assert not wrong, "\n".join(wrong)


def test_cookies_go_over_tls_alone_where_there_is_tls(house: House, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    answer = Client().get("/account/login/", secure=True)
    assert {name for name, one in answer.cookies.items() if one["secure"]} == {"csrftoken"}
    assert answer.cookies["csrftoken"]["samesite"] == "Lax"
    page = house.client("north_officer").get("/people/", secure=True)
    assert all(one["secure"] for one in page.cookies.values())


def test_a_form_that_is_forged_is_not_taken(house: House) -> None:
    """Whoever could send it with a form of the house cannot from elsewhere."""
    taken = []
    clients: dict[str, Client] = {}
    for door in of_web():
        if door.method == "GET":
            continue
        knock = knock_for(door, house)
        assert knock is not None
        for part in ("north_officer", "office_officer", "north_administrator", "north_approver"):
            if not knock.lets_in(door, part, house.cast[part]):
                continue
            client = clients.setdefault(part, house.client(part, enforce_csrf_checks=True))
            with undone():
                answer = send(client, door, knock)
            told = b"forgery_token_missing" in answer.content or b"form_expired" in answer.content
            if answer.status_code != 403 or not told:
                taken.append(f"{door.method} {door.address} {part}: {answer.status_code}")
            break
    assert not taken, "\n".join(taken)


def test_a_page_has_no_other_method(house: House) -> None:
    pages: dict[str, set[str]] = {}
    for door in of_web():
        if door.kind == "page":
            knock = knock_for(door, house)
            assert knock is not None
            pages.setdefault(knock.address(door).partition("?")[0], set()).add(door.method)
    client = house.seated("north_officer")
    wrong = []
    for address, methods in pages.items():
        for method in {"GET", "POST", "PUT", "OPTIONS"} - methods:
            with undone():
                answer = client.generic(method, address)
            if answer.status_code != 405 or set(answer["Allow"].split(", ")) - {"HEAD"} != methods:
                wrong.append(f"{method} {address}: {answer.status_code} {answer.get('Allow')}")
        if "GET" in methods:
            with undone():
                head, whole = client.head(address), client.get(address)
                sent = body_of(head)
                body_of(whole)
            if head.status_code != whole.status_code or sent:
                wrong.append(f"HEAD {address}: {head.status_code}, GET {whole.status_code}")
    assert not wrong, "\n".join(wrong)


def test_the_operator_alone_types_commands() -> None:
    typed = [one for one in doors() if one.kind == "command"]
    assert len(typed) > 80
    assert all(one.lines for one in typed)
    assert any(OPERATOR in (one.lines or ()) for one in typed)
