"""The list of clusters (集群名录), its export, and a cluster's page."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from xietong.atlas import exports, queries
from xietong.atlas.models import Cluster
from xietong.atlas.pages.choices import kind_name
from xietong.atlas.queries.clusters import Sort
from xietong.atlas.schemas import EditionOut, IndustryOut, Names
from xietong.kit.refusals import N_, NotFound
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import Actor

A_PAGE = 30


@open_to(PUBLIC)
def directory(request: HttpRequest) -> HttpResponse:
    """Show the list of clusters: searched, filtered, sorted, by pages."""
    actor = actor_of(request)
    edition = queries.edition(actor)
    known = {one.key: one for one in queries.industries(actor)}
    asked = _asked(request)
    found = _found(actor, asked, known)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    used = {row.industry_key for row in queries.clusters(actor)}
    return render(
        request,
        "atlas/clusters/directory.html",
        {
            "edition": edition,
            "asked": asked,
            "page": page,
            "rows": [(row, known[row.industry_key]) for row in page.object_list],
            "chains": [one for one in known.values() if one.kind == "chain"],
            "divisions": [
                one for one in known.values() if one.kind == "division" and one.key in used
            ],
            "member_names": {one.code: one for one in edition.members},
            "query": urlencode({name: value for name, value in asked.items() if value}),
            "sorts": {
                "units": gettext("Units"),
                "lq": gettext("Location quotient"),
                "share": gettext("Share of the region"),
                "name": gettext("Name"),
            },
        },
    )


def _asked(request: HttpRequest) -> dict[str, str]:
    """Return the filters of an address, each empty where it says nothing that we know."""
    sort = request.GET.get("sort", "")
    return {
        "q": request.GET.get("q", "").strip()[:100],
        "industry": request.GET.get("industry", ""),
        "member": request.GET.get("member", ""),
        "crossing": "1" if request.GET.get("crossing") == "1" else "",
        "sort": sort if sort in get_args(Sort) else "",
    }


def _found(actor: Actor, asked: dict[str, str], known: dict[str, IndustryOut]) -> list[Cluster]:
    """Return the clusters asked for; a chain or a division brings what lies below it."""
    sort: Any = asked["sort"] or "units"
    found = queries.clusters(
        actor,
        crossing_only=asked["crossing"] == "1",
        member=asked["member"] or None,
        q=asked["q"],
        sort=sort,
    )
    if not asked["industry"]:
        return found
    below = {asked["industry"]} | {
        one.key for one in known.values() if one.parent == asked["industry"]
    }
    return [row for row in found if row.industry_key in below]


@open_to(PUBLIC)
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one cluster."""
    actor = actor_of(request)
    edition = queries.edition(actor)
    cluster = queries.cluster(actor, None, key)
    return render(
        request,
        "atlas/clusters/cluster.html",
        {
            "edition": edition,
            "cluster": cluster,
            "kind": kind_name(cluster.industry.kind),
            "member_names": {one.code: one for one in edition.members},
        },
    )


@open_to(PUBLIC)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the list, filtered as asked, as CSV or XLSX with banner, edition and source."""
    actor = actor_of(request)
    if kind not in ("csv", "xlsx"):
        raise NotFound(
            "no_such_format",
            N_("There is no file of the kind “{kind}”."),
            way_out=N_("Choose csv or xlsx."),
            kind=kind,
        )
    edition = queries.edition(actor)
    known = {one.key: one for one in queries.industries(actor)}
    found = [_row(row, known, edition) for row in _found(actor, _asked(request), known)]
    warnings = exports.warnings(edition)
    notes = [*warnings, *exports.sources(edition)]
    body = (
        exports.csv_of(notes, _header(), found)
        if kind == "csv"
        else exports.xlsx_of(gettext("Clusters"), warnings, notes, _header(), found)
    )
    answer = HttpResponse(body, content_type=exports.MIME[kind])
    answer["Content-Disposition"] = (
        f'attachment; filename="xietong-{edition.number}-clusters.{kind}"'
    )
    return answer


def _header() -> list[str]:
    return [
        gettext("Key"),
        gettext("Cluster"),
        gettext("Industry"),
        gettext("Members"),
        gettext("Crosses members"),
        gettext("Counties"),
        gettext("Units"),
        gettext("Share of the region (%)"),
        gettext("Location quotient"),
        gettext("Interval, low"),
        gettext("Interval, high"),
    ]


def _row(row: Cluster, known: dict[str, IndustryOut], edition: EditionOut) -> exports.Row:
    names = {one.code: exports.in_language(one.name) for one in edition.members}
    name = exports.in_language(Names(zh=row.name_zh, en=row.name_en))
    return [
        row.key,
        name,
        exports.in_language(known[row.industry_key].name),
        ", ".join(names[code] for code in names if code in row.members),
        gettext("yes") if row.crossing else gettext("no"),
        len(row.places),
        row.units,
        round(100 * row.share, 1),
        round(row.lq, 2),
        round(row.low, 2),
        round(row.high, 2),
    ]
