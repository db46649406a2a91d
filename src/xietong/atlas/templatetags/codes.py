"""Codes of industries and places as templates say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from xietong.atlas.naming import Codes

register = template.Library()


@register.filter
def industry_of(codes: Codes, code: str | None) -> str:
    """Return code and name of an industry."""
    return codes.industry(code)


@register.filter
def place_of(codes: Codes, code: str | None) -> str:
    """Return a place's name with that of the place it lies in."""
    return codes.place(code)


@register.filter
def deepest(row: Mapping[str, Any]) -> str:
    """Return a row's industry as deep as it goes."""
    return str(row["class"] or row["group"] or row["division"] or "")


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """Return what stands under a key, None where nothing does."""
    return mapping.get(key)


@register.filter
def chosen(filters: Any, name: str) -> str:
    """Return what a filter of this name is set to."""
    return str(getattr(filters, name))
