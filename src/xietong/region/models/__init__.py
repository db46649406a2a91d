"""The tables of the region, by subject."""

from xietong.region.models.audit import AuditEntry, NodeKey
from xietong.region.models.industries import (
    Chain,
    Classification,
    Concordance,
    Industry,
    Segment,
    SegmentIndustry,
)
from xietong.region.models.people import Invitation, Mandate, Organisation, Person
from xietong.region.models.places import BoundarySet, Member, Place, PlaceAlias, PlaceChange, Region
from xietong.region.models.tokens import ApiToken

__all__ = [
    "ApiToken",
    "AuditEntry",
    "BoundarySet",
    "Chain",
    "Classification",
    "Concordance",
    "Industry",
    "Invitation",
    "Mandate",
    "Member",
    "NodeKey",
    "Organisation",
    "Person",
    "Place",
    "PlaceAlias",
    "PlaceChange",
    "Region",
    "Segment",
    "SegmentIndustry",
]
