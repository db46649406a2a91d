"""Pages that say why a form was not taken: it was too old, or came too often."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, UnreadablePostError

from xietong.kit.doors import framed_answer
from xietong.kit.refusals import N_, NotAllowed, TooOften
from xietong.portal.bodies import fault_of


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not carry the token of a page that this browser was shown."""
    unread = fault_of(request)
    if unread is not None:
        # It may carry one: it was not read that far.
        raise UnreadablePostError(*unread.args) from unread
    refusal = NotAllowed(
        "form_expired",
        N_("The form could not be taken: the page it was on is too old, or cookies are refused."),
        way_out=N_("Go back, load the page again, and send the form once more."),
    )
    return framed_answer(request, refusal)


def too_often(request: HttpRequest) -> HttpResponse:
    """Answer somebody who tries more often than people do."""
    refusal = TooOften(
        "too_often",
        N_("That was tried too often from here."),
        way_out=N_("Wait five minutes, then try again."),
    )
    return framed_answer(request, refusal)
