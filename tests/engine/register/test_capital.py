"""Capital: figure, unit and currency come from the cell, its column, the heading, the pack."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tables.packs import currencies, rules, strings
from xietong.engine.register.capital import read_capital
from xietong.engine.tables import Unit


@pytest.mark.parametrize(
    ("amount", "currency", "unit", "wan", "stated"),
    [
        # The cell's own words come first.
        ("600(万元人民币)", None, Unit(), 600, "CNY"),
        ("4,264.8800(万元人民币)", None, Unit(), 4265, "CNY"),
        ("50万美元", None, Unit(10_000, "CNY"), 414, "USD"),
        ("1.2亿元", None, Unit(10_000), 12_000, "CNY"),
        ("５００万", "人民币", Unit(), 500, "CNY"),
        # Then the column, then the heading, then the pack.
        ("50", "美元", Unit(10_000, "EUR"), 414, "USD"),
        ("50", None, Unit(10_000, "EUR"), 563, "EUR"),
        ("50", None, Unit(10_000), 50, "CNY"),
        ("500000", None, Unit(), 50, "CNY"),
        ("0", None, Unit(), 0, "CNY"),
        (None, "美元", Unit(), None, None),
    ],
)
def test_where_unit_and_currency_come_from(
    amount: str | None, currency: str | None, unit: Unit, wan: int | None, stated: str | None
) -> None:
    found = read_capital(strings(amount), strings(currency), unit, rules())
    assert (found.capital_wan.to_pylist(), found.currency.to_pylist()) == ([wan], [stated])
    assert found.faults == {}


def test_faults_and_what_is_kept_of_them() -> None:
    found = read_capital(
        strings("若干", "5", "5万美元", "1e30", "-5", "7万"),
        strings(None, "贝壳", "欧元", None, None, "人民币"),
        Unit(),
        rules(),
    )
    assert {code: at.tolist() for code, at in found.faults.items()} == {
        "capital_unreadable": [0, 3, 4],
        "currency_unknown": [1],
        "currency_differs": [2],
    }
    # The cell's own currency is believed against its column's.
    assert found.capital_wan.to_pylist() == [None, None, 41, None, None, 7]
    assert found.currency.to_pylist() == [None, None, "USD", None, None, "CNY"]


def test_figures_without_a_unit_are_counted() -> None:
    cells = strings("500000", "50万", "0", None, "500000")
    blank = strings(None, None, None, None, None)
    assert read_capital(cells, blank, Unit(), rules()).without_unit == 2
    assert read_capital(cells, blank, Unit(10_000), rules()).without_unit == 0


FIGURES = st.decimals(0, 10**9, places=4, allow_nan=False, allow_infinity=False)
UNITS = {"": None, "万": 10**4, "亿": 10**8, "千": 10**3}
NAMES = {"": None, "美元": "USD", "港币": "HKD", "日元": "JPY", "人民币": "CNY"}
ROWS = st.lists(
    st.tuples(FIGURES, st.sampled_from(sorted(UNITS)), *[st.sampled_from(sorted(NAMES))] * 2),
    max_size=12,
)


@given(ROWS, st.sampled_from([None, 10**4, 10**8]), st.sampled_from([None, "EUR"]))
def test_a_column_is_read_as_its_rows_are_by_hand(
    rows: list[tuple[Decimal, str, str, str]], heading: int | None, named: str | None
) -> None:
    amounts = pa.array([f"{figure}{unit}{name}" for figure, unit, name, _ in rows], pa.string())
    column = pa.array([other or None for *_, other in rows], pa.string())
    found = read_capital(amounts, column, Unit(heading, named), rules())
    differs = []
    for at, (figure, unit, name, other) in enumerate(rows):
        currency = NAMES[name] or NAMES[other] or named or "CNY"
        value = figure * (UNITS[unit] or heading or 1) * currencies().worth[currency]
        assert found.capital_wan[at].as_py() == (value / 10_000).quantize(
            Decimal(1), ROUND_HALF_EVEN
        )
        assert found.currency[at].as_py() == currency
        if name and other and NAMES[name] != NAMES[other]:
            differs.append(at)
    assert found.faults.get("currency_differs", np.array([], int)).tolist() == differs
