"""Rows of a member's register, read from its file: marked, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from xietong.atlas import rules, storage
from xietong.atlas.models import RegisterVersion
from xietong.engine.register.doubts import doubts
from xietong.engine.register.outliers import Fences, outliers
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region.models import Member, Place
from xietong.region.rules import Actor, May, may, of_member

PAGE_ROWS = 50
DEEPEST_PAGE = 2_000
BANDS = (("0-50", 0.0, 0.5), ("50-70", 0.5, 0.7), ("70-90", 0.7, 0.9), ("90-100", 0.9, 1.01))
SORTS = {
    "score": "m.score DESC, m.row",
    "row": "m.row",
    "capital": "m.by_capital DESC NULLS LAST, m.row",
    "confidence": "m.by_confidence, m.row",
    "name": "m.by_name, m.row",
}
# What rows are sorted and filtered by is kept with the marks: most pages read the file only for
# the rows that they show.
KEYS = ("by_name", "by_place", "by_capital", "by_confidence")
ODD = ("capital", "dates", "coordinates")
_MARKED = (
    *("row", "name", "capital_wan", "employees", "registered_on", "longitude", "latitude", "city"),
    *("place", "precision", "reason", "confidence", "coded_by", "place_in_words"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader of rows wants to see; blank ones let everything through."""

    q: str = ""
    place: str = ""
    industry: str = ""
    band: str = ""
    coded_by: str = ""
    placed_by: str = ""
    precision: str = ""
    missing: str = ""
    odd: str = ""
    duplicates: str = ""
    conflicts: str = ""
    sort: str = "row"

    def given(self) -> dict[str, str]:
        """Return those that are not blank, by name."""
        return {one.name: text for one in fields(self) if (text := getattr(self, one.name))}


@dataclass(frozen=True, slots=True)
class RowPage:
    """A page of rows, as mappings of the file's columns and marks; `total` on all pages."""

    version: RegisterVersion
    total: int
    page: int
    pages: int
    rows: tuple[dict[str, Any], ...]


def no_register(member: str) -> NotFound:
    """Say that there is no register, in the words for whoever may not know of one too."""
    return NotFound(
        "no_such_register",
        N_("There is no register of “{member}” to be seen here."),
        way_out=N_("Registers are open to their own member; look at the published edition."),
        field="member",
        member=member,
    )


def member_for(actor: Actor, code: str, line: May) -> Member:
    """Return a member whose register the actor may deal with so. Refuses `no_such_register`."""
    known = Member.objects.filter(code=code).first() if may(actor, line) else None
    if known is None or not may(actor, line, of=of_member(known.code)):
        raise no_register(code)
    return known


def present_version(actor: Actor, member: str, line: May) -> RegisterVersion:
    """Return the newest version of a register that the actor may read so."""
    owner = member_for(actor, member, line)
    newest = (
        RegisterVersion.objects.select_related("register__member")
        .filter(register__member=owner)
        .order_by("-number")
        .first()
    )
    if newest is None:
        raise no_register(member)
    return newest


