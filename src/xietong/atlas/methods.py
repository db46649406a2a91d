"""The engine's reader, placer and coder, set up once a process with what the region pack brings."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from xietong.engine.coding import Coder, merged, read_vocabulary
from xietong.engine.edition.parameters import METHOD_VERSIONS
from xietong.engine.placing import Gazetteer, Grammar, Placer
from xietong.engine.register import Rules
from xietong.engine.tables import Currencies, Synonyms
from xietong.region.packs import RegionPack, read_pack


@dataclass(frozen=True, slots=True)
class Methods:
    """What turns a register's rows into checked, placed and coded ones; `digest` names it all."""

    pack: RegionPack
    synonyms: Synonyms
    coder: Coder
    placer: Placer
    digest: str

    def rules(self) -> Rules:
        """Return the rules for reading a register today, wherever on earth it is tomorrow."""
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        return Rules.of_pack(self.pack.country.facts, self.synonyms, today=tomorrow)


def current() -> Methods:
    """Return the methods of the region pack in the settings."""
    return _methods(settings.XIETONG_REGIONS, settings.XIETONG_REGION)


@lru_cache(maxsize=2)
def _methods(packs: Path, code: str) -> Methods:
    pack = read_pack(packs, code)
    country = pack.country
    gazetteer = Gazetteer.build(
        pack.places,
        pack.changes,
        pack.aliases,
        pack.streets,
        Grammar.build(country.placing),
        vintage=pack.facts["pack"]["vintage"],
    )
    versions = json.dumps(METHOD_VERSIONS, sort_keys=True)
    return Methods(
        pack=pack,
        synonyms=Synonyms.build(country.headers, Currencies.build(country.currencies)),
        coder=Coder(read_vocabulary(_coding_tables(pack), country.classification)),
        placer=Placer(gazetteer),
        digest=hashlib.sha256(f"{pack.digest}{versions}".encode()).hexdigest(),
    )


def _coding_tables(pack: RegionPack) -> Mapping[str, Any]:
    """Return the union of the vocabulary's files."""
    folder = pack.country.folder / pack.country.facts["files"]["coding"]
    return merged(
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))
    )
