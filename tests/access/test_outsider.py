"""The curious officer of another member: nothing by what is shown, counted, headed or timed."""

from __future__ import annotations

import io
import re
import time
from statistics import median
from typing import Any
from zipfile import ZipFile

import pytest

from access.house import NORTH, House, body_of, undone
from access.knocks import knock_for
from access.test_headers import KEYED
from xietong.atlas import operations
from xietong.atlas.queries import rows
from xietong.desk import operations as desk
from xietong.portal.access import doors
from xietong.region import operations as region
from xietong.region.rules import LOCAL, Role

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
# What differs between any two answers: tokens against forged forms.
VARIES = re.compile(rb'(csrfmiddlewaretoken" value="|"X-CSRFToken": ?")[^"]+')
# Length and ETag follow from the body, in which the tokens differ.
TOLD = ("Content-Type", "Content-Disposition", "Location", "Link")
# Pages that draw a secret each time.
DRAWN = ("totp/activate", "webauthn/")
HIDDEN = ("密件", "secret-of-northshore")


def told_by(body: bytes) -> bytes:
    """Return what a body tells, without what differs between any two answers."""
    if not body.startswith(b"PK"):
        return VARIES.sub(b"", body)
    # A workbook says in one part of it when it was written.
    with ZipFile(io.BytesIO(body)) as book:
        return b"".join(
            name.encode() + book.read(name)
            for name in sorted(book.namelist())
            if name != "docProps/core.xml"
        )


def seen_by(house: House, part: str) -> dict[str, tuple[Any, ...]]:
    """Return everything that a part is answered, at every address that shows something."""
    found, client = {}, house.seated(part)
    for door in doors():
        if door.method != "GET" or any(key in door.address for key in (*KEYED, *DRAWN)):
            continue
        knock = knock_for(door, house)
        address = knock.address(door) if knock else door.address
        # To read some of it leaves an entry of one's own: here as if it had not been read.
        with undone():
            answer = client.get(address)
            body = told_by(body_of(answer))
        heads = tuple(answer.get(name) for name in TOLD)
        found[address] = (answer.status_code, body, *heads)
    for q in ("北岸", "顾", "密件", "secret", "风铃"):
        for address in (f"/search/?q={q}", f"/search/suggestions/?q={q}"):
            answer = client.get(address)
            found[address] = (answer.status_code, VARIES.sub(b"", answer.content))
    return found


def much_happens(house: House) -> None:
    """Let Northshore do a little of everything that is nobody else's business."""
    officer, administrator = house.cast["north_officer"], house.cast["north_administrator"]
    text = house.keys["register"].read_text(encoding="utf-8") + "密件厂,810202109999,制造,,1万\n"
    for name in ("密件一.csv", "密件二.csv"):
        draft = operations.begin_draft(
            actor=officer, member=NORTH, stream=io.BytesIO(text.encode()), name=name
        )
    operations.map_draft(actor=officer, member=NORTH, number=draft.pk, columns=draft.columns)
    operations.check_draft(actor=officer, member=NORTH, number=draft.pk)
    unit = str(rows.rows(LOCAL, NORTH, rows.Filters(q="辛风铃厂")).rows[0]["unit"])
    operations.correct_unit(
        actor=officer, member=NORTH, unit=unit, field="industry", value="1220", reason="密件"
    )
    operations.take_unit(actor=officer, member=NORTH, unit=house.keys["unit"])
    region.invite_person(
        actor=administrator,
        email="secret-of-northshore@lakes.example",
        name="密件客",
        role="viewer",
        member=NORTH,
        site="http://testserver/",
    )
    viewer = house.cast.person("north_viewer")
    region.rename_person(actor=administrator, key=viewer.pk, name="密件人")
    region.grant_mandate(
        actor=administrator, person=viewer.pk, role="analyst", member=NORTH, reason="密件"
    )
    region.create_token(actor=officer, name="密件", days=3, strict=False)
    desk.notify(sentence="密件", members=[NORTH], role=Role.OFFICER)
    operations.restore_version(actor=officer, member=NORTH, number=1, reason="密件", newest=2)


OTHERS = ("south_officer", "reader")
MORE_OTHERS = ("south_administrator", "south_analyst", "nobody")


@pytest.mark.parametrize("others", [OTHERS, pytest.param(MORE_OTHERS, marks=pytest.mark.deep)])
def test_what_northshore_does_changes_nothing_for_others(
    house: House, others: tuple[str, ...]
) -> None:
    insider = "north_administrator"
    for part in (*others, insider):
        house.seated(part)  # that somebody signed in is told to their administrator
    before = {part: seen_by(house, part) for part in (*others, insider)}
    much_happens(house)
    after = {part: seen_by(house, part) for part in (*others, insider)}
    wrong = []
    for part in others:
        for address, told in after[part].items():
            if told != before[part][address]:
                wrong.append(f"{part} {address}: {_where(before[part][address], told)}")
            text = told[1].decode(errors="ignore")
            # A search says again what was searched for.
            wrong += [f"{part} {address}: {w}" for w in HIDDEN if w in text and w not in address]
    assert not wrong, "\n".join(wrong)
    # Else the above would hold in a house where everybody is blind.
    known = before[insider]
    assert sum(one != known[address] for address, one in after[insider].items()) > 5


def _where(before: tuple[Any, ...], after: tuple[Any, ...]) -> str:
    """Return where two answers part."""
    if before[0] != after[0]:
        return f"{before[0]} → {after[0]}"
    old, new = before[1], after[1]
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return f"{old[max(at - 60, 0) : at + 40]!r} → {new[max(at - 20, 0) : at + 40]!r}"


ROUNDS, KNOCKS, BOUND = 4, 40, 0.35


@pytest.mark.deep
@pytest.mark.parametrize(
    ("there", "absent"),
    [
        ("/people/{person}/", "/people/999999/"),
        ("/desk/jobs/{job}/", "/desk/jobs/999999/"),
        ("/desk/files/{file}/", "/desk/files/999999/"),
        (
            "/atlas/registers/northshore/import/{ready}/",
            "/atlas/registers/northshore/import/999999/",
        ),
        ("/atlas/registers/northshore/queue/", "/atlas/registers/nowhere/queue/"),
        ("/atlas/registers/northshore/versions/", "/atlas/registers/nowhere/versions/"),
        ("/audit/of/atlas:register_draft:{ready}/", "/audit/of/atlas:register_draft:999999/"),
        ("/api/v1/region/people/{person}", "/api/v1/region/people/999999"),
        ("/api/v1/desk/jobs/{job}", "/api/v1/desk/jobs/999999"),
    ],
)
def test_a_record_of_another_member_takes_no_longer_than_none(
    house: House, there: str, absent: str
) -> None:
    """Of several rounds one must show no difference: noise has bad luck, a leak has it always."""
    client = house.seated("south_officer")
    found = there.format(**house.keys)

    def timed(address: str) -> float:
        started = time.perf_counter()
        assert client.get(address).status_code == 404
        return time.perf_counter() - started

    for address in (found, absent) * 3:
        timed(address)
    told = []
    for _ in range(ROUNDS):
        pairs = [(timed(found), timed(absent)) for _ in range(KNOCKS)]
        is_there, is_not = median(one for one, _ in pairs), median(one for _, one in pairs)
        told.append(abs(is_there - is_not) / is_not)
        if told[-1] < BOUND:
            return
    pytest.fail(f"differs by {', '.join(f'{one:.0%}' for one in told)} of the time of none")
