"""The audit (审计记录): who changed what, all of it, and of one record; each as a file too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date

from xietong.kit.refusals import N_, NotFound
from xietong.region import exports, naming, queries
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.leads import lead_to, leads_to
from xietong.region.models import AuditEntry
from xietong.region.queries import Wanted
from xietong.region.rules import READ_AUDIT, Actor, require
from xietong.region.verbs import words_of
from xietong.region.zone import beginning_of, end_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMED = ("actor", "verb", "subject", "member")


@open_to(READ_AUDIT)
def directory(request: HttpRequest) -> HttpResponse:
    """Show the entries that the actor may see, the newest first, narrowed as asked."""
    actor = actor_of(request)
    require(actor, READ_AUDIT)
    wanted = wanted_of(request)
    sheet = queries.sheet_of_entries(
        actor, wanted, before=_number(request, "before"), after=_number(request, "after")
    )
    asked = {name: request.GET.get(name, "").strip() for name in (*NAMED, "since", "until")}
    kept = {name: value for name, value in asked.items() if value}
    return render(
        request,
        "region/audit.html",
        {
            "rows": shown_to(actor, sheet.entries),
            "asked": asked,
            "narrowed": bool(kept),
            "query": urlencode(kept),
            "older": sheet.older and urlencode({**kept, "before": sheet.older}),
            "newer": sheet.newer and urlencode({**kept, "after": sheet.newer}),
            "verbs": [(verb, words_of(verb)) for verb in queries.verbs_in_audit(actor)],
            "members": [(one.code, naming.member(one)) for one in queries.members_of_audit(actor)],
        },
    )


@open_to(READ_AUDIT)
def history(request: HttpRequest, subject: str) -> HttpResponse:
    """Show what happened to one record: by whom, when, why, from what state to what."""
    actor = actor_of(request)
    reference = exports.reference(subject)
    rows = queries.history(actor, reference)
    return render(
        request,
        "region/audit_history.html",
        {
            "subject": str(reference),
            "lead": lead_to(actor, str(reference)),
            "rows": shown_to(actor, rows),
        },
    )


@open_to(READ_AUDIT)
def export(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """Return the entries as asked: lines that can be verified elsewhere, or a workbook."""
    actor = actor_of(request)
    require(actor, READ_AUDIT)
    wanted = wanted_of(request)
    answer: HttpResponse | StreamingHttpResponse
    if kind == "jsonl":
        lines = exports.json_lines(actor, wanted)
        answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    elif kind == "xlsx":
        with TemporaryDirectory(prefix="xietong-audit-") as folder:
            path = Path(folder) / "audit.xlsx"
            exports.write_workbook(queries.entries(actor, wanted), path)
            answer = HttpResponse(path.read_bytes(), content_type=WORKBOOK)
    else:
        raise NotFound(
            "no_such_audit_file",
            N_("The audit is not given as “{kind}”."),
            way_out=N_("Choose jsonl or xlsx."),
            kind=kind,
        )
    answer["Content-Disposition"] = f'attachment; filename="xietong-audit.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def wanted_of(request: HttpRequest) -> Wanted:
    """Return what an address asks for; what it says wrongly narrows nothing."""
    given = {name: request.GET.get(name, "").strip()[:200] for name in NAMED}
    since, until = _day(request, "since"), _day(request, "until")
    return Wanted(
        **given,
        since=_moment(since, beginning_of),
        until=_moment(until, end_of),
    )


def shown_to(actor: Actor, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return entries as pages show them, each with where its record stands for this actor."""
    leads = leads_to(actor, {one.subject for one in entries})
    return [{**shown(one), "lead": leads.get(one.subject)} for one in entries]


def shown(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as pages show it."""
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "key": entry.actor_key,
        "what": words_of(entry.verb),
        "subject": entry.subject,
        "member": entry.member,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
        "details": sorted(entry.details.items()),
        "behind_s": entry.told["behind_us"] // 1_000_000,
        "hash": entry.hash,
    }


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def _moment(day: date | None, how: Callable[[date], datetime]) -> datetime | None:
    try:
        return None if day is None else how(day)
    except OverflowError:  # the first day of all, or the last
        return None
