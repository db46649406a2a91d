"""A house from its backup: all of it, verified first, or the house as it was."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from xietong.kit.progress import Progress
from xietong.kit.refusals import N_, Broken, Refusal
from xietong.kit.shelf import PART
from xietong.portal import backup_database as database
from xietong.portal.backup import (
    ASIDE,
    KEYS,
    REMADE,
    Manifest,
    refusing_disk_faults,
    scratch_in,
    verify,
)
from xietong.portal.backup_database import DatabaseFault, file_of_database, home

BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


@dataclass(slots=True)
class Moves:
    """Renames that can be taken back in the order in which they came."""

    made: list[tuple[Path, Path]] = field(default_factory=list)

    def move(self, old: Path, new: Path) -> None:
        """Rename, and remember."""
        os.rename(old, new)
        self.made.append((old, new))

    def take_back(self) -> None:
        """Undo every rename."""
        for old, new in reversed(self.made):
            os.rename(new, old)
        self.made.clear()


def restore(source: Path, *, replace: bool, progress: Progress) -> tuple[Manifest, Path | None]:
    """Make the house what a backup holds; return its manifest and where the former house lies.

    Whatever stands there is moved aside, and only where `replace` says so; PostgreSQL's tables are
    replaced in one transaction. Refuses `house_not_empty`, `backup_damaged`,
    `backup_of_another_database`, `backup_of_a_later_release` and `not_restored`.
    """
    if not replace:
        refuse_a_house_that_is_lived_in()
    home().mkdir(parents=True, exist_ok=True)
    with refusing_disk_faults(source), scratch_in(home()) as scratch:
        progress("Read")
        manifest = verify(source, progress, into=scratch)
        _check(manifest)
        if manifest.vendor == "sqlite":
            _check_sqlite(scratch / database.NAME)
        progress("Put in place")
        aside = home() / f"{ASIDE}{timezone.now():%Y%m%dT%H%M%SZ}"
        with _taken_back_where_it_fails(aside) as moves:
            _put_files(scratch, aside, moves)
            if manifest.vendor == "sqlite":
                _put_sqlite(scratch / database.NAME, aside, moves)
            else:
                database.load(scratch / database.NAME)
    connection.close()
    if not replace:
        # Nothing but the key and the tables of a house in which nobody had lived yet.
        rmtree(aside, ignore_errors=True)
    return manifest, aside if aside.is_dir() else None


def refuse_a_house_that_is_lived_in() -> None:
    """Refuse `house_not_empty` where there are entries in the audit, or files on the shelves."""
    if _has_entries() or any(True for _ in _standing()):
        raise Refusal(
            "house_not_empty",
            N_("There is a house already; a restore would replace it."),
            way_out=N_("Restore into an empty XIETONG_HOME and database, or say --replace."),
        )


def _has_entries() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM region_auditentry")
            return bool(cursor.fetchone()[0])
    except DatabaseError:
        if connection.connection is None:
            raise
        connection.close()
        return False


def _standing() -> Iterator[Path]:
    """Give what stands in the home folder and a restore would have to move aside."""
    stored = file_of_database()
    for top in sorted(home().iterdir()) if home().is_dir() else []:
        beside = stored is not None and top.name.startswith(stored.name)
        kept = top.name in REMADE or top.name == "secret.key"
        hollow = top.is_dir() and not any(path.is_file() for path in top.rglob("*"))
        if not (beside or kept or hollow or top.name.startswith((PART, ASIDE))):
            yield top


def _check(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise Refusal(
            "backup_of_another_database",
            N_("The backup is of a house on {made_on}; this one is on {here}."),
            way_out=N_("Set XIETONG_DATABASE_URL to a database of that kind, then restore."),
            made_on=manifest.vendor,
            here=connection.vendor,
        )
    known = {f"{room}.{name}" for room, name in MigrationLoader(None).disk_migrations}
    later = sorted(set(manifest.migrations) - known)
    if later:
        raise Refusal(
            "backup_of_a_later_release",
            N_("The backup is of release {release}, which this one does not know ({migration})."),
            way_out=N_("Install that release or a later one, then restore."),
            release=manifest.release,
            migration=later[0],
        )


def _check_sqlite(copy: Path) -> None:
    try:
        with closing(sqlite3.connect(copy)) as opened:
            database.read_sqlite(opened)
    except (sqlite3.Error, DatabaseFault) as fault:
        raise _not_restored(fault) from fault


@contextmanager
def _taken_back_where_it_fails(aside: Path) -> Iterator[Moves]:
    moves = Moves()
    try:
        yield moves
    except BaseException as fault:
        moves.take_back()
        rmtree(aside, ignore_errors=True)
        if isinstance(fault, DatabaseFault | DatabaseError):
            raise _not_restored(fault) from fault
        raise


def _not_restored(fault: Exception) -> Broken:
    return Broken(
        "not_restored",
        N_("The backup could not be restored: {fault}."),
        way_out=N_("The house is as it was. Mend what is named, then restore again."),
        fault=str(fault).strip().rstrip(".").splitlines()[0],
    )


def _put_files(scratch: Path, aside: Path, moves: Moves) -> None:
    laid = scratch / "home"
    coming = {path.name for path in laid.iterdir()} if laid.is_dir() else set()
    for top in list(_standing()):
        # A backup without keys leaves those that are there.
        if top.name not in KEYS or top.name in coming:
            _move_aside(top, aside, moves)
    for name in sorted(coming):
        target = home() / name
        if target.exists():
            _move_aside(target, aside, moves)
        moves.move(laid / name, target)


def _put_sqlite(copy: Path, aside: Path, moves: Moves) -> None:
    connection.close()
    stored = file_of_database()
    if stored is None:
        raise DatabaseFault("a database in memory")
    for ending in BESIDE_SQLITE:
        beside = stored.with_name(stored.name + ending)
        if beside.exists():
            _move_aside(beside, aside, moves)
    stored.parent.mkdir(parents=True, exist_ok=True)
    moves.move(copy, stored)


def _move_aside(path: Path, aside: Path, moves: Moves) -> None:
    aside.mkdir(exist_ok=True)
    moves.move(path, aside / path.name)
