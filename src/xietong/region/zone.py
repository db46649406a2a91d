"""The region's zone (时区): whose midnight begins and ends a day. What is stored is UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from xietong.region.models import Region


def of_the_region() -> tzinfo:
    """Return the zone that the region's pack names; UTC before one is loaded or where none is."""
    region = Region.objects.only("pack").first()
    name = region.pack.get("pack", {}).get("zone", "") if region is not None else ""
    return ZoneInfo(name) if name else UTC


def beginning_of(day: date) -> datetime:
    """Return the first moment of a day in the region."""
    return datetime.combine(day, time(), of_the_region()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the first moment after a day in the region."""
    return beginning_of(day + timedelta(days=1))


def day_of(moment: datetime, there: tzinfo | None = None) -> date:
    """Return the day in the region on which a moment lies; `there` is its zone, if known."""
    return moment.astimezone(there or of_the_region()).date()


def last_day_before(moment: datetime, there: tzinfo | None = None) -> date:
    """Return the last day in the region that has begun before a moment at which something ends."""
    return day_of(moment - timedelta(microseconds=1), there)


def minute_of(moment: datetime, there: tzinfo | None = None) -> str:
    """Return a moment as the clocks of the region show it, with the zone's distance from UTC.

    Whatever leaves the pages (mail, files, lines of commands) tells its times so or by the second.
    """
    return _with_distance(moment, there, "%Y-%m-%d %H:%M")


def second_of(moment: datetime, there: tzinfo | None = None) -> str:
    """Return the same by the second; `there` is the region's zone, if known."""
    return _with_distance(moment, there, "%Y-%m-%d %H:%M:%S")


def _with_distance(moment: datetime, there: tzinfo | None, form: str) -> str:
    told = moment.astimezone(there or of_the_region())
    away = f"{told:%z}"
    return f"{told:{form}} (UTC{away[:3]}:{away[3:5]})"
