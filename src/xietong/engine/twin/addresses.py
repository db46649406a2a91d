"""The words that place a made-up row: names, townships, former names and codes of each county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xietong.engine.placing import CodeHistory, Grammar
from xietong.engine.terms import fold

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class County:
    """One county and all that a register may say of it.

    `province` is "" where it bears the prefecture's name. A short name that would leave too little
    is the full one. `towns` are those that no other county of the prefecture has; `old_names` and
    `old_codes` those that lead to this county alone.
    """

    code: str
    name: str
    short: str
    prefecture_code: str
    prefecture: str
    prefecture_short: str
    province_code: str
    province: str
    province_short: str
    towns: tuple[str, ...]
    old_names: tuple[str, ...]
    old_codes: tuple[str, ...]


@dataclass(frozen=True)
class AddressBook:
    """Every county of a region in the map's year, by code."""

    counties: Mapping[str, County] = field(repr=False)

    @classmethod
    def build(
        cls,
        places: Iterable[Row],
        changes: Iterable[Row],
        aliases: Iterable[Row],
        streets: Iterable[Row],
        grammar: Grammar,
        *,
        vintage: int,
    ) -> AddressBook:
        """Build from the rows of a region pack's tables, as a Gazetteer is built."""
        rows, changed = list(places), list(changes)
        history = CodeHistory(rows, changed, vintage=vintage)
        here = history.places
        names = {row["code"]: row["name_zh"] for row in rows if row["code"] in here}
        old_names: dict[str, list[str]] = defaultdict(list)
        for row in aliases:
            sure = row["kind"] == "old_name" and grammar.ends(fold(row["alias"]), "county")
            place = history.resolve(row["code"]).place
            if sure and place is not None and place.code in names and place.level == 3:
                old_names[place.code].append(row["alias"])
        old_codes: dict[str, list[str]] = defaultdict(list)
        for row in changed:
            heirs = history.resolve(row["old_code"]).candidates
            if row["old_code"] not in here and len(heirs) == 1 and row["kind"] != "part":
                old_codes[heirs[0]].append(row["old_code"])
        towns = _towns(streets, history, grammar)

        def short(code: str, level: str) -> str:
            return grammar.short(fold(names[code]), level) or names[code]

        found = {}
        for code, place in sorted(here.items()):
            if place.level != 3:
                continue
            city, upper = place.prefecture, place.province
            found[code] = County(
                code=code,
                name=names[code],
                short=short(code, "county"),
                prefecture_code=city,
                prefecture=names[city],
                prefecture_short=short(city, "prefecture"),
                province_code=upper,
                province="" if names[upper] == names[city] else names[upper],
                province_short=short(upper, "province"),
                towns=tuple(towns[code]),
                old_names=tuple(sorted(old_names[code])),
                old_codes=tuple(sorted(set(old_codes[code]))),
            )
        return cls(found)


def _towns(streets: Iterable[Row], history: CodeHistory, grammar: Grammar) -> dict[str, list[str]]:
    """Townships by county; one that two counties of a prefecture share tells nothing."""
    rows = [(row["name"], history.resolve(row["county_code"]).place) for row in streets]
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, place in rows:
        if place is not None:
            holders[place.prefecture, _bare(name, grammar)].add(place.code)
    towns: dict[str, list[str]] = defaultdict(list)
    for name, place in rows:
        bare = _bare(name, grammar)
        if place is not None and len(bare) > 1 and len(holders[place.prefecture, bare]) == 1:
            towns[place.code].append(name)
    return towns


def _bare(name: str, grammar: Grammar) -> str:
    """A township's name without its ending, "" for what is no township."""
    return grammar.short(fold(name), "township")
