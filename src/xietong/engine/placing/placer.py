"""The order of evidence: coordinates, code, address, name, authority, city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xietong.engine.placing.boundaries import BoundaryIndex
from xietong.engine.placing.codes import COUNTY, PRECISIONS, Place
from xietong.engine.placing.gazetteer import Gazetteer
from xietong.engine.placing.reading import Context, Reader
from xietong.engine.problems import Problem
from xietong.engine.terms import fold

COLUMNS = (
    "longitude",
    "latitude",
    "county_code",
    "address",
    "name",
    "city",
    "province",
    "authority_code",
    "credit_code",
)
REASONS = ("coordinates", "code", "address", "name", "authority", "city", "none")
_CREDIT_CODE_LENGTH = 18

Column: TypeAlias = Sequence[object] | pa.Array | pa.ChunkedArray


@dataclass(frozen=True, slots=True)
class Placing:
    """Where one row lies: the place's code on the map, how precise, why, and by which words.

    `precision` is point, county, prefecture, province or none; `reason` one of `REASONS`.
    `outside` tells that the place lies outside the member whose register names it: it is kept.
    """

    place: str
    precision: str
    reason: str
    words: tuple[str, ...] = ()
    outside: bool = False


UNPLACED = Placing("", "none", "none")


@dataclass(frozen=True)
class Placings:
    """The placings of a table, column by column, with the faults found on the way.

    `place`, `precision`, `place_reason`: one string per row; `outside`: one bool per row.
    `problems` holds doubtful coordinates, rows counted from `first_row`.
    """

    place: pa.Array
    precision: pa.Array
    place_reason: pa.Array
    outside: NDArray[np.bool_] = field(repr=False)
    problems: tuple[Problem, ...] = field(default=(), repr=False)


class Placer:
    """Places rows of a register on the map of one year; deterministic, one row at a time."""

    def __init__(self, gazetteer: Gazetteer, index: BoundaryIndex | None = None) -> None:
        """Take the names and codes, and the outlines if coordinates are to be used."""
        self._gazetteer = gazetteer
        self._history = gazetteer.history
        self._reader = Reader(gazetteer)
        self._index = index
        self._columns: dict[tuple[str, str, str], Place | None] = {}
        self._contexts: dict[tuple[str, ...], tuple[Context, Place | None]] = {}

    def place(
        self,
        *,
        longitude: float | None = None,
        latitude: float | None = None,
        county_code: str | None = None,
        address: str | None = None,
        name: str | None = None,
        city: str | None = None,
        province: str | None = None,
        authority_code: str | None = None,
        credit_code: str | None = None,
        member: str = "",
    ) -> Placing:
        """Place one row; every argument may be absent.

        Coordinates are WGS84 degrees and count only where outlines were given. `member` is the
        province code of the register's owner: it decides between places of one name.
        """
        if longitude is not None and latitude is not None and self._index is not None:
            found, _ = self._locate(np.array([longitude]), np.array([latitude]))
            if found[0] >= 0:
                code = self._index.codes[found[0]]
                return Placing(code, "point", "coordinates", (), self._outside(code, member))
        return self._by_text(
            county_code or "",
            fold(address or ""),
            fold(name or ""),
            fold(city or ""),
            fold(province or ""),
            _authority(authority_code or "", credit_code or ""),
            member,
        )

    def place_many(
        self,
        columns: Mapping[str, Column] | pa.Table,
        *,
        member: str = "",
        first_row: int = 2,
    ) -> Placings:
        """Place a whole table: any of the columns of `COLUMNS`, by name, of one length.

        Raises KeyError where none of them is there. `first_row` numbers the problems' rows as the
        reader sees them (the heading is row 1).
        """
        table = {key: columns[key] for key in COLUMNS if key in _keys(columns)}
        if not table:
            raise KeyError(f"none of the columns {', '.join(COLUMNS)}")
        rows = len(next(iter(table.values())))
        place, precision = [""] * rows, ["none"] * rows
        reason = ["none"] * rows
        outside = np.zeros(rows, dtype=bool)
        located, problems = self._locate_many(table, rows, first_row)
        texts = [_texts(table.get(key), rows) for key in COLUMNS[2:]]
        codes, addresses, names, cities, provinces, authorities, credits = texts
        addresses, names = _fold_all(addresses), _fold_all(names)
        cities, provinces = _fold_each(cities), _fold_each(provinces)
        for row in range(rows):
            at = located[row]
            if at >= 0 and self._index is not None:
                found = Placing(self._index.codes[at], "point", "coordinates")
                outside[row] = self._outside(found.place, member)
            else:
                found = self._by_text(
                    codes[row],
                    addresses[row],
                    names[row],
                    cities[row],
                    provinces[row],
                    _authority(authorities[row], credits[row]),
                    member,
                )
                outside[row] = found.outside
            place[row], precision[row], reason[row] = found.place, found.precision, found.reason
        return Placings(
            pa.array(place, pa.string()),
            pa.array(precision, pa.string()),
            pa.array(reason, pa.string()),
            outside,
            tuple(problems),
        )

    def _by_text(
        self,
        code: str,
        address: str,
        name: str,
        city: str,
        province: str,
        authority: str,
        member: str,
    ) -> Placing:
        context, column = self._context(code, city, province, member)
        if column is not None and column.level == COUNTY and code:
            return self._placing(column, "code", (code,), member)
        reading = self._reader.address(address, context)
        best, reason, words = reading.place, "address", reading.words
        if best is not None and best.level == COUNTY and reading.firm:
            return self._placing(best, reason, words, member)
        if column is not None and column.level == COUNTY:
            return self._placing(column, "city", (city,), member)
        if best is not None and best.level == COUNTY:
            return self._placing(best, reason, words, member)
        if best is not None and best.prefecture:
            context = Context(best.prefecture, best.province, member, context.candidates)
        elif best is not None:
            context = Context(context.prefecture, best.province, member, context.candidates)
        named = self._reader.name(name, context, address=address)
        if named.place is not None and named.place.level == COUNTY:
            return self._placing(named.place, "name", named.words, member)
        office = self._history.resolve(authority).place if authority else None
        if office is not None and office.level == COUNTY and _holds(context, office):
            return self._placing(office, "authority", (authority,), member)
        candidates = (
            (best, reason, words),
            (column, "code" if code and not city else "city", (code or city or province,)),
            (named.place, "name", named.words),
            (office, "authority", (authority,)),
        )
        for level in (2, 1):
            for found, why, said in candidates:
                if found is not None and found.level >= level:
                    return self._placing(found, why, said, member)
        return UNPLACED

    def _context(
        self, code: str, city: str, province: str, member: str
    ) -> tuple[Context, Place | None]:
        """What the code and the columns say, and the most precise place among them."""
        key = (code, city, province, member)
        known = self._contexts.get(key)
        if known is None:
            known = self._contexts[key] = self._read_columns(code, city, province, member)
        return known

    def _read_columns(
        self, code: str, city: str, province: str, member: str
    ) -> tuple[Context, Place | None]:
        resolution = self._history.resolve(code) if code else None
        upper = self._reader.column(province, Context(member=member)) if province else None
        held = upper.province if upper else ""
        place = resolution.place if resolution else None
        if place is None or place.level < COUNTY:
            named = self._reader.column(city, Context(province=held, member=member))
            if named is not None and (place is None or named.level > place.level):
                place = named
        place = place or upper
        context = Context(
            place.prefecture if place else "",
            place.province if place else held,
            member,
            resolution.candidates if resolution and len(resolution.candidates) > 1 else (),
        )
        return context, place

    def _placing(self, place: Place, reason: str, words: tuple[str, ...], member: str) -> Placing:
        outside = bool(member) and place.province != member
        return Placing(place.code, PRECISIONS[place.level], reason, words, outside)

    def _outside(self, code: str, member: str) -> bool:
        return bool(member) and self._history.places[code].province != member

    def _locate(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The county of each point, and which points were right only the other way round."""
        assert self._index is not None  # noqa: S101  (both callers ask for it)
        found = self._index.locate(longitude, latitude)
        missed = found < 0
        turned = np.full(len(found), -1, dtype=np.int64)
        turned[missed] = self._index.locate(latitude[missed], longitude[missed])
        return np.where(missed, turned, found), turned >= 0

    def _locate_many(
        self, table: Mapping[str, Column], rows: int, first_row: int
    ) -> tuple[NDArray[np.int64], list[Problem]]:
        problems: list[Problem] = []
        if self._index is None or not {"longitude", "latitude"} <= table.keys():
            return np.full(rows, -1, dtype=np.int64), problems
        longitude, latitude = _numbers(table["longitude"]), _numbers(table["latitude"])
        found, turned = self._locate(longitude, latitude)
        given = np.isfinite(longitude) & np.isfinite(latitude)
        for row in np.flatnonzero(given & (turned | (found < 0))):
            code = "coordinates_swapped" if turned[row] else "coordinates_outside_region"
            params = {"longitude": f"{longitude[row]:g}", "latitude": f"{latitude[row]:g}"}
            problems.append(Problem(code, int(row) + first_row, "longitude", params))
        return found, problems


