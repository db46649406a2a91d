"""The list of clusters, a cluster's card, and the outlines on the map."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, cast

from xietong.atlas.models import Cluster, PublishedName
from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.queries.layers import industry_or_refusal, layer_of
from xietong.atlas.schemas import (
    Cell,
    ClusterOut,
    LeadingIndustry,
    NameKind,
    Names,
    PublishedNameOut,
)
from xietong.engine.terms import fold
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor

Sort = Literal["units", "lq", "share", "name"]
KEY = re.compile(r"[A-Za-z0-9._@-]{1,80}")


def clusters(
    actor: Actor,
    number: int | None = None,
    *,
    industry: str | None = None,
    crossing_only: bool = False,
    member: str | None = None,
    q: str = "",
    sort: Sort = "units",
) -> list[Cluster]:
    """Return the rows of the list of clusters (集群名录) that match, ordered.

    `industry` keeps one industry's; `member` those with a county of that member; `q` those whose
    names hold the text.
    """
    opened = open_edition(actor, number)
    rows = opened.row.clusters.all()
    if industry is not None:
        industry_or_refusal(opened, industry)
        rows = rows.filter(industry_key=industry)
    wanted = fold(q.strip())
    found = [
        row
        for row in rows
        if (row.crossing or not crossing_only)
        and (member is None or member in row.members)
        and wanted in fold(f"{row.name_zh} {row.name_en}")
    ]
    orders: dict[str, Any] = {
        "units": lambda row: (-row.units, row.key),
        "lq": lambda row: (-row.low, row.key),
        "share": lambda row: (-row.share, row.key),
        "name": lambda row: (row.name_en, row.key),
    }
    return sorted(found, key=orders[sort])


def cluster(actor: Actor, number: int | None, key: str) -> ClusterOut:
    """Return one cluster's card. Refuses `no_such_cluster`."""
    opened = open_edition(actor, number)
    row = opened.row.clusters.filter(key=key).first() if KEY.fullmatch(key) else None
    if row is None:
        raise NotFound(
            "no_such_cluster",
            N_("This edition has no cluster “{key}”."),
            way_out=N_("Find it in the list of clusters; its name may differ in this edition."),
            field="cluster",
            key=key,
        )
    return _cards(opened, row.industry_key, [row])[0]


def cluster_cards(
    actor: Actor, number: int | None, *, industry: str, crossing_only: bool = False
) -> list[ClusterOut]:
    """Return the cards of an industry's clusters, the largest first."""
    opened = open_edition(actor, number)
    industry_or_refusal(opened, industry)
    rows = opened.row.clusters.filter(industry_key=industry)
    return _cards(opened, industry, [row for row in rows if row.crossing or not crossing_only])


def _cards(opened: Opened, industry: str, rows: list[Cluster]) -> list[ClusterOut]:
    """Return the cards of some clusters of one industry."""
    cells = layer_of(opened, industry=industry, level="county").cells if rows else []
    names = list(PublishedName.objects.select_related("member").filter(industry_key=industry))
    return [_card(opened, row, cells, names) for row in rows]


def _card(
    opened: Opened, row: Cluster, cells: list[Cell], names: list[PublishedName]
) -> ClusterOut:
    inside = set(row.places)
    west, south, east, north = row.bounds
    return ClusterOut(
        key=row.key,
        name=Names(zh=row.name_zh, en=row.name_en),
        industry=opened.industries[row.industry_key],
        rank=row.rank,
        units=row.units,
        share=row.share,
        lq=row.lq,
        low=row.low,
        high=row.high,
        core=row.core,
        places=[cell for cell in cells if cell.code in inside],
        members=row.members,
        crossing=row.crossing,
        bounds=(west, south, east, north),
        leading=[
            LeadingIndustry(
                industry=opened.industries[part["key"]],
                n=part["n"],
                lq=part["lq"],
                low=part["low"],
                high=part["high"],
                rank=None,
            )
            for part in row.details["leading"]
        ],
        absent_segments=[opened.industries[key] for key in row.details["absent"]],
        published_names=[_published(name) for name in names if name.place_code in inside],
    )


def _published(name: PublishedName) -> PublishedNameOut:
    return PublishedNameOut(
        member=name.member.code,
        kind=cast(NameKind, name.kind),
        name=Names(zh=name.name_zh, en=name.name_en or name.name_zh),
        source=name.source,
    )


def cluster_outlines(actor: Actor, number: int | None, industry: str) -> dict[str, Any]:
    """Return the outlines of an industry's clusters as GeoJSON; empty where it has none."""
    opened = open_edition(actor, number)
    industry_or_refusal(opened, industry)
    path = opened.folder / "outlines" / f"{industry}.geojson"
    if not path.is_file():
        return {"type": "FeatureCollection", "features": []}
    outlines: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return outlines
