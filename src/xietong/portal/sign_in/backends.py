"""Who a name and a password belong to, found in the same time whether or not anybody is."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Q
from django.http import HttpRequest

from xietong.region.models import Person


class PersonBackend(AuthenticationBackend):
    """Looks a person up once, by address of mail or user name, and checks one password.

    Each lookup of allauth's own checks the password again, so that an account that exists would
    answer two or three times as slowly as one that does not.
    """

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        person = person_called(credentials.get("email") or credentials.get("username") or "")
        return self._check_password(person, credentials.get("password") or "")


def person_called(login: str) -> Person | None:
    """Return whoever has this address of mail, or else this user name."""
    if not login:
        return None
    found = list(Person.objects.filter(Q(email__iexact=login) | Q(username=login))[:2])
    return next((one for one in found if one.email.casefold() == login.casefold()), None) or (
        found[0] if found else None
    )
