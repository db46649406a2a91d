"""What requests of the API get beside an operation: a language, and an answer to HEAD."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from xietong.kit.forgery import API as API


class ApiRequestMiddleware:
    """Answers below /api/ in the language that `Accept-Language` asks for, and HEAD like GET.

    Pages have their language in the address; the server leaves the body of an answer to HEAD out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        translation.activate(translation.get_language_from_request(request))
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"
