"""Which editions an actor may see, and what is in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.db.models import Q, QuerySet

from xietong.agreements.queries import ever_an_approver
from xietong.atlas import rules, storage
from xietong.atlas.models import Edition, RegisterVersion
from xietong.atlas.schemas import EditionOut, EditionState, IndustryOut, Level, Names
from xietong.engine.edition.tables import EditionTables, load
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import Actor, of_member, reach
from xietong.region.storage import boundaries as boundary_shelf

NO_PLACE = Names(zh="–", en="–")


@dataclass(frozen=True, slots=True)
class Files:
    """An edition's files, read: `manifest` holds names and facts, `tables` the numbers."""

    manifest: Mapping[str, Any]
    tables: EditionTables
    industries: Mapping[str, IndustryOut]
    places: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, Names]
    industry_at: Mapping[str, int]
    place_at: Mapping[str, Mapping[str, int]]
    thin: frozenset[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """An edition that an actor may see: its row and its files."""

    row: Edition
    folder: Path
    files: Files

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Names and facts."""
        return self.files.manifest

    @property
    def tables(self) -> EditionTables:
        """Numbers."""
        return self.files.tables

    @property
    def industries(self) -> Mapping[str, IndustryOut]:
        """Industries by key, in the edition's order."""
        return self.files.industries

    @property
    def industry_at(self) -> Mapping[str, int]:
        """Rows of the tables by the industry's key."""
        return self.files.industry_at

    @property
    def places(self) -> Mapping[str, Mapping[str, Any]]:
        """Facts of the places by code, provinces before prefectures before counties."""
        return self.files.places

    @property
    def place_at(self) -> Mapping[str, Mapping[str, int]]:
        """Columns of each level's table by the place's code."""
        return self.files.place_at

    @property
    def thin(self) -> frozenset[str]:
        """Codes of the places that are too thinly placed to be read."""
        return self.files.thin

    def names_of(self, code: str) -> Names:
        """Return a place's names; a dash where the edition has no such place."""
        return self.files.names.get(code, NO_PLACE)


def editions_visible_to(actor: Actor) -> list[Edition]:
    """Return the editions this actor may see, newest first."""
    return list(editions_for(actor))


def editions_to_choose(actor: Actor, most: int) -> list[Edition]:
    """Return number, state and day of the newest editions this actor may see, and no more."""
    rows = editions_for(actor).select_related(None)
    return list(rows.only("number", "state", "created_at")[:most])


def open_edition(actor: Actor, number: int | None = None) -> Opened:
    """Return an edition the actor may see; the newest published one where no number is given.

    Refuses `no_edition` where none is published yet, `edition_withdrawn` with the reason,
    `no_such_edition` for another number, and `edition_files_missing` where the files are gone from
    this node.
    """
    visible = editions_for(actor)
    if number is None:
        newest = visible.filter(state=Edition.State.PUBLISHED).first()
        if newest is None:
            raise NotFound(
                "no_edition",
                N_("No edition of the map has been published yet."),
                way_out=N_("Import the members' registers, then compile and publish an edition."),
            )
        return _opened(newest)
    row = visible.filter(number=number).first()
    if row is None:
        raise not_visible(actor, number)
    return _opened(row)


def not_visible(actor: Actor, number: int) -> NotFound:
    """Return why an edition cannot be opened: a reader may know that it was withdrawn, and why."""
    known = Edition.objects.filter(number=number).first() if actor.may_read_published else None
    if known is not None and known.state == Edition.State.WITHDRAWN:
        return NotFound(
            "edition_withdrawn",
            N_("Edition {number} was withdrawn: {reason}"),
            way_out=N_("Open the newest published edition instead."),
            field="edition",
            number=number,
            reason=known.withdrawn_because,
        )
    return NotFound(
        "no_such_edition",
        N_("There is no edition {number} that you may see."),
        way_out=N_("Open the newest published edition instead."),
        field="edition",
        number=number,
    )


def edition(actor: Actor, number: int | None = None) -> EditionOut:
    """Return what the frame of the map says of an edition."""
    return facts_said(open_edition(actor, number))


def facts_said(opened: Opened) -> EditionOut:
    """Return what the frame says of an edition that was opened already."""
    return _about(opened.row, opened.manifest["edition"])


def editions(actor: Actor) -> list[EditionOut]:
    """Return the same of every edition the actor may see, newest first."""
    return [_about(row, facts_of(row.files_digest, row.number)) for row in editions_for(actor)]


def industries(actor: Actor, number: int | None = None) -> list[IndustryOut]:
    """Return every division, group, chain and segment of an edition, in the edition's order."""
    return list(open_edition(actor, number).industries.values())


def boundaries(actor: Actor, number: int | None, level: Level) -> Path:
    """Return the GeoJSON file of the outlines that an edition was compiled with.

    Refuses `no_boundary_file` where it is gone from this node.
    """
    row = open_edition(actor, number).row
    path = boundary_shelf().folder / row.boundaries.digest / f"{level}.geojson"
    if not path.is_file():
        raise NotFound(
            "no_boundary_file",
            N_("The outlines of this edition are missing on this node."),
            way_out=N_("Restore the node's files from the backup, or import the boundaries again."),
        )
    return path


def editions_for(actor: Actor) -> QuerySet[Edition]:
    """Return the rows of the editions that this actor may see, newest first."""
    if not actor.may_read_published:
        return Edition.objects.none()
    rows = Edition.objects.select_related("boundaries")
    scopes = reach(actor, rules.READ_DRAFTS)
    if scopes is None:
        return rows
    prefix = of_member("")
    members = [one.removeprefix(prefix) for one in scopes if one.startswith(prefix)]
    published = Q(state=Edition.State.PUBLISHED)
    if not members:
        return rows.filter(published)
    theirs = RegisterVersion.editions.through.objects.filter(
        registerversion__register__member__code__in=members
    )
    return rows.filter(published | Q(pk__in=theirs.values("edition")))


def sees_drafts(actor: Actor) -> bool:
    """Tell whether some edition might be shown to an actor that readers do not see."""
    scopes = reach(actor, rules.READ_DRAFTS)
    return scopes is None or any(one.startswith(of_member("")) for one in scopes)


def _about(row: Edition, facts: Mapping[str, Any]) -> EditionOut:
    return EditionOut(
        number=row.number,
        digest=row.digest,
        state=cast(EditionState, row.state),
        title=Names(zh=row.title_zh, en=row.title_en),
        created_at=row.created_at.isoformat(timespec="seconds"),
        published_at=row.published_at.isoformat(timespec="seconds") if row.published_at else None,
        trial=row.trial,
        synthetic=row.synthetic,
        schematic=row.boundaries.schematic,
        parameters=row.parameters,
        **facts,
    )


def _opened(row: Edition) -> Opened:
    folder = folder_of(row.files_digest, row.number)
    return Opened(row, folder, files_in(folder))


def facts_of(files_digest: str, number: int) -> Mapping[str, Any]:
    """Return what an edition says of itself in its files. Refuses `edition_files_missing`."""
    return _facts(folder_of(files_digest, number))


def in_trial() -> bool:
    """Tell whether this house is on trial: no member has ever had an approver."""
    return not ever_an_approver()


def folder_of(digest: str, number: int) -> Path:
    """Return the folder of an edition's files. Refuses `edition_files_missing`."""
    folder = storage.editions().folder / digest
    if not folder.is_dir():
        raise NotFound(
            "edition_files_missing",
            N_("The files of edition {number} are missing on this node."),
            way_out=N_("Restore the node's files from the backup."),
            number=number,
        )
    return folder


@lru_cache(maxsize=256)
def _facts(folder: Path) -> Mapping[str, Any]:
    """Read what an edition says of itself, without its tables."""
    facts: dict[str, Any] = _manifest(folder)["edition"]
    return facts


def _manifest(folder: Path) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return whole


@lru_cache(maxsize=4)
def files_in(folder: Path) -> Files:
    """Read an edition's files once a process; a frozen edition never changes."""
    manifest = _manifest(folder)
    tables = load(folder / "tables.npz")
    places = {facts["code"]: facts for facts in manifest["places"]}
    return Files(
        manifest=manifest,
        tables=tables,
        industries={facts["key"]: IndustryOut(**facts) for facts in manifest["industries"]},
        places=places,
        names={code: Names(**facts["name"]) for code, facts in places.items()},
        industry_at={str(key): at for at, key in enumerate(tables.industries)},
        place_at={
            level: {str(code): at for at, code in enumerate(table.places)}
            for level, table in tables.levels.items()
        },
        thin=frozenset(tables.insufficient.tolist()),
    )