def rows(actor: Actor, member: str, filters: Filters, page: int = 1) -> RowPage:
    """Return a page of the present version's rows. Refuses `filter_unknown`."""
    version = present_version(actor, member, rules.READ_ROWS)
    page = min(max(page, 1), DEEPEST_PAGE)
    where, given = _where(filters, _places_below(filters.place))
    with reading(version) as reader:
        numbers = reader.execute(
            f"SELECT m.row, count(*) OVER () FROM {_source(where)} {where}"  # noqa: S608  (fixed)
            f" ORDER BY {SORTS[filters.sort]} LIMIT {PAGE_ROWS} OFFSET {(page - 1) * PAGE_ROWS}",
            given,
        ).fetchall()
        # A page past the last one holds no row that could tell how many there are.
        total = numbers[0][1] if numbers else _count(reader, where, given)
        found = whole(reader, [one for one, _ in numbers])
    return RowPage(version, total, page, max(1, -(-total // PAGE_ROWS)), found)


def units(version: RegisterVersion, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return rows by who they are; units that the version does not hold are left out."""
    if not wanted:
        return {}
    with reading(version) as reader:
        numbers = reader.execute(
            "SELECT row FROM rows WHERE unit IN (SELECT unnest(?))", [list(wanted)]
        ).fetchall()
        return {one["unit"]: one for one in whole(reader, [number for (number,) in numbers])}


def texts_of(version: RegisterVersion, wanted: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return name and scope of units."""
    with reading(version) as reader:
        return {
            unit: (name, scope)
            for unit, name, scope in reader.execute(
                "SELECT unit, name, coalesce(scope, '') FROM rows"
                " WHERE unit IN (SELECT unnest(?)) ORDER BY row",
                [list(wanted)],
            ).fetchall()
        }


def sample_of(version: RegisterVersion, most: int) -> list[tuple[str, str]]:
    """Return name and scope of rows spread evenly over the file; always the same ones."""
    step = max(1, version.rows // most)
    with reading(version) as reader:
        return reader.execute(
            "SELECT name, coalesce(scope, '') FROM"
            " (SELECT name, scope, row, row_number() OVER (ORDER BY row) AS nth FROM rows)"
            " WHERE nth % ? = 0 ORDER BY row LIMIT ?",
            [step, most],
        ).fetchall()


def marks_of(version: RegisterVersion) -> pa.Table:
    """Return what a version's rows are marked with: repeated, outliers, doubts, score."""
    owner = version.register.member
    return _marks(version.digest, tuple(sorted(_codes_below(owner.place_code))))


def fences_of(version: RegisterVersion) -> Fences:
    """Return beyond which values a version's rows stand out."""
    return _fences(version.digest)


def filtered_count(actor: Actor, member: str, filters: Filters) -> int:
    """Return how many rows of the present version a filter lets through; figures, no rows."""
    version = present_version(actor, member, rules.READ_FIGURES)
    where, given = _where(filters, _places_below(filters.place))
    with reading(version) as reader:
        return _count(reader, where, given)


@contextmanager
def reading(version: RegisterVersion) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader of one version's file: `rows` as they lie there, `marks` beside them."""
    marks = marks_of(version)
    path = str(file_of(version.digest)).replace("'", "''")
    with duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "threads": settings.XIETONG_THREADS,
            "memory_limit": f"{settings.XIETONG_MEMORY_MB}MB",
        }
    ) as reader:
        reader.register("marks", marks)
        # A view takes no parameters.
        reader.execute(
            f"CREATE TEMP VIEW rows AS SELECT * FROM read_parquet('{path}')"  # noqa: S608  (escaped)
        )
        yield reader


def file_of(digest: str) -> Any:
    """Return the path of a version's file; refuses `version_of_old` where it has no units."""
    path = storage.registers().folder / f"{digest}.parquet"
    if "unit" not in pq.read_schema(path).names:
        raise Refusal(
            "version_of_old",
            N_("This version was imported before rows could be looked at one by one."),
            way_out=N_("Import the register again, or apply corrections to it once."),
        )
    return path


@lru_cache(maxsize=8)
def _fences(digest: str) -> Fences:
    return Fences.of(pq.read_table(file_of(digest), columns=["capital_wan", "registered_on"]))


@lru_cache(maxsize=4)
def _marks(digest: str, within: tuple[str, ...]) -> pa.Table:
    table = pq.read_table(file_of(digest), columns=list(_MARKED)).combine_chunks()
    odd = outliers(table, _fences(digest), within)
    doubt = doubts(table, within)
    return pa.table(
        {
            "row": table["row"],
            "duplicate": _repeated(table),
            "odd_capital": odd.capital,
            "odd_dates": odd.dates,
            "odd_coordinates": odd.coordinates,
            "size": doubt.size,
            "doubt_industry": doubt.industry,
            "doubt_place": doubt.place,
            "reach": doubt.reach,
            "score": doubt.score,
            "by_name": pc.rank(table["name"], tiebreaker="dense").cast(pa.int32()),
            "by_place": table["place"].combine_chunks().dictionary_encode(),
            "by_capital": table["capital_wan"],
            "by_confidence": table["confidence"],
        }
    )


def _repeated(table: pa.Table) -> Any:
    """Return which rows have a name that another row of the same place has too."""
    names = table["name"].combine_chunks().dictionary_encode()
    places = table["place"].combine_chunks().dictionary_encode()
    names = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    places = places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places
    pairs = names.indices.to_numpy().astype(np.int64) * (
        len(places.dictionary) + 1
    ) + places.indices.to_numpy().astype(np.int64)
    _, which, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    return counts[which] > 1 if len(pairs) else np.zeros(0, dtype=bool)


def whole(reader: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> tuple[dict[str, Any], ...]:
    """Return whole rows in the order of their numbers."""
    if not numbers:
        return ()
    # Written out, the numbers are looked for while the file is read; a list of them would not be.
    wanted = ", ".join(str(int(number)) for number in numbers)
    found = reader.execute(
        f"SELECT r.*, m.* EXCLUDE (row, {', '.join(KEYS)})"  # noqa: S608  (whole numbers)
        f" FROM (SELECT * FROM rows WHERE row IN ({wanted})) r"
        f" JOIN (SELECT * FROM marks WHERE row IN ({wanted})) m USING (row)"
    )
    names = [one[0] for one in found.description or ()]
    by_number = {
        one["row"]: one for one in (dict(zip(names, row, strict=True)) for row in found.fetchall())
    }
    return tuple(by_number[number] for number in numbers)


def _source(where: str) -> str:
    """Return what a condition is asked of: the marks alone where it names nothing of the file."""
    return "rows r JOIN marks m USING (row)" if "r." in where else "marks m"


def _where(filters: Filters, places: Sequence[str] | None) -> tuple[str, list[Any]]:
    """Return the condition of a filter, and what stands for its question marks."""
    said: list[str] = []
    given: list[Any] = []
    if filters.q:
        said.append("(contains(r.name, ?) OR starts_with(r.credit_code, upper(?)) OR r.unit = ?)")
        given += [filters.q.strip()] * 3
    if filters.place:
        said.append("m.by_place IN (SELECT unnest(?))")
        given.append(list(places or [filters.place]))
    if filters.industry:
        said.append(
            "starts_with(coalesce(nullif(r.class, ''), nullif(r.\"group\", ''), r.division), ?)"
        )
        given.append(filters.industry)
    if filters.band:
        low, high = next(
            ((low, high) for key, low, high in BANDS if key == filters.band), (None, None)
        )
        if low is None:
            raise _unknown("band", filters.band, [key for key, *_ in BANDS])
        said.append("r.coded_by = 'words' AND r.confidence >= ? AND r.confidence < ?")
        given += [low, high]
    for name, column in (
        ("coded_by", "coded_by"),
        ("placed_by", "reason"),
        ("precision", "precision"),
    ):
        if text := getattr(filters, name):
            said.append(f"r.{column} = ?")
            given.append(text)
    if filters.missing:
        if filters.missing not in COLUMNS_THAT_MAY_MISS:
            raise _unknown("missing", filters.missing, COLUMNS_THAT_MAY_MISS)
        said.append(f"r.{filters.missing} IS NULL")
    if filters.odd:
        if filters.odd not in ODD:
            raise _unknown("odd", filters.odd, ODD)
        said.append(f"m.odd_{filters.odd}")
    if filters.duplicates:
        said.append("m.duplicate")
    if filters.conflicts:
        said.append("r.place_in_words <> ''")
    if filters.sort not in SORTS:
        raise _unknown("sort", filters.sort, list(SORTS))
    return (f"WHERE {' AND '.join(said)}" if said else ""), given


COLUMNS_THAT_MAY_MISS = (
    *("credit_code", "registration_number", "registered_on", "legal_form", "capital_wan"),
    *("currency", "scope", "province", "city", "county_code", "authority_code", "industry_code"),
    *("employees", "longitude", "latitude", "address"),
)


def _unknown(field: str, text: str, known: Sequence[str]) -> Refusal:
    return Refusal(
        "filter_unknown",
        N_("“{text}” is no filter of “{name}”."),
        way_out=N_("Choose one of: {known}."),
        field=field,
        name=field,
        text=text,
        known=", ".join(known),
    )


def _places_below(code: str) -> list[str] | None:
    if not code:
        return None
    return sorted(_codes_below(code))


def _codes_below(code: str) -> set[str]:
    """Return a place's code and those of all places that lie in it."""
    found, found_before = {code}, 0
    pairs = list(Place.objects.values_list("code", "parent_code"))
    while len(found) != found_before:
        found_before = len(found)
        found |= {one for one, parent in pairs if parent in found}
    return found


def _count(reader: duckdb.DuckDBPyConnection, where: str, given: list[Any]) -> int:
    row = reader.execute(
        f"SELECT count(*) FROM {_source(where)} {where}",  # noqa: S608  (fixed words)
        given,
    ).fetchone()
    return int(row[0]) if row else 0
