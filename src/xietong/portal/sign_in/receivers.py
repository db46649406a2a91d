"""What django-allauth tells of: written into the audit, and into the session what was shown."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.contrib.auth import user_logged_in, user_logged_out
from django.core.cache import cache
from django.core.management import call_command
from django.db.models.signals import post_save
from django.http import HttpRequest

from xietong.portal.sign_in import second_factor
from xietong.portal.sign_in.accounts import TOLD_EVERY_SECONDS
from xietong.region.actors import ASSURED
from xietong.region.models import Person
from xietong.region.operations import Act, as_actor, note_account


def listen() -> None:
    """Connect every receiver of this file."""
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    account.email_changed.connect(email_changed)
    mfa.authenticator_used.connect(factor_shown)
    # allauth tells of an app only when the transaction is over, and of a key within it.
    post_save.connect(factor_added, sender=Authenticator)
    mfa.authenticator_removed.connect(factor_removed)
    mfa.authenticator_reset.connect(codes_renewed)
    mfa.authentication_failed.connect(factor_failed)
    social.social_account_added.connect(provider_connected)
    social.social_account_removed.connect(provider_disconnected)
    post_save.connect(address_kept, sender=Person)


def lay_cache_table(using: str, **_: Any) -> None:
    """Lay the table in which throttles count, where it is not there yet."""
    call_command("createcachetable", database=using, verbosity=0)


def signed_in(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Begin a session: it knows whether a second factor was shown for this very person."""
    if not isinstance(user, Person):
        return
    shown = second_factor.mark(request, user)
    _note(user, "sign_in", way=_way(request, user), second_factor=shown)


def signed_out(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Note who went; the session is gone with all that it knew."""
    if isinstance(user, Person):
        _note(user, "sign_out")


def factor_shown(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Let strict mandates count from now on in a session that shows the factor meanwhile."""
    if getattr(request, "user", None) == user:
        second_factor.mark(request, user)


def factor_added(sender: Any, instance: Authenticator, created: bool, raw: bool, **_: Any) -> None:
    """Note a factor that was set up. To have it is not to have shown it."""
    if created and not raw and instance.type in second_factor.FACTORS:
        _note(instance.user, "add_second_factor", kind=str(instance.type))


def factor_removed(
    sender: Any, request: HttpRequest, user: Any, authenticator: Authenticator, **_: Any
) -> None:
    """Note a factor that is gone, and end the other sessions, which may be a thief's."""
    if authenticator.type not in second_factor.FACTORS:
        return
    _note(user, "remove_second_factor", kind=str(authenticator.type))
    end_other_sessions(request, user)
    if not second_factor.has_one(user):
        request.session.pop(ASSURED, None)


def codes_renewed(sender: Any, user: Any, **_: Any) -> None:
    """Note that the old recovery codes are worth nothing any more."""
    _note(user, "renew_recovery_codes")


def factor_failed(sender: Any, user: Any, **_: Any) -> None:
    """Note that somebody with the right password had no right code, not over and over."""
    if cache.add(f"second-factor:failed:{user.pk}", True, timeout=TOLD_EVERY_SECONDS):
        _note(user, "fail_second_factor")


def email_changed(sender: Any, user: Any, **_: Any) -> None:
    """Note that mail goes to another address, and not to which."""
    _note(user, "change_email")


def provider_connected(sender: Any, sociallogin: Any, **_: Any) -> None:
    """Note an account elsewhere by which one may sign in."""
    _note(sociallogin.user, "connect_provider", provider=sociallogin.account.provider)


def provider_disconnected(sender: Any, socialaccount: Any, **_: Any) -> None:
    """Note an account elsewhere by which one may no longer sign in."""
    _note(socialaccount.user, "disconnect_provider", provider=socialaccount.provider)


def address_kept(sender: Any, instance: Person, raw: bool, **_: Any) -> None:
    """Keep a person's address as verified: it came by an invitation sent there, or by a code."""
    if not raw and instance.email:
        row, created = EmailAddress.objects.get_or_create(
            user=instance,
            email=instance.email.lower(),
            defaults={"verified": True, "primary": True},
        )
        if not created and not (row.verified and row.primary):
            EmailAddress.objects.filter(user=instance, primary=True).exclude(pk=row.pk).delete()
            EmailAddress.objects.filter(pk=row.pk).update(verified=True, primary=True)


def _note(person: Any, act: Act, **details: str | int | bool) -> None:
    note_account(actor=as_actor(person), person=person, act=act, **details)


def _way(request: HttpRequest, person: Person) -> str:
    from allauth.account.internal.flows.login import get_authentication_records

    for record in get_authentication_records(request, person):
        if record.get("method") == "socialaccount":
            return f"oidc:{record.get('provider')}"
        if record.get("passwordless"):
            return "passkey"
    return "password"
