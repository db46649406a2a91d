"""Values that stand far from a register's others: capital, dates, and points outside its member."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.register.corrections import CORRECTED

# Tukey's outer fence: so many interquartile ranges beyond the quartiles.
RANGES = 3.0
# Fewer values have no quartiles worth the name.
LEAST = 30
# A single day that so many of every thousand dated rows name is rather a filled-in one.
HEAPED_PERMILLE = 20
_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Fences:
    """Beyond which values a row is looked at; None where too few rows have one.

    Capital is fenced on its logarithm, since it spreads over orders of magnitude; dates on days.
    `heaped` are single days that suspiciously many rows name.
    """

    capital_low_wan: float | None
    capital_high_wan: float | None
    earliest: datetime.date | None
    latest: datetime.date | None
    heaped: tuple[datetime.date, ...]

    @classmethod
    def of(cls, rows: pa.Table) -> Fences:
        """Draw the fences from `capital_wan` and `registered_on` of a register."""
        capital = _numbers(rows["capital_wan"])
        low, high = _fenced(np.log10(capital[capital > 0]))
        days = _numbers(rows["registered_on"].cast(pa.int32()))
        early, late = _fenced(days)
        values, counts = np.unique(days, return_counts=True)
        most = max(LEAST, len(days) * HEAPED_PERMILLE / 1000)
        return cls(
            capital_low_wan=None if low is None else float(10**low),
            capital_high_wan=None if high is None else float(10**high),
            earliest=None if early is None else _day(np.ceil(early)),
            latest=None if late is None else _day(np.floor(late)),
            heaped=tuple(_day(one) for one in values[counts > most]),
        )


@dataclass(frozen=True, slots=True)
class Outliers:
    """Which rows are beyond a fence, one entry a row of the table."""

    capital: npt.NDArray[np.bool_]
    dates: npt.NDArray[np.bool_]
    coordinates: npt.NDArray[np.bool_]


def outliers(rows: pa.Table, fences: Fences, within: Collection[str]) -> Outliers:
    """Return which rows stand out.

    `coordinates` are rows that state a point which lies in no place of `within`, the codes of the
    member's own places, or by which they could not be placed although others were.
    """
    capital = _dense(rows["capital_wan"])
    with np.errstate(invalid="ignore"):
        beyond = (capital <= 0) & np.isfinite(capital)
        if fences.capital_low_wan is not None:
            beyond |= (capital > 0) & (capital < fences.capital_low_wan)
        if fences.capital_high_wan is not None:
            beyond |= capital > fences.capital_high_wan
        days = _dense(rows["registered_on"].cast(pa.int32()))
        odd = np.isin(days, [_number(one) for one in fences.heaped])
        if fences.earliest is not None:
            odd |= days < _number(fences.earliest)
        if fences.latest is not None:
            odd |= days > _number(fences.latest)
    pointed = pc.and_(pc.is_valid(rows["longitude"]), pc.is_valid(rows["latitude"]))
    by_point = pc.equal(rows["precision"], "point")
    inside = pc.is_in(rows["place"], pa.array(sorted(within), pa.string()))
    if pc.any(by_point).as_py():
        corrected = pc.equal(rows["reason"], CORRECTED)
        unread = pc.and_not(pc.invert(by_point), corrected)
        astray = _flags(pc.and_(pointed, pc.or_(pc.and_not(by_point, inside), unread)))
    else:
        # Without outlines no point is read, and none can be told to be astray.
        astray = np.zeros(rows.num_rows, dtype=bool)
    return Outliers(beyond, odd, astray)


def _fenced(values: npt.NDArray[np.float64]) -> tuple[float | None, float | None]:
    if len(values) < LEAST:
        return None, None
    first, third = np.quantile(values, [0.25, 0.75])
    reach = RANGES * (third - first)
    return float(first - reach), float(third + reach)


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    return np.asarray(column.drop_null().to_numpy(), dtype=np.float64)


def _dense(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return a column as floats, NaN for what is missing."""
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)


def _flags(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=bool)


def _day(number: float) -> datetime.date:
    least, most = datetime.date.min.toordinal(), datetime.date.max.toordinal()
    return datetime.date.fromordinal(int(min(max(number + _EPOCH.toordinal(), least), most)))


def _number(day: datetime.date) -> int:
    return day.toordinal() - _EPOCH.toordinal()
