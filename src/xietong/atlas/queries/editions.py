"""Which editions an actor may see, and what is in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xietong.atlas import storage
from xietong.atlas.models import Edition
from xietong.atlas.schemas import EditionOut, IndustryOut, Level, Names
from xietong.engine.edition.tables import EditionTables, load
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor
from xietong.region.storage import boundaries as boundary_shelf


@dataclass(frozen=True, slots=True)
class Opened:
    """An edition with its files read: `manifest` holds names and facts, `tables` the numbers."""

    row: Edition
    manifest: Mapping[str, Any]
    tables: EditionTables
    industries: Mapping[str, IndustryOut]
    places: Mapping[str, Mapping[str, Any]]
    industry_at: Mapping[str, int]
    place_at: Mapping[str, Mapping[str, int]]

    def names_of(self, code: str) -> Names:
        """Return a place's names; a dash where the edition has no such place."""
        place = self.places.get(code)
        return Names(**place["name"]) if place else Names(zh="–", en="–")


def editions_visible_to(actor: Actor) -> list[Edition]:
    """Return the editions this actor may see, newest first."""
    if not actor.may_read_published:
        return []
    if actor.may_read_drafts:
        return list(Edition.objects.all())
    return list(Edition.objects.filter(state=Edition.State.PUBLISHED))


def open_edition(actor: Actor, number: int | None = None) -> Opened:
    """Return an edition the actor may see; the newest published one where no number is given.

    Refuses `no_edition` where none is published yet and `no_such_edition` for another number.
    """
    visible = editions_visible_to(actor)
    if number is None:
        published = [row for row in visible if row.state == Edition.State.PUBLISHED]
        if not published:
            raise NotFound(
                "no_edition",
                N_("No edition of the map has been published yet."),
                way_out=N_("Import the members' registers, then compile and publish an edition."),
            )
        return _opened(published[0])
    for row in visible:
        if row.number == number:
            return _opened(row)
    raise NotFound(
        "no_such_edition",
        N_("There is no edition {number} that you may see."),
        way_out=N_("Open the newest published edition instead."),
        field="edition",
        number=number,
    )


def edition(actor: Actor, number: int | None = None) -> EditionOut:
    """Return what the frame of the map says of an edition."""
    opened = open_edition(actor, number)
    row, manifest = opened.row, opened.manifest
    return EditionOut(
        number=row.number,
        digest=row.digest,
        state=row.state,
        title=Names(zh=row.title_zh, en=row.title_en),
        created_at=row.created_at.isoformat(timespec="seconds"),
        synthetic=row.synthetic,
        schematic=row.boundaries.schematic,
        parameters=row.parameters,
        **manifest["edition"],
    )


def industries(actor: Actor, number: int | None = None) -> list[IndustryOut]:
    """Return every division, group, chain and segment of an edition, in the edition's order."""
    return list(open_edition(actor, number).industries.values())


def boundaries(actor: Actor, number: int | None, level: Level) -> Path:
    """Return the GeoJSON file of the outlines that an edition was compiled with."""
    row = open_edition(actor, number).row
    return boundary_shelf().folder / row.boundaries.digest / f"{level}.geojson"


def _opened(row: Edition) -> Opened:
    manifest, tables, known, places = _files(row.files_digest)
    return Opened(
        row=row,
        manifest=manifest,
        tables=tables,
        industries=known,
        places=places,
        industry_at={str(key): at for at, key in enumerate(tables.industries)},
        place_at={
            level: {str(code): at for at, code in enumerate(table.places)}
            for level, table in tables.levels.items()
        },
    )


@lru_cache(maxsize=4)
def _files(
    digest: str,
) -> tuple[dict[str, Any], EditionTables, dict[str, IndustryOut], dict[str, Any]]:
    """Read an edition's files once a process; a frozen edition never changes."""
    folder = storage.editions().folder / digest
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    known = {facts["key"]: IndustryOut(**facts) for facts in manifest["industries"]}
    places = {facts["code"]: facts for facts in manifest["places"]}
    return manifest, load(folder / "tables.npz"), known, places
