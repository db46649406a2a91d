"""The list of clusters, a cluster's card, and the outlines on the map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from xietong.atlas import storage
from xietong.atlas.models import Cluster, PublishedName
from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.queries.layers import industry_or_refusal, layer
from xietong.atlas.schemas import Cell, ClusterOut, LeadingIndustry, Names, PublishedNameOut
from xietong.engine.terms import fold
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor

Sort = Literal["units", "lq", "share", "name"]


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
    rows: Iterable[Cluster] = opened.row.clusters.all()
    if industry is not None:
        industry_or_refusal(opened, industry)
        rows = opened.row.clusters.filter(industry_key=industry)
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
    row = opened.row.clusters.filter(key=key).first()
    if row is None:
        raise NotFound(
            "no_such_cluster",
            N_("This edition has no cluster “{key}”."),
            way_out=N_("Find it in the list of clusters; its name may differ in this edition."),
            field="cluster",
            key=key,
        )
    cells = layer(actor, opened.row.number, industry=row.industry_key, level="county").cells
    return card(opened, row, cells)


def card(opened: Opened, row: Cluster, cells: list[Cell]) -> ClusterOut:
    """Return the card of a cluster from its row and its industry's county cells."""
    inside = set(row.places)
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
        bounds=tuple(row.bounds),
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
        published_names=published_names(row),
    )


def published_names(row: Cluster) -> list[PublishedNameOut]:
    """Return what members have published about this industry in the cluster's counties."""
    return [
        PublishedNameOut(
            member=name.member.code,
            kind=name.kind,
            name=Names(zh=name.name_zh, en=name.name_en or name.name_zh),
            source=name.source,
        )
        for name in PublishedName.objects.select_related("member").filter(
            industry_key=row.industry_key, place_code__in=row.places
        )
    ]


def cluster_outlines(actor: Actor, number: int | None, industry: str) -> dict[str, Any]:
    """Return the outlines of an industry's clusters as GeoJSON; empty where it has none."""
    opened = open_edition(actor, number)
    industry_or_refusal(opened, industry)
    path = storage.editions().folder / opened.row.files_digest / "outlines" / f"{industry}.geojson"
    if not path.is_file():
        return {"type": "FeatureCollection", "features": []}
    outlines: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return outlines
