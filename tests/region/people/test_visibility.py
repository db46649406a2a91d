"""Who sees whom: colleagues by name, the administrators all of it, the outsider nobody."""

from __future__ import annotations

import csv
import io

import pytest

from cast import PARTS, Cast
from xietong.kit.refusals import NotFound
from xietong.region import exports, operations, queries
from xietong.region.models import Mandate, Person
from xietong.region.rules import GRANT_MANDATE, LOCAL, May

pytestmark = [pytest.mark.operations, pytest.mark.django_db, pytest.mark.usefixtures("pack")]
NORTHERNERS = {part for part, (_, _, scope) in PARTS.items() if scope == "northshore"} | {
    "institute_officer"
}
SOUTHERNERS = {part for part, (_, _, scope) in PARTS.items() if scope == "southshore"}


def seen(cast: Cast, part: str) -> set[str]:
    return set(queries.people_visible_to(cast[part]).values_list("username", flat=True))


@pytest.mark.parametrize("part", [*PARTS, "operator", "reader", "outsider"])
def test_everybody_sees_the_people_of_the_own_member(cast: Cast, part: str) -> None:
    if part in ("reader", "outsider", "nobody"):
        wanted: set[str] = set()
    elif part == "operator" or part.startswith("office"):
        wanted = set(PARTS)
    elif part == "institute_officer":
        wanted = {"institute_officer"}
    else:
        wanted = NORTHERNERS if part.startswith("north") else SOUTHERNERS
    assert seen(cast, part) == wanted
    for other in PARTS:
        key = cast.person(other).pk
        if other in wanted:
            assert queries.person(cast[part], key).pk == key
        else:
            with pytest.raises(NotFound) as told:
                queries.person(cast[part], key)
            with pytest.raises(NotFound) as nowhere:
                queries.person(cast[part], 10**6)
            assert told.value.sentence == nowhere.value.sentence


def test_addresses_are_told_to_those_who_look_after_the_person(cast: Cast) -> None:
    viewer = cast.person("north_viewer")
    for part in PARTS:
        if viewer.username not in seen(cast, part):
            continue
        row = queries.person(cast[part], viewer.pk)
        told = queries.person_out(cast[part], row).email
        manages = part in ("north_administrator", "office_administrator")
        assert (told == viewer.email) is manages, part
        body = exports.people(cast[part], "csv", [row]).decode("utf-8-sig")
        assert (viewer.email in body) is manages
    # A search does not find by an address either, which would tell it letter by letter.
    asked = queries.People({"q": "north.viewer@"}, queries.people_visible_to(cast["north_officer"]))
    assert not asked.qs.exists()


def test_a_strict_role_that_waits_sees_no_more_than_it_holds(cast: Cast) -> None:
    assert not queries.people_visible_to(cast.weak("north_administrator")).exists()
    assert not queries.mandates_visible_to(cast.weak("office_administrator")).exists()


def test_mandates_are_seen_by_whose_they_are_for_and_whose_people_hold_them(cast: Cast) -> None:
    lent = operations.grant_mandate(
        actor=LOCAL, person=cast.person("south_officer").pk, role="viewer", member="northshore"
    )

    def of(part: str) -> set[int]:
        return set(queries.mandates_visible_to(cast[part]).values_list("pk", flat=True))

    every = set(Mandate.objects.values_list("pk", flat=True))
    assert of("office_administrator") == of("operator") == every
    assert lent.pk in of("north_administrator") & of("south_administrator")
    assert len(of("north_administrator")) == 7
    assert len(of("south_administrator")) == 5
    for part in ("north_officer", "north_viewer", "office_officer", "reader", "outsider", "nobody"):
        assert of(part) == set()
    # Lent to the north, the officer is seen there by name, and no other southerner is.
    assert seen(cast, "north_administrator") == NORTHERNERS


def test_whoever_holds_any_mandate_knows_the_organisations(cast: Cast) -> None:
    for part in (*PARTS, "operator", "reader", "outsider"):
        count = queries.organisations_visible_to(cast[part]).count()
        assert count == (0 if part in ("nobody", "reader", "outsider") else 4), part
    chosen = queries.organisations_for(cast["north_administrator"], operations_line())
    assert {one.name_zh for one in chosen} == {"北岸经济发展局", "北岸湖石研究所"}
    every = queries.organisations_for(cast["office_administrator"], operations_line())
    assert every.count() == 4


def operations_line() -> May:
    return GRANT_MANDATE


def test_lists_are_narrowed_by_what_is_asked(cast: Cast) -> None:
    rows = queries.people_visible_to(LOCAL)

    def found(**asked: str) -> set[str]:
        return {one.username for one in queries.People(asked, rows).qs}

    assert found(q="顾北") == {"north_viewer"}
    assert found(q="研究所") == {"institute_officer"}
    assert found(member="southshore") == SOUTHERNERS
    assert found(role="approver") == {"north_approver", "south_approver", "office_approver"}
    operations.deactivate_person(actor=LOCAL, key=cast.person("nobody").pk, reason="离职")
    assert found(state="inactive") == {"nobody"}
    assert found(role="king") == set(PARTS)


def test_a_list_as_a_file_runs_no_formula(cast: Cast) -> None:
    person = cast.person("north_viewer")
    Person.objects.filter(pk=person.pk).update(name="=HYPERLINK(A1)")
    row = queries.person(cast["north_administrator"], person.pk)
    body = exports.people(cast["north_administrator"], "csv", [row]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(body)))[1][0] == "'=HYPERLINK(A1)"
    assert exports.people(LOCAL, "xlsx", [row])[:2] == b"PK"
    assert exports.table("xlsx", ["a", "b"], [])[:2] == b"PK"
