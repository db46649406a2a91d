"""A backup: database and shelves of one moment in one file, verified after it is written."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from shutil import rmtree
from typing import IO, Any, cast

from django.db import connection
from django.utils import timezone

from xietong.kit.progress import Progress
from xietong.kit.refusals import N_, Broken, Refusal
from xietong.kit.shelf import PART, digest_of
from xietong.portal import backup_database as database
from xietong.portal.backup_database import DatabaseFault, file_of_database, home
from xietong.region import chain, keys, queries
from xietong.region.operations import note_node_key
from xietong.region.rules import LOCAL

FORM = "xietong-backup-1"
MANIFEST = "manifest.json"
KEYS = frozenset({"secret.key", keys.NAME})
# Made anew from the release at any time, or set aside by a restore.
REMADE = frozenset({"static", "static.digest", "twin"})
ASIDE = "replaced-"
PIECE = 1 << 20
UNREADABLE = (tarfile.TarError, EOFError, zlib.error)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a backup: its name in there, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    release: str
    vendor: str
    migrations: tuple[str, ...]
    keys: bool
    audit: dict[str, Any] | None
    files: tuple[Listed, ...]

    def as_json(self) -> str:
        """Return it as it stands in the file."""
        return json.dumps(
            {
                "form": FORM,
                "made_at": self.made_at,
                "release": self.release,
                "database": self.vendor,
                "migrations": list(self.migrations),
                "keys": self.keys,
                "audit": self.audit,
                "files": [[one.name, one.size, one.sha256] for one in self.files],
            },
            indent=1,
        )


def back_up(target: Path, *, with_keys: bool, progress: Progress) -> Manifest:
    """Write the house into one file while it goes on; return what the file says of itself.

    Refuses `backup_exists`, `backup_in_home`, `database_not_copied`, `postgresql_client_missing`
    and `backup_not_written`; then nothing is left behind.
    """
    _check_target(target)
    note_node_key(actor=LOCAL)
    with refusing_disk_faults(target), scratch_in(target.parent) as scratch:
        progress("Database")
        moment = _dumped(scratch)
        # Files are laid before rows name them: whatever the database knows is on the shelves now.
        progress("Digests")
        sources = {database.NAME: scratch / database.NAME, **dict(_files(with_keys))}
        manifest = Manifest(
            made_at=chain.stamp(timezone.now()),
            release=version("xietong"),
            vendor=connection.vendor,
            migrations=moment.migrations,
            keys=with_keys,
            audit=None
            if moment.head is None
            else json.loads(queries.signed_head(LOCAL, moment.head.number).as_json()),
            files=tuple(
                Listed(name, path.stat().st_size, digest_of(path)) for name, path in sources.items()
            ),
        )
        part = scratch / "backup"
        progress("Write")
        _write(part, manifest, sources, progress)
        progress("Verify")
        verify(part, progress)
        part.chmod(0o600)
        os.rename(part, target)
        _flush(target.parent)
    return manifest


def _check_target(target: Path) -> None:
    if target.exists():
        raise Refusal(
            "backup_exists",
            N_("“{file}” is there already."),
            way_out=N_("Choose another name; no backup is written over another."),
            field="file",
            file=target.name,
        )
    if home().resolve() in target.resolve().parents:
        raise Refusal(
            "backup_in_home",
            N_("“{file}” would lie in the house that it is to outlive."),
            way_out=N_(
                "Choose a folder outside of XIETONG_HOME, on another disk where there is one."
            ),
            field="file",
            file=target.name,
        )


@contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """Give a folder of the owner's alone inside another; it is gone afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix=PART, dir=folder))
    try:
        yield scratch
    finally:
        rmtree(scratch, ignore_errors=True)


@contextmanager
def refusing_disk_faults(target: Path) -> Iterator[None]:
    """Say in a refusal that the disk did not take it."""
    try:
        yield
    except OSError as fault:
        raise Broken(
            "backup_not_written",
            N_("“{file}” could not be written: {fault}."),
            way_out=N_("Check that the folder exists and has room, then try again."),
            file=target.name,
            fault=fault.strerror or type(fault).__name__,
        ) from fault


def _dumped(scratch: Path) -> database.Moment:
    try:
        return database.dump(scratch)
    except DatabaseFault as fault:
        raise Broken(
            "database_not_copied",
            N_("The database could not be copied: {fault}."),
            way_out=N_("Look at the server's log and the room on the disk, then try again."),
            fault=str(fault).rstrip("."),
        ) from fault


