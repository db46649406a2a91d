"""Money in whole fen, and the three ways of rounding that officials name."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

FEN_PER_YUAN = 100


class Rounding(StrEnum):
    """How a part of a fen is dealt with: 四舍五入, 四舍六入五成双, 舍去."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    DOWN = ROUND_DOWN


def fen(yuan: str | int | Decimal, *, rounding: Rounding) -> int:
    """Return an amount in yuan as whole fen.

    Refuses floats (they have no exact fen) and raises ValueError for what is no finite number.

    >>> fen("12.345", rounding=Rounding.HALF_UP)
    1235
    >>> fen("12.345", rounding=Rounding.HALF_EVEN)
    1234
    """
    if isinstance(yuan, float):
        raise TypeError("A float has no exact amount in fen; give a string, int or Decimal.")
    try:
        amount = Decimal(yuan)
    except InvalidOperation:
        raise ValueError(f"{yuan!r} is no amount") from None
    if not amount.is_finite():
        raise ValueError(f"{yuan!r} is no amount")
    return int((amount * FEN_PER_YUAN).to_integral_value(rounding=rounding.value))


def in_words(amount_fen: int, language: str) -> str:
    """Return an amount for a reader: 亿元 and 万元 in Chinese, plain yuan in English.

    >>> in_words(123_456_700, "zh-hans")
    '123.46万元'
    >>> in_words(123_456_700, "en")
    'CNY 1,234,567.00'
    """
    yuan = Decimal(amount_fen) / FEN_PER_YUAN
    if not language.startswith("zh"):
        return f"CNY {yuan:,.2f}"
    for unit, size in (("亿元", 10**8), ("万元", 10**4)):
        if abs(yuan) >= size:
            scaled = (yuan / size).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
            return f"{scaled:,}{unit}"
    return f"{yuan:,.2f}元"
