"""Checks, without the network, that both requirements files are in step with pyproject.toml.

Run as `python tools/check_requirements.py`; prints what is wrong and exits with 1, else is silent.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_GROUPS = ("build",)
RUNTIME_EXTRAS = ("postgres",)
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*])?==(?P<version>[^ ;\\]+)")
HOST = re.compile(r"https?://|--(index|extra-index|find-links)|^-[if] ", re.MULTILINE)


def wanted(project: dict[str, Any], groups: tuple[str, ...]) -> list[Requirement]:
    """Return what pyproject.toml asks for: dependencies, the runtime's extras, and the groups."""
    extras = project["project"].get("optional-dependencies", {})
    asked = [
        *project["project"]["dependencies"],
        *(line for extra in RUNTIME_EXTRAS for line in extras[extra]),
        *(line for group in groups for line in project["dependency-groups"][group]),
    ]
    return [Requirement(line) for line in asked]


def pinned(text: str) -> dict[str, set[str]]:
    """Return the versions of each package; more than one where they differ by Python's version."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if match := PINNED.match(line):
            found.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return found


def faults(name: str, text: str, asked: list[Requirement]) -> list[str]:
    """Return what is wrong with one requirements file: gaps, other versions, hosts, no hashes."""
    versions = pinned(text)
    found = []
    for requirement in asked:
        marker: Marker | None = requirement.marker
        if marker is not None and not marker.evaluate():
            continue
        held = versions.get(canonicalize_name(requirement.name), set())
        if not held:
            found.append(f"{name}: {requirement.name} is not in it")
        found += [
            f"{name}: {requirement.name} {version}, wanted {requirement.specifier}"
            for version in sorted(held)
            if version not in requirement.specifier
        ]
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    found += [
        f"{name}: {entry.split()[0]} has no hash"
        for entry in entries
        if PINNED.match(entry) and "--hash=sha256:" not in entry
    ]
    if HOST.search(text):
        found.append(f"{name}: it names a host")
    return found


def check(root: Path) -> list[str]:
    """Return everything that is out of step under `root`."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    runtime = (root / "requirements.txt").read_text()
    every = (root / "requirements-dev.txt").read_text()
    groups = tuple(project["dependency-groups"])
    found = faults("requirements.txt", runtime, wanted(project, RUNTIME_GROUPS))
    found += faults("requirements-dev.txt", every, wanted(project, groups))
    tested = pinned(every)
    found += [
        f"{name} {', '.join(versions)} runs, but {', '.join(tested.get(name, ['none']))} is tested"
        for name, versions in pinned(runtime).items()
        if tested.get(name) != versions
    ]
    return found


def main() -> int:
    """Print what is out of step; return the exit status."""
    found = check(ROOT)
    for line in found:
        sys.stderr.write(f"{line}\n")
    if found:
        sys.stderr.write("Type: make requirements\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
