"""Numbers and names as templates write them, in the active language."""

from __future__ import annotations

from typing import Any, Protocol

from django import template
from django.utils.translation import get_language

from xietong.kit import figures

register = template.Library()
NOTHING = "–"


class Named(Protocol):
    """Whatever has a name in both languages."""

    zh: str
    en: str


def speaks_chinese() -> bool:
    """Return whether the active language is Chinese."""
    return (get_language() or "").startswith("zh")


@register.filter
def said(names: Named | None) -> str:
    """Return a name in the active language; nothing for nothing."""
    if not names:
        return ""
    return names.zh if speaks_chinese() else names.en


@register.filter
def amount(number: int | None) -> str:
    """Return a whole number for running text, with 万 and 亿 in Chinese."""
    return NOTHING if number is None else figures.amount(number, chinese=speaks_chinese())


@register.filter
def grouped(number: int | None) -> str:
    """Return a whole number with commas between thousands, as tables have it."""
    return NOTHING if number is None else figures.grouped(number)


@register.filter
def percent(share: float | None) -> str:
    """Return a share of one as per cent."""
    return NOTHING if share is None else figures.percent(share)


@register.filter
def measured(cell: Any) -> str:
    """Return the value (or `lq`) of something that has `low` and `high`."""
    value = cell.value if hasattr(cell, "value") else cell.lq
    return NOTHING if value is None else figures.measured(value, cell.low, cell.high)


@register.filter
def interval(cell: Any) -> str:
    """Return the interval of something that has `low` and `high`; nothing where it has none."""
    if cell.low is None or cell.high is None:
        return ""
    return figures.interval(cell.low, cell.high)
