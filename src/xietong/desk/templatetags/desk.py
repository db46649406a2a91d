"""States, moments and rates as the desk's pages say them."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from xietong.desk import rules
from xietong.kit.refusals import N_

register = template.Library()
STATES = {
    rules.WAITING: N_("waiting"),
    rules.RUNNING: N_("running"),
    rules.DONE: N_("done"),
    rules.REFUSED: N_("not done"),
    rules.FAILED: N_("failed"),
    rules.CANCELLED: N_("cancelled"),
}
MINUTE, HOUR = 60, 3600


@register.filter
def state_said(state: str) -> str:
    """Return a job's state in the active language."""
    return gettext(STATES[state])


@register.filter
def moment(at: datetime | None) -> str:
    """Return a moment as the clocks of the page show it; the foot of the page names the zone."""
    return "–" if at is None else f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


@register.filter
def a_second(rate: float) -> str:
    """Return a rate, with a decimal where it is small."""
    number = f"{rate:,.1f}" if rate < 10 else f"{rate:,.0f}"
    return gettext("{number} a second").format(number=number)


@register.filter
def left(seconds: int) -> str:
    """Return how long something will still take, no finer than one can know."""
    if seconds < MINUTE:
        return gettext("less than a minute left")
    if seconds < HOUR:
        minutes = round(seconds / MINUTE)
        told = ngettext("about {n} minute left", "about {n} minutes left", minutes)
        return told.format(n=minutes)
    hours = round(seconds / HOUR)
    return ngettext("about {n} hour left", "about {n} hours left", hours).format(n=hours)
