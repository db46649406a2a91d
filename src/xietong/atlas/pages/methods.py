"""How the numbers were computed: formulas, choices and versions behind an edition."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from xietong.atlas import queries
from xietong.kit import figures
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to

TEN_THOUSAND_YUAN, PER_MILLE = "_wan", "_permille"


@open_to(PUBLIC)
def show(request: HttpRequest) -> HttpResponse:
    """Show the formula of every measure, and the choices that this edition was made with."""
    actor = actor_of(request)
    edition = queries.edition(actor)
    return render(
        request,
        "atlas/methods/methods.html",
        {"edition": edition, "choices": chosen(edition.parameters)},
    )


def chosen(parameters: Mapping[str, str | int | float]) -> list[tuple[str, str]]:
    """Return each choice in words with its value; one that has no words keeps its own name."""
    words = names()
    order = [name for name in words if name in parameters]
    rest = sorted(name for name in parameters if name not in words)
    return [(words.get(name, name), _value(name, parameters[name])) for name in order + rest]


def names() -> dict[str, str]:
    """Return what each parameter of an edition is called, those first that most readers ask for."""
    return {
        "minimum_cell": gettext("Fewest units of a number that is published"),
        "industry_units": gettext("Fewest units of an industry that is drawn"),
        "cluster_units": gettext("Fewest units of a cluster"),
        "placed_at_county_permille": gettext("Least share of rows placed at the county"),
        "interval_permille": gettext("Confidence of an interval"),
        "cluster_permille": gettext("Confidence that a cluster's counties lie above 1"),
        "cap_wan": gettext("Most capital of one unit that is counted"),
        "interval_units": gettext("Fewest units for an interval of capital"),
        "dominance_permille": gettext("Most of a published amount that one unit may hold"),
        "p_permille": gettext("Closest that one unit's amount may be estimated"),
    }


def _value(name: str, value: str | int | float) -> str:
    if name.endswith(PER_MILLE):
        return figures.percent(float(value) / 1000)
    if name.endswith(TEN_THOUSAND_YUAN):
        return gettext("{amount} × 10,000 CNY").format(amount=figures.grouped(int(value)))
    return str(value)
