"""People (人员): the directory, a person, and what administrators do to one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from xietong.region import exports, forms, naming, operations, queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import open_to
from xietong.region.models import Person
from xietong.region.pages import answers, tables
from xietong.region.queries.people import held_now, scopes_of_mandate, scopes_of_person
from xietong.region.rules import Actor, may, require


@open_to(rules.READ_PEOPLE)
def directory(request: HttpRequest) -> HttpResponse:
    """Show the people whom the actor may know: searched, filtered, sorted, by pages."""
    actor = actor_of(request)
    require(actor, rules.READ_PEOPLE)
    asked = queries.People(request.GET, queries.people_visible_to(actor))
    return render(
        request,
        "region/people.html",
        {
            "asked": asked,
            "table": tables.laid(tables.People, asked.qs, request),
            "query": request.GET.urlencode(),
            "may_invite": may(actor, rules.INVITE_PERSON),
            "may_manage": may(actor, rules.MANAGE_PEOPLE),
            "may_read_rules": may(actor, rules.READ_RULES),
        },
    )


@open_to(rules.READ_PEOPLE)
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the directory, filtered as asked, as CSV or XLSX."""
    actor = actor_of(request)
    require(actor, rules.READ_PEOPLE)
    form = answers.kind_of_file(kind)
    rows = queries.People(request.GET, queries.people_visible_to(actor)).qs
    return answers.file(exports.people(actor, form, rows), "people", form)


@open_to(rules.MANAGE_PEOPLE)
def mandates(request: HttpRequest) -> HttpResponse:
    """Show all mandates that the actor looks after."""
    actor = actor_of(request)
    require(actor, rules.MANAGE_PEOPLE)
    asked = queries.Mandates(request.GET, queries.mandates_visible_to(actor))
    return render(
        request,
        "region/mandates.html",
        {
            "asked": asked,
            "table": tables.laid(tables.Mandates, asked.qs, request),
            "query": request.GET.urlencode(),
        },
    )


