"""Notices on pages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from xietong.desk import operations, queries
from xietong.desk.awaiting import to_do
from xietong.desk.schemas import notice_out
from xietong.region.actors import actor_of
from xietong.region.guards import SIGNED_IN, open_to
from xietong.region.leads import lead_to

A_PAGE = 30


@require_safe
@open_to(SIGNED_IN)
def show_all(request: HttpRequest) -> HttpResponse:
    """Show what awaits the actor, and the actor's notices."""
    actor = actor_of(request)
    page = Paginator(queries.notices_of(actor), A_PAGE).get_page(request.GET.get("page"))
    todo = to_do(request)
    return render(
        request,
        "desk/notices.html",
        {
            "awaiting": todo.awaiting,
            "page": page,
            "notices": [notice_out(one) for one in page],
            "unread": todo.unread,
        },
    )


@require_POST
@open_to(writes=SIGNED_IN)
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a notice as read and go to what it tells of."""
    actor = actor_of(request)
    told = notice_out(operations.read_notice(actor=actor, number=number))
    lead = lead_to(actor, told.subject) if told.subject and not told.url else None
    return redirect(told.url or (lead.url if lead else "") or "desk:notices")


@require_POST
@open_to(writes=SIGNED_IN)
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    operations.read_all_notices(actor=actor_of(request))
    return redirect("desk:notices")
