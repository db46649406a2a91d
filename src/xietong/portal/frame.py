"""What the frame of every page shows: the region, the rooms, the languages, the edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext

from xietong.atlas import queries as atlas
from xietong.atlas.schemas import EditionOut, Names
from xietong.desk import queries as desk
from xietong.desk.awaiting import what_awaits
from xietong.kit.refusals import NotFound
from xietong.portal.sign_in import second_factor
from xietong.portal.sign_in.providers import offered
from xietong.region import queries as region
from xietong.region.actors import actor_of
from xietong.region.models import Person
from xietong.region.rules import READ_PEOPLE, READER, Kind, may


@dataclass(frozen=True, slots=True)
class Room:
    """A room in the rail."""

    url: str
    icon: str
    label: str
    active: bool


@dataclass(frozen=True, slots=True)
class Language:
    """A language and this page's address in it."""

    code: str
    label: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Whoever has signed in; `waiting` where mandates want a second factor, shown at `prove`."""

    name: str
    email: str
    waiting: bool
    prove: str


@dataclass(frozen=True, slots=True)
class Frame:
    """All of it; `edition` is None before one is published, `region` before a pack is loaded.

    `todo` counts what awaits the person; None for whoever has not signed in.
    """

    home: str
    region: Names | None
    members: Names | None
    edition: EditionOut | None
    rooms: list[Room]
    languages: list[Language]
    todo: int | None
    person: Account | None
    sign_in: str
    providers: list[tuple[str, str]]


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template needs besides the page's own context."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> Frame:
    name, members = _region()
    return Frame(
        home=reverse("portal:home"),
        region=name,
        members=members,
        edition=_edition(request),
        rooms=_rooms(request),
        languages=_languages(request),
        todo=_todo(request),
        person=_person(request),
        sign_in=_sign_in(request),
        providers=offered(),
    )


def _person(request: HttpRequest) -> Account | None:
    person = getattr(request, "user", None)
    if not isinstance(person, Person):
        return None
    actor = actor_of(request)
    waiting = bool(actor.waiting)
    prove = _prove(request, person) if waiting else ""
    return Account(person.name or person.get_username(), person.email, waiting, prove)


def _prove(request: HttpRequest, person: Person) -> str:
    """Return where a person shows a second factor and comes back, or sets up the first one."""
    if not second_factor.has_one(person):
        return reverse("mfa_index")
    address = reverse("mfa_reauthenticate")
    if request.method != "GET":
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"


def _sign_in(request: HttpRequest) -> str:
    """Return the address of the sign-in page, which leads back to where one was."""
    address = reverse("account_login")
    if request.method != "GET" or request.path.startswith(reverse("portal:account")):
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"


def _region() -> tuple[Names | None, Names | None]:
    try:
        known = region.the_region(READER)
    except NotFound:
        return None, None
    words = known.pack.get("pack", {})
    members = Names(zh=words.get("members_zh", ""), en=words.get("members_en", ""))
    return Names(zh=known.name_zh, en=known.name_en), members


def _edition(request: HttpRequest) -> EditionOut | None:
    """Return the edition that the page shows, else the current one."""
    shown = getattr(request, "edition_shown", None)
    if isinstance(shown, EditionOut):
        return shown
    try:
        return atlas.edition(READER)
    except NotFound:
        return None


def _rooms(request: HttpRequest) -> list[Room]:
    path = request.path
    registers = reverse("atlas:registers")
    rooms = [
        ((reverse("atlas:map"),), "map", gettext("Cluster map")),
        ((registers,), "database", gettext("Data management")),
    ]
    actor = actor_of(request)
    if actor.kind is Kind.PERSON:
        agreements = reverse("agreements:agreements")
        rooms.append(((agreements,), "list-details", gettext("Agreements")))
        if may(actor, READ_PEOPLE):
            rooms.append((_people(), "users", gettext("People and organisations")))
    inside = [url for urls, _, _ in rooms for url in urls if path.startswith(url)]
    here = max(inside, key=len, default="")
    return [Room(urls[0], icon, label, here in urls) for urls, icon, label in rooms]


def _people() -> tuple[str, ...]:
    """Return where the pages of people and organisations lie, the first of them first."""
    return tuple(
        reverse(name)
        for name in ("region:people", "region:organisations", "region:audit", "portal:rules")
    )


def _todo(request: HttpRequest) -> int | None:
    """Return how much awaits a person, unread notices and records; None where nobody signed in."""
    actor = actor_of(request)
    if actor.kind is not Kind.PERSON:
        return None
    return desk.unread(actor) + len(what_awaits(actor))


def _languages(request: HttpRequest) -> list[Language]:
    active = get_language() or settings.LANGUAGE_CODE
    return [
        Language(code, label, translate_url(request.get_full_path(), code), code == active)
        for code, label in settings.LANGUAGES
    ]
