"""Bringing a register in: upload, columns, check, dry run, commit; each step on its own page."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xietong.atlas import operations, queries, rules
from xietong.atlas.exports.problems import problem_list
from xietong.atlas.models import RegisterDraft
from xietong.atlas.pages.import_views import dry_run, page_links
from xietong.atlas.queries.drafts import PAGE_PROBLEMS
from xietong.atlas.queries.rows import member_for
from xietong.desk.models import Job
from xietong.kit.doors import as_problem_json, said_kind, said_problem
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.rules import Actor, may, of_member

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@never_cache
@open_to(rules.BEGIN_DRAFT)
def choose(request: HttpRequest) -> HttpResponse:
    """Let an officer choose the member; of one member only, there is nothing to choose."""
    members = queries.members_to_import_for(actor_of(request))
    if len(members) == 1:
        return redirect("atlas:imports", members[0].code)
    return render(request, "atlas/imports/choose.html", {"members": members})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@open_to(rules.READ_IMPORTS, writes=rules.BEGIN_DRAFT)
def start(request: HttpRequest, member: str) -> HttpResponse:
    """Show where a file is dropped and which imports are under way; take the file."""
    actor = actor_of(request)
    if request.method != "POST":
        return _start(request, actor, member)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refusal(
                "file_missing_from_form",
                N_("No file was chosen."),
                way_out=N_("Choose a workbook, a CSV or a Parquet file."),
                field="file",
            )
        draft = operations.begin_draft(
            actor=actor, member=member, stream=file, name=file.name or ""
        )
    except Refusal as refusal:
        if refusal.status != Refusal.status:
            raise
        return _start(request, actor, member, refusal)
    return redirect("atlas:import", member, draft.pk)


def _start(
    request: HttpRequest, actor: Actor, member: str, refusal: Refusal | None = None
) -> HttpResponse:
    owner = member_for(actor, member, rules.READ_IMPORTS)
    of = of_member(owner.code)
    return render(
        request,
        "atlas/imports/start.html",
        {
            "member": owner,
            "may_begin": may(actor, rules.BEGIN_DRAFT, of=of),
            "drafts": queries.drafts_of(actor, owner.code),
            "ended": [
                one
                for one in queries.drafts_of(actor, owner.code, over=True)
                if one.state not in rules.UNDER_WAY
            ][:8],
            "refusal": None if refusal is None else as_problem_json(refusal),
        },
        status=200 if refusal is None else refusal.status,
    )


@require_safe
@never_cache
@open_to(rules.READ_IMPORTS)
def show(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Show an import at the step where it stands."""
    return _show(request, actor_of(request), member, number)


def _show(
    request: HttpRequest,
    actor: Actor,
    member: str,
    number: int,
    refusal: Refusal | None = None,
) -> HttpResponse:
    draft = queries.draft(actor, member, number)
    of = of_member(draft.member.code)
    tallies = queries.tallies_of(draft)
    return render(
        request,
        "atlas/imports/draft.html",
        {
            "draft": draft,
            "member": draft.member,
            "columns": queries.table_columns(draft),
            "meanings": queries.canonical_columns(),
            "may_change": may(actor, rules.MAP_DRAFT, of=of) and draft.state in rules.UNDER_WAY,
            "may_mark": may(actor, rules.MARK_DRAFT, of=of),
            "may_commit": may(actor, rules.COMMIT_DRAFT, of=of),
            "lost": queries.problems_lost(draft),
            "is_checked": draft.state in (rules.CHECKED, rules.READY),
            "checking": _checking(draft),
            "tallies": [(one, _example(draft, one.code, one.field)) for one in tallies[:12]],
            "more_tallies": max(len(tallies) - 12, 0),
            "refusing": sum(one.count for one in tallies if one.refuses),
            "doubts": sum(one.count for one in tallies if not one.refuses),
            "marked": queries.marked_book(draft, _language()) is not None,
            "dry_run": dry_run(draft),
            "refusal": None if refusal is None else as_problem_json(refusal),
        },
        status=200 if refusal is None else refusal.status,
    )


def _checking(draft: RegisterDraft) -> int | None:
    """Return the job that checks a draft, or that did not get to its end."""
    return draft.job if draft.state == rules.MAPPED else None


def _example(draft: RegisterDraft, code: str, field: str) -> dict[str, Any]:
    found = queries.problems_of(draft, code=code, field=field).problems
    return said_problem(found[0]) if found else {"code": code, **said_kind(code)}


