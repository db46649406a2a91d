"""Files on disk, named by their content: written aside, flushed, renamed, then named by a row."""

from __future__ import annotations

import filecmp
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part-"
# A part or an unnamed file younger than this may belong to a writer that is still at work.
ORPHAN_AGE_SECONDS = 24 * 3600


class Shelf:
    """One folder of files or folders whose names are hashes of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """Give a scratch folder on the same disk; what is left in it afterwards is removed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=PART, dir=self.folder))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def keep(self, written: Path, name: str) -> Path:
        """Flush a finished file or folder and move it to its name; keep what stands there.

        A file that stands there and was damaged meanwhile is replaced by the sound one.
        """
        target = self.folder / name
        if target.is_dir() or (target.exists() and filecmp.cmp(target, written, shallow=False)):
            # A row is about to name it: no sweep in between may take it for an old orphan.
            os.utime(target)
            return target
        for path in [written, *written.rglob("*")] if written.is_dir() else [written]:
            _flush(path)
        try:
            os.rename(written, target)
        except OSError:
            # Another process kept the same content first; content names cannot differ.
            if not target.exists():
                raise
        _flush(self.folder)
        return target

    def sweep(self, named: Collection[str], *, now: float | None = None) -> list[str]:
        """Remove what no row names and no writer can still be at work on; return the names."""
        moment = time.time() if now is None else now
        swept = []
        for path in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            orphan = path.name not in named
            if orphan and moment - path.stat().st_mtime > ORPHAN_AGE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                swept.append(path.name)
        return swept


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of_folder(folder: Path) -> str:
    """Return one SHA-256 over the relative names and contents of all files of a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(bytes.fromhex(digest_of(path)))
    return whole.hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
