"""The page and the API route of the table of who may do what."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from ninja import Query, Router

from xietong.kit.problem_schema import ProblemOut
from xietong.portal import permissions
from xietong.region import naming
from xietong.region.actors import actor_of
from xietong.region.guards import call_open_to, open_to
from xietong.region.rules import READ_RULES
from xietong.region.schemas import RoleName, RuleOut

router = Router(tags=["rules"])


@router.get(
    "",
    response={200: list[RuleOut], 400: ProblemOut, 403: ProblemOut, 422: ProblemOut},
    summary="Who may do what",
)
@call_open_to(READ_RULES)
def rules(
    request: HttpRequest,
    room: Annotated[str, Query(max_length=40)] = "",
    role: RoleName | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> list[RuleOut]:
    """Return the lines of the table: verb × role × own, other members, office × states."""
    return permissions.lines(actor_of(request), room=room, role=role or "", q=q)


@open_to(READ_RULES)
def show(request: HttpRequest) -> HttpResponse:
    """Show the table to administrators, filtered as asked."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("room", "role", "q")}
    found = permissions.lines(actor_of(request), **asked)
    names = naming.roles()
    return render(
        request,
        "portal/rules.html",
        {
            "asked": asked,
            "rooms": {room: permissions.room_said(room) for room in permissions.tables()},
            "roles": names,
            "lines": [
                {
                    "said": permissions.verb_said(one.verb),
                    "verb": one.verb,
                    "room": permissions.room_said(one.room),
                    "own": [names[role] for role in one.own],
                    "others": [names[role] for role in one.others],
                    "office": [names[role] for role in one.office],
                    "states": [permissions.state_said(one.room, state) for state in one.states],
                    "besides": _besides(one),
                }
                for one in found
            ],
        },
    )


def _besides(line: RuleOut) -> str:
    """Return who else may: everybody, the operator at the machine, or nobody."""
    if line.public:
        return gettext("everybody")
    return gettext("the operator") if line.operator else "–"
