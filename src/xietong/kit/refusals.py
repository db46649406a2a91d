"""A refusal: why something is not done, and what to do instead."""

from __future__ import annotations

from xietong.engine.problems import Problem


def N_(sentence: str) -> str:  # noqa: N802  (gettext's own name for "translate later")
    """Mark a sentence for translation; the door that answers translates it."""
    return sentence


class Refusal(Exception):
    """Nothing was changed.

    `code` is stable, `sentence` and `way_out` are English templates marked by `N_` that a door
    translates and fills with `params`, `field` is where it lies. `problems` carries the faults of a
    table, row by row.

    >>> str(Refusal("no_such_member", N_("There is no member “{code}”."), code="x"))
    'no_such_member: There is no member “x”.'
    """

    status = 422

    def __init__(
        self,
        code: str,
        sentence: str,
        /,  # so that a sentence may speak of a “code” of its own
        *,
        way_out: str = "",
        field: str | None = None,
        problems: tuple[Problem, ...] = (),
        **params: str | int,
    ) -> None:
        super().__init__(f"{code}: {sentence.format_map(params)}")
        self.code = code
        self.sentence = sentence
        self.way_out = way_out
        self.field = field
        self.problems = problems
        self.params = params


class NotFound(Refusal):
    """What was asked for does not exist for this actor, whether or not it does for another."""

    status = 404


class NotSignedIn(Refusal):
    """Who asks cannot be told, or only by a proof that does not hold."""

    status = 401


class NotAllowed(Refusal):
    """The actor may not do this."""

    status = 403


class TooOften(Refusal):
    """It was tried more often than it may be."""

    status = 429


class TooSlow(Refusal):
    """The request did not come in time."""

    status = 408


class Malformed(Refusal):
    """The request is none that could be answered."""

    status = 400


class Broken(Refusal):
    """It was not done because something of ours broke."""

    status = 500


class NotNow(Refusal):
    """It cannot be done at the moment, for what we stand on; after so many seconds it may be."""

    status = 503

    def __init__(
        self,
        code: str,
        sentence: str,
        /,
        *,
        way_out: str,
        again_after: int,
        field: str | None = None,
    ) -> None:
        super().__init__(code, sentence, way_out=way_out, field=field)
        self.again_after = again_after
