"""The engine's coder and placer, set up once a process with what the region pack brings."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.engine.coding import Coder, read_vocabulary
from xietong.engine.edition.parameters import METHOD_VERSIONS
from xietong.engine.placing import Gazetteer, Placer
from xietong.region.packs import RegionPack, read_pack


@dataclass(frozen=True, slots=True)
class Methods:
    """What turns a register's rows into placed and coded ones; `digest` names it all."""

    pack: RegionPack
    coder: Coder
    placer: Placer
    digest: str


def current() -> Methods:
    """Return the methods of the region pack in the settings."""
    return _methods(settings.XIETONG_REGIONS, settings.XIETONG_REGION)


@lru_cache(maxsize=2)
def _methods(packs: Path, code: str) -> Methods:
    pack = read_pack(packs, code)
    vocabulary = read_vocabulary(_coding_tables(pack), pack.country.classification)
    gazetteer = Gazetteer.build(
        pack.places,
        pack.changes,
        pack.aliases,
        pack.streets,
        pack.country.placing,
        vintage=pack.facts["pack"]["vintage"],
    )
    versions = json.dumps(METHOD_VERSIONS, sort_keys=True)
    return Methods(
        pack=pack,
        coder=Coder(vocabulary),
        placer=Placer(gazetteer),
        digest=hashlib.sha256(f"{pack.digest}{versions}".encode()).hexdigest(),
    )


def _coding_tables(pack: RegionPack) -> dict[str, Any]:
    """Return the union of the vocabulary's files; tables of one name in two files are joined."""
    tables: dict[str, Any] = {}
    for path in sorted(
        (pack.country.folder / pack.country.facts["files"]["coding"]).glob("*.toml")
    ):
        with path.open("rb") as file:
            for name, entries in tomllib.load(file).items():
                if isinstance(entries, dict) and name in tables:
                    tables[name] = {**tables[name], **entries}
                else:
                    tables[name] = entries
    return tables
