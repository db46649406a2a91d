"""Reads of the region: members, places of the map's vintage, industries, chains, boundaries."""

from __future__ import annotations

from xietong.kit.refusals import N_, NotFound
from xietong.region.models import BoundarySet, Chain, Industry, Member, Place, Region
from xietong.region.rules import Actor


def the_region(actor: Actor) -> Region:
    """Return the region this node serves. Refuses `no_region` before a pack is loaded."""
    region = Region.objects.first() if actor.may_read_published else None
    if region is None:
        raise NotFound(
            "no_region",
            N_("No region is loaded on this node."),
            way_out=N_("Run `xietong region load` first."),
        )
    return region


def members(actor: Actor) -> list[Member]:
    """Return the members in their customary order."""
    return list(Member.objects.filter(region=the_region(actor)))


def member(actor: Actor, code: str) -> Member:
    """Return one member by its code. Refuses `no_such_member`."""
    known = {one.code: one for one in members(actor)}
    if code not in known:
        raise NotFound(
            "no_such_member",
            N_("There is no member “{code}”."),
            way_out=N_("Members are: {known}."),
            field="member",
            code=code,
            known=", ".join(known),
        )
    return known[code]


def places_of_the_map(actor: Actor) -> list[Place]:
    """Return the civil places whose codes the map uses: provinces, prefectures, then counties."""
    vintage = the_region(actor).vintage
    rank = {level: position for position, level in enumerate(Place.Level.values)}
    return sorted(
        Place.objects.filter(kind="civil")
        .exclude(valid_from__gt=vintage)
        .exclude(valid_to__lt=vintage),
        key=lambda place: (rank[place.level], place.code),
    )


def industries(actor: Actor) -> list[Industry]:
    """Return the classification from sections down to classes."""
    return list(Industry.objects.all()) if actor.may_read_published else []


def chains(actor: Actor) -> list[Chain]:
    """Return the chains with their segments and codes, in order, in three reads."""
    if not actor.may_read_published:
        return []
    return list(Chain.objects.prefetch_related("segments__industries"))


def newest_boundaries(actor: Actor) -> BoundarySet:
    """Return the boundaries imported last. Refuses `no_boundaries` where there are none."""
    newest = BoundarySet.objects.filter(vintage=the_region(actor).vintage).order_by("-id").first()
    if newest is None:
        raise NotFound(
            "no_boundaries",
            N_("No boundaries of this vintage have been imported."),
            way_out=N_("Run `xietong region boundaries` first."),
        )
    return newest
