"""Money: whole fen, three named ways of rounding, and amounts in words."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.kit.money import FEN_PER_YUAN, Rounding, fen, in_words

AMOUNTS = st.decimals(
    min_value=-(10**15), max_value=10**15, places=6, allow_nan=False, allow_infinity=False
)
ROUNDINGS = st.sampled_from(Rounding)


@given(AMOUNTS, ROUNDINGS)
def test_rounding_moves_an_amount_by_less_than_it_may(yuan: Decimal, rounding: Rounding) -> None:
    exact = Fraction(yuan) * FEN_PER_YUAN
    moved = abs(fen(yuan, rounding=rounding) - exact)
    assert moved < 1 if rounding is Rounding.DOWN else moved <= Fraction(1, 2)


@given(AMOUNTS)
def test_each_rounding_is_the_one_of_its_name(yuan: Decimal) -> None:
    exact = Fraction(yuan) * FEN_PER_YUAN
    whole = abs(exact).numerator // abs(exact).denominator
    rest = abs(exact) - whole
    sign = -1 if exact < 0 else 1
    up = whole + (rest >= Fraction(1, 2))
    even = whole + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1))
    assert fen(yuan, rounding=Rounding.DOWN) == sign * whole
    assert fen(yuan, rounding=Rounding.HALF_UP) == sign * up
    assert fen(yuan, rounding=Rounding.HALF_EVEN) == sign * even


@given(AMOUNTS, ROUNDINGS)
def test_a_debt_rounds_as_its_claim(yuan: Decimal, rounding: Rounding) -> None:
    assert fen(-yuan, rounding=rounding) == -fen(yuan, rounding=rounding)


@given(st.integers(-(10**17), 10**17), ROUNDINGS)
def test_whole_fen_stay_what_they_are(amount_fen: int, rounding: Rounding) -> None:
    yuan = Decimal(amount_fen).scaleb(-2)
    assert fen(yuan, rounding=rounding) == amount_fen
    assert fen(str(yuan), rounding=rounding) == amount_fen


@pytest.mark.parametrize(
    ("yuan", "half_up", "half_even", "down"),
    [
        ("0.005", 1, 0, 0),
        ("0.015", 2, 2, 1),
        ("0.025", 3, 2, 2),
        ("-0.005", -1, 0, 0),
        ("-0.025", -3, -2, -2),
        ("1.0049", 100, 100, 100),
        (7, 700, 700, 700),
    ],
)
def test_halves(yuan: str | int, half_up: int, half_even: int, down: int) -> None:
    assert fen(yuan, rounding=Rounding.HALF_UP) == half_up
    assert fen(yuan, rounding=Rounding.HALF_EVEN) == half_even
    assert fen(yuan, rounding=Rounding.DOWN) == down


@pytest.mark.parametrize("yuan", ["", "twelve", "NaN", "Infinity", "-inf", "1,000", "12元"])
def test_what_is_no_amount_is_refused(yuan: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        fen(yuan, rounding=Rounding.HALF_UP)


def test_a_float_is_refused_since_it_has_no_exact_fen() -> None:
    with pytest.raises(TypeError, match="no exact amount"):
        fen(0.1, rounding=Rounding.HALF_UP)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount_fen", "chinese", "english"),
    [
        (0, "0.00元", "CNY 0.00"),
        (5, "0.05元", "CNY 0.05"),
        (99_999, "999.99元", "CNY 999.99"),
        (1_000_000, "1.00万元", "CNY 10,000.00"),
        (-1_000_000, "-1.00万元", "CNY -10,000.00"),
        (1_234_567_890_000, "123.46亿元", "CNY 12,345,678,900.00"),
    ],
)
def test_amounts_in_words(amount_fen: int, chinese: str, english: str) -> None:
    assert in_words(amount_fen, "zh-hans") == chinese
    assert in_words(amount_fen, "en") == english


@given(st.integers(-(10**16), 10**16))
def test_the_words_are_within_half_a_hundredth_of_their_unit(amount_fen: int) -> None:
    said = in_words(amount_fen, "zh-hans").replace(",", "")
    unit = next(each for each in ("亿元", "万元", "元") if said.endswith(each))
    size = {"亿元": 10**8, "万元": 10**4, "元": 1}[unit]
    told = Fraction(said.removesuffix(unit)) * size * FEN_PER_YUAN
    assert abs(told - amount_fen) <= Fraction(size * FEN_PER_YUAN, 200)
