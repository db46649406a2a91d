"""The queue of corrections (更正队列): a unit at a time, by keyboard, nothing lost between two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xietong.atlas import operations, rules
from xietong.atlas.exports import quality as quality_files
from xietong.atlas.models import Correction
from xietong.atlas.naming import Codes
from xietong.atlas.operations.correction_tables import MOST_ROWS
from xietong.atlas.operations.corrections import UNDO_SECONDS
from xietong.atlas.queries import corrections as queries
from xietong.atlas.queries import rows as register_rows
from xietong.desk.operations import enqueue
from xietong.engine.register.corrections import INDUSTRY, PLACE
from xietong.kit.doors import said
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, Refusal
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.rules import Actor

LISTED = 500


@open_to(rules.READ_ROWS)
def queue(request: HttpRequest, member: str) -> HttpResponse:
    """Show what to look at, the first unit opened, or the one asked for."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in queries.KINDS else ""
    mine = request.GET.get("mine") == "1"
    found = queries.queue(actor, member, kind=kind, mine=mine)
    asked = request.GET.get("unit", "")[:64]
    key = asked or (found.items[0].row["unit"] if found.items else "")
    refusal = _refusal(request)
    return render(
        request,
        "atlas/corrections/queue.html",
        {
            "found": found,
            "member": found.version.register.member,
            "unit": _unit(actor, member, key) if key else None,
            "actor_key": actor.key,
            "kind": kind,
            "mine": mine,
            "codes": Codes(),
            "undo": _just_made(actor, member),
            "undo_seconds": UNDO_SECONDS,
            "refusal": refusal,
            "said": request.session.pop("queue_said", ""),
        },
    )


@require_POST
@open_to(writes=rules.CORRECT_UNIT)
def correct(request: HttpRequest, member: str, unit: str) -> HttpResponse:
    """Set one field of a unit."""

    def act(actor: Actor) -> str:
        seen = request.POST.get("seen", "")
        operations.correct_unit(
            actor=actor,
            member=member,
            unit=unit,
            field=request.POST.get("field", ""),
            # Without script the field of the search is all there is.
            value=(request.POST.get("value") or request.POST.get("q", "")).strip(),
            reason=request.POST.get("reason", ""),
            seen=int(seen) if seen.isdecimal() and len(seen) < 18 else None,
        )
        return _("Kept.")

    return _acted(request, member, unit, act, onwards=True)


@require_POST
@open_to(writes=rules.CORRECT_UNIT)
def confirm(request: HttpRequest, member: str, unit: str) -> HttpResponse:
    """Confirm what was read of a unit's doubtful fields."""

    def act(actor: Actor) -> str:
        known = queries.unit(actor, member, unit)
        confirmed = 0
        for field, value in ((INDUSTRY, known.industry), (PLACE, known.place)):
            if request.POST.get(f"doubt_{field}") and value and field not in known.corrections:
                operations.correct_unit(
                    actor=actor,
                    member=member,
                    unit=unit,
                    field=field,
                    value=value,
                    reason="",
                    seen=None,
                )
                confirmed += 1
        if not confirmed:
            return _("Nothing was read that could be confirmed; correct it instead.")
        return _("Confirmed.")

    return _acted(request, member, unit, act, onwards=True)


@require_POST
@open_to(writes=(rules.TAKE_UNIT, rules.RELEASE_UNIT))
def take(request: HttpRequest, member: str, unit: str) -> HttpResponse:
    """Take a unit, or let it go again."""

    def act(actor: Actor) -> str:
        if request.POST.get("release"):
            operations.release_unit(actor=actor, member=member, unit=unit)
            return _("Released.")
        operations.take_unit(actor=actor, member=member, unit=unit)
        return _("It is yours.")

    return _acted(request, member, unit, act, onwards=False)


@require_POST
@open_to(writes=rules.UNDO_CORRECTION)
def undo(request: HttpRequest, member: str, key: int) -> HttpResponse:
    """Take back what one has just done."""
    unit = ""

    def act(actor: Actor) -> str:
        nonlocal unit
        unit = operations.undo_correction(actor=actor, key=key).unit
        return _("Undone.")

    return _acted(request, member, unit, act, onwards=False, then=lambda: unit)


@require_POST
@open_to(writes=rules.WITHDRAW_CORRECTION)
def withdraw(request: HttpRequest, member: str, key: int) -> HttpResponse:
    """Withdraw a correction with a reason."""
    operations.withdraw_correction(
        actor=actor_of(request), key=key, reason=request.POST.get("reason", "")
    )
    return redirect("atlas:corrections", member=member)


@open_to(rules.READ_ROWS)
def directory(request: HttpRequest, member: str) -> HttpResponse:
    """List the corrections of a register, and let them be applied."""
    actor = actor_of(request)
    withdrawn = request.GET.get("withdrawn") == "1"
    version = register_rows.present_version(actor, member, register_rows.rules.READ_ROWS)
    return render(
        request,
        "atlas/corrections/directory.html",
        {
            "member": version.register.member,
            "version": version,
            "corrections": queries.corrections(actor, member, withdrawn=withdrawn)[:LISTED],
            "withdrawn": withdrawn,
            "said": request.session.pop("corrections_said", ""),
            "waiting": queries.waiting(version.register.member, version),
            "codes": Codes(),
        },
    )


