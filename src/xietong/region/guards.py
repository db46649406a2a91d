"""Whom a door lets in before anything is read: the table's coarse question, and who is led where.

    @open_to(rules.READ_PEOPLE)                              # a page that shows
    @open_to(rules.READ_IMPORTS, writes=rules.BEGIN_DRAFT)   # … and takes a form
    @call_open_to(rules.READ_PEOPLE)                         # below @router.get(…)
    @uses(rules.LOAD_REGION)                                 # below @group.command(…)

Several lines: one of them suffices. Which record it is for, the operation or query behind the door
decides; here it is only whether there could be any, so that whoever is refused here has learnt
nothing. The matrix of who may open which door (docs/operate/access.md) is written from these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from ninja.decorators import decorate_view

from xietong.kit.doors import api_answer
from xietong.kit.refusals import N_, NotAllowed, NotSignedIn, Refusal
from xietong.region.actors import actor_of
from xietong.region.rules import READER, Actor, Kind, May, SecondFactorNeeded, may, require


class Open(Enum):
    """Who may open a door for which the table has no line."""

    PUBLIC = "everybody"
    SIGNED_IN = "whoever has signed in"
    OPERATOR = "the operator"


PUBLIC, SIGNED_IN, OPERATOR = Open.PUBLIC, Open.SIGNED_IN, Open.OPERATOR
Line = May | Open
SAFE = ("GET", "HEAD")
GUARD = "open_to"
Door = TypeVar("Door", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """The lines of one door: for looking (`reads`) and for sending a form (`writes`)."""

    reads: tuple[Line, ...] = ()
    writes: tuple[Line, ...] = ()

    @property
    def methods(self) -> list[str]:
        """Return the methods that a page with this guard has."""
        return [*(SAFE if self.reads else ()), *(("POST",) if self.writes else ())]

    def lines(self, method: str) -> tuple[Line, ...]:
        """Return the lines that let somebody in who comes with a method."""
        return self.reads if method in SAFE else self.writes


def open_to(*reads: Line, writes: Line | tuple[Line, ...] = ()) -> Callable[[Door], Door]:
    """Let a page be opened by whoever some line allows, to send its form by `writes`.

    A page has the methods that it has lines for. Whoever has not signed in and asks for a page that
    wants it is led to sign-in, and back to the page after it.
    """
    guard = Guard(reads, writes if isinstance(writes, tuple) else (writes,))

    def guarded(view: Door) -> Door:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in guard.methods:
                return HttpResponseNotAllowed(guard.methods)
            try:
                let_in(request, guard.lines(request.method))
            except SignInNeeded:
                return to_sign_in(request)
            return view(request, *args, **kwargs)

        setattr(opened, GUARD, guard)
        return cast(Door, opened)

    return guarded


def call_open_to(*lines: Line) -> Callable[[Door], Door]:
    """Let an operation of the API be called by whoever some line allows.

    It is asked before the parameters are looked at; whoever shows neither token nor session is
    answered 401.
    """

    def before(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                let_in(request, lines)
            except Refusal as refusal:
                return api_answer(request, refusal)
            return view(request, *args, **kwargs)

        return opened

    def guarded(function: Door) -> Door:
        setattr(function, GUARD, Guard(lines, lines))
        return decorate_view(before)(function)

    return guarded


def uses(*lines: Line) -> Callable[[Door], Door]:
    """Say which lines a command goes by: whoever types it is the operator, whom they let in."""

    def told(function: Door) -> Door:
        setattr(function, GUARD, Guard(lines, lines))
        return function

    return told


def guard_of(door: Any) -> Guard | None:
    """Return the guard of a page, an operation or a command's function; None where it has none."""
    found = getattr(door, GUARD, None)
    return found if isinstance(found, Guard) else None


def let_in(request: HttpRequest, lines: Iterable[Line]) -> None:
    """Let a request pass, or refuse it as `allowed` does; the public needs no look at who asks."""
    wanted = tuple(lines)
    if PUBLIC not in wanted:
        allowed(actor_of(request), wanted)


def allowed(actor: Actor, lines: tuple[Line, ...]) -> None:
    """Raise `sign_in_needed`, `second_factor_needed` or `not_allowed` where no line lets in."""
    of_table = [one for one in lines if isinstance(one, May)]
    if PUBLIC in lines or any(may(actor, one) for one in of_table):
        return
    if SIGNED_IN in lines and actor.kind is Kind.PERSON:
        return
    if actor == READER:
        raise SignInNeeded(
            "sign_in_needed",
            N_("This is for people who have signed in."),
            way_out=N_("Sign in; a program sends a token of your account page as “Bearer”."),
        )
    refusals: list[NotAllowed] = []
    for line in of_table:
        try:
            require(actor, line)
        except NotAllowed as refusal:
            refusals.append(refusal)
    # A mandate that only waits is the better news.
    raise min(refusals, key=lambda one: not isinstance(one, SecondFactorNeeded))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to sign-in, from there back to this page, or to the one on which the form stood."""
    address = resolve_url("account_login")
    if back := _way_back(request):
        address = f"{address}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=200)
        answer["HX-Redirect"] = address
    else:
        answer = HttpResponseRedirect(address)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _way_back(request: HttpRequest) -> str:
    """Return the page that was being looked at; of another host's, none."""
    part = request.headers.get("HX-Request")
    if request.method in SAFE and not part:
        return request.get_full_path()
    seen = request.headers.get("HX-Current-URL" if part else "Referer", "")
    here = {request.get_host()}
    if not seen or not url_has_allowed_host_and_scheme(seen, here, request.is_secure()):
        return ""
    told = urlsplit(seen)
    return f"{told.path}?{told.query}" if told.query else told.path


class SignInNeeded(NotSignedIn):
    """Nobody has signed in, and this wants somebody."""
