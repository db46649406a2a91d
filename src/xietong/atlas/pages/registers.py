"""Data management (数据管理): what each member's register brought to the edition."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xietong.atlas import queries, rules
from xietong.atlas.queries.quality import registers_with_figures
from xietong.atlas.schemas import RegisterSummary
from xietong.kit.refusals import NotFound
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, open_to
from xietong.region.rules import may, of_member


@open_to(PUBLIC)
def show(request: HttpRequest) -> HttpResponse:
    """Show the quality of every register in the newest edition, and the registers held here to
    those who may see more.
    """
    actor = actor_of(request)
    held = registers_with_figures(actor)
    try:
        edition = queries.edition(actor)
    except NotFound:
        if not held:
            raise
        edition = None
    names = {one.code: one.name for one in edition.members} if edition else {}
    return render(
        request,
        "atlas/registers/registers.html",
        {
            "edition": edition,
            "held": [
                (
                    one,
                    may(actor, rules.READ_ROWS, of=of_member(one.register.member.code)),
                    may(actor, rules.IMPORT_REGISTER, of=of_member(one.register.member.code)),
                )
                for one in held
            ],
            "may_import": may(actor, rules.IMPORT_REGISTER),
            "registers": [
                {"about": one, "member": names[one.member], "shares": _shares(one)}
                for one in (edition.registers if edition else [])
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
