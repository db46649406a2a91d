"""Kinds of work: a room says in its jobs.py what a worker can do for it.

    @work("compile_edition", title=N_("Compile an edition"), one_a_subject=True)
    def compile_edition(actor: Actor, progress: Progress, **parameters: Any) -> Outcome: ...

The function calls the room's operations, which have transactions of their own and may be called
again: a worker can die at any moment, and then another runs the function from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.utils.module_loading import autodiscover_modules

from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotFound
from xietong.region.rules import May


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job brought: a sentence marked by N_ for the notice, and where to look."""

    sentence: str
    params: Mapping[str, Any] = field(default_factory=dict)
    reference: Reference | None = None
    url: str = ""


Work = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work: what it is called, what does it, and who may ask for it."""

    name: str
    title: str
    does: Work
    line: May | None
    of: Callable[[Mapping[str, Any]], str | None]
    one_a_subject: bool


class Stopped(Exception):
    """The work must end now; the function lets this pass, its open transaction rolls back."""


class Cancelled(Stopped):
    """Somebody cancelled the job."""


class Returned(Stopped):
    """The worker is told to end; the job goes back to where it waited."""


class Lost(Stopped):
    """Another worker has taken the job: what this one still does must not count."""


_kinds: dict[str, WorkKind] = {}


def work(
    name: str,
    *,
    title: str,
    line: May | None = None,
    of: Callable[[Mapping[str, Any]], str | None] = lambda parameters: None,
    one_a_subject: bool = False,
) -> Callable[[Work], Work]:
    """Declare a kind of work; with `line`, asking and running both require it.

    `of` gives from the parameters the scope whose records the work is about.
    """

    def declared(does: Work) -> Work:
        known = _kinds.get(name)
        if known is not None and known.does.__module__ != does.__module__:
            raise ValueError(f"two kinds of work are called {name}")
        _kinds[name] = WorkKind(name, title, does, line, of, one_a_subject)
        return does

    return declared


@cache
def _discover() -> None:
    autodiscover_modules("jobs")


def kinds_of_work() -> Mapping[str, WorkKind]:
    """Return every kind of work that a room of this release declares, by name."""
    _discover()
    return dict(sorted(_kinds.items()))


def kind_of_work(name: str) -> WorkKind:
    """Return a kind by its name. Refuses `no_such_work` where no room declares it."""
    _discover()
    if name not in _kinds:
        raise NotFound(
            "no_such_work",
            N_("No room of this release does the work “{name}”."),
            way_out=N_("Upgrade the worker together with the server."),
            name=str(name),
        )
    return _kinds[name]
