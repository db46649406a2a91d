"""The names and facts that an edition freezes beside its numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, cast

import numpy as np

from xietong.atlas.models import Cluster
from xietong.atlas.naming import cluster_name
from xietong.atlas.operations.sources import Sources
from xietong.atlas.schemas import IndustryKind, IndustryOut, Names
from xietong.engine.boundaries import outline_of
from xietong.engine.clusters import Cluster as Found
from xietong.engine.edition.build import BuiltEdition
from xietong.engine.edition.nodes import IndustryNode
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.tables import PUBLISHED, WITHHELD
from xietong.region.models import Place

LEADING = 5
TOTAL = Names(zh="全部行业", en="All industries")


def names_of_nodes(sources: Sources) -> dict[str, tuple[Names, Names, str]]:
    """Return (name, short name, pinyin) of every node by its key."""
    named: dict[str, tuple[Names, Names, str]] = {"all": (TOTAL, TOTAL, "")}
    for prefix, level in (("d", "division"), ("g", "group")):
        for one in sources.industries.values():
            if one.level == level:
                named[f"{prefix}{one.code}"] = (
                    Names(zh=one.name_zh, en=one.name_en or one.name_zh),
                    Names(zh=one.short_zh, en=one.short_en or one.name_en),
                    one.pinyin,
                )
    for chain in sources.chains:
        own = Names(zh=chain.name_zh, en=chain.name_en)
        named[f"c-{chain.key}"] = (own, own, chain.pinyin)
        for segment in chain.segments.all():
            own = Names(zh=segment.name_zh, en=segment.name_en)
            named[f"s-{chain.key}.{segment.key}"] = (own, own, segment.pinyin)
    return named


def rows_of_clusters(built: BuiltEdition, sources: Sources) -> list[Cluster]:
    """Return the clusters as rows, named, without their edition."""
    named = names_of_nodes(sources)
    place_names = {one.code: Names(zh=one.name_zh, en=one.name_en) for one in sources.places}
    member_of = _members_by_place(sources)
    totals = dict(zip(built.tables.industries.tolist(), built.tables.totals.tolist(), strict=True))
    ranks: Counter[str] = Counter()
    rows = []
    for found in built.clusters:
        ranks[found.industry] += 1
        largest = _largest_first(built, found)
        names = cluster_name([place_names[code] for code in largest], named[found.industry][1])
        members = sorted({member_of[code] for code in found.places})
        rows.append(
            Cluster(
                key=found.key,
                industry_key=found.industry,
                rank=ranks[found.industry],
                name_zh=names.zh,
                name_en=names.en,
                units=found.units,
                share=found.units / totals[found.industry],
                lq=found.quotient,
                low=found.low,
                high=found.high,
                core=found.core,
                places=largest,
                members=members,
                crossing=len(members) > 1,
                bounds=[],
                details=_details(built, found),
            )
        )
    return rows


def _largest_first(built: BuiltEdition, found: Found) -> list[str]:
    table = built.tables.levels["county"]
    row = int(np.flatnonzero(built.tables.industries == found.industry)[0])
    units = dict(zip(table.places.tolist(), table.n[row].tolist(), strict=True))
    return sorted(found.places, key=lambda code: (-units[code], code))


def _details(built: BuiltEdition, found: Found) -> dict[str, Any]:
    """Return the leading parts of the cluster's industry, and segments seen nowhere in it."""
    parts = [node for node in built.nodes if node.parent == found.industry]
    quotients = built.quotients_inside(found.places, [node.key for node in parts])
    seen = [one for one in quotients if one.n > 0]
    return {
        "leading": [
            {"key": one.key, "n": one.n, "lq": one.value, "low": one.low, "high": one.high}
            for one in sorted(seen, key=lambda one: (-one.n, one.key))[:LEADING]
        ],
        "absent": [one.key for one in quotients if one.absent and one.key.startswith("s-")],
    }


def outlines(rows: list[Cluster], sources: Sources) -> dict[str, dict[str, Any]]:
    """Return a GeoJSON collection of cluster outlines for every industry that has clusters.

    Fills in each row's bounds on the way.
    """
    counties = sources.boundary_file("county.geojson")
    shapes = {one["properties"]["code"]: one["geometry"] for one in counties["features"]}
    collections: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"type": "FeatureCollection", "features": []}
    )
    for row in rows:
        geometry, bounds = outline_of([shapes[code] for code in row.places])
        row.bounds = list(bounds)
        collections[row.industry_key]["features"].append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "key": row.key,
                    "name_zh": row.name_zh,
                    "name_en": row.name_en,
                    "units": row.units,
                    "rank": row.rank,
                    "crossing": row.crossing,
                    "members": row.members,
                },
            }
        )
    return dict(collections)


def manifest(
    built: BuiltEdition, rows: list[Cluster], sources: Sources, parameters: Parameters
) -> dict[str, Any]:
    """Return the whole manifest: the edition's facts, its industries and its places."""
    named = names_of_nodes(sources)
    member_of = _members_by_place(sources)
    industries = [
        _industry(node, at, built, rows, named, sources, parameters)
        for at, node in enumerate(built.nodes)
    ]
    return {
        "edition": _edition(built, rows, sources),
        "industries": [one.model_dump() for one in industries],
        "pinyin": {key: spelt for key, (_, _, spelt) in named.items() if spelt},
        "places": [_place(one, member_of) for one in sources.places],
    }


