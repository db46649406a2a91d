"""The engine's reader, placer and coder, set up once a process with what the region pack brings."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.utils import timezone

from xietong.atlas import models
from xietong.engine.coding import Coder, Concordance, merged, read_concordance, read_vocabulary
from xietong.engine.coding.learning import Addition, extended
from xietong.engine.edition.parameters import METHOD_VERSIONS
from xietong.engine.placing import BoundaryIndex, Gazetteer, Grammar, Placer
from xietong.engine.placing.codes import PRECISIONS
from xietong.engine.problems import ProblemsFound
from xietong.engine.register import Rules
from xietong.engine.register.corrections import INDUSTRY, PLACE, Correction, Corrections
from xietong.engine.tables import Currencies, Synonyms
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import queries as region
from xietong.region.models import BoundarySet, Member
from xietong.region.packs import RegionPack, read_pack
from xietong.region.rules import Actor
from xietong.region.storage import boundaries as boundary_shelf

# Raised by hand whenever a register is read, checked or cleaned otherwise; the other methods that
# an import uses have their versions beside those of an edition.
READING_VERSION = 2
IMPORTING = ("coding", "placing")


@dataclass(frozen=True, slots=True)
class Methods:
    """What turns a register's rows into checked, placed and coded ones; `digest` names it all."""

    pack: RegionPack
    synonyms: Synonyms
    coder: Coder
    concordance: Concordance
    codes: frozenset[str]
    gazetteer: Gazetteer
    digest: str
    corrections: Corrections = field(default_factory=Corrections)
    # One hash over the house's own words and corrections, "" without any.
    house: str = ""

    def rules(self) -> Rules:
        """Return the rules for reading a register today, wherever on earth it is tomorrow."""
        tomorrow = timezone.now().date() + timedelta(days=1)
        return Rules.of_pack(self.pack.country.facts, self.synonyms, today=tomorrow)

    def placer(self, outlines: BoundarySet | None = None) -> Placer:
        """Return a placer; coordinates count only where it is given outlines."""
        return Placer(self.gazetteer, None if outlines is None else _index(outlines.digest))

    def with_words(self, additions: Iterable[Addition]) -> Methods:
        """Return the same methods with words of the house's own after those of the pack."""
        words = tuple(sorted(additions))
        if not words:
            return self
        coder = _extended_coder(self.coder, words)
        told = json.dumps([[one.kind, one.code, one.word] for one in words])
        return replace(
            self, coder=coder, digest=_hashed(self.digest, told), house=_hashed(self.house, told)
        )

    def with_corrections(self, corrections: Iterable[Correction]) -> Methods:
        """Return the same methods with corrections that stand over what they read."""
        gathered = Corrections.of(
            corrections,
            precisions={
                one.code: PRECISIONS[one.level] for one in self.gazetteer.history.places.values()
            },
            industries=self.codes,
        )
        if not gathered.digest:
            return self
        return replace(
            self,
            corrections=gathered,
            digest=_hashed(self.digest, gathered.digest),
            house=_hashed(self.house, gathered.digest),
        )

    def digest_with(self, outlines: BoundarySet | None) -> str:
        """Return one hash over everything that a row's place and code depend on."""
        drawn = "" if outlines is None else outlines.digest
        return hashlib.sha256(f"{self.digest}{drawn}".encode()).hexdigest()


def current() -> Methods:
    """Return the methods of the region pack in the settings."""
    return _methods(settings.XIETONG_REGIONS, settings.XIETONG_REGION)


def current_for(member: Member) -> Methods:
    """Return the methods for one member's register: the pack's, then the words that its analysts
    accepted, then the corrections of its officers.
    """
    words = models.VocabularyWord.objects.filter(
        member=member, verdict=models.VocabularyWord.Verdict.ACCEPTED
    )
    corrections = models.Correction.objects.filter(member=member, withdrawn_at__isnull=True)
    return (
        current()
        .with_words(Addition(one.kind, one.code, one.word) for one in words)
        .with_corrections(
            Correction(unit, INDUSTRY if about == INDUSTRY else PLACE, value)
            for unit, about, value in corrections.values_list("unit", "field", "to_value")
        )
    )


def surveyed_outlines(actor: Actor) -> BoundarySet | None:
    """Return the newest outlines that coordinates may be placed by; None where there are none.

    Schematic ones, drawn around single points, tell nothing about where a border runs.
    """
    try:
        newest = region.newest_boundaries(actor)
    except NotFound:
        return None
    return None if newest.schematic else newest


@lru_cache(maxsize=2)
def _methods(packs: Path, code: str) -> Methods:
    pack = read_pack(packs, code)
    country = pack.country
    coding = _coding_tables(pack)
    vintage = pack.facts["pack"]["vintage"]
    return Methods(
        pack=pack,
        synonyms=Synonyms.build(country.headers, Currencies.build(country.currencies)),
        coder=_coder(pack, coding),
        concordance=read_concordance(
            country.concordance,
            current=country.facts["classification"]["concordance_column"],
        ),
        codes=frozenset(row["code"] for row in country.classification if row["code"].isdigit()),
        gazetteer=Gazetteer.build(
            pack.places,
            pack.changes,
            pack.aliases,
            pack.streets,
            Grammar.build(country.placing),
            vintage=vintage,
        ),
        digest=_digest(pack, coding, vintage),
    )


@lru_cache(maxsize=8)
def _extended_coder(coder: Coder, additions: tuple[Addition, ...]) -> Coder:
    return Coder(extended(coder.vocabulary, additions))


def _hashed(*parts: str) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _coder(pack: RegionPack, coding: Mapping[str, Any]) -> Coder:
    try:
        return Coder(read_vocabulary(coding, pack.country.classification))
    except ProblemsFound as found:
        raise Refusal(
            "vocabulary_faulty",
            N_("The coding vocabulary of the region pack “{code}” is faulty: {count} faults."),
            way_out=N_("Correct the pack, or restore it from the release."),
            problems=tuple(found.problems),
            code=pack.facts["pack"]["code"],
            count=len(found.problems),
        ) from found


def _coding_tables(pack: RegionPack) -> Mapping[str, Any]:
    """Return the union of the vocabulary's files."""
    folder = pack.country.folder / pack.country.facts["files"]["coding"]
    return merged(
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))
    )


def _digest(pack: RegionPack, coding: Mapping[str, Any], vintage: int) -> str:
    """Return one hash over what an import reads of the pack; chains and banners are not of it."""
    country = pack.country
    whole = {
        "versions": {name: METHOD_VERSIONS[name] for name in IMPORTING},
        "reading": READING_VERSION,
        "vintage": vintage,
        "places": [pack.places, pack.changes, pack.aliases, pack.streets],
        "country": {
            name: country.facts[name] for name in ("pack", "classification", "credit_code")
        },
        "words": [country.headers, country.currencies, country.placing, coding],
        "industries": [country.classification, country.concordance],
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


@lru_cache(maxsize=2)
def _index(digest: str) -> BoundaryIndex:
    """Return the counties of a boundary set, ready to be asked for points."""
    path = boundary_shelf().folder / digest / "county.geojson"
    counties = json.loads(path.read_text(encoding="utf-8"))["features"]
    return BoundaryIndex(
        (one["properties"]["code"], shapely.from_geojson(json.dumps(one["geometry"])))
        for one in counties
    )
