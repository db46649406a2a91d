"""Data management (数据管理): what each member's register brought to the edition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xietong.atlas import queries
from xietong.atlas.schemas import RegisterSummary
from xietong.region.actors import actor_of


def show(request: HttpRequest) -> HttpResponse:
    """Show the quality of every register in the newest edition."""
    actor = actor_of(request)
    edition = queries.edition(actor)
    names = {one.code: one.name for one in edition.members}
    return render(
        request,
        "atlas/registers/registers.html",
        {
            "edition": edition,
            "registers": [
                {"about": one, "member": names[one.member], "shares": _shares(one)}
                for one in edition.registers
            ],
        },
    )


def _shares(register: RegisterSummary) -> dict[str, float]:
    """Return what share of a register's rows was placed how closely, and coded."""
    rows = max(register.rows, 1)
    return {
        "county": register.placed_county / rows,
        "prefecture": register.placed_prefecture / rows,
        "unplaced": register.unplaced / rows,
        "coded": register.coded / rows,
    }
