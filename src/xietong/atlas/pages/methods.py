"""How the numbers were computed: formulas, choices and versions behind an edition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xietong.atlas import queries
from xietong.region.rules import READER


def show(request: HttpRequest) -> HttpResponse:
    """Show the formula of every measure, and the choices that this edition was made with."""
    edition = queries.edition(READER)
    return render(
        request,
        "atlas/methods/methods.html",
        {"edition": edition, "parameters": sorted(edition.parameters.items())},
    )