@require_POST
@open_to(writes=rules.CHOOSE_SHEET)
def sheet(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Read another sheet of the workbook."""
    actor = actor_of(request)
    try:
        operations.choose_sheet(
            actor=actor, member=member, number=number, sheet=request.POST.get("sheet", "")
        )
    except Refusal as refusal:
        return _again(request, actor, member, number, refusal)
    return redirect("atlas:import", member, number)


@require_POST
@open_to(writes=rules.MAP_DRAFT)
def columns(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Take the choice of columns and let a worker check the file."""
    actor = actor_of(request)
    draft = queries.draft(actor, member, number)
    chosen: dict[str, int] = {}
    try:
        for at in range(len(draft.headings)):
            meaning = request.POST.get(f"column-{at}", "")
            if meaning in chosen:
                raise Refusal(
                    "column_twice",
                    N_("Two columns of the file were given one meaning: “{one}” and “{other}”."),
                    way_out=N_("Choose one of them, and leave the other out."),
                    field=f"column-{at}",
                    one=draft.headings[chosen[meaning]],
                    other=draft.headings[at],
                )
            if meaning:
                chosen[meaning] = at
        operations.map_draft(actor=actor, member=member, number=number, columns=chosen)
        operations.check_draft(actor=actor, member=member, number=number)
    except Refusal as refusal:
        return _again(request, actor, member, number, refusal)
    return redirect("atlas:import", member, number)


@require_POST
@open_to(writes=rules.CHECK_DRAFT)
def check(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Let a worker check the file again, by today's methods and against today's register."""
    actor = actor_of(request)
    try:
        operations.check_draft(actor=actor, member=member, number=number)
    except Refusal as refusal:
        return _again(request, actor, member, number, refusal)
    return redirect("atlas:import", member, number)


@require_POST
@open_to(writes=rules.DISCARD_DRAFT)
def discard(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Throw an import away."""
    operations.discard_draft(actor=actor_of(request), member=member, number=number)
    return redirect("atlas:imports", member)


@require_POST
@open_to(writes=rules.COMMIT_DRAFT)
def commit(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Make a version of what was checked."""
    actor = actor_of(request)
    try:
        operations.commit_draft(
            actor=actor,
            member=member,
            number=number,
            about=_words(request),
            reason=request.POST.get("reason", ""),
        )
    except Refusal as refusal:
        return _again(request, actor, member, number, refusal)
    return redirect("atlas:import", member, number)


def _words(request: HttpRequest) -> operations.About:
    def said(name: str) -> str:
        return request.POST.get(name, "").strip()

    return operations.About(
        title_zh=said("title_zh"),
        title_en=said("title_en"),
        attribution_zh=said("attribution_zh"),
        attribution_en=said("attribution_en"),
        banner_zh=said("banner_zh"),
        banner_en=said("banner_en"),
    )


@require_safe
@never_cache
@open_to(rules.READ_IMPORTS)
def problems(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """List what a check found, filtered and paged."""
    draft = queries.draft(actor_of(request), member, number)
    asked = {name: request.GET.get(name, "")[:80] for name in ("code", "field", "severity")}
    page = int(request.GET["page"]) if request.GET.get("page", "").isdecimal() else 1
    page = min(max(page, 1), 1_000_000)
    found = queries.problems_of(draft, **asked, page=page)
    tallies = queries.tallies_of(draft)
    return render(
        request,
        "atlas/imports/problems.html",
        {
            "draft": draft,
            "member": draft.member,
            "problems": [said_problem(one) for one in found.problems],
            "total": found.total,
            "asked": asked,
            "lost": queries.problems_lost(draft),
            "codes": sorted({one.code for one in tallies}),
            "fields": sorted({one.field for one in tallies if one.field}),
            "links": page_links(page, found.total, PAGE_PROBLEMS, asked),
        },
    )


@require_safe
@open_to(rules.READ_IMPORTS)
def problems_file(request: HttpRequest, member: str, number: int) -> StreamingHttpResponse:
    """Give the whole list as CSV."""
    draft = queries.draft(actor_of(request), member, number)
    return problem_list(draft, f"problems-{member}-{draft.pk}.csv")


@require_POST
@open_to(writes=rules.MARK_DRAFT)
def mark(request: HttpRequest, member: str, number: int) -> HttpResponse:
    """Let a worker write the marked-up workbook, and show how far it is."""
    job: Job = operations.mark_draft(
        actor=actor_of(request), member=member, number=number, language=_language()
    )
    return redirect("desk:job", job.pk)


@require_safe
@never_cache
@open_to(rules.READ_IMPORTS)
def marked(request: HttpRequest, member: str, number: int) -> FileResponse:
    """Give the marked-up workbook, as something to save."""
    draft = queries.draft(actor_of(request), member, number)
    path = queries.marked_book(draft, _language())
    if path is None:
        raise NotFound(
            "not_marked_yet",
            N_("The marked-up workbook of this import has not been written."),
            way_out=N_("Ask for it on the page of the import."),
        )
    name = draft.name.rpartition(".")[0] or draft.name
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{name}-marked.xlsx", content_type=XLSX
    )


def _again(
    request: HttpRequest, actor: Actor, member: str, number: int, refusal: Refusal
) -> HttpResponse:
    """Show the page once more with what was refused on it; what does not exist has its own page."""
    if refusal.status != Refusal.status:
        raise refusal
    return _show(request, actor, member, number, refusal)


def _language() -> str:
    return get_language() or "zh-hans"
