"""What the frame of every page shows: the region, the rooms, the languages, the edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from xietong.atlas import queries as atlas
from xietong.atlas.schemas import EditionOut, Names
from xietong.desk.awaiting import to_do
from xietong.kit.refusals import NotFound
from xietong.portal.rail import Room, rooms
from xietong.portal.sign_in import second_factor
from xietong.portal.sign_in.providers import offered
from xietong.portal.times import shown_zone
from xietong.region import queries as region
from xietong.region.actors import actor_of
from xietong.region.models import Person
from xietong.region.rules import READER, Kind


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
    zone: str
    languages: list[Language]
    todo: int | None
    person: Account | None
    sign_in: str
    providers: list[tuple[str, str]]

    @property
    def beyond(self) -> list[Room]:
        """The rooms that a phone shows behind “more”."""
        return [one for one in self.rooms if one.beyond]

    @property
    def beyond_active(self) -> bool:
        """Whether the page is in one of these."""
        return any(one.active for one in self.beyond)


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
        rooms=rooms(request),
        zone=shown_zone(),
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


def _todo(request: HttpRequest) -> int | None:
    """Return how much awaits a person, unread notices and records; None where nobody signed in."""
    return to_do(request).count if actor_of(request).kind is Kind.PERSON else None


def _languages(request: HttpRequest) -> list[Language]:
    active = get_language() or settings.LANGUAGE_CODE
    return [
        Language(code, label, translate_url(request.get_full_path(), code), code == active)
        for code, label in settings.LANGUAGES
    ]
