"""What an operator sees of a running node: numbered requests, logs, and metrics."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from prometheus_client import CollectorRegistry, Counter, Histogram

NUMBER_HEADER = "X-Request-ID"
_number: ContextVar[str] = ContextVar("the number of the request at hand", default="")

# A registry of our own: what a library counts by itself is no concern of this node's reader.
REGISTRY = CollectorRegistry(auto_describe=True)
REQUESTS = Counter(
    "xietong_requests", "Requests answered.", ("room", "method", "status"), registry=REGISTRY
)
SECONDS = Histogram(
    "xietong_request_seconds",
    "Seconds until a request was answered.",
    ("room",),
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
    registry=REGISTRY,
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """Numbers each request, counts it, and times it; the number stands in every log line of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A number that a client sends could be anything, in a log too: we give our own.
        number = secrets.token_hex(8)
        token = _number.set(number)
        began = time.perf_counter()
        try:
            answer = self.get_response(request)
        finally:
            _number.reset(token)
        answer[NUMBER_HEADER] = number
        room = _room(request)
        SECONDS.labels(room).observe(time.perf_counter() - began)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(room, method, f"{answer.status_code // 100}xx").inc()
        return answer


def number_of_request() -> str:
    """Return the number of the request at hand, or nothing outside of one."""
    return _number.get()


def _room(request: HttpRequest) -> str:
    """Return whose page it is; an address that leads nowhere is not counted by its spelling."""
    match = request.resolver_match
    if match is None:
        # An answer that was kept never came to the resolver.
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return "none"
    return match.namespaces[0] if match.namespaces else "portal"


class NumberedRequests(logging.Filter):
    """Gives each record the number of the request in which it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.request_number = number_of_request() or "-"
        return True


class BriefOfOthersFaults(logging.Filter):
    """Leaves the trace out of what senders did wrong: nobody fills a disk by bad requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
        return True


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON, for whoever gathers logs from several nodes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(record, "request_number", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
