"""Pages of an account beside django-allauth's: its overview, its personal tokens, the providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect import views as openid
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xietong.desk import operations as desk
from xietong.desk import queries as desk_queries
from xietong.desk.rules import DAILY, EACH, NO_MAIL
from xietong.kit.doors import said
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.portal.sign_in import second_factor
from xietong.portal.sign_in.accounts import tell
from xietong.portal.sign_in.providers import SignedTokens, offered
from xietong.region import naming, operations, queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import PUBLIC, SIGNED_IN, open_to
from xietong.region.models import Person
from xietong.region.operations.tokens import MOST_DAYS, MOST_DAYS_STRICT
from xietong.region.rules import STRICT, Actor

SPOKEN = "sign_in_language"
View = Callable[..., HttpResponse]
MAIL_CHOICES = (
    (NO_MAIL, N_("no; I read notices here")),
    (EACH, N_("each notice, at once")),
    (DAILY, N_("once a day, those not read yet")),
)


@login_required
@open_to(SIGNED_IN, writes=SIGNED_IN)
def overview(request: HttpRequest) -> HttpResponse:
    """Show a person's own account: who one is here, what one may, and how one gets in."""
    person = _person(request)
    if request.method == "POST" and "notice_mail" in request.POST:
        desk.choose_notice_mail(actor=operations.as_actor(person), how=request.POST["notice_mail"])
        tell(request, N_("How notices come by mail is changed."))
        return redirect("portal:account")
    if request.method == "POST":
        chosen = request.POST.get("language", "")
        operations.choose_language(
            actor=operations.as_actor(person), person=person, language=chosen
        )
        tell(request, N_("The language of your mail is changed."))
        return redirect("portal:account")
    actor = actor_of(request)
    context = {
        "person": person,
        "mandates": _mandates(actor),
        "waiting": bool(actor.waiting),
        "has_factor": second_factor.has_one(person),
        "mailing": desk_queries.notice_mail_of(actor),
        "mail_choices": MAIL_CHOICES,
    }
    return render(request, "account/overview.html", context)


@login_required
@never_cache
@open_to(SIGNED_IN)
def tokens(request: HttpRequest) -> HttpResponse:
    """Show a person's tokens, and where one is made, its secret this once."""
    return _tokens(request)


@login_required
@never_cache
@reauthentication_required
@open_to(SIGNED_IN, writes=rules.CREATE_TOKEN)
def make_token(request: HttpRequest) -> HttpResponse:
    """Make a token after the password or a factor was shown again."""
    if request.method != "POST":
        return redirect("portal:tokens")
    given = request.POST
    try:
        days = int(given.get("days", ""))
    except ValueError:
        days = 0
    try:
        _, secret = operations.create_token(
            actor=actor_of(request),
            name=given.get("name", ""),
            days=days,
            strict=given.get("strict") == "on",
        )
    except Refusal as refusal:
        sentence, way_out = said(refusal)
        context = {"refused": sentence, "way_out": way_out, "field": refusal.field, "given": given}
        return _tokens(request, status=refusal.status, **context)
    return _tokens(request, secret=secret)


@login_required
@require_POST
@open_to(writes=rules.REVOKE_TOKEN)
def revoke_token(request: HttpRequest, key: int) -> HttpResponse:
    """End a token at once."""
    operations.revoke_token(actor=actor_of(request), key=key)
    tell(request, N_("The token is revoked."))
    return redirect("portal:tokens")


def _tokens(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "tokens": queries.own_tokens(actor),
        "may_be_strict": any(one.role in STRICT for one in actor.held),
        "most_days": MOST_DAYS,
        "most_days_strict": MOST_DAYS_STRICT,
        **more,
    }
    return render(request, "account/tokens.html", context, status=status)


@login_not_required
@open_to(PUBLIC, writes=PUBLIC)
def to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to a provider, and remember in which language to come back."""
    _known(provider_id)
    request.session[SPOKEN] = translation.get_language()
    return openid.login(request, provider_id)


@login_not_required
@open_to(PUBLIC)
def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take a provider's answer. Its address is one for all languages: providers compare it."""
    _known(provider_id)
    translation.activate(request.session.pop(SPOKEN, None) or translation.get_language())
    view = OAuth2CallbackView.adapter_view(SignedTokens(request, provider_id))
    return view(request)


def in_one_change(view: View) -> View:
    """Return a view whose writes stand with their audit entries, or not at all."""

    def changing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with operations.change():
            return view(request, *args, **kwargs)

    return changing


def noted(view: View) -> View:
    """Return the view that ends one's other sessions, so that the audit tells of it."""

    def noting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and isinstance(request.user, Person):
            person = request.user
            operations.note_account(
                actor=operations.as_actor(person), person=person, act="end_other_sessions"
            )
        return view(request, *args, **kwargs)

    return in_one_change(noting)


def _known(key: str) -> None:
    if key not in dict(offered()):
        raise NotFound(
            "no_such_provider",
            N_("Nobody signs in at “{key}” here."),
            way_out=N_("Choose one of the ways on the sign-in page."),
            key=key,
        )


def _mandates(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "role": naming.role(row.role),
            "scope": naming.owner(row.member, row.organisation),
            "waits": bool(actor.waiting) and row.role in STRICT,
        }
        for row in queries.own_mandates(actor)
    ]


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)  # noqa: S101  (the view wants somebody signed in)
    return request.user
