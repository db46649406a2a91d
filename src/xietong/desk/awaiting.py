"""What awaits a person: each room says in its awaiting.py which of its records do.

    @awaits
    def consents(actor: Actor) -> list[Awaiting]: ...

A provider reads through its room's queries, so nobody is told of what he may not see; it is asked
once on every page, so it makes one or two indexed reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import autodiscover_modules

from xietong.desk import queries
from xietong.desk.sayings import here, say
from xietong.region.actors import actor_of
from xietong.region.rules import Actor, Kind


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One record that waits for this person: what is to be done, where, and since when."""

    sentence: str
    url: str
    since: datetime
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The sentence in the active language."""
        return say(self.sentence, self.params)

    @property
    def here(self) -> str:
        """The address in the active language."""
        return here(self.url)


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a person is to look at: records that wait, the oldest first, and unread notices."""

    awaiting: list[Awaiting]
    unread: int

    @property
    def count(self) -> int:
        """How much it is altogether, as the frame of every page tells."""
        return len(self.awaiting) + self.unread


Provider = Callable[[Actor], list[Awaiting]]
_providers: list[Provider] = []


def awaits(provider: Provider) -> Provider:
    """Let a provider be asked for what awaits a person."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


@cache
def _discover() -> None:
    autodiscover_modules("awaiting")


def what_awaits(actor: Actor) -> list[Awaiting]:
    """Return what awaits the actor, the oldest first; nothing awaits who is no person."""
    if actor.kind is not Kind.PERSON:
        return []
    _discover()
    found = [one for provider in _providers for one in provider(actor)]
    return sorted(found, key=lambda one: one.since)


def to_do(request: HttpRequest) -> ToDo:
    """Return what whoever makes a request is to look at, asked for once a request."""
    known = getattr(request, "to_do", None)
    if isinstance(known, ToDo):
        return known
    actor = actor_of(request)
    found = ToDo(what_awaits(actor), queries.unread(actor))
    request.to_do = found  # type: ignore[attr-defined]  # for the frame, behind the page
    return found
