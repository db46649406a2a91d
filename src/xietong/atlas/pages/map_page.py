"""The map page, the picker of industries, and the view as a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from xietong.atlas import exports, queries
from xietong.atlas.pages import choices
from xietong.atlas.pages.mapview import MapView
from xietong.atlas.pages.shades import histogram, shades
from xietong.atlas.schemas import Cell, EditionOut, IndustryOut, LayerOut
from xietong.engine.terms import fold
from xietong.kit.refusals import N_, NotFound
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import Actor

FIRST_ROWS = 40
PICKED = 60
# Of so many editions, the newest, one is chosen at the map; of all, in their list.
CHOSEN_FROM = 12


@open_to(PUBLIC)
def show(request: HttpRequest) -> HttpResponse:
    """Show the map; to htmx only the parts that a change of view changes."""
    actor = actor_of(request)
    asked = MapView.of(request.GET.dict())
    edition = queries.edition(actor, asked.edition)
    request.edition_shown = edition  # type: ignore[attr-defined]  # for the frame
    view = asked if asked.industry else replace(asked, industry=edition.opens_on)
    htmx = bool(getattr(request, "htmx", False))
    answer = render(
        request,
        "atlas/map/parts.html" if htmx else "atlas/map/page.html",
        _context(actor, edition, view) | {"oob": htmx},
    )
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _context(actor: Actor, edition: EditionOut, view: MapView) -> dict[str, Any]:
    industries = queries.industries(actor, view.edition)
    key = view.industry or edition.opens_on
    with_capital = choices.with_capital(industries, key, view.compare)
    view = view if with_capital else replace(view, counted="n")
    layer = _layer(actor, view, key)
    beside = _layer(actor, view, view.compare) if view.compare else None
    chain = choices.chain_of(industries, key)
    rows = _sorted(layer, view)
    clusters = queries.clusters(actor, view.edition, industry=key, crossing_only=view.crossing)
    undrawn = choices.undrawn(layer.industry, beside.industry if beside else None)
    tiers = choices.tiers(industries, chain) if chain else []
    minimum = int(edition.parameters["minimum_cell"])
    known = queries.editions_to_choose(actor, CHOSEN_FROM + 1)
    return {
        "edition": edition,
        "view": view,
        "plain": replace(view, place=None, cluster=None),
        "layer": layer,
        "industry": layer.industry,
        "kind": choices.kind_name(layer.industry.kind),
        "shades": shades(layer, beside),
        "bars": histogram(layer),
        "beside": beside,
        "beside_shades": shades(beside) if beside else [],
        "rows": rows if view.rows == "all" else rows[:FIRST_ROWS],
        "more_rows": max(0, len(rows) - FIRST_ROWS) if view.rows == "first" else 0,
        "clusters": clusters,
        "undrawn": undrawn,
        "undrawn_within": choices.drawn_within(industries, undrawn),
        "measure_label": exports.measure_name(view.measure),
        "counted_label": exports.counted_name(view.counted),
        "level_label": exports.level_name(view.level),
        "withheld": exports.withheld_name(minimum, view.counted),
        "with_capital": with_capital,
        "same_twice": view.measure == "n" and view.counted == "n",
        "editions": choices.editions(known[:CHOSEN_FROM], edition.number, view, layer.industry),
        "more_editions": len(known) > CHOSEN_FROM,
        "measures": choices.measures(edition, view),
        "levels": choices.levels(edition, view),
        "counted": choices.counted(edition, view, with_capital),
        "chains": choices.chains(industries),
        "chain": chain,
        "tiers": tiers,
        "why_dashed": next(
            (one.why_disabled for tier in tiers for one in tier.segments if not one.enabled), None
        ),
        "member_names": {one.code: one for one in edition.members},
        "card_place": queries.place_profile(actor, view.edition, view.place)
        if view.place
        else None,
        "card_cell": next((cell for cell in layer.cells if cell.code == view.place), None),
        "card_cluster": queries.cluster(actor, view.edition, view.cluster)
        if view.cluster
        else None,
        "map_words": choices.words_of_the_map(minimum),
    }


def _layer(actor: Actor, view: MapView, key: str) -> LayerOut:
    return queries.layer(
        actor,
        view.edition,
        industry=key,
        level=view.level,
        measure=view.measure,
        counted=view.counted,
    )


def _sorted(layer: LayerOut, view: MapView) -> list[Cell]:
    """Return the league's rows; those without a number stay behind however they are sorted."""
    shown = [cell for cell in layer.cells if cell.state == "ok"]
    rest = [cell for cell in layer.cells if cell.state != "ok"]
    if view.sort == "value":
        shown.sort(key=lambda cell: (-(cell.value or 0.0), cell.code))
    elif view.sort == "n":
        shown.sort(key=lambda cell: (-(cell.n or 0), cell.code))
    elif view.sort == "name":
        shown.sort(key=lambda cell: cell.code)
    return shown + rest


