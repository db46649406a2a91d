"""How numbers are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.kit import figures


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (0, "0", "0"),
        (99_999, "99,999", "99,999"),
        (100_000, "10万", "100,000"),
        (288_865, "28.89万", "288,865"),
        (150_000_000, "1.5亿", "150,000,000"),
    ],
)
def test_amounts_in_running_text(number: int, chinese: str, english: str) -> None:
    assert figures.amount(number, chinese=True) == chinese
    assert figures.amount(number, chinese=False) == english


@given(
    middle=st.floats(0.01, 500),
    half=st.floats(0.001, 200),
)
def test_no_digit_is_finer_than_the_interval(middle: float, half: float) -> None:
    text = figures.measured(middle, middle - half, middle + half)
    shown = len(text.partition(".")[2])
    assert shown <= 2
    # The last digit is worth no less than a hundredth of half the interval's width.
    assert shown == 0 or 10**-shown >= half / 100
    assert re.fullmatch(r"[\d,]+(\.\d+)?", text)


def test_both_ends_of_an_interval_have_the_same_digits() -> None:
    assert figures.interval(0.9, 3.04) == "0.9–3.0"
    assert figures.interval(-0.5, -0.1) == "−0.50 to −0.10"


def test_nothing_is_less_than_zero_by_a_sign_alone() -> None:
    assert figures.measured(-0.001, -0.2, 0.2) == "0.00"
