"""The reads of the region, by subject; each is for an actor."""

from xietong.region.queries.places import (
    chains,
    industries,
    member,
    members,
    newest_boundaries,
    places_of_the_map,
    the_region,
)

__all__ = [
    "chains",
    "industries",
    "member",
    "members",
    "newest_boundaries",
    "places_of_the_map",
    "the_region",
]
