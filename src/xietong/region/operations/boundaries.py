"""Importing the outlines of places, or drawing schematic ones where there are none."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from xietong.engine import boundaries as engine
from xietong.engine.coordinates import to_wgs84
from xietong.engine.problems import ProblemsFound
from xietong.engine.schematic import draw
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of_folder
from xietong.region import queries, rules, storage
from xietong.region.models import BoundarySet, Place
from xietong.region.operations.audit import change, record
from xietong.region.packs import RegionPack
from xietong.region.rules import Actor, require

SYSTEMS = {"WGS84": "wgs84", "CGCS2000": "cgcs2000", "GCJ-02": "gcj02", "BD-09": "bd09"}


def import_boundaries(
    *,
    actor: Actor,
    county: Path,
    crs: str,
    code_property: str,
    attribution_zh: str,
    attribution_en: str,
) -> tuple[BoundarySet, bool]:
    """Import all counties' outlines; return the set and whether it is new.

    The levels above are dissolved from the counties, so that their borders are the same line.
    Refuses `unknown_crs` and, with every fault of the file, `boundaries_refused`.
    """
    require(actor, rules.IMPORT_BOUNDARIES)
    if crs not in SYSTEMS:
        raise Refusal(
            "unknown_crs",
            N_("“{crs}” is no coordinate system that is known here."),
            way_out=N_("Say which of these the file uses: {known}."),
            field="crs",
            crs=crs,
            known=", ".join(SYSTEMS),
        )
    raw = county.read_bytes()
    places = queries.places_of_the_map(actor)
    source = _source_digest(raw, places, crs, code_property)
    known = BoundarySet.objects.filter(source_digest=source).first()
    if known is not None:
        return known, False
    system = SYSTEMS[crs]
    try:
        outlines = engine.read_outlines(
            raw.decode("utf-8-sig", errors="replace"),
            code_property=code_property,
            expected=[place.code for place in places if place.level == Place.Level.COUNTY],
            convert=lambda x, y: to_wgs84(x, y, system),
        )
    except ProblemsFound as found:
        raise Refusal(
            "boundaries_refused",
            N_("The outlines were refused: {count} faults."),
            way_out=N_("Mend the listed faults and import the file again."),
            problems=tuple(found.problems),
            count=len(found.problems),
        ) from found
    return _keep(
        actor,
        engine.simplified(outlines),
        places,
        verb="import_boundaries",
        source=source,
        crs=crs,
        schematic=False,
        attribution=(attribution_zh, attribution_en),
    )


def draw_schematic_boundaries(*, actor: Actor, pack: RegionPack) -> tuple[BoundarySet, bool]:
    """Draw outlines from one point a county inside the land; return the set and whether it is new.

    They are labelled schematic wherever they are shown.
    """
    require(actor, rules.DRAW_BOUNDARIES)
    land = (pack.folder / "land.geojson").read_text(encoding="utf-8")
    places = queries.places_of_the_map(actor)
    source = _source_digest(land.encode(), places, "schematic")
    known = BoundarySet.objects.filter(source_digest=source).first()
    if known is not None:
        return known, False
    points = {
        place.code: (place.longitude, place.latitude)
        for place in places
        if place.level == Place.Level.COUNTY
        and place.longitude is not None
        and place.latitude is not None
    }
    parents = {place.code: place.parent_code for place in places}
    facts = pack.facts["schematic"]
    return _keep(
        actor,
        draw(points, land, parents=parents),
        places,
        verb="draw_schematic_boundaries",
        source=source,
        crs="WGS84",
        schematic=True,
        attribution=(facts["attribution_zh"], facts["attribution_en"]),
    )


def _source_digest(raw: bytes, places: list[Place], *ways: str) -> str:
    """Return what names a set before it is made: the file, how it is read, the places it is for."""
    facts = [
        (one.code, one.parent_code, one.name_zh, one.name_en, one.longitude, one.latitude)
        for one in places
    ]
    return hashlib.sha256(json.dumps([ways, facts]).encode() + b"\0" + raw).hexdigest()


def _keep(
    actor: Actor,
    counties: engine.Outlines,
    places: list[Place],
    *,
    verb: str,
    source: str,
    crs: str,
    schematic: bool,
    attribution: tuple[str, str],
) -> tuple[BoundarySet, bool]:
    parent = {place.code: place.parent_code for place in places}
    prefectures = engine.dissolved(counties, parent)
    levels = {
        "county": counties,
        "prefecture": prefectures,
        "province": engine.dissolved(prefectures, parent),
    }
    properties = {
        place.code: {
            "name_zh": place.name_zh,
            "name_en": place.name_en,
            "parent": place.parent_code,
        }
        for place in places
    }
    shelf = storage.boundaries()
    with shelf.aside() as scratch:
        folder = scratch / "set"
        folder.mkdir()
        for level, outlines in levels.items():
            text = json.dumps(
                engine.as_geojson(outlines, properties), ensure_ascii=False, separators=(",", ":")
            )
            (folder / f"{level}.geojson").write_text(text, encoding="utf-8")
        pairs = json.dumps(engine.adjacency(counties))
        (folder / "adjacency.json").write_text(pairs, encoding="utf-8")
        digest = digest_of_folder(folder)
        shelf.keep(folder, digest)
    with change():
        row, created = BoundarySet.objects.get_or_create(
            digest=digest,
            defaults={
                "vintage": queries.the_region(actor).vintage,
                "source_digest": source,
                "source_crs": crs,
                "schematic": schematic,
                "attribution_zh": attribution[0],
                "attribution_en": attribution[1],
            },
        )
        if created:
            record(
                actor=actor,
                verb=verb,
                subject=Reference("region", "boundary_set", digest[:12]),
                after=digest,
                crs=crs,
                schematic=schematic,
            )
    return row, created
