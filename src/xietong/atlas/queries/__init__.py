"""The reads of the map, always for an actor, by subject."""

from xietong.atlas.queries.clusters import cluster, cluster_cards, cluster_outlines, clusters
from xietong.atlas.queries.drafts import (
    canonical_columns,
    draft,
    drafts_of,
    marked_book,
    member_places,
    members_to_import_for,
    opened_file,
    problems_of,
    problems_path,
    rows_path,
    rows_path_of,
    table_columns,
    tallies_of,
    version,
    versions_of,
)
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
from xietong.atlas.queries.reviews import Standing, actions, approved, standing, standings
from xietong.atlas.queries.search import search

__all__ = [
    "Standing",
    "actions",
    "approved",
    "boundaries",
    "canonical_columns",
    "cluster",
    "cluster_cards",
    "cluster_outlines",
    "clusters",
    "draft",
    "drafts_of",
    "edition",
    "editions",
    "editions_visible_to",
    "in_trial",
    "industries",
    "industry_or_refusal",
    "layer",
    "marked_book",
    "member_places",
    "members_to_import_for",
    "newest_versions",
    "open_edition",
    "opened_file",
    "place_or_refusal",
    "place_profile",
    "problems_of",
    "problems_path",
    "published_names",
    "register_versions",
    "rows_path",
    "rows_path_of",
    "search",
    "standing",
    "standings",
    "table_columns",
    "tallies_of",
    "version",
    "versions_of",
    "versions_to_compile",
]
