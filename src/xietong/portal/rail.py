"""The rooms in the rail: those of the work, then those where data, people and rules are kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from xietong.agreements.rules import READ_AGREEMENTS
from xietong.desk.rules import READ_JOBS, READ_OFFICE_JOBS
from xietong.region.actors import actor_of
from xietong.region.rules import (
    READ_AUDIT,
    READ_ORGANISATIONS,
    READ_PEOPLE,
    READ_RULES,
    Actor,
    Kind,
    may,
)

# A bar of a phone holds five; where there are more, the fifth opens the rest.
IN_THE_BAR = 5


@dataclass(frozen=True, slots=True)
class Room:
    """A room in the rail.

    `apart` begins the part below the line; `beyond` stands behind “more” on a phone.
    """

    url: str
    icon: str
    label: str
    active: bool = False
    apart: bool = False
    beyond: bool = False


def rooms(request: HttpRequest) -> list[Room]:
    """Return the rooms that the actor may enter, and in which of them the page is."""
    found = _for(actor_of(request))
    here = max(
        (address for one in found for address in one.addresses if request.path.startswith(address)),
        key=len,
        default="",
    )
    many = len(found) > IN_THE_BAR
    return [
        Room(
            url=one.addresses[0],
            icon=one.icon,
            label=one.label,
            active=here in one.addresses,
            apart=one.apart,
            beyond=many and at >= IN_THE_BAR - 1,
        )
        for at, one in enumerate(found)
    ]


@dataclass(frozen=True, slots=True)
class _Entry:
    label: str
    icon: str
    addresses: tuple[str, ...]
    apart: bool = False


def _for(actor: Actor) -> list[_Entry]:
    person = actor.kind is Kind.PERSON
    entries = [_Entry(gettext("Cluster map"), "map", (reverse("atlas:map"),))]
    if person and may(actor, READ_AGREEMENTS):
        entries.append(
            _Entry(gettext("Agreements"), "list-details", (reverse("agreements:agreements"),))
        )
    registers = (reverse("atlas:registers"), reverse("atlas:editions"))
    entries.append(_Entry(gettext("Data management"), "database", registers, apart=True))
    if person and (may(actor, READ_JOBS) or may(actor, READ_OFFICE_JOBS)):
        entries.append(_Entry(gettext("Jobs"), "clock", (reverse("desk:jobs"),)))
    people = [reverse("region:people")] if may(actor, READ_PEOPLE) else []
    if may(actor, READ_ORGANISATIONS):
        people.append(reverse("region:organisations"))
    if people:
        entries.append(_Entry(gettext("People and organisations"), "users", tuple(people)))
    if may(actor, READ_AUDIT):
        entries.append(_Entry(gettext("Audit"), "history", (reverse("region:audit"),)))
    if may(actor, READ_RULES):
        entries.append(_Entry(gettext("Who may do what"), "shield", (reverse("portal:rules"),)))
    return entries