@require_POST
@open_to(writes=rules.APPLY_CORRECTIONS)
def apply_(request: HttpRequest, member: str) -> HttpResponse:
    """Let a worker make the next version, and show how it goes."""
    actor = actor_of(request)
    register_rows.member_for(actor, member, register_rows.rules.APPLY_CORRECTIONS)
    job = enqueue(
        actor=actor,
        kind="apply_corrections",
        parameters={"member": member},
        subject=Reference("atlas", "register", member),
    )
    return redirect("desk:job", job.pk)


@require_POST
@open_to(writes=rules.IMPORT_CORRECTIONS)
def import_(request: HttpRequest, member: str) -> HttpResponse:
    """Take a filled-in workbook."""
    actor = actor_of(request)
    register_rows.member_for(actor, member, register_rows.rules.IMPORT_CORRECTIONS)
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(
            "file_missing_from_form",
            N_("No file was chosen."),
            way_out=N_("Choose a workbook, a CSV or a Parquet file."),
            field="file",
        )
    brought = operations.import_corrections(
        actor=actor, member=member, stream=file, name=file.name or ""
    )
    request.session["corrections_said"] = _(
        "Corrections made: {made}, of these in the place of earlier ones: {changed}. "
        "Stood already: {unchanged}."
    ).format(made=len(brought.made), changed=brought.changed, unchanged=brought.unchanged)
    return redirect("atlas:corrections", member=member)


@open_to(rules.READ_ROWS)
def export(request: HttpRequest, member: str, kind: str) -> HttpResponse:
    """Give the head of the queue and what stands as a workbook to be filled in."""
    actor = actor_of(request)
    body = quality_files.queue_body(
        queries.queue(actor, member, most=MOST_ROWS // 2),
        queries.corrections(actor, member),
        quality_files.checked(kind),
    )
    return quality_files.answer(body, f"xietong-corrections-{member}.{kind}", kind)


@open_to(rules.READ_ROWS)
def words(request: HttpRequest, member: str) -> HttpResponse:
    """Show the words that corrections would teach, and those decided on."""
    actor = actor_of(request)
    proposals = queries.vocabulary_proposals(actor, member)
    version = register_rows.present_version(actor, member, register_rows.rules.READ_ROWS)
    return render(
        request,
        "atlas/corrections/words.html",
        {
            "member": version.register.member,
            "version": version,
            "proposals": proposals,
            "words": queries.words(actor, member),
            "codes": Codes(),
        },
    )


@require_POST
@open_to(writes=(rules.ACCEPT_WORD, rules.DECLINE_WORD))
def decide(request: HttpRequest, member: str) -> HttpResponse:
    """Accept or decline a word."""
    act = operations.accept_word if "accept" in request.POST else operations.decline_word
    act(
        actor=actor_of(request),
        member=member,
        word=request.POST.get("word", ""),
        reason=request.POST.get("reason", ""),
    )
    return redirect("atlas:words", member=member)


@open_to(rules.READ_ROWS)
def words_file(request: HttpRequest, member: str) -> HttpResponse:
    """Give the accepted words as a pack's TOML."""
    body = queries.words_as_toml(actor_of(request), member)
    answer = HttpResponse(body, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="xietong-words-{member}.toml"'
    return answer


@open_to(rules.READ_ROWS)
def like(request: HttpRequest, member: str, field: str) -> HttpResponse:
    """Give what a search in the classification or among the places finds, to be chosen from."""
    actor = actor_of(request)
    register_rows.member_for(actor, member, register_rows.rules.READ_ROWS)
    text = request.GET.get("q", "")[:60]
    codes = Codes()
    if field == INDUSTRY:
        found = [(one.code, codes.industry(one.code)) for one in queries.industries_like(text)]
    else:
        found = [(one.code, codes.place(one.code)) for one in queries.places_like(text)]
    return render(
        request,
        "atlas/corrections/like.html",
        {"found": found, "field": "place" if field != INDUSTRY else field, "asked": text},
    )


def _acted(
    request: HttpRequest,
    member: str,
    unit: str,
    act: Any,
    *,
    onwards: bool,
    then: Any = None,
) -> HttpResponseRedirect:
    """Do it and go back to the queue: to the next unit where it was done, else to this one."""
    actor = actor_of(request)
    given = [
        f"{name}={value}"
        for name in ("kind", "mine")
        if (value := request.POST.get(name, "")) in ("industry", "place", "1")
    ]
    try:
        request.session["queue_said"] = act(actor)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        request.session["queue_refused"] = [refusal.code, *said(refusal)]
        onwards = False
    key = then() if then else unit
    if not onwards and key:
        given.append(f"unit={key}")
    return HttpResponseRedirect(
        f"{reverse('atlas:queue', args=[member])}{'?' if given else ''}{'&'.join(given)}"
    )


def _refusal(request: HttpRequest) -> dict[str, str] | None:
    told = request.session.pop("queue_refused", None)
    return {"code": told[0], "sentence": told[1], "way_out": told[2]} if told else None


def _unit(actor: Actor, member: str, key: str) -> queries.Unit | None:
    try:
        return queries.unit(actor, member, key)
    except Refusal as refusal:
        if refusal.code == "no_such_unit":
            return None
        raise


def _just_made(actor: Actor, member: str) -> Correction | None:
    """Return what the actor has done within the last seconds, to be undone."""
    since = timezone.now() - timedelta(seconds=UNDO_SECONDS)
    for one in queries.corrections(actor, member)[:50]:
        if one.made_by == actor.key and one.made_at >= since:
            return one
    return None
