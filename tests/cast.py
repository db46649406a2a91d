"""The named cast: who acts in the tests, each with the mandates that the part needs.

    from cast import cast  # in a conftest.py: a fixture; stands in whichever house the test takes

    def test_something(cast: Cast, client: Client) -> None:
        operations.…(actor=cast["north_officer"])     # an actor who has shown a second factor
        signed_in(client, cast.person("north_officer"))  # the same person at the pages and the API
        cast.weak("north_approver")                    # … in a session without a second factor

| part                                              | who                                        |
|---------------------------------------------------|--------------------------------------------|
| north_viewer … north_administrator                | five people of Northshore, a role each     |
| south_analyst … south_administrator               | four people of Southshore, a role each     |
| office_officer, …_analyst, …_approver, …_administrator, …_viewer | the regional office's       |
| institute_officer                                 | officer of one organisation of Northshore  |
| nobody                                            | a person who may sign in, with no mandate  |
| outsider, reader, operator                        | no person: OUTSIDER, READER, LOCAL         |

All names are invented. Nobody has a password: `signed_in` opens the session itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from xietong.region.rules import LOCAL, OUTSIDER, READER, Actor, Role

if TYPE_CHECKING:
    from django.test import Client

    from xietong.region.models import Organisation, Person

BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
NOBODY = {"outsider": OUTSIDER, "reader": READER, "operator": LOCAL}
# Part: name, role, whom for (a member's code, or an organisation by its key below).
PARTS: Mapping[str, tuple[str, Role | None, str]] = {
    "north_viewer": ("顾北望", Role.VIEWER, "northshore"),
    "north_analyst": ("北野清", Role.ANALYST, "northshore"),
    "north_officer": ("林北舟", Role.OFFICER, "northshore"),
    "north_approver": ("严北辰", Role.APPROVER, "northshore"),
    "north_administrator": ("管北江", Role.ADMINISTRATOR, "northshore"),
    "south_analyst": ("南宫析", Role.ANALYST, "southshore"),
    "south_officer": ("江南渡", Role.OFFICER, "southshore"),
    "south_approver": ("沈南屏", Role.APPROVER, "southshore"),
    "south_administrator": ("卫南山", Role.ADMINISTRATOR, "southshore"),
    "office_viewer": ("观湖平", Role.VIEWER, "office"),
    "office_analyst": ("算三湖", Role.ANALYST, "office"),
    "office_officer": ("合湖生", Role.OFFICER, "office"),
    "office_approver": ("审湖正", Role.APPROVER, "office"),
    "office_administrator": ("总湖安", Role.ADMINISTRATOR, "office"),
    "institute_officer": ("研北石", Role.OFFICER, "institute"),
    "nobody": ("路无职", None, "northshore"),
}
# Organisation: name, kind, member.
HOUSES_OF_THE_CAST: Mapping[str, tuple[str, str, str | None]] = {
    "office": ("三湖区域合作办公室", "regional_office", None),
    "north_bureau": ("北岸经济发展局", "authority", "northshore"),
    "south_bureau": ("南岸经济发展局", "authority", "southshore"),
    "institute": ("北岸湖石研究所", "institution", "northshore"),
}
# Whatever lays the region itself must do so before the cast enters.
GROUNDS = ("grown_apart", "grown", "lakes_registers", "lakes")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by part; `cast[part]` is the actor, with a second factor shown."""

    people: Mapping[str, Person]
    organisations: Mapping[str, Organisation]

    def __getitem__(self, part: str) -> Actor:
        """Return the actor of a part, with the mandates that the tables hold at this moment."""
        return self._actor(part, assured=True)

    def weak(self, part: str) -> Actor:
        """Return the same in a session that has shown no second factor."""
        return self._actor(part, assured=False)

    def person(self, part: str) -> Person:
        """Return the person of a part; those in NOBODY are none."""
        return self.people[part]

    def everybody(self) -> dict[str, Actor]:
        """Return every part's actor, the three that are no person too."""
        return {part: self[part] for part in (*PARTS, *NOBODY)}

    def _actor(self, part: str, *, assured: bool) -> Actor:
        from xietong.region.actors import actor_for

        if part in NOBODY:
            return NOBODY[part]
        return actor_for(self.people[part], assured=assured)


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> Cast:
    """Let the cast enter the house that the test stands in, or a bare one of the lakes."""
    from xietong.region.models import Member

    for ground in GROUNDS:
        if ground in request.fixturenames:
            request.getfixturevalue(ground)
    if not Member.objects.exists():
        from houses import LAKES
        from xietong.region import operations
        from xietong.region.packs import read_pack

        operations.load_region(actor=LOCAL, pack=read_pack(LAKES, "lakes"))
    return enter()


def enter() -> Cast:
    """Write the cast's rows into a house of the lakes."""
    from xietong.region.models import Mandate, Member, Organisation, Person

    members = {one.code: one for one in Member.objects.all()}
    organisations = {
        key: Organisation.objects.create(
            name_zh=name, kind=kind, member=members[member] if member else None
        )
        for key, (name, kind, member) in HOUSES_OF_THE_CAST.items()
    }
    people = {}
    for part, (name, role, scope) in PARTS.items():
        organisation = organisations.get(scope)
        member = organisation.member if organisation else members[scope]
        person = Person(
            username=part,
            email=f"{part.replace('_', '.')}@lakes.example",
            name=name,
            member=member,
            organisation=organisation,
            language="zh-hans",
        )
        person.set_unusable_password()
        person.save()
        people[part] = person
        if role is not None:
            Mandate.objects.create(
                person=person,
                role=role.value,
                member=None if organisation else member,
                organisation=organisation,
                valid_from=BEGAN,
                granted_by=LOCAL.key,
            )
    return Cast(people, organisations)


def signed_in(client: Client, who: Person, *, assured: bool = True) -> Client:
    """Sign a person in at a test client, with a second factor shown unless told otherwise."""
    from xietong.region.actors import ASSURED

    client.force_login(who)
    session = client.session
    session[ASSURED] = assured
    session.save()
    return client
