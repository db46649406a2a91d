"""Two editions side by side: leagues, a map of differences, and the changelog in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, get_args
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from xietong.atlas import comparison, exports, queries
from xietong.atlas.comparison import Asked, Change, Compared, Group
from xietong.atlas.comparison.leagues import Leagues
from xietong.atlas.drawing import drawn
from xietong.atlas.exports import level_name
from xietong.atlas.pages.mapview import MapView
from xietong.atlas.queries.editions import Opened
from xietong.atlas.schemas import EditionOut, Level
from xietong.kit.refusals import N_, NotFound
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import Actor

A_PAGE = 30
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the changelog as the page shows it."""

    group: str
    label: str
    sentence: str


@open_to(PUBLIC)
def show(request: HttpRequest) -> HttpResponse:
    """Show what has changed between two editions, filtered, by pages."""
    actor = actor_of(request)
    editions = queries.editions(actor)
    pair = _pair(actor, request, editions)
    if pair is None:
        return render(request, "atlas/comparison/alone.html", {"editions": editions})
    whole = comparison.compared(actor, *pair)
    asked = _asked(request)
    found = comparison.found(whole, asked)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    after = queries.edition(actor, pair[1])
    industry, level = _opens_on(whole, found, asked, after)
    leagues = comparison.leagues(whole, industry, level)
    query = _query(pair, asked)
    return render(
        request,
        "atlas/comparison/page.html",
        {
            "editions": editions,
            "before": queries.edition(actor, pair[0]),
            "after": after,
            "asked": asked,
            "page": page,
            "lines": [
                Line(one.group, comparison.group_name(one.group), comparison.sentence(whole, one))
                for one in page.object_list
            ],
            "chains": [one for one in whole.after.industries.values() if one.kind == "chain"],
            "divisions": [one for one in whole.after.industries.values() if one.kind == "division"],
            "levels": {name: level_name(name) for name in get_args(Level)},
            "groups": {name: comparison.group_name(name) for name in get_args(Group)},
            "industry": whole.industry(industry),
            "level": level_name(level),
            "leagues": leagues,
            "picture": _picture(actor, pair[1], level, leagues) if leagues else None,
            "query": query,
            "maps": [
                (opened.row.number, _map_query(opened, industry, level))
                for opened in (whole.before, whole.after)
            ],
        },
    )


@open_to(PUBLIC)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the changes that are asked for as CSV or XLSX."""
    actor = actor_of(request)
    if kind not in ("csv", "xlsx"):
        raise NotFound(
            "no_such_format",
            N_("There is no file of the kind “{kind}”."),
            way_out=N_("Choose csv or xlsx."),
            kind=kind,
        )
    pair = _pair(actor, request, queries.editions(actor))
    if pair is None:
        queries.open_edition(actor)  # refuses where there is none at all
        raise _alone()
    whole = comparison.compared(actor, *pair)
    about = queries.edition(actor, pair[0]), queries.edition(actor, pair[1])
    body = comparison.as_file("csv" if kind == "csv" else "xlsx", whole, _asked(request), about)
    answer = HttpResponse(body, content_type=exports.MIME[kind])
    name = f"xietong-{pair[0]}-{pair[1]}-changes.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _alone() -> NotFound:
    return NotFound(
        "no_second_edition",
        N_("There is only one edition that you may see, so there is nothing to compare."),
        way_out=N_("Come back when the next edition has been published."),
    )


def _pair(actor: Actor, request: HttpRequest, editions: list[EditionOut]) -> tuple[int, int] | None:
    """Return the editions of an address; the newest and the one before it where it names none."""
    known = [one.number for one in editions]
    after = _number(request.GET.get("to")) or (known[0] if known else None)
    earlier = [number for number in known if after is None or number < after]
    before = _number(request.GET.get("from")) or (earlier[0] if earlier else None)
    return None if before is None or after is None else (before, after)


def _number(said: str | None) -> int | None:
    text = said or ""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 10 else None


def _asked(request: HttpRequest) -> Asked:
    """Return the filters of an address; what it says wrongly asks for nothing."""
    levels: tuple[Level, ...] = get_args(Level)
    groups: tuple[Group, ...] = get_args(Group)
    return Asked(
        industry=request.GET.get("industry") or None,
        level=_one_of(levels, request.GET.get("level")),
        member=request.GET.get("member") or None,
        group=_one_of(groups, request.GET.get("change")),
    )


def _one_of(words: tuple[Word, ...], said: str | None) -> Word | None:
    return next((one for one in words if one == said), None)


def _opens_on(
    whole: Compared, found: list[Change], asked: Asked, after: EditionOut
) -> tuple[str, Level]:
    """Return whose leagues stand side by side: what is asked for, else where most has changed."""
    drawn_now = whole.after.industries
    first = next(
        (
            one
            for one in found
            if one.industry in drawn_now and asked.industry in (None, one.industry)
        ),
        None,
    )
    if first is None:
        return asked.industry or after.opens_on, asked.level or "county"
    levels: tuple[Level, ...] = get_args(Level)
    return (
        asked.industry or first.industry or after.opens_on,
        asked.level or _one_of(levels, first.level) or "county",
    )


def _map_query(opened: Opened, industry: str, level: Level) -> str:
    """Return the query of the map on which one of the two editions stands alone, the same view."""
    known = industry if industry in opened.industries else None
    return MapView(industry=known, level=level, edition=opened.row.number).query()


def _query(pair: tuple[int, int], asked: Asked) -> str:
    said: dict[str, Any] = {
        "from": pair[0],
        "to": pair[1],
        "industry": asked.industry,
        "level": asked.level,
        "member": asked.member,
        "change": asked.group,
    }
    return urlencode({name: value for name, value in said.items() if value})


def _picture(actor: Actor, number: int, level: Level, leagues: Leagues) -> dict[str, Any]:
    """Return the map of differences: a shape with its tendency for each place."""
    outlines = drawn(queries.boundaries(actor, number, level))
    words = {
        "up": gettext("surely higher"),
        "down": gettext("surely lower"),
        "same": gettext("no sure difference"),
        "shown": gettext("shown now"),
        "hidden": gettext("no longer shown"),
        "unread": gettext("not shown"),
    }
    shapes = [
        (outlines.paths[code], tendency, leagues.names[code].name, words[tendency])
        for code, tendency in leagues.tendencies.items()
        if code in outlines.paths
    ]
    return {
        "box": f"0 0 {outlines.width:g} {outlines.height:g}",
        "shapes": shapes,
        "legend": [(key, words[key]) for key in words if key in leagues.tendencies.values()],
    }
