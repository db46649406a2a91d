"""A place's profile: what it is strong in, and when its surviving units were registered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.queries.layers import readable
from xietong.atlas.schemas import (
    ClusterLink,
    LeadingIndustry,
    Level,
    Names,
    PlaceLink,
    PlaceProfile,
    YearCount,
)
from xietong.engine.edition.league import ranking
from xietong.engine.edition.tables import PUBLISHED, ZERO, Flags, LevelTable
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor

TOP = 10
Facts = Mapping[str, Any]


def place_profile(actor: Actor, number: int | None, code: str) -> PlaceProfile:
    """Return the profile of a place. Refuses `no_such_place`."""
    opened = open_edition(actor, number)
    place = place_or_refusal(opened, code)
    level: Level = place["level"]
    table = opened.tables.levels[level]
    at = opened.place_at[level][code]
    thin = code in opened.thin
    share = _county_share(opened, code if level == "prefecture" else place["parent"])
    total = opened.industry_at["all"]
    counted = not thin and table.status[total, at] in (PUBLISHED, ZERO)
    years_at = code if code in opened.tables.years.places else place["parent"]
    return PlaceProfile(
        code=code,
        name=opened.names_of(code),
        level=level,
        parents=_parents(opened, place),
        member=place["member"],
        n=int(table.n[total, at]) if counted else None,
        placed_at_county_share=share,
        insufficient=thin,
        top=[] if thin else _top(opened, level, code),
        years=_years(opened, years_at),
        years_of=_link(opened, years_at) if years_at != code else None,
        clusters=_clusters(opened, code),
        children=[_link(opened, one["code"]) for one in _children(opened, code)],
    )


def place_or_refusal(opened: Opened, code: str) -> Facts:
    """Return the facts of a place of the edition. Refuses `no_such_place`."""
    place = opened.places.get(code)
    if place is None:
        raise NotFound(
            "no_such_place",
            N_("This edition has no place “{code}”."),
            way_out=N_("Search for the place by its name."),
            field="place",
            code=code,
        )
    return place


def _top(opened: Opened, level: Level, code: str) -> list[LeadingIndustry]:
    """Return the divisions the place is most specialised in, by the lower end of the interval."""
    table = opened.tables.levels[level]
    at = opened.place_at[level][code]
    rows = [
        row
        for key, row in opened.industry_at.items()
        if opened.industries[key].kind == "division"
        and table.status[row, at] == PUBLISHED
        and np.isfinite(table.low[row, at])
    ]
    clear = readable(opened, table)
    return [
        LeadingIndustry(
            industry=opened.industries[str(opened.tables.industries[row])],
            n=int(table.n[row, at]),
            lq=float(table.lq[row, at]),
            low=float(table.low[row, at]),
            high=float(table.high[row, at]),
            rank=_rank(table, row, at, clear),
        )
        for row in sorted(rows, key=lambda row: (-table.low[row, at], row))[:TOP]
    ]


def _rank(table: LevelTable, row: int, at: int, clear: Flags) -> int | None:
    """Return the place's rank in an industry, the same as in its layer."""
    order = ranking(table.lq[row], table.low[row], clear & (table.status[row] == PUBLISHED))
    found = np.flatnonzero(order == at)
    return int(found[0]) + 1 if len(found) else None


def _clusters(opened: Opened, code: str) -> list[ClusterLink]:
    """Return the clusters that have a county in the place, the largest first."""
    inside = {inner for inner in opened.places if _within(opened, inner, code)}
    return [
        ClusterLink(
            key=row.key,
            name=Names(zh=row.name_zh, en=row.name_en),
            industry=row.industry_key,
            units=row.units,
            crossing=row.crossing,
        )
        for row in opened.row.clusters.order_by("-units", "key")
        if not inside.isdisjoint(row.places)
    ]


def _years(opened: Opened, code: str) -> list[YearCount]:
    """Return registrations by year over all industries; None where a year is withheld."""
    table = opened.tables.years
    found = np.flatnonzero(table.places == code)
    if len(found) == 0:
        return []
    counts, status = table.n[found[0], 0], table.status[found[0], 0]
    return [
        YearCount(year=int(year), n=int(counts[at]) if status[at] in (PUBLISHED, ZERO) else None)
        for at, year in enumerate(table.years)
    ]


def _county_share(opened: Opened, prefecture: str) -> float | None:
    found = np.flatnonzero(opened.tables.coverage_places == prefecture)
    return float(opened.tables.coverage[found[0]]) if len(found) else None


def _parents(opened: Opened, place: Facts) -> list[PlaceLink]:
    parents: list[PlaceLink] = []
    code = place["parent"]
    while code in opened.places:
        parents.insert(0, _link(opened, code))
        code = opened.places[code]["parent"]
    return parents


def _within(opened: Opened, inner: str, outer: str) -> bool:
    while inner in opened.places and inner != outer:
        inner = opened.places[inner]["parent"]
    return inner == outer


def _children(opened: Opened, code: str) -> list[Facts]:
    return [place for place in opened.places.values() if place["parent"] == code]


def _link(opened: Opened, code: str) -> PlaceLink:
    return PlaceLink(code=code, name=opened.names_of(code), level=opened.places[code]["level"])
