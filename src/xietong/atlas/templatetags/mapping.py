"""Tags of the map's templates: addresses of views, names of clusters and members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django import template

from xietong.atlas.models import Cluster
from xietong.atlas.schemas import IndustryIndices, MemberOut, Names
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
def of(members: Mapping[str, MemberOut], code: str) -> MemberOut:
    """Return one member by its code."""
    return members[code]


@register.filter
def short_of(member: MemberOut) -> str:
    """Return a member's short name in the active language."""
    return said(member.short)


@register.filter
def eg(indices: IndustryIndices) -> str:
    """Return the Ellison–Glaeser index with its interval."""
    if indices.ellison_glaeser is None or indices.eg_low is None or indices.eg_high is None:
        return ""
    return f"{indices.ellison_glaeser:.3f} ({indices.eg_low:.3f} – {indices.eg_high:.3f})".replace(
        "-", "−"
    )


@register.filter
def whole(value: float) -> str:
    """Return an amount as a whole number with commas."""
    return figures.grouped(round(value))
