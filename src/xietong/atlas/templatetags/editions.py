"""What the states of an edition are called in templates."""

from __future__ import annotations

from django import template
from django.utils.translation import pgettext

from xietong.atlas import rules

register = template.Library()


@register.filter
def edition_state(state: str) -> str:
    """Return what a state of an edition is called."""
    return {
        rules.DRAFT: pgettext("edition", "draft"),
        rules.UNDER_REVIEW: pgettext("edition", "under review"),
        rules.APPROVED: pgettext("edition", "approved"),
        rules.PUBLISHED: pgettext("edition", "published"),
        rules.WITHDRAWN: pgettext("edition", "withdrawn"),
    }[state]
