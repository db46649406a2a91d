"""What one cell says: blanks, numbers and dates, as people type them and as sheets store them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from decimal import Decimal, InvalidOperation

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_SEPARATED = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*(?:日|号)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_COMPACT_MONTH = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
_YEAR = re.compile(r"([12]\d{3})\s*年?")
_CLOCK = re.compile(r"[T ]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
# A sheet's day 1 is 1900-01-01, and it counts a 29 February 1900 that never was.
_EPOCH_1900 = datetime.date(1899, 12, 30)
_EPOCH_1904 = datetime.date(1904, 1, 1)
# Five digits: 1927 to 2173. Fewer could be a year, six a year with its month.
_SERIALS = range(10_000, 100_000)


def plain(text: str) -> str:
    """Return the text in one width, without surrounding space or a sheet's leading apostrophe.

    >>> plain("\\u3000３１０１１５ ")
    '310115'
    """
    if text.isascii():
        return text.strip().removeprefix("'")
    return unicodedata.normalize("NFKC", text).strip().removeprefix("'")


def parse_number(text: str) -> Decimal | None:
    """Return the number that a cell says, exactly; None where it is not one number.

    Commas must part groups of three; full-width digits count.

    >>> parse_number("４，２６４.8800"), parse_number("1,2")
    (Decimal('4264.8800'), None)
    """
    text = plain(text).replace("−", "-")
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif not _PLAIN.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def parse_whole(text: str) -> int | None:
    """Return the whole number that a cell says, or None: also for 12.5.

    >>> parse_whole("1,024"), parse_whole("35.0"), parse_whole("12.5")
    (1024, 35, None)
    """
    number = parse_number(text)
    if number is None or number.adjusted() > 18 or number != number.to_integral_value():
        return None
    return int(number)


def parse_date(text: str, *, epoch_1904: bool = False) -> datetime.date | None:
    """Return the day that a cell says, or None where it says none.

    Year first: 2004-12-31, 2004/1/5, 2004.1.5, 20041231, 2004年12月31日, each with or without a
    time of day; a month or a year alone gives its first day; a number is a sheet's serial day,
    counted from 1900 or, if `epoch_1904`, from 1904. Days and months that lead are ambiguous and
    give None.

    >>> parse_date("2004年1月5日"), parse_date("38352")
    (datetime.date(2004, 1, 5), datetime.date(2004, 12, 31))
    """
    text = _CLOCK.sub("", plain(text))
    for pattern in (_SEPARATED, _COMPACT):
        if found := pattern.fullmatch(text):
            year, month, day = found.groups()
            return _day(int(year), int(month), int(day))
    if found := _YEAR.fullmatch(text):
        return _day(int(found[1]), 1, 1)
    number = parse_number(text)
    if number is not None and int(number) in _SERIALS:
        return (_EPOCH_1904 if epoch_1904 else _EPOCH_1900) + datetime.timedelta(days=int(number))
    for pattern in (_COMPACT_MONTH, _MONTH):
        if found := pattern.fullmatch(text):
            return _day(int(found[1]), int(found[2]), 1)
    return None


def _day(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
