"""Answers that every anonymous reader gets alike, kept in memory for as long as they stay right.

An edition is frozen, so what a reader who has not signed in is told of it changes only with a
change of record, and every change of record is an entry of the audit. What is kept is therefore
kept under a mark of the records: which editions are published, which names, which region pack.
The mark is read anew as soon as the audit has grown, before each answer: a withdrawn edition is
gone with the commit that withdrew it, in every process.

Nobody else is answered from here: whoever shows a session, a token or any cookie but that of the
forms' token gets an answer of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from sys import getsizeof
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls.resolvers import ResolverMatch
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from xietong.atlas.models import Edition, PublishedName
from xietong.region.models import AuditEntry, Region

# Addresses whose answers follow from what is published alone.
PAGES = re.compile(
    r"(?:/en)?(?:/|/atlas/(?:|industries/|export\.\w+|clusters/.*|places/.*|compare/.*|methods/))"
)
API = re.compile(r"/api/v1/atlas/(?:editions(?:/(?!.*/briefs/).*)?|comparison)")
LONGEST_ADDRESS = 400
# One answer may take so much of the room at most, that a few large files do not sweep it.
LARGEST_SHARE = 8
# Cookies that change nothing of what a reader sees.
MEANINGLESS = frozenset({settings.CSRF_COOKIE_NAME})
GZIP = re.compile(r"\bgzip\b")
# What the layers outside of this one write themselves, on each answer.
PER_ANSWER = ("vary", "etag", "cache-control", "content-encoding", "content-type")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer: its bytes as they are sent, its headers, and which page it is."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    tag: str
    match: ResolverMatch | None


def weight_of(key: Key, answer: Kept) -> int:
    """Return what an answer takes of the room: of a short one, its headers are the most."""
    told = chain.from_iterable(answer.headers)
    return sum(map(getsizeof, (*key, answer.body, answer.tag, *answer.headers, *told)))


class Shelf:
    """Answers under one mark, the least recently asked for dropped where room is wanted."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._mark = ""
        self._bytes = 0

    def find(self, mark: str, key: Key) -> Kept | None:
        """Return what is kept of an address under a mark."""
        with self._lock:
            if mark != self._mark or key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def keep(self, mark: str, key: Key, answer: Kept, room: int) -> None:
        """Keep an answer; with another mark than before, everything else goes."""
        weight = weight_of(key, answer)
        if weight > room // LARGEST_SHARE:
            return
        with self._lock:
            if mark != self._mark:
                self._kept.clear()
                self._mark, self._bytes = mark, 0
            if key in self._kept:
                self._bytes -= weight_of(key, self._kept.pop(key))
            self._kept[key] = answer
            self._bytes += weight
            while self._bytes > room:
                self._bytes -= weight_of(*self._kept.popitem(last=False))

    def __len__(self) -> int:
        return len(self._kept)


class KeptAnswersMiddleware:
    """Answers an anonymous reader from what is kept, else keeps what the house answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.shelf = Shelf()
        self._seen: tuple[str, str] = ("", "")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        room = settings.XIETONG_ANSWERS_MB << 20
        if not room or not may_be_kept(request):
            return self.get_response(request)
        try:
            mark = self._mark()
        except DatabaseError:
            return self.get_response(request)
        key = key_of(request)
        kept = self.shelf.find(mark, key)
        if kept is None:
            answer = self.get_response(request)
            made = _kept(request, answer)
            # What was changed meanwhile may be in the answer already, or not yet.
            if made is not None and self._mark() == mark:
                self.shelf.keep(mark, key, made, room)
            return answer
        return _again(request, kept)

    def _mark(self) -> str:
        """Return the mark of the records, read anew where the audit has grown."""
        head = AuditEntry.objects.order_by("-number").values_list("hash", flat=True).first() or ""
        seen, mark = self._seen
        if seen == head:
            return mark
        mark = mark_of_records()
        self._seen = (head, mark)
        return mark


def mark_of_records() -> str:
    """Return one hash over all that decides what an anonymous reader is told."""
    editions = Edition.objects.order_by("number").values_list(
        "number", "digest", "files_digest", "state", "published_at", "trial", "synthetic"
    )
    # A name is attached or taken off, never changed; numbers are not given twice.
    names = PublishedName.objects.aggregate(Count("pk"), Max("pk"))
    packs = Region.objects.order_by("pk").values_list("code", "pack_digest")
    told = json.dumps([list(editions), names, list(packs)], default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def may_be_kept(request: HttpRequest) -> bool:
    """Tell whether a request is one that all anonymous readers are answered alike."""
    path = request.path_info
    return (
        request.method == "GET"
        and MEANINGLESS.issuperset(request.COOKIES)
        and "HTTP_AUTHORIZATION" not in request.META
        and "HTTP_RANGE" not in request.META
        and len(request.get_full_path()) <= LONGEST_ADDRESS
        and bool(PAGES.fullmatch(path) or API.fullmatch(path))
    )


def key_of(request: HttpRequest) -> Key:
    """Return all of a request that its answer may depend on."""
    meta = request.META
    api = request.path_info.startswith("/api/")
    return (
        request.get_full_path(),
        meta.get("HTTP_HOST", ""),
        request.scheme or "",
        meta.get("HTTP_ACCEPT_LANGUAGE", "") if api else "",
        *(meta.get(f"HTTP_HX_{one}", "") for one in ("REQUEST", "BOOSTED", "TARGET")),
        meta.get("HTTP_HX_HISTORY_RESTORE_REQUEST", ""),
        "gzip" if GZIP.search(meta.get("HTTP_ACCEPT_ENCODING", "")) else "",
    )


def _kept(request: HttpRequest, answer: HttpResponse) -> Kept | None:
    """Return an answer as it may be kept; None where it is somebody's own, or no whole page."""
    if answer.status_code != 200 or answer.streaming or answer.cookies:
        return None
    told = answer.get("Cache-Control", "")
    if "private" in told or "no-store" in told:
        return None
    if not told:
        # A browser asks each time whether it is still right, and is told so without the body.
        answer["Cache-Control"] = "no-cache"
    # A page that looked nobody up says so; it depends on it all the same.
    patch_vary_headers(answer, ("Cookie", "Authorization"))
    tag = answer.get("ETag") or f'W/"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    answer["ETag"] = tag
    return Kept(answer.content, tuple(answer.items()), tag, request.resolver_match)


def _again(request: HttpRequest, kept: Kept) -> HttpResponse:
    # Whoever counts requests counts them by page.
    request.resolver_match = kept.match
    if _known(request, kept.tag):
        answer: Any = HttpResponseNotModified()
        for name, value in kept.headers:
            if name.lower() in PER_ANSWER and name.lower() != "content-type":
                answer[name] = value
        return answer
    answer = HttpResponse(kept.body)
    for name, value in kept.headers:
        answer[name] = value
    return answer


def _known(request: HttpRequest, tag: str) -> bool:
    """Tell whether the browser has this answer already; weak tags are compared as such."""
    given = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    bare = tag.removeprefix("W/")
    return "*" in given or any(one.removeprefix("W/") == bare for one in given)
