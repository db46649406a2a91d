"""The access matrix, cell by cell: every door × everybody, as the table of permissions has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client

from access.house import House, body_of, token_of, undone
from access.knocks import Knock, knock_for
from cast import NOBODY, PARTS
from xietong.portal.access import Door, doors
from xietong.region.guards import PUBLIC

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
ACCOUNTS = "/account/"
SIGN_IN = "/account/login/"
EVERYBODY = (*PARTS, "reader")
# Always among those who knock: whoever is of the other member, of none, of nobody.
FOREIGN = ("south_officer", "reader")
AMONG = [one for one in EVERYBODY if one not in FOREIGN]
A_DOOR = 2


def of_web() -> list[Door]:
    """Return pages and operations; those that django-allauth answers have tests of their own."""
    return [
        one
        for one in doors()
        if one.kind != "command" and (one.name.startswith("portal:") or ACCOUNTS not in one.address)
    ]


def refused(answer: HttpResponseBase) -> bool:
    """Tell whether an answer says no: to whoever has not signed in by leading to sign-in."""
    if answer.status_code in (401, 403, 404):
        return True
    return answer.status_code == 302 and SIGN_IN in answer["Location"]


def send(client: Client, door: Door, knock: Knock, prefix: str = "", **how: Any) -> Any:
    """Knock at a door."""
    address = prefix + knock.address(door)
    if knock.body is not None:
        how |= {"data": knock.body, "content_type": "application/json"}
    elif knock.form is not None:
        # A file is read to its end by whoever knocks first.
        for one in knock.form.values():
            if hasattr(one, "seek"):
                one.seek(0)
        how["data"] = knock.form
    return getattr(client, door.method.lower())(address, **how)


def cells(house: House, parts: Iterable[str], door: Door, **how: Any) -> list[str]:
    """Return what is not as the table has it."""
    knock = knock_for(door, house)
    assert knock is not None, f"nobody knocks at {door.method} {door.name}"
    wrong = []
    for part in parts:
        actor = NOBODY["reader"] if part == "reader" else house.cast[part]
        wanted = knock.lets_in(door, part, actor)
        client = how.pop("client", None) or house.seated(part)
        with undone():
            answer = send(client, door, knock, **how)
            body = body_of(answer)
        # An empty list of what somebody may see none of says no more than a refusal.
        nothing = body == b"[]"
        told = refused(answer) or answer.status_code in knock.turned or nothing
        good = answer.status_code in knock.fine and not (answer.status_code == 302 and told)
        if not (good if wanted else told):
            wrong.append(
                f"{door.method} {door.address} {part}: {answer.status_code}, "
                f"the table says {'yes' if wanted else 'no'}"
            )
    return wrong


def test_every_door_has_a_guard_and_a_knock(house: House) -> None:
    unguarded = [one for one in doors() if one.lines is None]
    assert unguarded == []
    silent = [(one.name, one.method) for one in of_web() if knock_for(one, house) is None]
    assert not silent, silent


def test_some_cells_of_every_door(house: House) -> None:
    wrong = []
    for at, door in enumerate(of_web()):
        some = [AMONG[(at * A_DOOR + more) % len(AMONG)] for more in range(A_DOOR)]
        wrong += cells(house, [*some, *FOREIGN], door)
    assert not wrong, "\n".join(wrong)


@pytest.mark.deep
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_every_cell(house: House, prefix: str) -> None:
    wrong = []
    for door in of_web():
        if door.kind == "call" and prefix:
            continue
        inner = "" if door.address.startswith(("/health", "/metrics")) else prefix
        wrong += cells(house, EVERYBODY, door, prefix=inner)
    assert not wrong, "\n".join(wrong)


TOKENS = ("north_viewer", "north_officer", "south_officer", "office_analyst")


@pytest.mark.deep
@pytest.mark.parametrize("part", TOKENS)
def test_a_token_opens_what_its_person_opens(house: House, part: str) -> None:
    secret = token_of(house, part)
    wrong = []
    for door in of_web():
        if door.kind == "call":
            client = Client(
                raise_request_exception=False, headers={"authorization": f"Bearer {secret}"}
            )
            wrong += cells(house, [part], door, client=client)
    assert not wrong, "\n".join(wrong)


def test_a_token_that_is_not_strict_approves_nothing(house: House) -> None:
    door = next(one for one in doors() if one.name == "xietong.agreements.api.consent")
    knock = knock_for(door, house)
    assert knock is not None
    for strict, wanted in ((False, 403), (True, 200)):
        with undone():
            secret = token_of(house, "north_approver", strict=strict)
            client = Client(headers={"authorization": f"Bearer {secret}"})
            assert send(client, door, knock).status_code == wanted
    assert PUBLIC not in (door.lines or ())
