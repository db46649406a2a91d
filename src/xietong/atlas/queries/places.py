"""A place's profile: what it is strong in, and when its surviving units were registered."""

from __future__ import annotations

from typing import Any

import numpy as np

from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.queries.layers import layer
from xietong.atlas.schemas import (
    ClusterLink,
    LeadingIndustry,
    Level,
    Names,
    PlaceLink,
    PlaceProfile,
    YearCount,
)
from xietong.engine.edition.tables import PUBLISHED, ZERO
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor

TOP = 10


def place_profile(actor: Actor, number: int | None, code: str) -> PlaceProfile:
    """Return the profile of a place. Refuses `no_such_place`."""
    opened = open_edition(actor, number)
    place = opened.places.get(code)
    if place is None:
        raise NotFound(
            "no_such_place",
            N_("This edition has no place “{code}”."),
            way_out=N_("Search for the place by its name."),
            field="place",
            code=code,
        )
    level: Level = place["level"]
    table = opened.tables.levels[level]
    at = opened.place_at[level][code]
    thin = code in set(opened.tables.insufficient.tolist())
    share = _county_share(opened, code if level == "prefecture" else place["parent"])
    total = opened.industry_at["all"]
    shown = not thin and table.status[total, at] == PUBLISHED
    years_at = code if code in opened.tables.years.places else place["parent"]
    return PlaceProfile(
        code=code,
        name=Names(**place["name"]),
        level=level,
        parents=_parents(opened, place),
        member=place["member"],
        n=int(table.n[total, at]) if shown else None,
        placed_at_county_share=share,
        insufficient=thin,
        top=[] if thin else _top(actor, opened, level, code),
        years=_years(opened, years_at),
        years_of=_link(opened, years_at) if years_at != code else None,
        clusters=[
            ClusterLink(
                key=row.key,
                name=Names(zh=row.name_zh, en=row.name_en),
                industry=row.industry_key,
                units=row.units,
                crossing=row.crossing,
            )
            for row in opened.row.clusters.order_by("-units")
            if any(_within(opened, inner, code) for inner in row.places)
        ],
        children=[_link(opened, one["code"]) for one in _children(opened, code)],
    )


def _top(actor: Actor, opened: Opened, level: Level, code: str) -> list[LeadingIndustry]:
    """Return the divisions the place is most specialised in, by the lower end of the interval."""
    table = opened.tables.levels[level]
    at = opened.place_at[level][code]
    rows = [
        row
        for key, row in opened.industry_at.items()
        if key.startswith("d")
        and table.status[row, at] == PUBLISHED
        and np.isfinite(table.low[row, at])
    ]
    best = sorted(rows, key=lambda row: (-table.low[row, at], row))[:TOP]
    leading = []
    for row in best:
        key = str(opened.tables.industries[row])
        cells = layer(actor, opened.row.number, industry=key, level=level).cells
        leading.append(
            LeadingIndustry(
                industry=opened.industries[key],
                n=int(table.n[row, at]),
                lq=float(table.lq[row, at]),
                low=float(table.low[row, at]),
                high=float(table.high[row, at]),
                rank=next((cell.rank for cell in cells if cell.code == code), None),
            )
        )
    return leading


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


def _parents(opened: Opened, place: dict[str, Any]) -> list[PlaceLink]:
    parents = []
    code = place["parent"]
    while code in opened.places:
        parents.insert(0, _link(opened, code))
        code = opened.places[code]["parent"]
    return parents


def _within(opened: Opened, inner: str, outer: str) -> bool:
    while inner in opened.places and inner != outer:
        inner = opened.places[inner]["parent"]
    return inner == outer


def _children(opened: Opened, code: str) -> list[dict[str, Any]]:
    return [place for place in opened.places.values() if place["parent"] == code]


def _link(opened: Opened, code: str) -> PlaceLink:
    return PlaceLink(code=code, name=opened.names_of(code), level=opened.places[code]["level"])
