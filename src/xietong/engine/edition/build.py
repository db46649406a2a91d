"""Building an edition: the base table is summed, protected, measured, and searched for clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from xietong.engine.clusters import Cluster, grow_clusters
from xietong.engine.disclosure import Nodes, nodes_over, protect_counts
from xietong.engine.edition.levels import family_of, level_table, with_elsewhere
from xietong.engine.edition.nodes import IndustryNode
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.protection import Shown, marks_of, protect
from xietong.engine.edition.rollup import (
    LEVELS,
    REGION,
    Leaves,
    MapPlace,
    industry_sets,
    leaves_of,
    place_nodes,
)
from xietong.engine.edition.tables import PUBLISHED, WITHHELD, ZERO, EditionTables, YearTable
from xietong.engine.measures import location_quotients


@dataclass(frozen=True, slots=True)
class Inside:
    """An industry inside a group of places, from what is published alone.

    `absent` is True only where none was counted in any of them; withheld is not absent.
    """

    key: str
    n: int
    value: float
    low: float
    high: float
    absent: bool


@dataclass(frozen=True, slots=True)
class BuiltEdition:
    """The tables to publish, the clusters, and the nodes that number the tables' rows."""

    nodes: tuple[IndustryNode, ...]
    tables: EditionTables
    clusters: tuple[Cluster, ...]

    def quotients_inside(self, places: Sequence[str], keys: Sequence[str]) -> list[Inside]:
        """Return each industry's location quotient in the places taken as one.

        An industry that is withheld in one of the places is left out: its sum is not known.
        """
        table = self.tables.levels["county"]
        columns = np.flatnonzero(np.isin(table.places, list(places)))
        at = {str(key): row for row, key in enumerate(self.tables.industries)}
        ground = int(table.n[at["all"], columns].sum())
        everything = int(self.tables.totals[at["all"]])
        inside = []
        for key in keys:
            row = at[key]
            if (table.status[row, columns] == WITHHELD).any():
                continue
            units, total = int(table.n[row, columns].sum()), int(self.tables.totals[row])
            absent = bool((table.status[row, columns] == ZERO).all())
            value = low = high = 0.0
            if units:
                found = location_quotients(
                    [[units, total - units]], place_totals=[ground, everything - ground]
                )
                value, low, high = (
                    float(part[0, 0]) for part in (found.value, found.low, found.high)
                )
            inside.append(Inside(key, units, value, low, high, absent))
        return inside


def build_edition(
    *,
    cells: pa.Table,
    places: Sequence[MapPlace],
    nodes: Sequence[IndustryNode],
    adjacency: Sequence[tuple[str, str]],
    parameters: Parameters,
) -> BuiltEdition:
    """Build all that an edition publishes from the base table of `tabulate`.

    `places` are the map's, `adjacency` pairs of counties that share a border. What disclosure
    control withholds is in none of the tables of the result. Raises KeyError for a place in
    `cells` that is not on the map, and Unprotected where a cell cannot be hidden.
    """
    of_places = place_nodes(places)
    codes = sorted(cells["industry"].unique().to_pylist())
    of_industries = industry_sets(nodes, codes)
    leaves = leaves_of(cells, of_places, codes)
    shown = protect(leaves, of_places, places, of_industries, nodes, parameters)
    coverage = _coverage(leaves, of_places, places)
    thin = _thin(coverage, places, parameters)
    region = of_places.keys.index(REGION)
    tables = EditionTables(
        industries=np.array([node.key for node in nodes]),
        totals=np.where(shown.marks[region] == PUBLISHED, shown.counts[region], 0),
        total_status=shown.marks[region],
        levels={
            level: level_table(level, shown, leaves, of_places, places, of_industries, parameters)
            for level in LEVELS
        },
        years=_years(leaves, of_places, places, parameters),
        insufficient=np.array(sorted(thin), dtype=np.str_),
        coverage_places=np.array(sorted(coverage), dtype=np.str_),
        coverage=np.array([coverage[code] for code in sorted(coverage)], dtype=np.float64),
    )
    clusters = _clusters(shown, of_places, places, nodes, adjacency, parameters, thin)
    return BuiltEdition(tuple(nodes), tables, clusters)


