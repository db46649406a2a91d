"""How the bodies of requests are waited for: by few at once, in time, and never instead of others.

A sender of a byte a second would hold one of the threads that answer for a day, and four of them
the whole node. So whoever waits for a sender does not count among those that answer, only so many
senders are waited for at once, and one that goes on too slowly is told so. One that falls silent
holds its place until the connection ends: the server's own read cannot be broken off. The proxy
before it can (docs/operate/proxy-and-tls.md).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xietong.kit.doors import bare_answer
from xietong.kit.refusals import N_, Refusal
from xietong.kit.surroundings import Crowded, Late
from xietong.portal import uploads

# Answers take milliseconds, and only their reads of the database overlap.
ANSWERING = 4
# Each may hold a connection to the database while it is waited for; there are sixteen.
SENDERS = 8
# Beyond those that answer and those that wait for senders, some say that there are too many.
THREADS = ANSWERING + SENDERS + 4
# A read comes back when all of it is there: the less has come so far, the less is asked for.
LARGEST = 1 << 16
PART_OF_WHAT_CAME = 8
# How long nobody is hurried, and how fast a body must come after that: any line is faster.
PATIENCE_SECONDS = 20.0
SLOWEST_BYTES_A_SECOND = 2000

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Input(Protocol):
    """The body as the server gives it: a read waits until it has so much, or all."""

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes; fewer only at the end."""


class Gate:
    """Lets so many requests be answered at once; who waits for a sender steps outside meanwhile."""

    def __init__(
        self, application: Application, *, answering: int = ANSWERING, senders: int = SENDERS
    ) -> None:
        self._application = application
        self.answering = threading.Semaphore(answering)
        self.senders = threading.Semaphore(senders)

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        with self.answering:
            if not (environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING")):
                return self._application(environ, start)
            body = Body(environ["wsgi.input"], self)
            return self._application(environ | {"wsgi.input": body}, start)


class Body:
    """A body that must come in time."""

    def __init__(self, sent: Input, gate: Gate) -> None:
        self._sent, self._gate = sent, gate
        self._came = 0
        self._waited = 0.0
        self.fault: OSError | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Return so many bytes, fewer only at the end. Raises Late and Crowded."""
        found: list[bytes] = []
        left = size
        while left:
            asked = max(1, min(self._came // PART_OF_WHAT_CAME, LARGEST))
            asked = asked if left < 0 else min(left, asked)
            piece = self._piece(asked)
            found.append(piece)
            if len(piece) < asked:
                break
            left -= len(piece) if left > 0 else 0
        return b"".join(found)

    def readline(self, size: int = -1, /) -> bytes:
        """Return a line, of at most so many bytes. Forms and JSON are not read by lines."""
        found = bytearray()
        while len(found) != size and not found.endswith(b"\n") and (one := self.read(1)):
            found += one
        return bytes(found)

    def _piece(self, size: int) -> bytes:
        if self.fault is not None:
            raise self.fault
        if not self._gate.senders.acquire(blocking=False):
            raise self._given_up(Crowded("Too many send at once."))
        self._gate.answering.release()
        try:
            began = time.monotonic()
            piece = self._sent.read(size)
            self._waited += time.monotonic() - began
        finally:
            self._gate.senders.release()
            self._gate.answering.acquire()
        self._came += len(piece)
        if self._waited > PATIENCE_SECONDS + self._came / SLOWEST_BYTES_A_SECOND:
            raise self._given_up(Late("The sender was too slow."))
        return piece

    def _given_up(self, fault: OSError) -> OSError:
        self.fault = fault
        return fault


class BodiesMiddleware:
    """Refuses a body whose length is not told, and closes files in whose midst a sender stopped."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            return bare_answer(request, length_missing())
        try:
            return self.get_response(request)
        finally:
            uploads.let_go_of_unfinished(request)


class LengthMissing(Refusal):
    """How long the body is must be said first."""

    status = 411


def length_missing() -> Refusal:
    """Say that a body came without its length: its end could not be told from a broken line."""
    return LengthMissing(
        "length_missing",
        N_("The request does not say how long its body is."),
        way_out=N_("Send Content-Length, and no body in chunks."),
    )


def fault_of(request: HttpRequest) -> OSError | None:
    """Return why the body of a request was given up; None where it was not."""
    body = request.META.get("wsgi.input")
    return body.fault if isinstance(body, Body) else None
