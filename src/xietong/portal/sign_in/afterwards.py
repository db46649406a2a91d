"""Work that is done once the answer is out, so that its time tells nobody anything."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase


def afterwards(request: HttpRequest, work: Callable[[], object]) -> None:
    """Do some work when the answer to this request has been sent."""
    waiting = getattr(request, "afterwards", None)
    if waiting is None:
        work()
    else:
        waiting.append(work)


class AfterwardsMiddleware:
    """Does what was left for later when the server closes the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        waiting: list[Callable[[], object]] = []
        request.afterwards = waiting  # type: ignore[attr-defined]  # for the function above
        response = self.get_response(request)
        if waiting:
            close = response.close

            def closed() -> None:
                try:
                    for work in waiting:
                        work()
                finally:
                    close()

            # Servers call it behind the last byte.
            response.close = closed  # type: ignore[method-assign]  # on this answer alone
        return response
