"""Organisations (单位): the list, one of them, entering, changing, closing, importing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from xietong.kit.refusals import Refusal
from xietong.region import exports, forms, naming, operations, queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.models import Organisation
from xietong.region.pages import answers, tables
from xietong.region.queries.organisations import scopes_of
from xietong.region.rules import may, require


@open_to(rules.READ_ORGANISATIONS)
def directory(request: HttpRequest) -> HttpResponse:
    """Show the organisations that the actor may know."""
    actor = actor_of(request)
    require(actor, rules.READ_ORGANISATIONS)
    asked = queries.Organisations(request.GET, queries.organisations_visible_to(actor))
    return render(
        request,
        "region/organisations.html",
        {
            "asked": asked,
            "table": tables.laid(tables.Organisations, asked.qs, request),
            "query": request.GET.urlencode(),
            "may_add": may(actor, rules.ADD_ORGANISATION),
            "may_import": may(actor, rules.IMPORT_ORGANISATIONS),
        },
    )


@open_to(rules.READ_ORGANISATIONS)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the list, filtered as asked, under headings by which it can be imported again."""
    actor = actor_of(request)
    require(actor, rules.READ_ORGANISATIONS)
    form = answers.kind_of_file(kind)
    rows = queries.Organisations(request.GET, queries.organisations_visible_to(actor)).qs
    return answers.file(exports.organisations(form, rows), "organisations", form)


@open_to(rules.IMPORT_ORGANISATIONS)
def template(request: HttpRequest) -> HttpResponse:
    """Return an empty workbook with the headings of an import."""
    require(actor_of(request), rules.IMPORT_ORGANISATIONS)
    body = exports.table("xlsx", list(operations.headings().values()), [])
    return answers.file(body, "organisations-template", "xlsx")


@open_to(rules.READ_ORGANISATIONS)
def show(request: HttpRequest, key: int) -> HttpResponse:
    """Show an organisation, what stands below it, and its people as far as they may be known."""
    actor = actor_of(request)
    require(actor, rules.READ_ORGANISATIONS)
    row = queries.organisation(actor, key)
    own = scopes_of(member=row.member, organisation=row)
    people = queries.people_visible_to(actor).filter(organisation=row)
    return render(
        request,
        "region/organisation.html",
        {
            "organisation": row,
            "kind": naming.kinds()[row.kind],
            "name": naming.organisation(row),
            "member": naming.member(row.member),
            "superior": naming.organisation(row.parent),
            "below": [
                (one, naming.organisation(one))
                for one in queries.organisations_visible_to(actor).filter(
                    parent=row, closed_at__isnull=True
                )
            ],
            "people": people,
            "may_change": row.closed_at is None and may(actor, rules.CHANGE_ORGANISATION, of=own),
        },
    )


@open_to(rules.ADD_ORGANISATION, writes=rules.ADD_ORGANISATION)
def add(request: HttpRequest) -> HttpResponse:
    """Ask for a new organisation, and enter it."""
    actor = actor_of(request)
    require(actor, rules.ADD_ORGANISATION)
    form = forms.AboutOrganisation(actor, rules.ADD_ORGANISATION, None, request.POST or None)
    row = answers.done(
        request,
        form,
        lambda said: operations.add_organisation(
            actor=actor, member=said["member"] or None, about=_about(said)
        ),
    )
    if row is not None:
        messages.success(request, gettext("“{name}” was entered.").format(name=row.name_zh))
        return redirect("region:organisation", row.pk)
    return _form(request, form, gettext("Enter an organisation"))


@open_to(rules.CHANGE_ORGANISATION, writes=rules.CHANGE_ORGANISATION)
def change(request: HttpRequest, key: int) -> HttpResponse:
    """Ask what is to be written anew, and write it."""
    actor = actor_of(request)
    require(actor, rules.CHANGE_ORGANISATION)
    row = queries.organisation(actor, key)
    require(actor, rules.CHANGE_ORGANISATION, of=scopes_of(member=row.member, organisation=row))
    known = {
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "kind": row.kind,
        "credit_code": row.credit_code or "",
        "parent": row.parent_id,
    }
    form = forms.AboutOrganisation(
        actor, rules.CHANGE_ORGANISATION, row, request.POST or None, initial=known
    )
    if answers.done(
        request,
        form,
        lambda said: operations.change_organisation(actor=actor, key=key, about=_about(said)),
    ):
        messages.success(request, gettext("Done, and noted in the audit."))
        return redirect("region:organisation", key)
    return _form(request, form, gettext("Change an organisation"), row)


@open_to(rules.CLOSE_ORGANISATION, writes=rules.CLOSE_ORGANISATION)
def close(request: HttpRequest, key: int) -> HttpResponse:
    """Say whose mandates will end, and close the organisation once that is confirmed."""
    actor = actor_of(request)
    require(actor, rules.CLOSE_ORGANISATION)
    row = queries.organisation(actor, key)
    require(actor, rules.CLOSE_ORGANISATION, of=scopes_of(member=row.member, organisation=row))
    form = forms.Why(request.POST or None)
    if answers.done(
        request,
        form,
        lambda said: operations.close_organisation(actor=actor, key=key, reason=said["reason"]),
    ):
        messages.success(request, gettext("“{name}” was closed.").format(name=row.name_zh))
        return redirect("region:organisation", key)
    ending = queries.mandates_visible_to(actor).filter(organisation=row)
    holders = sorted({naming.person(one.person) for one in ending if queries.holds(one)})
    return render(
        request,
        "region/close.html",
        {"name": naming.organisation(row), "key": key, "holders": holders, "form": form},
        status=422 if form.errors else 200,
    )


@open_to(rules.IMPORT_ORGANISATIONS, writes=rules.IMPORT_ORGANISATIONS)
def import_(request: HttpRequest) -> HttpResponse:
    """Check a table of organisations and say what it would do; enter it when asked to."""
    actor = actor_of(request)
    require(actor, rules.IMPORT_ORGANISATIONS)
    form = forms.Table(
        actor,
        rules.IMPORT_ORGANISATIONS,
        *((request.POST, request.FILES) if request.method == "POST" else (None, None)),
    )
    told: operations.Imported | None = None
    if request.method == "POST" and form.is_valid():
        upload, dry_run = form.cleaned_data["file"], "enter" not in request.POST
        try:
            with operations.table_laid(upload.name, upload.chunks()) as path:
                told = operations.import_organisations(
                    actor=actor, member=form.cleaned_data["member"], path=path, dry_run=dry_run
                )
        except Refusal as refusal:
            answers.refused(form, refusal)
        else:
            if not dry_run:
                n = told.added + told.changed
                words = ngettext(
                    "{n} organisation was written.", "{n} organisations were written.", n
                )
                messages.success(request, words.format(n=n))
                return redirect("region:organisations")
    return render(
        request,
        "region/organisation_import.html",
        {"form": form, "told": told},
        status=422 if form.errors else 200,
    )


def _about(said: dict[str, Any]) -> operations.About:
    return operations.About(
        name_zh=said["name_zh"],
        kind=said["kind"],
        name_en=said["name_en"],
        credit_code=said["credit_code"],
        parent=said["parent"],
    )


def _form(
    request: HttpRequest, form: Any, title: str, row: Organisation | None = None
) -> HttpResponse:
    return render(
        request,
        "region/organisation_form.html",
        {"form": form, "title": title, "organisation": row},
        status=422 if form.errors else 200,
    )
