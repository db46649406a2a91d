"""What this house wants otherwise of accounts: no open sign-up, mail in one's own language."""

from __future__ import annotations

from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context as current
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, translate_url
from django.utils import timezone, translation
from django.utils.translation import gettext

from xietong.portal.sign_in import second_factor
from xietong.portal.sign_in.afterwards import afterwards
from xietong.portal.sign_in.backends import person_called
from xietong.region.models import Person
from xietong.region.operations import Act, as_actor, change, note_account

# Of failures to sign in to one account, the audit tells one in so many seconds.
TOLD_EVERY_SECONDS = 600


class Accounts(DefaultAccountAdapter):
    """The adapter of django-allauth's accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: people are invited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whose address throttles count by; whoever goes round the proxy, by its own."""
        try:
            told = get_client_ip(request)
        except ImproperlyConfigured:
            told = None
        return told or request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104  (no socket)

    def get_login_stages(self) -> list[str]:
        """Return what comes between password and session: this house's second factor stage."""
        ours = "xietong.portal.sign_in.second_factor.SecondFactorStage"
        return [
            ours if stage == "allauth.mfa.stages.AuthenticateStage" else stage
            for stage in super().get_login_stages()
        ]

    def post_login(self, request: HttpRequest, user: Person, **about: Any) -> HttpResponse:
        """Lead whoever needs a second factor and has none to where one is set up."""
        response = super().post_login(request, user, **about)
        if second_factor.must_set_up(user):
            return HttpResponseRedirect(reverse("mfa_index"))
        return response

    def is_reauthentication_required(self, *, app: str, **about: Any) -> bool:
        """Tell whether one must show again who one is; just after signing in one need not."""
        request = current.request
        shown = [one["at"] for one in get_authentication_records(request, request.user)]
        if (
            shown
            and timezone.now().timestamp() - max(shown) < app_settings.REAUTHENTICATION_TIMEOUT
        ):
            return False
        return super().is_reauthentication_required(app=app, **about)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a failure where the account exists, after the answer, and not over and over."""
        login = str(credentials.get("email") or credentials.get("username") or "")
        afterwards(request, lambda: _note_failure(login))

    def set_password(self, user: Person, password: str) -> None:
        """Set a password, and write so into the audit with it."""
        with change():
            super().set_password(user, password)
            signed_in = self.request is not None and self.request.user.is_authenticated
            act: Act = "change_password" if signed_in else "reset_password"
            note_account(actor=as_actor(user), person=user, act=act)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Write a mail in the language of whoever gets it, links and all."""
        person = context.get("user")
        if not isinstance(person, Person):
            person = person_called(email if isinstance(email, str) else email[0])
        spoken = (person.language if person else "") or translation.get_language()
        own = {
            name: translate_url(value, spoken) if name.endswith("_url") else value
            for name, value in context.items()
        }
        own["person"] = person
        own["hours"] = settings.PASSWORD_RESET_TIMEOUT // 3600
        with translation.override(spoken):
            return super().render_mail(template_prefix, email, own, headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a mail now, and send it once what it tells of stands. One that fails is logged."""
        request = current.request
        about = {"request": request, "email": email, "current_site": get_current_site(request)}
        mail = self.render_mail(template_prefix, email, {**about, **context})
        transaction.on_commit(mail.send, robust=True)

    def add_message(self, request: HttpRequest, level: int, *given: Any, **more: Any) -> None:
        """Say what a page cannot show by itself; that somebody is signed in, the frame shows."""
        template = more.get("message_template") or (given[0] if given else "")
        if template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, *given, **more)


def tell(request: HttpRequest, sentence: str) -> None:
    """Leave a sentence for the next page."""
    messages.success(request, gettext(sentence))


def _note_failure(login: str) -> None:
    person = person_called(login)
    if person is None:
        return
    # Whoever guesses on and on must not fill the audit; the throttle says no meanwhile.
    if cache.add(f"sign-in:failed:{person.pk}", True, timeout=TOLD_EVERY_SECONDS):
        note_account(actor=as_actor(person), person=person, act="fail_to_sign_in")
