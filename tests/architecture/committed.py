"""The files that belong to the project: what git tracks, or would if it were added."""

from __future__ import annotations

import subprocess
from pathlib import Path

from real_data import ROOT

TEXT = {
    "",
    ".css",
    ".csv",
    ".html",
    ".js",
    ".json",
    ".md",
    ".mjs",
    ".po",
    ".py",
    ".toml",
    ".ts",
    ".txt",
    ".xml",
    ".yaml",
    ".yml",
}


def committed(*, under: str = "", root: Path = ROOT) -> list[Path]:
    """Return the files of the project under a folder, tracked or about to be."""
    if not (root / ".git").exists():
        return sorted(path for path in (root / under).rglob("*") if path.is_file())
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", under or "."],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = sorted({root / name for name in told.split("\0") if name})
    return [path for path in paths if path.is_file()]


def is_text(path: Path) -> bool:
    """Return whether a file is one that people write and read."""
    return path.suffix in TEXT
