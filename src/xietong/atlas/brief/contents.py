"""What a brief says: plain texts in one language, the same for every format."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext

from xietong.atlas import exports
from xietong.atlas.exports import in_language
from xietong.atlas.queries.editions import Opened
from xietong.atlas.schemas import Cell, EditionOut, IndustryOut, LeadingIndustry, Level, Names
from xietong.kit import figures
from xietong.region import zone

LONGEST = 60  # characters of a name in a table; longer ones end in “…”
IN_A_SENTENCE = 160
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A table under a heading, `numeric` columns to the right; without rows it says `empty`."""

    heading: str
    header: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure: what it is, how much, and its interval or rank."""

    label: str
    value: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that stands on the two pages."""

    kind: str
    title: str
    under: str
    marks: list[str]  # on each page: that the data are made up, how they must be read
    said: list[str]
    figures: list[Figure]
    places: list[str]  # marked on the map
    level: Level
    caption: str
    first: Table
    tables: list[Table]
    notes: list[str]
    foot: str
    synthetic: bool = False
    notes_heading: str = ""
    said_heading: str = ""
    figures_heading: str = ""
    shades: dict[str, int] = field(default_factory=dict)  # 1 to 3, the stronger the darker


def clean(text: str, longest: int | None = None) -> str:
    """Return a text without anything that does not print, cut where it is too long.

    >>> clean("a\\x00b\\u202ec\\nd"), clean("abcdef", 4)
    ('abc d', 'abc…')
    """
    kept = "".join(
        " " if one.isspace() else one
        for one in text
        if one.isspace() or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    kept = " ".join(kept.split())
    return kept if longest is None or len(kept) <= longest else kept[: longest - 1] + "…"


def named(names: Names, longest: int = LONGEST) -> str:
    """Return a name in the active language, fit for a line."""
    return clean(in_language(names), longest)


def industry_name(one: IndustryOut) -> str:
    """Return an industry's short name, with its code where it is one of the classification."""
    code = f"{one.code} " if one.kind in ("division", "group") else ""
    return clean(f"{code}{in_language(one.short)}", LONGEST)


def with_beside(name: str, beside: str) -> str:
    """Return a name with something in brackets behind it."""
    return gettext("{name} ({beside})").format(name=name, beside=beside)


def joined(texts: Iterable[str], most: int = 6) -> str:
    """Return texts as one list, the first few of them; says how many more there are."""
    every = list(texts)
    shown = gettext(", ").join(every[:most])
    more = len(every) - most
    return gettext("{shown} and {more} more").format(shown=shown, more=more) if more > 0 else shown


def grouped(number: int | None) -> str:
    """Return a count, or a dash where it is not told."""
    return NOTHING if number is None else figures.grouped(number)


def quotient(one: LeadingIndustry | Cell) -> str:
    """Return a quotient with the digits that its interval carries."""
    value = one.value if isinstance(one, Cell) else one.lq
    return NOTHING if value is None else figures.measured(value, one.low, one.high)


def interval(one: LeadingIndustry | Cell) -> str:
    """Return a quotient's interval."""
    if one.low is None or one.high is None:
        return NOTHING
    return figures.interval(one.low, one.high)


def marks(edition: EditionOut) -> list[str]:
    """Return what must stand on each page."""
    return [
        clean(gettext("{label}: {text}").format(label=label, text=said))
        for label, said in exports.warnings(edition)
    ]


def foot(edition: EditionOut) -> str:
    """Return what names the edition at the foot of each page."""
    return gettext("Edition {number} · SHA-256 {digest}").format(
        number=edition.number, digest=edition.digest
    )


def under(edition: EditionOut, *parts: str) -> str:
    """Return the line under the title: what it is, which edition, and of which day."""
    which = gettext("map edition {number}, {date}").format(
        number=edition.number, date=zone.day_of(datetime.fromisoformat(edition.created_at))
    )
    return " · ".join([*(part for part in parts if part), which])


def caption(edition: EditionOut) -> str:
    """Return what must stand under the map."""
    schematic = f" ({gettext('outlines are schematic')})" if edition.schematic else ""
    return clean(in_language(edition.map_note) + schematic)


def notes(opened: Opened, edition: EditionOut) -> list[str]:
    """Return how the numbers were computed, and what they are not."""
    minimum = int(edition.parameters["minimum_cell"])
    found = [
        gettext(
            "Location quotient: the industry's share of the units here over its share of the units "
            "in the region; 1 is the region's average. Intervals hold with {level}% confidence; "
            "places are ranked by the lower end."
        ).format(level=f"{int(edition.parameters['interval_permille']) / 10:g}"),
        gettext(
            "Withheld: cells of fewer than {minimum} units, and those from which one could be "
            "derived. Insufficient data: too few of the units are known down to the county. "
            "Neither is a zero."
        ).format(minimum=minimum),
        gettext(
            "“None counted” says that the registers of this edition hold no such unit here; it "
            "does not say that there is none."
        ),
        gettext(
            "Counted are establishments in the members' registers, registered {first}–{last}: "
            "neither output nor jobs, and no growth over time."
        ).format(first=edition.years[0], last=edition.years[1]),
        gettext("Source: {source}").format(source=in_language(edition.attribution)),
        gettext("Computed from published numbers of edition {number} alone.").format(
            number=opened.row.number
        ),
    ]
    if edition.banner:
        found.insert(0, in_language(edition.banner))
    return [clean(one, 400) for one in found]
