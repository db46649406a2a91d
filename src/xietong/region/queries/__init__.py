"""The reads of the region, by subject; each is for an actor."""

from xietong.region.queries.organisations import (
    members_for,
    organisation,
    organisations_for,
    organisations_visible_to,
)
from xietong.region.queries.people import (
    invitation,
    invitations_visible_to,
    manages,
    mandate,
    mandates_visible_to,
    people_managed_by,
    people_visible_to,
    person,
)
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
    "invitation",
    "invitations_visible_to",
    "manages",
    "mandate",
    "mandates_visible_to",
    "member",
    "members",
    "members_for",
    "newest_boundaries",
    "organisation",
    "organisations_for",
    "organisations_visible_to",
    "people_managed_by",
    "people_visible_to",
    "person",
    "places_of_the_map",
    "the_region",
]
