"""Names of states, verdicts and endings in templates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

from xietong.agreements.naming import ended_name as ended
from xietong.agreements.naming import state_names, verdict_names

register = template.Library()


@register.filter
def state_name(state: str) -> str:
    """Return what a state of an agreement is called."""
    return state_names()[state]


@register.filter
def verdict_name(verdict: str) -> str:
    """Return what a verdict is called."""
    return verdict_names()[verdict]


@register.filter
def ended_name(why: str) -> str:
    """Return why an agreement ended, as a sentence."""
    return ended(why)


@register.filter
def translated(sentence: str) -> str:
    """Return a stored English sentence in the page's language."""
    return gettext(sentence)
