"""Which column of a table is which: headings compared with the synonyms of a pack."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from xietong.engine.tables.amounts import Currencies, Unit
from xietong.engine.terms import fold

_NOISE = re.compile(r"[\s_\-*:：.·#'\"]+")
_REMARK = re.compile(r"[(\[{【<].*?[)\]}】>]")
# The one canonical column whose heading may name a unit.
AMOUNT = "capital"
# A heading that is longer means nothing: with its beginnings as many as its characters, a cell of a
# million would be looked at for minutes.
LONGEST_HEADING = 2_000


def squeeze(heading: str) -> str:
    """Return a heading as it is compared: folded, without spaces, underscores, stars, colons.

    >>> squeeze("* Credit_Code："), squeeze("統一社會信用代碼")
    ('creditcode', '统一社会信用代码')
    """
    return _NOISE.sub("", fold(heading))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one heading means: a canonical column, how preferred the name is, and its unit."""

    column: str
    rank: int
    unit: Unit = field(default_factory=Unit)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of a table gives each canonical column.

    `columns`: canonical name → position in the table; `headings`: canonical → heading as found;
    `unit`: what the heading of the amount says; `passed_over`: headings that mean a column already
    taken from a better-named one; `ambiguous`: canonical → headings between which nothing decides;
    `unknown`: headings that mean nothing; `missing`: canonical names that no heading gives.
    """

    columns: Mapping[str, int]
    headings: Mapping[str, str]
    unit: Unit
    passed_over: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Synonyms:
    """The headings that a pack knows, and the words of cells that say nothing."""

    columns: tuple[str, ...]
    meanings: Mapping[str, Meaning]
    barred: Mapping[str, tuple[str, ...]]
    ignored: frozenset[str]
    blanks: frozenset[str]
    totals: frozenset[str]
    notes: tuple[str, ...]
    currencies: Currencies

    @classmethod
    def build(cls, facts: Mapping[str, Any], currencies: Currencies) -> Synonyms:
        """Compile a pack's headers.toml; raises ValueError where one heading means two columns."""
        meanings: dict[str, Meaning] = {}
        for column, about in facts["columns"].items():
            plain_names = [*about.get("zh", ()), *about.get("en", ())]
            named = [(name, Unit()) for name in (column, *plain_names)]
            named += [(name, Unit(int(by))) for name, by in about.get("scaled", {}).items()]
            for rank, (name, unit) in enumerate(named):
                meaning = Meaning(column, rank, unit)
                known = meanings.setdefault(squeeze(name), meaning)
                if known.column != column:
                    raise ValueError(f"“{name}” means both {known.column} and {column}")
        cells = facts["cells"]
        return cls(
            columns=tuple(facts["columns"]),
            meanings=meanings,
            barred={
                column: tuple(squeeze(word) for word in about["not_with"])
                for column, about in facts["columns"].items()
                if "not_with" in about
            },
            ignored=frozenset(squeeze(name) for name in facts["ignored"]["headings"]),
            blanks=frozenset(fold(word) for word in cells["blanks"]),
            totals=frozenset(squeeze(word) for word in cells["totals"]),
            notes=tuple(sorted(squeeze(word) for word in cells["notes"])),
            currencies=currencies,
        )

    def meaning(self, heading: str) -> Meaning | None:
        """Return what a heading means, or None: in full, without its remarks, or with a unit."""
        if len(heading) > LONGEST_HEADING:
            return None
        whole = squeeze(heading)
        bare = squeeze(_REMARK.sub("", fold(heading)))
        for form in (whole, bare):
            found = self.meanings.get(form)
            if found is None:
                continue
            if any(word in whole for word in self.barred.get(found.column, ())):
                return None
            if found.column == AMOUNT and form is not whole:
                # A remark of an amount is its unit, or the heading is not understood.
                continue
            return found
        return self._amount(whole)

    def _amount(self, whole: str) -> Meaning | None:
        for end in range(len(whole) - 1, 0, -1):
            found = self.meanings.get(whole[:end])
            if found is not None and found.column == AMOUNT:
                unit = self.currencies.unit(whole[end:])
                return None if unit is None else Meaning(AMOUNT, found.rank, unit)
        return None

    def known(self, headings: Collection[str]) -> int:
        """Return how many canonical columns a row of headings names."""
        meanings = (self.meaning(heading) for heading in headings if heading)
        return len({meaning.column for meaning in meanings if meaning is not None})