def _industry(
    node: IndustryNode,
    at: int,
    built: BuiltEdition,
    rows: list[Cluster],
    named: dict[str, tuple[Names, Names, str]],
    sources: Sources,
    parameters: Parameters,
) -> IndustryOut:
    name, short, _ = named[node.key]
    total, status = int(built.tables.totals[at]), built.tables.total_status[at]
    # Only what the region has enough of is published, see engine.edition.protection.
    enough = bool(status == PUBLISHED)
    own = [row for row in rows if row.industry_key == node.key]
    segment = next(
        (
            one
            for chain in sources.chains
            for one in chain.segments.all()
            if node.key == f"s-{chain.key}.{one.key}"
        ),
        None,
    )
    least = parameters.industry_units
    return IndustryOut(
        key=node.key,
        kind=cast(IndustryKind, node.kind),
        code=node.code,
        name=name,
        short=short,
        parent=node.parent,
        n=None if status == WITHHELD else total,
        clusters=len(own),
        crossing_clusters=sum(row.crossing for row in own),
        enabled=enough,
        why_disabled=None
        if enough
        else Names(
            zh=f"区域内单位数不足{least}家或不予公布，不成图",
            en=f"Fewer than {least} units in the region, or withheld: no map",
        ),
        tier=segment.tier if segment else None,
        function=segment.function if segment else None,
    )


def _edition(built: BuiltEdition, rows: list[Cluster], sources: Sources) -> dict[str, Any]:
    facts = sources.region.pack
    years = [int(year) for year in built.tables.years.years if year > 0]
    crossing = Counter(
        row.industry_key for row in rows if row.crossing and row.industry_key.startswith("d")
    )
    many = Counter(row.industry_key for row in rows if row.industry_key.startswith("d"))
    units = dict(zip(built.tables.industries.tolist(), built.tables.totals.tolist(), strict=True))
    largest = max(
        (key for key in units if key.startswith("d")),
        key=lambda key: (crossing[key], many[key], units[key], key),
    )
    return {
        **words_beside(sources),
        "map_note": {"zh": facts["map"]["note_zh"], "en": facts["map"]["note_en"]},
        "vintage": sources.region.vintage,
        "years": [min(years, default=0), max(years, default=0)],
        "establishments": int(built.tables.totals[0]),
        "levels": list(built.tables.levels),
        "measures": ["lq", "symmetric", "standardised", "n", "share"],
        "counted": ["n", "capital"],
        "members": [
            {
                "code": one.code,
                "place": one.place_code,
                "name": {"zh": one.name_zh, "en": one.name_en},
                "short": {"zh": one.short_zh, "en": one.short_en},
            }
            for one in sources.members
        ],
        "registers": [
            {
                "member": one.register.member.code,
                "title": {"zh": one.register.title_zh, "en": one.register.title_en},
                "version": one.number,
                "rows": one.rows,
                "placed_county": one.quality["placed_county"],
                "placed_prefecture": one.quality["placed_prefecture"],
                "unplaced": one.quality["unplaced"],
                "coded": one.quality["coded"],
                "attribution": {
                    "zh": one.register.attribution_zh,
                    "en": one.register.attribution_en,
                },
            }
            for one in sources.versions
        ],
        "opens_on": largest,
    }


def words_beside(sources: Sources) -> dict[str, Any]:
    """Return what must stand beside the numbers, which a register's owner may correct later."""
    return {"banner": _banner(sources), "attribution": _attribution(sources)}


def _banner(sources: Sources) -> dict[str, str] | None:
    """Return what must stand beside the numbers: every register's banner, each once."""
    banners = {one.banner_zh: one.banner_en for one in sources.versions if one.banner_zh}
    if not banners:
        return None
    return {"zh": "；".join(banners), "en": "; ".join(banners.values())}


def _attribution(sources: Sources) -> dict[str, str]:
    """Return every source once, registers before boundaries."""
    zh = [one.register.attribution_zh for one in sources.versions]
    en = [one.register.attribution_en for one in sources.versions]
    zh.append(sources.boundaries.attribution_zh)
    en.append(sources.boundaries.attribution_en)
    return {
        "zh": "；".join(dict.fromkeys(one for one in zh if one)),
        "en": "; ".join(dict.fromkeys(one for one in en if one)),
    }


def _place(place: Place, member_of: dict[str, str]) -> dict[str, Any]:
    return {
        "code": place.code,
        "level": place.level,
        "parent": place.parent_code,
        "name": {"zh": place.name_zh, "en": place.name_en},
        "pinyin": place.pinyin,
        "member": member_of[place.code],
        "longitude": place.longitude,
        "latitude": place.latitude,
    }


def _members_by_place(sources: Sources) -> dict[str, str]:
    """Return the member's code of every place, by climbing to its province."""
    own = {one.place_code: one.code for one in sources.members}
    parent = {one.code: one.parent_code for one in sources.places}

    def climb(code: str) -> str:
        while code not in own:
            code = parent[code]
        return own[code]

    return {code: climb(code) for code in parent}
