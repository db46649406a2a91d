"""The versions of a register: who made which when, what it changed, and going back to one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from xietong.atlas import operations, queries, rules
from xietong.atlas.exports.problems import problem_list
from xietong.atlas.queries.rows import member_for
from xietong.kit.doors import as_problem_json
from xietong.kit.refusals import Refusal
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.rules import Actor, may, of_member


@require_safe
@never_cache
@open_to(rules.READ_IMPORTS)
def show(request: HttpRequest, member: str) -> HttpResponse:
    """List the versions of a member's register, the newest first."""
    return _show(request, actor_of(request), member)


def _show(
    request: HttpRequest, actor: Actor, member: str, refusal: Refusal | None = None
) -> HttpResponse:
    owner = member_for(actor, member, rules.READ_IMPORTS)
    versions = queries.versions_of(actor, owner.code)
    return render(
        request,
        "atlas/imports/versions.html",
        {
            "member": owner,
            "versions": versions,
            "newest": versions[0].number if versions else 0,
            "may_begin": may(actor, rules.BEGIN_DRAFT, of=of_member(owner.code)),
            "may_restore": may(actor, rules.RESTORE_VERSION, of=of_member(owner.code)),
            "refusal": None if refusal is None else as_problem_json(refusal),
        },
        status=200 if refusal is None else refusal.status,
    )


@require_POST
@open_to(writes=rules.RESTORE_VERSION)
def restore(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Go back to an earlier version, by making a new one of it."""
    actor = actor_of(request)
    newest = request.POST.get("newest", "")
    try:
        operations.restore_version(
            actor=actor,
            member=member,
            number=number,
            reason=request.POST.get("reason", ""),
            newest=int(newest) if newest.isdecimal() else None,
        )
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        return _show(request, actor, member, refusal)
    return redirect("atlas:versions", member)


@require_safe
@open_to(rules.READ_IMPORTS)
def problems_file(request: HttpRequest, member: str, number: int) -> StreamingHttpResponse:
    """Give the doubts that a version was committed with as CSV."""
    version = queries.version(actor_of(request), member, number)
    return problem_list(version, f"problems-{member}-version-{number}.csv")
