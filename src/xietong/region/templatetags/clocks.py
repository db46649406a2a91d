"""Moments in mail and lists as the clocks of the region show them, whoever writes the text."""

from __future__ import annotations

from datetime import datetime

from django import template

from xietong.region import zone

register = template.Library()


@register.filter
def minute_there(moment: datetime) -> str:
    """Return a moment with the zone's distance from UTC, for what is read away from the page."""
    return zone.minute_of(moment)


@register.filter
def day_there(moment: str) -> str:
    """Return the region's day on which a moment of the API lies."""
    return zone.day_of(datetime.fromisoformat(moment)).isoformat()
