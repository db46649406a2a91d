"""Mandates in force at any moment, and what they allow, against readings done by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import Cast
from xietong.region.actors import mandates_in_force
from xietong.region.models import Mandate, Member
from xietong.region.rules import (
    LOCAL,
    OFFICE,
    OUTSIDER,
    READER,
    Actor,
    Held,
    Kind,
    May,
    Role,
    may,
    of_member,
    reach,
)

BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 6)
# From, until, revoked at: hours, None where there is no end.
Span = tuple[int, int | None, int | None]
SPANS = st.lists(
    st.tuples(HOURS, st.none() | st.integers(1, 4), st.none() | HOURS, st.sampled_from(Role)),
    max_size=6,
)


def hour(number: int) -> datetime:
    return BEGIN + timedelta(hours=number)


@pytest.mark.operations
@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
@given(spans=SPANS)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_holds_is_what_a_walk_over_the_hours_finds(
    cast: Cast, spans: list[tuple[int, int | None, int | None, Role]]
) -> None:
    person = cast.person("nobody")
    north = Member.objects.get(code="northshore")
    Mandate.objects.filter(person=person).delete()
    for begins, lasts, revoked, role in spans:
        Mandate.objects.create(
            person=person,
            role=role.value,
            member=north,
            valid_from=hour(begins),
            valid_to=None if lasts is None else hour(begins + lasts),
            revoked_at=None if revoked is None else hour(revoked),
            granted_by=LOCAL.key,
        )
    for number in range(12):
        wanted = {
            Held(role, of_member("northshore"))
            for begins, lasts, revoked, role in spans
            if number in range(begins, 99 if lasts is None else begins + lasts)
            and (revoked is None or number < revoked)
        }
        assert mandates_in_force(person, hour(number)) == wanted, number


ROLES = st.frozensets(st.sampled_from(Role))
SCOPES = [of_member("a"), of_member("b"), OFFICE, "organisation:1"]
LINES = st.builds(
    May,
    st.just("verb"),
    own=ROLES,
    others=ROLES,
    office=ROLES,
    states=st.sampled_from([(), ("draft",), ("draft", "open")]),
    operator=st.booleans(),
    public=st.booleans(),
)
HELD = st.frozensets(st.builds(Held, st.sampled_from(Role), st.sampled_from(SCOPES)), max_size=4)
ACTORS = st.one_of(
    st.sampled_from([LOCAL, READER, OUTSIDER]),
    HELD.map(lambda held: Actor(Kind.PERSON, "甲", "person:1", held)),
)
OWNERS = st.none() | st.frozensets(st.sampled_from(SCOPES), max_size=2)


def allowed_by_hand(actor: Actor, line: May, of: Iterable[str] | None, state: str | None) -> bool:
    """Read the table as one would with a finger, a mandate at a time."""
    if actor.kind == "outsider":
        return False
    if state is not None and line.states and state not in line.states:
        return False
    if line.public:
        return True
    if actor.kind == "local":
        return line.operator
    for held in actor.held:
        column = set()
        if held.scope == "office":
            column = set(line.office)
        elif of is None:
            column = set(line.own) | set(line.others)
        elif held.scope in list(of):
            column = set(line.own)
        else:
            column = set(line.others)
        if held.role in column:
            return True
    return False


@given(
    actor=ACTORS, line=LINES, of=OWNERS, state=st.sampled_from([None, "draft", "open", "closed"])
)
@settings(max_examples=1500, deadline=None, derandomize=True)
def test_may_is_the_table_read_by_hand(
    actor: Actor, line: May, of: frozenset[str] | None, state: str | None
) -> None:
    assert may(actor, line, of=of, state=state) is allowed_by_hand(actor, line, of, state)


@given(actor=ACTORS, line=LINES.filter(lambda line: line.others <= line.own))
@settings(max_examples=800, deadline=None, derandomize=True)
def test_a_list_reaches_exactly_the_records_that_one_may_see(actor: Actor, line: May) -> None:
    reached = reach(actor, line)
    for scope in (of_member("a"), of_member("b"), "organisation:1", of_member("c")):
        seen = reached is None or scope in reached
        if not seen:
            assert not may(actor, line, of=scope), scope
        elif reached is not None:
            assert may(actor, line, of=scope), scope


def test_every_line_of_reading_keeps_to_what_lists_can_show() -> None:
    from xietong.portal.permissions import tables

    for room, lines in tables().items():
        for line in lines:
            assert line.others <= line.own, (room, line.verb)
