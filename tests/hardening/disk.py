"""A disk of a few megabytes that a test may fill, free, and make read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

PIECE = 4096


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own."""

    root: Path

    def fill(self, leave: int = 0) -> None:
        """Write until there is no room, then give so many bytes back."""
        ballast = self.root / "ballast"
        with ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, PIECE, 1):
                with suppress(OSError):
                    while True:
                        file.write(b"\xff" * size)
            file.truncate(max(file.tell() - leave, 0))
        assert self.free_bytes() <= leave + PIECE

    def clear(self) -> None:
        """Give all room back."""
        (self.root / "ballast").unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Return how much room there is."""
        found = os.statvfs(self.root)
        return found.f_bavail * found.f_frsize

    def read_only(self, only: bool) -> None:
        """Let it be read only, or written to again; nobody may have a file open for writing."""
        how = f"remount,{'ro' if only else 'rw'}"
        subprocess.run(["mount", "-o", how, str(self.root)], check=True, capture_output=True)


@contextmanager
def small_disk(root: Path, megabytes: int) -> Iterator[Disk]:
    """Mount a disk of memory; skip where we may not (`unshare -rm` lets anybody)."""
    root.mkdir(parents=True)
    size = f"size={megabytes}m"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "xietong-test", str(root)], capture_output=True
    )
    if made.returncode:
        pytest.skip("a disk can be mounted by root only, or within `unshare -rm`")
    try:
        yield Disk(root)
    finally:
        # Lazily: a process that ends may still hold a file.
        subprocess.run(["umount", "-l", str(root)], check=True, capture_output=True)
