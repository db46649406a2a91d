"""How the three doors say a refusal: a page, a problem+json body, one line on stderr."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from xietong.engine.problems import Problem
from xietong.kit.forgery import API
from xietong.kit.refusals import NotNow, NotSignedIn, Refusal
from xietong.kit.surroundings import why
from xietong.kit.words import COLUMNS, PROBLEMS

SHOWN_PROBLEMS = 200
log = logging.getLogger(__name__)


def said(refusal: Refusal) -> tuple[str, str]:
    """Return the sentence and the way out in the active language, filled in."""
    sentence = gettext(refusal.sentence).format_map(refusal.params)
    way_out = gettext(refusal.way_out).format_map(refusal.params) if refusal.way_out else ""
    return sentence, way_out


def said_problem(problem: Problem) -> dict[str, Any]:
    """Return a row fault as the doors show it: code, row, field, sentence and way out."""
    words = PROBLEMS[problem.code]
    params = dict(problem.params)
    if problem.code == "columns_vanish":
        names = str(params["columns"]).split(", ")
        params["columns"] = gettext(", ").join(gettext(COLUMNS[one]) for one in names)
    return {
        "code": problem.code,
        "row": problem.row,
        "field": problem.field,
        "sentence": gettext(words.sentence).format_map(params),
        "way_out": gettext(words.way_out).format_map(params),
    }


def said_kind(code: str) -> dict[str, str]:
    """Return what faults of a code have in common, an ellipsis where each says something else."""
    words = PROBLEMS[code]
    return {
        "sentence": gettext(words.sentence).format_map(_Ellipses()),
        "way_out": gettext(words.way_out).format_map(_Ellipses()),
    }


class _Ellipses(dict[str, str]):
    """Knows every name, and what stands for it."""

    def __missing__(self, name: str) -> str:
        return "…"


def as_problem_json(refusal: Refusal) -> dict[str, Any]:
    """Return the body of RFC 9457 (problem details) for a refusal."""
    sentence, way_out = said(refusal)
    return {
        "type": f"urn:xietong:refusal:{refusal.code}",
        "title": sentence,
        "status": refusal.status,
        "code": refusal.code,
        "field": refusal.field,
        "way_out": way_out,
        "problems": [said_problem(problem) for problem in refusal.problems[:SHOWN_PROBLEMS]],
        "problems_total": len(refusal.problems),
    }


def api_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer an API call that was refused."""
    answer = JsonResponse(
        as_problem_json(refusal), status=refusal.status, content_type="application/problem+json"
    )
    if refusal.status == NotSignedIn.status:
        answer["WWW-Authenticate"] = "Bearer"
    return told_when(answer, refusal)


def told_when(answer: HttpResponse, refusal: Refusal) -> HttpResponse:
    """Say in an answer when to ask again, where the refusal knows."""
    if isinstance(refusal, NotNow):
        answer["Retry-After"] = str(refusal.again_after)
    return answer


def bare_page(refusal: Refusal, **more: Any) -> HttpResponse:
    """Answer without the frame, which asks the database: that may be what broke."""
    body = render_to_string("kit/failed.html", as_problem_json(refusal) | more, request=None)
    return told_when(HttpResponse(body, status=refusal.status), refusal)


def command_line(refusal: Refusal) -> str:
    """Return the one line that a refused command prints."""
    sentence, way_out = said(refusal)
    return f"{refusal.code}: {sentence} {way_out}".strip()


def problem_lines(refusal: Refusal) -> list[str]:
    """Return a line for each row fault, as “Row 214, column `credit_code`: … ”."""
    return [problem_line(problem) for problem in refusal.problems[:SHOWN_PROBLEMS]]


def problem_line(problem: Problem) -> str:
    """Return a row fault as one line with its place, sentence and way out."""
    told = said_problem(problem)
    place = gettext("Row {row}").format(row=problem.row) if problem.row else gettext("File")
    if problem.field:
        place = gettext("{place}, column `{field}`").format(place=place, field=problem.field)
    return f"{place}: {told['sentence']}. {told['way_out']}"


def framed_answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a request that was refused: a call as the API does, else a page in the frame."""
    if request.path_info.startswith(API):
        return api_answer(request, refusal)
    return render(request, "kit/refusal.html", as_problem_json(refusal), status=refusal.status)


def bare_answer(request: HttpRequest, refusal: Refusal, **more: Any) -> HttpResponse:
    """Answer the same without the frame, for what may have broken it."""
    if request.path_info.startswith(API):
        return api_answer(request, refusal)
    return bare_page(refusal, **more)


class RefusalMiddleware:
    """Turns a refusal raised by a page into a page that says it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal, or a fault of what we stand on; leave all others to Django."""
        if not isinstance(exception, Refusal):
            refusal = why(exception)
            if refusal is None:
                return None
            log.error("%s: %s", refusal.code, exception)
            # A guard asks the database before the API's own handlers are there.
            return bare_answer(request, refusal)
        return framed_answer(request, exception)