def _authority(authority: str, credit: str) -> str:
    """The registering authority: its own column, else digits 3 to 8 of a whole credit code."""
    if authority:
        return authority
    return credit[2:8] if len(credit) == _CREDIT_CODE_LENGTH else ""


def _holds(context: Context, place: Place) -> bool:
    """Whether nothing that the row says stands against the place."""
    if context.candidates and place.code not in context.candidates:
        return False
    if context.prefecture:
        return place.prefecture == context.prefecture
    return not context.province or place.province == context.province


def _keys(columns: Mapping[str, object] | pa.Table) -> Iterable[str]:
    return columns.column_names if isinstance(columns, pa.Table) else columns.keys()


def _texts(column: Column | None, rows: int) -> list[str]:
    """A column as strings, "" for what is missing."""
    if column is None:
        return [""] * rows
    values = column if isinstance(column, Sequence) else column.to_pylist()
    return ["" if value is None else str(value) for value in values]


def _numbers(column: Column) -> NDArray[np.float64]:
    """A column as floats, NaN for what is missing."""
    values = column if isinstance(column, Sequence) else column.to_pylist()
    return np.array(values, dtype=np.float64)


def _fold_all(texts: list[str]) -> list[str]:
    return [fold(text) for text in texts]


def _fold_each(texts: list[str]) -> list[str]:
    """Fold a column of few different values."""
    folded: dict[str, str] = {text: fold(text) for text in set(texts)}
    return [folded[text] for text in texts]
