"""Tags of the map's templates: addresses of views, names of clusters and members."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from django import template
from django.utils.translation import gettext

from xietong.atlas.models import Cluster
from xietong.atlas.schemas import IndustryIndices, LeadingIndustry, MemberOut, Names
from xietong.kit import figures
from xietong.kit.templatetags.figures import said

register = template.Library()


class View(Protocol):
    """A view of the map, which can say its address."""

    def query(self, **changes: Any) -> str:
        """Return the query of the view with changes."""


@register.simple_tag
def view_query(view: View, **changes: Any) -> str:
    """Return the query of a view with changes; None takes a part away."""
    return view.query(**changes)


@register.filter
def cluster_name(row: Cluster) -> str:
    """Return a cluster's name in the active language."""
    return said(Names(zh=row.name_zh, en=row.name_en))


@register.filter
def name_of(members: Mapping[str, MemberOut], code: str) -> str:
    """Return a member's short name in the active language."""
    return said(members[code].short)


@register.filter
def shorts(codes: Collection[str], members: Mapping[str, MemberOut]) -> str:
    """Return the short names of members, in the order in which the region lists them."""
    return " · ".join(said(one.short) for code, one in members.items() if code in codes)


@register.filter
def strong(top: Sequence[LeadingIndustry]) -> list[LeadingIndustry]:
    """Return those that stand above the region: a quotient below one is no strength."""
    return [one for one in top if one.lq > 1]


@register.filter
def eg(indices: IndustryIndices) -> str:
    """Return the Ellison–Glaeser index, and what chance alone reaches if three decimals show it."""
    if indices.ellison_glaeser is None or indices.eg_by_chance is None:
        return ""
    value = f"{indices.ellison_glaeser:.3f}".replace("-", "−")
    chance = f"{indices.eg_by_chance:.3f}"
    if chance == "0.000":
        return value
    return gettext("{value} (chance ±{chance})").format(value=value, chance=chance)


@register.filter
def whole(value: float) -> str:
    """Return an amount as a whole number with commas."""
    return figures.grouped(round(value))
