"""How the region's pages answer alike: a refused form, a file, who is asked to sign in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from django import forms
from django.http import HttpRequest, HttpResponse

from xietong.kit.doors import problem_lines, said
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region import exports

Row = TypeVar("Row")


def refused(form: forms.Form, refusal: Refusal) -> None:
    """Say a refusal at the field where it lies; row problems follow, each with its place."""
    sentence, way_out = said(refusal)
    lines = problem_lines(refusal)
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, [f"{sentence} {way_out}".strip(), *lines])


def done(
    request: HttpRequest, form: forms.Form, does: Callable[[dict[str, Any]], Row]
) -> Row | None:
    """Do what a form that was sent asks for and return what came of it; None: the form says why."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return does(form.cleaned_data)
    except Refusal as refusal:
        refused(form, refusal)
        return None


def kind_of_file(kind: str) -> exports.Format:
    """Return a kind of file that is known. Refuses `no_such_file_kind`."""
    for one in get_args(exports.Format):
        if one == kind:
            return one
    raise NotFound(
        "no_such_file_kind",
        N_("Lists are not written as “{kind}”."),
        way_out=N_("Choose csv or xlsx."),
        kind=kind,
    )


def file(body: bytes, name: str, kind: exports.Format) -> HttpResponse:
    """Answer with a file to be kept."""
    answer = HttpResponse(body, content_type=exports.MIME[kind])
    answer["Content-Disposition"] = f'attachment; filename="xietong-{name}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
