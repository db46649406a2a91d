"""How numbers stand on a page: thousands, 万 and 亿, never more digits than the interval has."""

from __future__ import annotations

from math import floor, log10

WAN, YI = 10_000, 100_000_000
WAN_FROM = 100_000  # below this a Chinese text writes the number out
MOST_DECIMALS = 2


def grouped(number: int) -> str:
    """Return a whole number with commas between thousands.

    >>> grouped(288865)
    '288,865'
    """
    return f"{number:,}"


def amount(number: int, *, chinese: bool) -> str:
    """Return a whole number for running text: in Chinese with 万 or 亿, where it is long.

    >>> amount(288865, chinese=True), amount(9865, chinese=True), amount(288865, chinese=False)
    ('28.89万', '9,865', '288,865')
    >>> amount(1_234_567_890, chinese=True)
    '12.35亿'
    """
    if chinese and abs(number) >= YI:
        return f"{_short(number / YI)}亿"
    if chinese and abs(number) >= WAN_FROM:
        return f"{_short(number / WAN)}万"
    return grouped(number)


def _short(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def decimals(low: float | None, high: float | None, *, most: int = MOST_DECIMALS) -> int:
    """Return how many decimals a value may show: two figures of half its interval's width.

    >>> decimals(3.22, 3.62), decimals(1.0, 7.0), decimals(2.0, 60.0), decimals(None, None)
    (2, 1, 0, 2)
    """
    if low is None or high is None or high <= low:
        return most
    return max(0, min(most, 1 - floor(log10((high - low) / 2))))


def measured(value: float, low: float | None = None, high: float | None = None) -> str:
    """Return a measured value with the digits that its interval carries.

    >>> measured(3.4161, 3.22, 3.62), measured(14.33, 2.0, 60.0), measured(-0.251)
    ('3.42', '14', '−0.25')
    """
    return _signed(f"{value:,.{decimals(low, high)}f}")


def interval(low: float, high: float) -> str:
    """Return an interval, both ends with the same digits.

    >>> interval(3.2204, 3.6201)
    '3.22–3.62'
    >>> interval(-0.12, 0.2)
    '−0.12 to 0.20'
    """
    places = decimals(low, high)
    ends = _signed(f"{low:,.{places}f}"), _signed(f"{high:,.{places}f}")
    return (" to " if low < 0 else "–").join(ends)


def percent(share: float) -> str:
    """Return a share of one as per cent with at most one decimal.

    >>> percent(0.1234), percent(1), percent(0.0004)
    ('12.3%', '100%', '<0.1%')
    """
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{share * 100:.1f}".removesuffix(".0") + "%"


def _signed(text: str) -> str:
    """Write a minus sign as one, and nothing before a zero."""
    return text.replace("-", "−") if any(one in text for one in "123456789") else text.lstrip("-")
