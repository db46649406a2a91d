"""What may be chosen on the map, each choice with the address that it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext, pgettext

from xietong.atlas.exports import counted_name, level_name, measure_name, withheld_name
from xietong.atlas.models import Edition
from xietong.atlas.pages.mapview import OF_CAPITAL, MapView
from xietong.atlas.schemas import EditionOut, IndustryOut
from xietong.engine.edition.protection import KINDS_WITH_CAPITAL

# Of these kinds the comparison lets one be chosen.
COMPARED = ("chain", "division")
TIERS = ("material", "equipment", "process", "hardware", "software", "content", "services")


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a control."""

    value: str
    label: str
    chosen: bool
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class TierOfChain:
    """The segments of a chain that stand on one tier."""

    label: str
    segments: list[IndustryOut]


@dataclass(frozen=True, slots=True)
class OtherEdition:
    """An edition that may be shown instead, or compared with the one that is shown."""

    row: Edition
    shown: bool
    map_query: str
    comparison_query: str


def editions(
    rows: Iterable[Edition], shown: int, view: MapView, industry: IndustryOut
) -> list[OtherEdition]:
    """Return editions to choose from; a comparison goes from the earlier to the later one."""
    compared = {"industry": industry.key, "level": view.level}
    if industry.kind not in COMPARED:
        compared.pop("industry")
    return [
        OtherEdition(
            row,
            row.number == shown,
            # What the other edition has no place or cluster for it need not open.
            view.query(edition=row.number, place=None, cluster=None, compare=None, rows="first"),
            urlencode({"from": min(row.number, shown), "to": max(row.number, shown), **compared}),
        )
        for row in rows
    ]


def measures(edition: EditionOut, view: MapView) -> list[Choice]:
    """Return the measures, those that capital does not have greyed out."""
    return [
        Choice(
            name,
            measure_name(name),
            name == view.measure,
            view.counted == "n" or name in OF_CAPITAL,
        )
        for name in edition.measures
    ]


def levels(edition: EditionOut, view: MapView) -> list[Choice]:
    """Return the levels of places."""
    return [Choice(name, level_name(name), name == view.level) for name in edition.levels]


def counted(edition: EditionOut, view: MapView, with_capital: bool) -> list[Choice]:
    """Return what may be counted, capital greyed out where it is not told."""
    return [
        Choice(name, counted_name(name), name == view.counted, name == "n" or with_capital)
        for name in edition.counted
    ]


def with_capital(industries: list[IndustryOut], *keys: str | None) -> bool:
    """Tell whether capital is told for all of these industries."""
    return all(one.kind in KINDS_WITH_CAPITAL for one in industries if one.key in keys)


def chains(industries: list[IndustryOut]) -> list[IndustryOut]:
    """Return the chains."""
    return [one for one in industries if one.kind == "chain"]


def chain_of(industries: list[IndustryOut], key: str) -> IndustryOut | None:
    """Return the chain that an industry is, or whose segment it is."""
    known = {one.key: one for one in industries}
    chosen = known.get(key)
    if chosen is not None and chosen.kind == "segment":
        chosen = known.get(chosen.parent or "")
    return chosen if chosen is not None and chosen.kind == "chain" else None


def tiers(industries: list[IndustryOut], chain: IndustryOut) -> list[TierOfChain]:
    """Return a chain's segments by tier, in the order in which goods pass."""
    own = [one for one in industries if one.parent == chain.key]
    return [
        TierOfChain(tier_name(tier), inside)
        for tier in TIERS
        if (inside := [one for one in own if one.tier == tier])
    ]


def undrawn(*shown: IndustryOut | None) -> list[IndustryOut]:
    """Return those of the industries shown that have too few units to be drawn."""
    return [one for one in shown if one is not None and not one.enabled]


def drawn_within(industries: list[IndustryOut], small: list[IndustryOut]) -> IndustryOut | None:
    """Return the industry that holds the first of these and is drawn, if there is one."""
    known = {one.key: one for one in industries}
    parent = known.get(small[0].parent or "") if small else None
    return parent if parent is not None and parent.enabled and parent.kind != "total" else None


def tier_name(tier: str) -> str:
    """Return a tier's name in the active language."""
    return {
        "material": pgettext("tier", "Materials"),
        "equipment": pgettext("tier", "Equipment"),
        "process": pgettext("tier", "Process"),
        "hardware": pgettext("tier", "Hardware"),
        "software": pgettext("tier", "Software"),
        "content": pgettext("tier", "Content"),
        "services": pgettext("tier", "Services"),
    }[tier]


def kind_name(kind: str) -> str:
    """Return the name of a kind of industry in the active language."""
    return {
        "total": gettext("All industries"),
        "division": gettext("Division"),
        "group": gettext("Group"),
        "chain": gettext("Industrial chain"),
        "segment": gettext("Chain segment"),
    }[kind]


def words_of_the_map(minimum: int) -> dict[str, Any]:
    """Return the words that the map's script says."""
    return {
        "withheld": {one: withheld_name(minimum, one) for one in ("n", "capital")},
        "insufficient": gettext("Insufficient data"),
        "zero": gettext("None"),
        "units": gettext("{n} units"),
        "rank": gettext("Rank {rank}"),
        "significant": gettext("significant"),
        "not_significant": gettext("not significant"),
        "failed": gettext("The map could not be drawn here. The table holds the same numbers."),
        "edition": gettext("Edition {number} · vintage {vintage}"),
        "synthetic": gettext("SYNTHETIC: synthetic data, not fact"),
    }
