"""Second factors and passkeys: secrets kept encrypted, and a session that says one was shown."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from xietong.region.actors import ASSURED, waits_for_second_factor
from xietong.region.models import Person

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactor(DefaultMFAAdapter):
    """What this house wants otherwise of second factors."""

    def encrypt(self, text: str) -> str:
        """Return a secret as it lies in the database, which alone gives nobody a code."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that was encrypted with this node's key."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        """Return the name that is proposed for a key."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Key {number}").format(number=count + 1)

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor, unless a provider that is trusted with it has asked already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is not None and asserted_for(request) == user.pk:
            return False
        return super()._should_handle(request)


def asserted_for(request: HttpRequest) -> int | None:
    """Return the key of the person whose second factor a trusted provider has just asserted."""
    return getattr(request, "second_factor_asserted_for", None)


def shown_by(request: HttpRequest, person: Person) -> bool:
    """Tell whether this person has shown a second factor or a passkey in this session."""
    if asserted_for(request) == person.pk:
        return True
    records = get_authentication_records(request, person)
    return any(record.get("method") == "mfa" for record in records)


def mark(request: HttpRequest, person: Person) -> bool:
    """Write into the session whether a second factor was shown in it; return whether."""
    shown = shown_by(request, person)
    if shown:
        request.session[ASSURED] = True
    else:
        request.session.pop(ASSURED, None)
    if hasattr(request, "actor"):
        del request.actor
    return shown


def has_one(person: Person) -> bool:
    """Tell whether a person has set up a second factor or a passkey."""
    return Authenticator.objects.filter(user=person, type__in=FACTORS).exists()


def must_set_up(person: Person) -> bool:
    """Tell whether mandates of a person wait for a second factor that is not set up yet."""
    return waits_for_second_factor(person) and not has_one(person)


def _cipher() -> Fernet:
    key = hashlib.sha256(b"second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