@open_to(rules.MANAGE_PEOPLE)
def export_mandates(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the mandates, filtered as asked, as CSV or XLSX."""
    actor = actor_of(request)
    require(actor, rules.MANAGE_PEOPLE)
    form = answers.kind_of_file(kind)
    rows = queries.Mandates(request.GET, queries.mandates_visible_to(actor)).qs
    return answers.file(exports.mandates(form, rows), "mandates", form)


@open_to(rules.READ_PEOPLE)
def show(request: HttpRequest, key: int) -> HttpResponse:
    """Show a person; whoever looks after it sees address, all mandates, and what may be done."""
    actor = actor_of(request)
    require(actor, rules.READ_PEOPLE)
    return _shown(request, actor, queries.person(actor, key), _forms(actor))


@open_to(rules.READ_PEOPLE, writes=rules.RENAME_PERSON)
def rename(request: HttpRequest, key: int) -> HttpResponse:
    """Write the name anew."""
    actor = actor_of(request)
    form = forms.Name(request.POST)
    return _done(
        request,
        key,
        "rename",
        form,
        lambda said: operations.rename_person(actor=actor, key=key, name=said["name"]),
    )


@open_to(rules.READ_PEOPLE, writes=rules.MOVE_PERSON)
def move(request: HttpRequest, key: int) -> HttpResponse:
    """Let the person work elsewhere."""
    actor = actor_of(request)
    form = forms.Move(actor, rules.MOVE_PERSON, request.POST)
    return _done(
        request,
        key,
        "move",
        form,
        lambda said: operations.move_person(
            actor=actor, key=key, reason=said["reason"], **form.owner()
        ),
    )


@open_to(rules.READ_PEOPLE, writes=rules.GRANT_MANDATE)
def grant(request: HttpRequest, key: int) -> HttpResponse:
    """Grant the person a mandate."""
    actor = actor_of(request)
    form = forms.Grant(actor, rules.GRANT_MANDATE, request.POST)
    return _done(
        request,
        key,
        "grant",
        form,
        lambda said: operations.grant_mandate(
            actor=actor,
            person=key,
            role=said["role"],
            reason=said["reason"],
            **form.owner(),
            **form.times(),
        ),
    )


@open_to(rules.READ_PEOPLE, writes=rules.REACTIVATE_PERSON)
def reactivate(request: HttpRequest, key: int) -> HttpResponse:
    """Let the person sign in again."""
    actor = actor_of(request)
    form = forms.Why(request.POST)
    return _done(
        request,
        key,
        "reactivate",
        form,
        lambda said: operations.reactivate_person(actor=actor, key=key, reason=said["reason"]),
    )


@open_to(rules.DEACTIVATE_PERSON, writes=rules.DEACTIVATE_PERSON)
def deactivate(request: HttpRequest, key: int) -> HttpResponse:
    """Say what will end for whom, and end it once that is confirmed."""
    actor = actor_of(request)
    require(actor, rules.DEACTIVATE_PERSON)
    person = queries.person(actor, key)
    require(actor, rules.DEACTIVATE_PERSON, of=scopes_of_person(person))
    form = forms.Why(request.POST or None)
    if answers.done(
        request,
        form,
        lambda said: operations.deactivate_person(actor=actor, key=key, reason=said["reason"]),
    ):
        messages.success(request, gettext("“{name}” was deactivated.").format(name=person.name))
        return redirect("region:person", key)
    held, count = exports.roles_held(person), len(held_now(person))
    return render(
        request,
        "region/deactivate.html",
        {"person": person, "held": held, "count": count, "form": form},
        status=422 if form.errors else 200,
    )


@open_to(rules.REVOKE_MANDATE, writes=rules.REVOKE_MANDATE)
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Say which mandate will end, and end it once that is confirmed."""
    actor = actor_of(request)
    require(actor, rules.REVOKE_MANDATE)
    mandate = queries.mandate(actor, key)
    require(actor, rules.REVOKE_MANDATE, of=scopes_of_mandate(mandate))
    form = forms.Why(request.POST or None)
    if answers.done(
        request,
        form,
        lambda said: operations.revoke_mandate(actor=actor, key=key, reason=said["reason"]),
    ):
        messages.success(request, gettext("The mandate was revoked."))
        return redirect("region:person", mandate.person_id)
    return render(
        request,
        "region/revoke.html",
        {"mandate": mandate, "form": form},
        status=422 if form.errors else 200,
    )


def _forms(actor: Actor) -> dict[str, Any]:
    return {
        "rename": forms.Name(),
        "move": forms.Move(actor, rules.MOVE_PERSON),
        "grant": forms.Grant(actor, rules.GRANT_MANDATE),
        "reactivate": forms.Why(),
    }


def _shown(
    request: HttpRequest, actor: Actor, person: Person, given: dict[str, Any], status: int = 200
) -> HttpResponse:
    managed = queries.manages(actor, person)
    home = naming.owner(person.member, person.organisation)
    context: dict[str, Any] = {"person": person, "managed": managed, "home": home}
    if managed:
        rows = queries.mandates_visible_to(actor).filter(person=person)
        if not given["rename"].is_bound:
            given["rename"] = forms.Name(initial={"name": person.name})
        context |= {
            "forms": given,
            "table": tables.laid(tables.Mandates, rows, request, but="person"),
        }
    else:
        context["held"] = exports.roles_held(person)
    return render(request, "region/person.html", context, status=status)


def _done(request: HttpRequest, key: int, name: str, form: Any, does: Any) -> HttpResponse:
    """Do what a form of a person's page asks for; a refusal stands at the form, which is open."""
    if request.method != "POST":
        return redirect("region:person", key)
    actor = actor_of(request)
    person = queries.person(actor, key)
    require(actor, rules.MANAGE_PEOPLE, of=scopes_of_person(person))
    if answers.done(request, form, does):
        messages.success(request, gettext("Done, and noted in the audit."))
        return redirect("region:person", key)
    return _shown(request, actor, person, {**_forms(actor), name: form}, status=422)
