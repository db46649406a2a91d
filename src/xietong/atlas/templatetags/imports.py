"""What the templates of imports say: columns, reasons, states, steps."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, pgettext

from xietong.atlas import rules
from xietong.atlas.queries.figures import column_name
from xietong.kit.doors import said_kind

register = template.Library()


@register.filter
def column_said(name: str) -> str:
    """Return what a canonical column holds."""
    if name == "name":
        return gettext("Name of the establishment")
    return column_name("capital_wan" if name == "capital" else name)


@register.filter
def kind_said(code: str) -> str:
    """Return what faults of a code have in common."""
    return said_kind(code)["sentence"]


@register.filter
def why_said(why: str) -> str:
    """Return why a column was proposed as what it is."""
    return {
        "chosen": gettext("chosen by hand"),
        "remembered": gettext("as in your last table with these headings"),
        "known": gettext("the heading says so"),
        "passed_over": gettext("another heading says it better"),
        "ambiguous": gettext("another column has the same meaning: choose one"),
        "ignored": gettext("known, and not read on purpose"),
        "unknown": gettext("the heading is not known here"),
        "blank": gettext("the column has no heading"),
    }[why]


@register.filter
def draft_state(state: str) -> str:
    """Return what a state of an import is called."""
    return {
        rules.UPLOADED: pgettext("import", "uploaded"),
        rules.MAPPED: pgettext("import", "to be checked"),
        rules.CHECKED: pgettext("import", "refused by the check"),
        rules.READY: pgettext("import", "ready to commit"),
        rules.COMMITTED: pgettext("import", "committed"),
        rules.DISCARDED: pgettext("import", "discarded"),
    }[state]


@register.filter
def share_said(name: str) -> str:
    """Return what a share of the rows counts."""
    return {
        "placed_county": gettext("Placed at the county"),
        "placed_prefecture": gettext("Only the prefecture known"),
        "unplaced": gettext("Not placed"),
        "coded": gettext("Industry coded"),
    }[name]


@register.simple_tag
def import_steps(state: str) -> list[tuple[str, bool, bool]]:
    """Return the steps of an import: what it is called, whether it is done, and whether it is now.

    A discarded import is at none of them.
    """
    names = (gettext("File"), gettext("Columns"), gettext("Check"), gettext("Commit"))
    at = {
        rules.UPLOADED: 1,
        rules.MAPPED: 2,
        rules.CHECKED: 2,
        rules.READY: 3,
        rules.COMMITTED: 4,
    }.get(state, -1)
    return [(name, number < at, number == at) for number, name in enumerate(names)]
