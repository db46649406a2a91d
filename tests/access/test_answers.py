"""How a door says no, of every door to everybody: docs/rooms/portal.md, “When a door says no”.

| whoever knocks                                            | is answered                          |
|-----------------------------------------------------------|--------------------------------------|
| has not signed in, and the door wants it                  | 401; a page leads to sign-in         |
| holds no mandate for which any record of it is open       | 403, before anything is read         |
| may see this record, but not do this to it                | 403                                  |
| may not see this record                                   | 404, as where there is none          |

Which of them it must be follows from the table of permissions alone: from the lines of the door,
and of the door that shows the record that its address names.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from access.house import House, body_of, undone
from access.knocks import knock_for
from access.test_matrix import EVERYBODY, FOREIGN, SIGN_IN, of_web, send
from cast import NOBODY
from xietong.portal.access import Door
from xietong.region.guards import PUBLIC, SIGNED_IN
from xietong.region.rules import Actor, Kind, May, may

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
NAME = re.compile(r"<[^>]+>")
Showing = dict[tuple[str, str], Door]
# A form in which somebody chose what is not offered comes back, to be chosen again.
FORM = 422


def shown_at(door: Door) -> str:
    """Return the address that shows the record which a door's address names last, or nothing."""
    last = list(NAME.finditer(door.address))
    return door.address[: last[-1].end()].rstrip("/") if last else ""


def lets_any_in(door: Door, actor: Actor) -> bool:
    """Tell whether there could be a record of this door for an actor, by the table."""
    lines = door.lines or ()
    return (SIGNED_IN in lines and actor.kind is Kind.PERSON) or any(
        may(actor, one) for one in lines if isinstance(one, May)
    )


def wanted_of(door: Door, part: str, house: House, doors: Showing) -> int:
    """Return the status with which a door must refuse a part of the cast."""
    if part == "reader":
        return 401 if door.kind == "call" else 302
    actor = house.cast[part]
    if not lets_any_in(door, actor):
        return 403
    record = shown_at(door)
    if not record:
        return 403
    shown = doors.get((door.kind, record))
    if shown is None or shown is door or PUBLIC in (shown.lines or ()):
        return 404
    knock, looking = knock_for(door, house), knock_for(shown, house)
    assert knock is not None
    assert looking is not None
    # The showing door's knock may be at another record, whose scopes are not this one's.
    same = knock.address(door).startswith(looking.address(shown).partition("?")[0])
    of = looking.of if same else knock.of
    sees = replace(looking, of=of, state=None).lets_in(shown, part, actor)
    return 403 if sees else 404


@pytest.mark.parametrize(
    "parts", [FOREIGN, pytest.param(EVERYBODY, marks=pytest.mark.deep)], ids=["others", "everybody"]
)
def test_every_door_says_no_as_the_house_has_agreed(house: House, parts: tuple[str, ...]) -> None:
    every = of_web()
    showing: Showing = {
        (one.kind, one.address.rstrip("/")): one for one in every if one.method == "GET"
    }
    wrong, seen = [], Counter[int]()
    for door in every:
        knock = knock_for(door, house)
        assert knock is not None
        for part in parts:
            actor = NOBODY["reader"] if part == "reader" else house.cast[part]
            if knock.lets_in(door, part, actor):
                continue
            client = house.seated(part)
            with undone():
                answer = send(client, door, knock)
                body_of(answer)
            wanted = wanted_of(door, part, house, showing)
            seen[wanted] += 1
            status = answer.status_code
            good = status == wanted and (wanted != 302 or SIGN_IN in answer["Location"])
            again = wanted == 403 and status == FORM and door.kind == "page"
            if not good and not (again and door.method == "POST"):
                wrong.append(f"{door.method} {door.address} {part}: {status}, agreed is {wanted}")
    assert not wrong, "\n".join(wrong)
    assert set(seen) == {302, 401, 403, 404}, seen