def _coverage(leaves: Leaves, of_places: Nodes, places: Sequence[MapPlace]) -> dict[str, float]:
    """The share of each prefecture's rows that are placed at county level."""
    by_leaf = leaves.n.sum(axis=1)
    close = np.array([not leaf.endswith("+") for leaf in of_places.leaves])
    coverage = {}
    for one in places:
        if one.level == "prefecture":
            inside = of_places.inside[of_places.keys.index(one.code)]
            total = int(by_leaf[inside].sum())
            coverage[one.code] = float(by_leaf[inside & close].sum() / total) if total else 0.0
    return coverage


def _thin(
    coverage: Mapping[str, float], places: Sequence[MapPlace], parameters: Parameters
) -> frozenset[str]:
    """The counties of prefectures too few of whose rows are placed at county level."""
    least = parameters.placed_at_county_permille / 1000
    return frozenset(
        one.code for one in places if one.level == "county" and coverage[one.parent] < least
    )


def _years(
    leaves: Leaves, of_places: Nodes, places: Sequence[MapPlace], parameters: Parameters
) -> YearTable:
    """Registrations by year over all industries, protected over places and years together."""
    known = leaves.years > 0
    years = leaves.years[known]
    names = [str(year) for year in years]
    of_years = nodes_over(
        [*names, "unknown"], {**{name: [name] for name in names}, "all": [*names, "unknown"]}
    )
    table = np.column_stack(
        [leaves.by_year[:, known], leaves.by_year[:, ~known].sum(axis=1, dtype=np.int64)]
    )
    coarse = [one.code for one in places if one.level in ("province", "prefecture")]
    rows = [of_places.keys.index(code) for code in [*coarse, REGION]]
    kept = Nodes((*coarse, REGION), of_places.leaves, of_places.inside[rows])
    found = protect_counts(table, kept, of_years, minimum=parameters.minimum_cell)
    status = marks_of(found)[: len(coarse), : len(years)]
    counts = np.where(status == PUBLISHED, found.counts[: len(coarse), : len(years)], 0)
    return YearTable(
        places=np.array(coarse, dtype=np.str_),
        industries=np.array(["all"]),
        years=years,
        status=status[:, None, :],
        n=counts[:, None, :],
    )


def _clusters(
    shown: Shown,
    of_places: Nodes,
    places: Sequence[MapPlace],
    nodes: Sequence[IndustryNode],
    adjacency: Sequence[tuple[str, str]],
    parameters: Parameters,
    thin: frozenset[str],
) -> tuple[Cluster, ...]:
    """Clusters of counties that are told; what lies in none of the counties is one column more."""
    codes = [one.code for one in places if one.level == "county"]
    number = {code: at for at, code in enumerate(codes)}
    above = {one.code: one.parent for one in places}
    at = [of_places.keys.index(code) for code in codes]
    region = of_places.keys.index(REGION)
    counts = with_elsewhere(shown.counts[at].T, shown.counts[region])
    readable = np.array([code not in thin for code in codes])
    told = (shown.marks[at].T == PUBLISHED) & readable[None, :]
    drawn = [
        row
        for row, node in enumerate(nodes)
        if node.kind != "total" and shown.marks[region, row] == PUBLISHED
    ]
    return grow_clusters(
        counts[drawn],
        industries=[nodes[row].key for row in drawn],
        places=[*codes, REGION],
        members=[*(above[above[code]] for code in codes), REGION],
        neighbours=[(number[one], number[other]) for one, other in adjacency],
        place_totals=counts[0],
        publishable=np.column_stack([told[drawn], np.zeros(len(drawn), dtype=np.bool_)]),
        least_units=parameters.cluster_units,
        level=parameters.cluster_permille / 1000,
        family=family_of(shown.counts[at].T, shown.marks[region]),
    )
