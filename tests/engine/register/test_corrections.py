"""Corrections over rows: applied twice as once, in any order, and outliers by a plain count."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xietong.engine.register.corrections import (
    FIELDS,
    TOUCHED,
    Correction,
    Corrections,
    Overriding,
)
from xietong.engine.register.doubts import doubts
from xietong.engine.register.outliers import Fences, outliers

UNITS = [f"u{at}" for at in range(8)]
INDUSTRIES = ("12", "122", "1220", "1111", "9999")
PLACES = ("810101", "810102", "000000")
PRECISIONS = {"810101": "county", "810102": "county"}
corrections = st.dictionaries(
    st.tuples(st.sampled_from([*UNITS, "gone"]), st.sampled_from(FIELDS)), st.integers(0, 4)
).map(
    lambda told: [
        Correction(unit, name, (INDUSTRIES if name == "industry" else PLACES * 2)[at])
        for (unit, name), at in told.items()
    ]
)


def columns() -> dict[str, list[object]]:
    read = ["", "12", "122", "1220", "1111", "11", "", "1220"]
    return {
        "place": ["810101", "", "810102", "", "810101", "", "", ""],
        "precision": ["county", "none", "county", "none", "county", "none", "none", "none"],
        "reason": ["address", "none", "code", "none", "city", "none", "none", "none"],
        "division": [one[:2] for one in read],
        "group": [one[:3] if len(one) > 2 else "" for one in read],
        "class": [one if len(one) > 3 else "" for one in read],
        "confidence": [0.5] * 8,
        "coded_by": ["words" if one else "none" for one in read],
    }


def laid(told: list[Correction], rows: dict[str, list[object]]) -> dict[str, list[object]]:
    over = Overriding(
        Corrections.of(told, precisions=PRECISIONS, industries={"12", "122", "1220", "1111"})
    )
    return dict(over(pa.array(UNITS), rows))


@given(corrections, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_twice_is_once_and_order_means_nothing(told: list[Correction], chance: object) -> None:
    once = laid(told, columns())
    assert laid(told, once) == once
    turned = list(told)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert laid(turned, columns()) == once
    assert columns() == columns()
    assert set(once) == set(TOUCHED)
    given_corrections = {(one.unit, one.field): one.value for one in told}
    for at, unit in enumerate(UNITS):
        value = given_corrections.get((unit, "industry"))
        read = columns()["class"][at] or columns()["group"][at] or columns()["division"][at]
        now = once["class"][at] or once["group"][at] or once["division"][at]
        if value in ("12", "122", "1220", "1111"):
            assert str(now).startswith(value)
            assert once["coded_by"][at] == "corrected"
        else:
            assert now == read
        place = given_corrections.get((unit, "place"))
        if place in PRECISIONS:
            assert (once["place"][at], once["reason"][at]) == (place, "corrected")
        else:
            assert once["place"][at] == columns()["place"][at]


def test_two_corrections_of_one_field_are_a_fault() -> None:
    told = [Correction("u1", "industry", "12"), Correction("u1", "industry", "1111")]
    with pytest.raises(ValueError, match="two corrections"):
        Corrections.of(told, precisions={}, industries={"12"})


def test_the_digest_is_of_what_is_said_and_not_of_its_order() -> None:
    told = [Correction("a", "industry", "12"), Correction("b", "place", "810101")]
    ways = {"precisions": PRECISIONS, "industries": {"12"}}
    one = Corrections.of(told, **ways)  # type: ignore[arg-type]
    assert one.digest == Corrections.of(told[::-1], **ways).digest  # type: ignore[arg-type]
    assert one.digest != Corrections.of(told[:1], **ways).digest  # type: ignore[arg-type]
    assert Corrections.of([], **ways).digest == ""  # type: ignore[arg-type]


def table(rows: int, seed: int) -> pa.Table:
    chance = np.random.default_rng(seed)
    capital = np.round(10 ** chance.normal(2, 1, rows)).astype(int).tolist()
    capital[:4] = [0, None, 10**9, 50]
    days = [
        datetime.date(1990, 1, 1) + datetime.timedelta(int(one))
        for one in chance.integers(0, 5000, rows)
    ]
    days[5:9] = [datetime.date(1900, 1, 1)] * 4
    return pa.table(
        {
            "capital_wan": pa.array(capital, pa.int64()),
            "employees": pa.array(chance.integers(1, 99, rows), pa.int32()),
            "registered_on": pa.array(days, pa.date32()),
            "longitude": pa.array([120.0 if at % 3 else None for at in range(rows)]),
            "latitude": pa.array([30.0 if at % 3 else None for at in range(rows)]),
            "place": pa.array([("in", "out", "")[at % 4 % 3] for at in range(rows)]),
            "precision": pa.array([("point", "point", "none")[at % 4 % 3] for at in range(rows)]),
            "reason": pa.array(["coordinates"] * rows),
            "confidence": pa.array(chance.random(rows)),
            "coded_by": pa.array([("words", "stated", "none")[at % 3] for at in range(rows)]),
            "place_in_words": pa.array([("", "x")[at % 5 == 0] for at in range(rows)]),
            "city": pa.array([("甲市", "乙市", None)[at % 7 % 3] for at in range(rows)]),
        }
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_outliers_are_those_that_a_plain_count_finds(seed: int) -> None:
    rows = table(200, seed)
    fences = Fences.of(rows)
    found = outliers(rows, fences, {"in"})
    logs = [np.log10(one) for one in rows["capital_wan"].to_pylist() if one]
    first, third = np.quantile(logs, [0.25, 0.75])
    for at, row in enumerate(rows.to_pylist()):
        capital = row["capital_wan"]
        odd = capital is not None and (
            capital <= 0
            or not first - 3 * (third - first) <= np.log10(capital) <= third + 3 * (third - first)
        )
        assert found.capital[at] == odd, row
        assert found.dates[at] == (row["registered_on"].year == 1900), row
        pointed = row["longitude"] is not None
        assert found.coordinates[at] == (pointed and row["place"] != "in"), row
    assert found.capital[:4].tolist() == [True, False, True, False]


def test_a_day_that_many_rows_name_stands_out() -> None:
    rows = table(200, 3)
    days = rows["registered_on"].to_pylist()
    days[20:80] = [datetime.date(1995, 1, 1)] * 60
    rows = rows.set_column(2, "registered_on", pa.array(days, pa.date32()))
    assert Fences.of(rows).heaped == (datetime.date(1995, 1, 1),)


def test_the_score_is_what_its_explanation_says() -> None:
    rows = table(120, 4)
    found = doubts(rows, {"in"})
    cities = rows["city"].to_pylist()
    for at, row in enumerate(rows.to_pylist()):
        size = 1 + np.log10(1 + max(row["capital_wan"] or 0, 0)) + np.log10(1 + row["employees"])
        sure = row["coded_by"] == "stated" or row["confidence"] >= 0.7
        industry = 0.0 if sure else 1 - row["confidence"]
        place = (
            1.0
            if row["precision"] == "none"
            else 0.7
            if row["place_in_words"]
            else 0.0
            if row["place"] == "in"
            else 0.5
        )
        alike = cities.count(row["city"]) if row["city"] else 0
        reach = np.log10(1 + alike) / np.log10(121)
        expected = size * (industry + place * (1 + reach) / 2)
        assert found.score[at] == pytest.approx(expected, abs=0.0006), row
