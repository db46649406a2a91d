"""Which rows are worth a look first, and which values stand far from the others."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from math import log10
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from xietong.engine.register.doubts import doubts
from xietong.engine.register.outliers import LEAST, Fences, outliers

SCHEMA = pa.schema(
    [
        *(("capital_wan", pa.float64()), ("employees", pa.int64()), ("confidence", pa.float64())),
        *(("coded_by", pa.string()), ("place", pa.string()), ("precision", pa.string())),
        *(("place_in_words", pa.string()), ("reason", pa.string()), ("city", pa.string())),
        *(("registered_on", pa.date32()), ("longitude", pa.float64()), ("latitude", pa.float64())),
    ]
)
SOUND: dict[str, Any] = {
    "capital_wan": None,
    "employees": None,
    "confidence": 0.9,
    "coded_by": "words",
    "place": "in",
    "precision": "county",
    "place_in_words": "",
    "reason": "code",
    "city": None,
    "registered_on": None,
    "longitude": None,
    "latitude": None,
}


def table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{**SOUND, **row} for row in rows], SCHEMA)


def test_a_score_is_size_times_both_doubts() -> None:
    big = {"capital_wan": 99.0, "employees": 9, "confidence": 0.6, "precision": "none", "city": "c"}
    found = doubts(table([big, {"city": "c"}, {}]), {"in"})
    reach = log10(3) / log10(4)
    assert found.size.tolist() == [4.0, 1.0, 1.0]
    assert found.reach.tolist() == pytest.approx([reach, reach, 0.0])
    assert found.score.tolist() == [round(4 * (0.4 + (1 + reach) / 2), 3), 0.0, 0.0]


@pytest.mark.parametrize(
    ("row", "industry", "place"),
    [
        ({"confidence": 0.69}, 0.31, 0.0),
        ({"confidence": 0.7}, 0.0, 0.0),
        ({"confidence": 0.1, "coded_by": "stated"}, 0.0, 0.0),
        ({"confidence": 0.1, "coded_by": "corrected"}, 0.0, 0.0),
        ({"place": "out"}, 0.0, 0.5),
        ({"precision": "prefecture"}, 0.0, 0.5),
        ({"precision": "province", "place_in_words": "other"}, 0.0, 0.7),
        ({"place": "", "precision": "none"}, 0.0, 1.0),
        ({"place": "out", "reason": "corrected"}, 0.0, 0.0),
    ],
)
def test_what_is_doubted_of_a_row(row: dict[str, Any], industry: float, place: float) -> None:
    found = doubts(table([row]), {"in"})
    assert (found.industry.tolist(), found.place.tolist()) == (
        pytest.approx([industry]),
        pytest.approx([place]),
    )


def spread() -> list[dict[str, Any]]:
    """Return values whose logarithms and days go from 1 to 2 and from day 0 to 100 evenly."""
    first = datetime.date(2000, 1, 1)
    return [
        {"capital_wan": 10 ** (1 + n / 100), "registered_on": first + datetime.timedelta(n)}
        for n in range(101)
    ]


def test_fences_stand_three_ranges_beyond_the_quartiles() -> None:
    fences = Fences.of(table(spread()))
    # The quartiles are 1.25 and 1.75, and days 25 and 75.
    assert fences.capital_low_wan == pytest.approx(10**-0.25)
    assert fences.capital_high_wan == pytest.approx(10**3.25)
    assert fences.earliest == datetime.date(2000, 1, 1) - datetime.timedelta(125)
    assert fences.latest == datetime.date(2000, 1, 1) + datetime.timedelta(225)
    few = Fences.of(table(spread()[: LEAST - 1]))
    assert (few.capital_low_wan, few.capital_high_wan, few.earliest) == (None, None, None)


def test_what_lies_beyond_a_fence_stands_out() -> None:
    rows = table(spread())
    fences = Fences.of(rows)
    capital = [-1.0, 0.0, 0.56, 0.57, 1778.0, 1779.0, None]
    days = [datetime.date(1999, 8, 28), datetime.date(1999, 8, 29), None]
    days += [datetime.date(2000, 8, 13), datetime.date(2000, 8, 14), None, None]
    asked = table(
        {"capital_wan": one, "registered_on": day} for one, day in zip(capital, days, strict=True)
    )
    found = outliers(asked, fences, {"in"})
    assert found.capital.tolist() == [True, True, True, False, False, True, False]
    assert found.dates.tolist() == [True, False, False, False, True, False, False]


def test_a_day_that_too_many_rows_name_is_a_filled_in_one() -> None:
    heap = {"registered_on": datetime.date(2000, 2, 1)}

    def heaped(many: int) -> tuple[datetime.date, ...]:
        return Fences.of(table([*spread(), *[heap] * many])).heaped

    # The day stands in the spread once.
    assert heaped(LEAST - 1) == ()
    assert heaped(LEAST) == (heap["registered_on"],)
    fences = Fences.of(table([*spread(), *[heap] * LEAST]))
    assert outliers(table([heap, {}]), fences, {"in"}).dates.tolist() == [True, False]


def test_a_point_is_astray_outside_of_the_member_or_where_it_was_not_used() -> None:
    point: dict[str, Any] = {"longitude": 120.0, "latitude": 31.0, "precision": "point"}
    rows: list[dict[str, Any]] = [
        *(point, {**point, "place": "out"}, {**point, "precision": "county"}),
        *({**point, "precision": "county", "reason": "corrected"}, {"place": "out"}),
    ]
    nothing = Fences(None, None, None, None, ())
    found = outliers(table(rows), nothing, {"in"}).coordinates
    assert found.tolist() == [False, True, True, False, False]
    # Without outlines no point was read, and none is called astray.
    assert not outliers(table(rows[2:]), nothing, {"in"}).coordinates.any()
    assert np.array_equal(found, outliers(table(rows), nothing, ["in"]).coordinates)
