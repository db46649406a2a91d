"""Region packs: the plain facts of a country and of a region, in folders of TOML and CSV."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xietong.kit.refusals import N_, Refusal
from xietong.kit.shelf import digest_of_folder

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountryPack:
    """What a country's regions share: classification, headings, currencies, vocabularies."""

    folder: Path
    facts: Mapping[str, Any]
    classification: tuple[Row, ...]
    concordance: tuple[Row, ...]
    headers: Mapping[str, Any]
    currencies: Mapping[str, Any]
    placing: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegionPack:
    """One region: its members, places of every vintage, and chains; `digest` names its content."""

    folder: Path
    facts: Mapping[str, Any]
    country: CountryPack
    places: tuple[Row, ...]
    changes: tuple[Row, ...]
    aliases: tuple[Row, ...]
    streets: tuple[Row, ...]
    chains: tuple[Mapping[str, Any], ...]
    digest: str


def read_pack(packs: Path, code: str) -> RegionPack:
    """Return the region pack `code` of the folder `packs`, with its country's.

    Refuses `no_such_pack` where the folder holds none, `pack_unreadable` where a file of it is
    missing or damaged.
    """
    folder = packs / code
    if _kind(folder / "pack.toml") not in ("region", None):
        known = ", ".join(
            sorted(p.parent.name for p in packs.glob("*/pack.toml") if _kind(p) == "region")
        )
        raise Refusal(
            "no_such_pack",
            N_("There is no region pack “{code}” in {folder}."),
            way_out=N_("Set XIETONG_REGION to one of: {known}."),
            code=code,
            folder=str(packs),
            known=known or "–",
        )
    try:
        facts = _toml(folder / "pack.toml")
        country = _read_country(packs / facts["pack"]["country"])
        return RegionPack(
            folder=folder,
            facts=facts,
            country=country,
            places=_csv(folder / "places.csv"),
            changes=_csv(folder / "code_changes.csv"),
            aliases=_csv(folder / "aliases.csv"),
            streets=_csv(folder / "streets.csv"),
            chains=tuple(_toml(folder / "chains.toml").get("chain", ())),
            digest=_digest(folder, country.folder),
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError, csv.Error, UnicodeDecodeError) as fault:
        raise Refusal(
            "pack_unreadable",
            N_("The region pack “{code}” cannot be read: {fault}."),
            way_out=N_("Restore the pack's files from the release."),
            code=code,
            fault=str(fault),
        ) from fault


def _kind(path: Path) -> str | None:
    """Return what kind of pack a folder holds: "" for none, None where that cannot be read."""
    try:
        return str(_toml(path)["pack"]["kind"])
    except FileNotFoundError:
        return ""
    except (OSError, KeyError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None


def _read_country(folder: Path) -> CountryPack:
    facts = _toml(folder / "pack.toml")
    return CountryPack(
        folder=folder,
        facts=facts,
        classification=_csv(folder / facts["files"]["classification"]),
        concordance=_csv(folder / facts["files"]["concordance"]),
        headers=_toml(folder / "headers.toml"),
        currencies=_toml(folder / "currencies.toml"),
        placing=_toml(folder / "placing.toml"),
    )


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _csv(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def _digest(*folders: Path) -> str:
    return hashlib.sha256("".join(map(digest_of_folder, folders)).encode()).hexdigest()