def propose_mapping(
    headings: Sequence[str],
    synonyms: Synonyms,
    *,
    chosen: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """Say which column is which, from the headings alone.

    `chosen` names the heading of a canonical column where the caller knows better; it raises
    KeyError for a heading that the table lacks. Where two headings are equally good (one name
    twice), the column is in `ambiguous` and left out.
    """
    chosen = chosen or {}
    said: dict[str, list[tuple[int, int, Meaning]]] = {}
    passed_over: list[str] = []
    unknown: list[str] = []
    for at, heading in enumerate(headings):
        meaning = synonyms.meaning(heading)
        if heading in chosen.values():
            continue
        if meaning is not None and meaning.column not in chosen:
            said.setdefault(meaning.column, []).append((meaning.rank, at, meaning))
        elif meaning is not None:
            passed_over.append(heading)
        elif heading and not is_ignored(heading, synonyms):
            unknown.append(heading)
    columns: dict[str, int] = {}
    unit = Unit()
    for column, heading in chosen.items():
        if heading not in headings:
            raise KeyError(heading)
        columns[column] = list(headings).index(heading)
        meaning = synonyms.meaning(heading)
        if column == AMOUNT and meaning is not None and meaning.column == AMOUNT:
            unit = meaning.unit
    ambiguous: dict[str, tuple[str, ...]] = {}
    for column, ranked in said.items():
        ranked.sort(key=lambda one: one[:2])
        best = [one for one in ranked if one[0] == ranked[0][0]]
        if len(best) > 1:
            ambiguous[column] = tuple(headings[at] for _, at, _ in best)
            continue
        columns[column] = ranked[0][1]
        passed_over += [headings[at] for _, at, _ in ranked[1:]]
        if column == AMOUNT:
            unit = ranked[0][2].unit
    ordered = {column: columns[column] for column in synonyms.columns if column in columns}
    return ColumnMapping(
        columns=ordered,
        headings={column: headings[at] for column, at in ordered.items()},
        unit=unit,
        passed_over=tuple(passed_over),
        ambiguous=ambiguous,
        unknown=tuple(unknown),
        missing=tuple(
            column
            for column in synonyms.columns
            if column not in ordered and column not in ambiguous
        ),
    )


def chosen_mapping(
    headings: Sequence[str], positions: Mapping[str, int], synonyms: Synonyms
) -> ColumnMapping:
    """Take a person's whole choice: canonical column → position; what is not named is not read.

    The unit of the amount is what its heading says. Raises KeyError for a canonical column that
    there is not, IndexError for a position beyond the table, ValueError for one taken twice.
    """
    if len(set(positions.values())) < len(positions):
        raise ValueError("one column of the table was chosen twice")
    for column, at in positions.items():
        if column not in synonyms.columns:
            raise KeyError(column)
        if not 0 <= at < len(headings):
            raise IndexError(at)
    unit = Unit()
    if AMOUNT in positions:
        said = synonyms.meaning(headings[positions[AMOUNT]])
        unit = said.unit if said is not None and said.column == AMOUNT else unit
    ordered = {column: positions[column] for column in synonyms.columns if column in positions}
    taken = set(ordered.values())
    return ColumnMapping(
        columns=ordered,
        headings={column: headings[at] for column, at in ordered.items()},
        unit=unit,
        passed_over=(),
        ambiguous={},
        unknown=tuple(
            heading for at, heading in enumerate(headings) if heading and at not in taken
        ),
        missing=tuple(column for column in synonyms.columns if column not in ordered),
    )


def is_ignored(heading: str, synonyms: Synonyms) -> bool:
    """Tell whether a heading is known and deliberately not read."""
    return (
        squeeze(heading) in synonyms.ignored
        or squeeze(_REMARK.sub("", fold(heading))) in synonyms.ignored
    )
