"""What somebody finds they may open, and what they may not open they do not find: kind by kind."""

from __future__ import annotations

import pytest
from django.test import Client

from access.house import NORTH, House
from cast import NOBODY, PARTS
from xietong.atlas import operations as atlas
from xietong.atlas.queries import rows
from xietong.desk import findable
from xietong.desk import operations as desk
from xietong.desk.models import SearchEntry
from xietong.desk.queries import find
from xietong.region.rules import LOCAL, Actor

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
EVERYBODY = (*PARTS, "reader")
# Its page is there for everybody, with what is published; it is found by whom it shows more.
OPEN = "atlas:register:"


def one_of_each(*, whoever: bool = False) -> list[SearchEntry]:
    """Return a record of each kind and line, or of each set of people that it is for."""
    found: dict[object, SearchEntry] = {}
    for entry in SearchEntry.objects.prefetch_related("scopes"):
        scopes = entry.scopes.all()
        whom = frozenset((one.line, one.scope if whoever else "") for one in scopes)
        found.setdefault((entry.reference.rpartition(":")[0], whom), entry)
    return list(found.values())


@pytest.mark.parametrize("whoever", [False, pytest.param(True, marks=pytest.mark.deep)])
def test_whoever_finds_a_record_may_open_it_and_nobody_else(house: House, whoever: bool) -> None:
    desk.rebuild_search(actor=LOCAL)
    wrong: list[str] = []
    hits: dict[str, int] = {}
    for entry in one_of_each(whoever=whoever):
        for part in EVERYBODY:
            actor = NOBODY["reader"] if part == "reader" else house.cast[part]
            among = find(actor, entry.title_zh, limit=300)
            found = (entry.title_zh, entry.url) in {(one.zh, one.url) for one in among}
            hits[entry.kind] = hits.get(entry.kind, 0) + found
            status = house.seated(part).get(entry.url).status_code
            opens = status == 200
            if found != opens and not (opens and entry.reference.startswith(OPEN)):
                wrong.append(f"{entry.reference} {part}: found {found}, the page answers {status}")
    assert not wrong, "\n".join(wrong)
    assert len(hits) == len({one.kind for one in SearchEntry.objects.all()})
    assert all(count > 0 for count in hits.values()), hits


def test_every_provider_is_among_them(house: House) -> None:
    assert findable.lines_of_records()
    empty = [name for name, provider in findable._providers.items() if not list(provider())]
    assert not empty


def test_what_a_session_without_a_second_factor_finds_it_may_open(house: House) -> None:
    for part in ("north_administrator", "north_approver", "office_approver"):
        client: Client = house.client(part, assured=False)
        actor = house.cast.weak(part)
        for entry in one_of_each():
            if any(one.url == entry.url for one in find(actor, entry.title_zh, limit=300)):
                assert client.get(entry.url).status_code == 200, (part, entry.reference)


def test_corrections_are_found_by_their_unit_while_they_stand(house: House) -> None:
    desk.rebuild_search(actor=LOCAL)
    officer, viewer = house.cast["north_officer"], house.cast["north_viewer"]
    name = "辛风铃厂"
    unit = str(rows.rows(LOCAL, NORTH, rows.Filters(q=name)).rows[0]["unit"])

    def correct(value: str, seen: int | None) -> int:
        return atlas.correct_unit(
            actor=officer, member=NORTH, unit=unit, field="industry", value=value, seen=seen
        ).pk

    def seen(actor: Actor) -> list[str]:
        return [one.zh for one in find(actor, name) if one.url.endswith(f"/queue/?unit={unit}")]

    first = correct("1220", None)
    (title,) = seen(officer)
    assert name in title
    assert seen(viewer) == []
    second = correct("1111", first)
    assert len(seen(officer)) == 1
    assert seen(officer) != [title]
    index = indexed()
    assert desk.rebuild_search(actor=LOCAL)
    assert indexed() == index
    atlas.undo_correction(actor=officer, key=second)
    assert seen(officer) == [title]  # what it had replaced stands again
    atlas.withdraw_correction(actor=officer, key=first, reason="看错了")
    assert seen(officer) == []


def indexed() -> set[tuple[str, ...]]:
    """Return what the index says, whom it is for too."""
    told = "reference", "title_zh", "title_en", "words", "scopes__line", "scopes__scope"
    return set(SearchEntry.objects.values_list(*told))