def _files(with_keys: bool) -> Iterator[tuple[str, Path]]:
    """Give every file of the house but the database, by its name below the home folder."""
    stored = file_of_database()
    out = set(REMADE) if with_keys else REMADE | KEYS
    for top in sorted(home().iterdir()) if home().is_dir() else []:
        beside = stored is not None and top.name.startswith(stored.name)
        if top.name in out or beside or top.name.startswith((PART, ASIDE)):
            continue
        for path in sorted([top] if top.is_file() else top.rglob("*")):
            name = path.relative_to(home())
            part = any(piece.startswith(PART) for piece in name.parts)
            if path.is_file() and not path.is_symlink() and not part:
                yield f"home/{name.as_posix()}", path


def _write(part: Path, manifest: Manifest, sources: dict[str, Path], progress: Progress) -> None:
    told = manifest.as_json().encode()
    with part.open("wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as file:
            _add(file, MANIFEST, len(told), io.BytesIO(told))
            for number, one in enumerate(manifest.files, start=1):
                progress("Write", number, len(manifest.files))
                with sources[one.name].open("rb") as content:
                    _add(file, one.name, one.size, content)
        raw.flush()
        os.fsync(raw.fileno())


def _add(file: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    file.addfile(entry, content)


def verify(path: Path, progress: Progress, into: Path | None = None) -> Manifest:
    """Read a backup from end to end against its manifest; lay its files into a folder if asked.

    Refuses `backup_damaged` where anything is missing, changed, or more than the manifest lists.
    """
    try:
        with tarfile.open(path, "r:gz") as file:
            manifest = _read_manifest(file)
            wanted = {one.name: one for one in manifest.files}
            for number, entry in enumerate(file, start=1):
                if entry.name == MANIFEST and number == 1:
                    continue
                progress("Verify", number - 1, len(manifest.files))
                one = wanted.pop(entry.name)
                if not entry.isfile() or entry.size != one.size or not _is_safe(entry.name):
                    raise ValueError(entry.name)
                content = file.extractfile(entry)
                if content is None or _laid(content, into, one.name) != one.sha256:
                    raise ValueError(entry.name)
            if wanted:
                raise ValueError(next(iter(wanted)))
            _read_out(file)
    except (*UNREADABLE, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise _damaged(path, fault) from fault
    except OSError as fault:
        # What gzip cannot read is an OSError without a number; the disk's own faults have one.
        if fault.errno is None:
            raise _damaged(path, fault) from fault
        raise
    return manifest


def _read_out(file: tarfile.TarFile) -> None:
    """Read what lies behind the last entry, which is nothing, up to the checksum of the whole."""
    while rest := cast(IO[bytes], file.fileobj).read(PIECE):
        if rest.strip(b"\0"):
            raise ValueError("more than it lists")


def _damaged(path: Path, fault: Exception) -> Refusal:
    return Refusal(
        "backup_damaged",
        N_("“{file}” is no whole backup of this house ({fault})."),
        way_out=N_("Take another copy of it, or an earlier backup."),
        field="file",
        file=path.name,
        fault=(str(fault) or type(fault).__name__).splitlines()[0][:200],
    )


def _read_manifest(file: tarfile.TarFile) -> Manifest:
    first = file.next()
    content = None if first is None or first.name != MANIFEST else file.extractfile(first)
    if content is None:
        raise ValueError(MANIFEST)
    told = json.loads(content.read())
    if told["form"] != FORM:
        raise ValueError(told["form"])
    return Manifest(
        made_at=str(told["made_at"]),
        release=str(told["release"]),
        vendor=str(told["database"]),
        migrations=tuple(told["migrations"]),
        keys=bool(told["keys"]),
        audit=told["audit"],
        files=tuple(Listed(name, int(size), sha256) for name, size, sha256 in told["files"]),
    )


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    inside = path.parts[0] == "home" and len(path.parts) > 1
    return not path.is_absolute() and ".." not in path.parts and (inside or name == database.NAME)


def _laid(content: IO[bytes], into: Path | None, name: str) -> str:
    """Read a file to its end, lay it where that is asked, and return its SHA-256."""
    whole = hashlib.sha256()
    if into is None:
        while piece := content.read(PIECE):
            whole.update(piece)
        return whole.hexdigest()
    target = into / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600 if target.name in KEYS else 0o666)
    with target.open("wb") as laid:
        while piece := content.read(PIECE):
            whole.update(piece)
            laid.write(piece)
        laid.flush()
        os.fsync(laid.fileno())
    return whole.hexdigest()


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
