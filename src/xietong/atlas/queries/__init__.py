"""The reads of the map, always for an actor, by subject."""

from xietong.atlas.queries.clusters import cluster, cluster_cards, cluster_outlines, clusters
from xietong.atlas.queries.editions import (
    boundaries,
    edition,
    editions,
    editions_visible_to,
    in_trial,
    industries,
    open_edition,
)
from xietong.atlas.queries.layers import industry_or_refusal, layer
from xietong.atlas.queries.places import place_or_refusal, place_profile
from xietong.atlas.queries.registers import (
    newest_versions,
    published_names,
    register_versions,
    versions_to_compile,
)
from xietong.atlas.queries.search import search

__all__ = [
    "boundaries",
    "cluster",
    "cluster_cards",
    "cluster_outlines",
    "clusters",
    "edition",
    "editions",
    "editions_visible_to",
    "in_trial",
    "industries",
    "industry_or_refusal",
    "layer",
    "newest_versions",
    "open_edition",
    "place_or_refusal",
    "place_profile",
    "published_names",
    "register_versions",
    "search",
    "versions_to_compile",
]
