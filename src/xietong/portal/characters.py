"""The one character that no word has: NUL, which PostgreSQL keeps nowhere and SQLite everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja.parser import Parser

from xietong.kit.doors import framed_answer
from xietong.kit.refusals import N_, Malformed

NUL = "\0"
FORM = "application/x-www-form-urlencoded"


class CharactersMiddleware:
    """Refuses an address or a form with a NUL; where files come along, the view looks itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *of_view: Any) -> HttpResponse | None:
        """Answer in the place of the view where it would be given a NUL."""
        words = [request.path_info, *_words(request.GET)]
        if request.content_type == FORM:
            words += _words(request.POST)
        if not any(NUL in word for word in words):
            return None
        refusal = Malformed(
            "no_such_character",
            N_("The request holds a character that no text has (NUL)."),
            way_out=N_("Leave the character out and send it again."),
        )
        return framed_answer(request, refusal)


def _words(sent: Any) -> Iterator[str]:
    for name, values in sent.lists():
        yield name
        yield from values


class WholeTextParser(Parser):
    """Reads the bodies of the API; one in which a NUL stands is as unreadable as a broken one."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what a body says. Raises ValueError where it is no JSON, or holds a NUL."""
        found = super().parse_body(request)
        if any(NUL in word for word in _texts(found)):
            raise ValueError("a NUL stands in the body")
        return found


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for name, one in found.items():
            yield name
            yield from _texts(one)
    elif isinstance(found, list):
        for one in found:
            yield from _texts(one)
