"""Where references lead: what a record is called, and where it stands, as far as an actor sees it.

Only the portal knows all rooms. It declares here for each kind of record how its keys are read, so
that the pages of a lower room can lead to the records of a higher one:

    @resolves("atlas", "edition")
    def editions(actor: Actor, keys: Collection[str]) -> Mapping[str, Lead]: ...

It also says which records several members share, such as an agreement its parties:

    @shares
    def agreements(members: Collection[str]) -> QuerySet[Any, str]: ...
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from xietong.kit.references import Reference
from xietong.region.rules import Actor


@dataclass(frozen=True, slots=True)
class Lead:
    """What a record is called in the active language, and its page; blank where it has none."""

    title: str
    url: str = ""


Resolver = Callable[[Actor, Collection[str]], Mapping[str, Lead]]
# From the codes of members to the references of what any of them shares, to be read as a subquery.
Sharer = Callable[[Collection[str]], QuerySet[Any, str]]
_resolvers: dict[tuple[str, str], Resolver] = {}
_sharers: list[Sharer] = []


def resolves(room: str, kind: str) -> Callable[[Resolver], Resolver]:
    """Let a resolver be asked for the records of one kind, all that a page names at once."""

    def declared(resolver: Resolver) -> Resolver:
        _resolvers[room, kind] = resolver
        return resolver

    return declared


def shares(sharer: Sharer) -> Sharer:
    """Let a sharer be asked for the records that members have in common with others."""
    _sharers.append(sharer)
    return sharer


def shared_by(members: Collection[str]) -> list[QuerySet[Any, str]]:
    """Return by kind the references of the records that any of these members shares."""
    return [sharer(members) for sharer in _sharers]


def known_kinds() -> frozenset[tuple[str, str]]:
    """Return the kinds of records that references can lead to."""
    return frozenset(_resolvers)


def leads_to(actor: Actor, references: Iterable[str]) -> dict[str, Lead]:
    """Return by its reference each record that the actor may see; of others nothing, and no hint.

    Costs one read or two for each kind among them, however many there are.
    """
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for text in references:
        try:
            one = Reference.parse(text)
        except ValueError:
            continue
        wanted[one.room, one.kind].add(one.key)
    return {
        str(Reference(room, kind, key)): lead
        for (room, kind), keys in wanted.items()
        if (room, kind) in _resolvers
        for key, lead in _resolvers[room, kind](actor, keys).items()
    }


def lead_to(actor: Actor, reference: str) -> Lead | None:
    """Return one record, None where the actor may not see it or it is gone."""
    return leads_to(actor, [reference]).get(reference)
