"""The lakes grown to some nine hundred firms, so that most cells may be shown and a few may not.

Written from a table, without chance. Planted, on the map of twelve counties in a grid of 4 × 3:

- boat building (11) in four counties that touch over the members' border: a cluster that crosses;
- lamps (12) in two neighbouring counties of Southshore: a cluster that does not;
- sails (group 112) with two makers in one county, which must be withheld, and none in most;
- the prefecture 810100, whose rows often name no county, so that its counties are insufficient;
- one repairer in 820203 with nearly all of the capital; lamp makers in 810201 who state none.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

COUNTIES = {
    "810101": "北岸省鹭洲市鹭东县",
    "810102": "北岸省鹭洲市鹭西县",
    "810103": "北岸省鹭洲市芦花县",
    "810201": "北岸省桤林市桤北县",
    "810202": "北岸省桤林市桨渡县",
    "810203": "北岸省桤林市帆湾县",
    "820101": "南岸省苇港市苇南县",
    "820102": "南岸省苇港市桅泊县",
    "820103": "南岸省苇港市舟尾县",
    "820201": "南岸省石镜市石灯县",
    "820202": "南岸省石镜市镜泉县",
    "820203": "南岸省石镜市灯台县",
}
BOATS = ("810202", "810203", "820102", "820103")
LAMPS = ("820201", "820202")
THIN, THIN_COUNTIES = "810100", ("810101", "810102", "810103")
GIANT, SILENT = ("820203", "2220"), ("810201", "1220")
SMALL = ("810201", "112")  # the cell with two makers of sails
TRADES = {
    "1111": "制造划艇",
    "1121": "制造船帆",
    "1212": "制造窗用玻璃",
    "1220": "制造灯具",
    "2110": "船艇买卖",
    "2120": "灯具买卖",
    "2211": "船型设计",
    "2220": "船艇修理",
}
# Which classes make up an industry of the map.
FAMILIES = {
    "all": set(TRADES),
    **{
        f"{kind}{stem}": {one for one in TRADES if one.startswith(stem)}
        for kind, length in (("d", 2), ("g", 3))
        for stem in sorted({class_[:length] for class_ in TRADES})
    },
    "c-lake_boats": {"1111", "1121", "2110", "2211", "2220"},
    "s-lamplight.lamps": {"1220"},
}
ABOVE = ("810000", "820000", "810100", "810200", "820100", "820200")
HEADINGS = (
    *("Name", "Registration number", "Registered on", "Capital", "Currency"),
    *("Business scope", "County code", "Industry code", "Address"),
)
FIRST, LAST = "金石云雨星月竹兰松梅", "舟波影声林岸心湖风溪"


@dataclass(frozen=True, slots=True)
class Firm:
    """One row. `county` is "" where the row names none, `address` then what it names instead."""

    member: str
    county: str
    class_: str
    year: int
    capital: str
    address: str
    number: int

    def row(self) -> tuple[str, ...]:
        """Return the row as the register has it."""
        own = f"{FIRST[self.number % 10]}{LAST[self.number // 10 % 10]}{self.number}"
        return (
            f"{own}{TRADES[self.class_]}社",
            f"LK{self.number:09}",
            f"{self.year}-06-15",
            self.capital,
            "XLK",
            TRADES[self.class_],
            self.county,
            self.class_,
            f"{self.address}湖滨路{self.number}号" if self.address else "",
        )


def counts() -> Counter[tuple[str, str]]:
    """Return how many firms stand in each county and class."""
    table: Counter[tuple[str, str]] = Counter()
    for at, county in enumerate(COUNTIES):
        table[county, "1111"] = 42 + at if county in BOATS else 4 + at % 3
        table[county, "1220"] = 45 + at if county in LAMPS else 5 + at % 2
        table[county, "1212"] = 8 + at % 4
        table[county, "2110"] = 9 + at % 5
        table[county, "2120"] = 10 + at % 3
        table[county, "2211"] = 11 + at % 4
        table[county, "2220"] = 7 + at % 6
    table["810202", "1121"], table["820103", "1121"] = 20, 22
    table[SMALL[0], "1121"] = 2
    return table


@cache
def firms() -> list[Firm]:
    """Return all firms, in an order that tells nothing."""
    found = []
    for (county, class_), count in sorted(counts().items()):
        found += [(county, COUNTIES[county], class_)] * count
    # Without a county: half as many again in the thin prefecture, a few in the others.
    found += [("", "北岸省鹭洲市", class_) for class_ in TRADES for _ in range(10)]
    found += [("", "南岸省苇港市", "2110")] * 4
    found += [("", "南岸省", "2211")] * 3
    found += [("", "", "2220")] * 2
    numbered = [
        Firm(
            member="northshore" if (address or "北").startswith("北") else "southshore",
            county=county,
            class_=class_,
            year=1990 + number * 5 % 21,
            capital=_capital(county, class_, number),
            address=address,
            number=number,
        )
        for number, (county, address, class_) in enumerate(found, start=1)
    ]
    giant = next(at for at, one in enumerate(numbered) if (one.county, one.class_) == GIANT)
    numbered[giant] = replace(numbered[giant], capital="900000000")
    return sorted(numbered, key=lambda firm: firm.number * 37 % 1009)


def _capital(county: str, class_: str, number: int) -> str:
    if (county, class_) == SILENT:
        return ""
    return str(200_000 + number % 9 * 100_000)


def write(folder: Path) -> dict[str, Path]:
    """Write both members' registers; return them by member."""
    found = {}
    for member in ("northshore", "southshore"):
        found[member] = folder / f"{member}.csv"
        with found[member].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            writer.writerows(firm.row() for firm in firms() if firm.member == member)
    return found


def inside(place: str) -> Iterator[Firm]:
    """Give the firms of a county, a prefecture or a province; "" stands for the region."""
    stem = place.removesuffix("00").removesuffix("00")
    for firm in firms():
        known = firm.county or {"北岸省鹭洲市": "810100", "南岸省苇港市": "820100"}.get(
            firm.address, ""
        )
        if known.startswith(stem) or (firm.address == "南岸省" and place in ("820000", "")):
            yield firm