@open_to(PUBLIC)
def pick(request: HttpRequest) -> HttpResponse:
    """List the industries that match; without a word, all divisions and the groups of one."""
    actor = actor_of(request)
    view = MapView.of(request.GET.dict())
    edition = queries.edition(actor, view.edition)
    industries = queries.industries(actor, view.edition)
    q = request.GET.get("q", "").strip()
    found = _matching(actor, industries, view, q) if q else _browsed(industries, view)
    target = "compare" if request.GET.get("for") == "compare" else "industry"
    plain = replace(view, place=None, cluster=None, rows="first")
    base = reverse("atlas:map")
    context = {
        "edition": edition,
        "view": view,
        "q": q,
        "target": target,
        "found": [(one, base + plain.query(**{target: one.key})) for one in found],
    }
    htmx = bool(getattr(request, "htmx", False))
    answer = render(
        request, "atlas/map/picked.html" if htmx else "atlas/map/industries.html", context
    )
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _matching(
    actor: Actor, industries: list[IndustryOut], view: MapView, q: str
) -> list[IndustryOut]:
    """Return what the search of the house finds, then what merely holds the words."""
    known = {one.key: one for one in industries}
    hits = [hit.key for hit in queries.search(actor, view.edition, q, limit=200)]
    words = fold(q)
    held = [
        one.key
        for one in industries
        if words in fold(f"{one.code} {one.name.zh} {one.name.en} {one.short.zh} {one.short.en}")
    ]
    keys = dict.fromkeys(key for key in [*hits, *held] if key in known)
    return [known[key] for key in keys][:PICKED]


def _browsed(industries: list[IndustryOut], view: MapView) -> list[IndustryOut]:
    """Return every division, and below the chosen one its groups."""
    chosen = next((one for one in industries if one.key == view.industry), None)
    opened = chosen.parent if chosen is not None and chosen.kind == "group" else view.industry
    found: list[IndustryOut] = []
    for division in industries:
        if division.kind == "division":
            found.append(division)
            if division.key == opened:
                found += [one for one in industries if one.parent == division.key]
    return found


@open_to(PUBLIC)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the view as a file, in the language of the page."""
    actor = actor_of(request)
    if kind not in exports.MIME:
        raise NotFound(
            "no_such_format",
            N_("There is no file of the kind “{kind}”."),
            way_out=N_("Choose csv, xlsx or geojson."),
            kind=kind,
        )
    asked = MapView.of(request.GET.dict())
    edition = queries.edition(actor, asked.edition)
    layer = _layer(actor, asked, asked.industry or edition.opens_on)
    chosen = cast(exports.Format, kind)
    body = exports.body(
        chosen, edition, layer, lambda: queries.boundaries(actor, asked.edition, asked.level)
    )
    answer = HttpResponse(body, content_type=exports.MIME[kind])
    name = exports.file_name(layer, chosen)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
