"""What tests of sign-in do over and over: give a password, sign in, tell a code, read mail."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from xietong.region.models import Person

PASSWORD = "seven-herons-cross-the-lake"  # noqa: S105  (nobody's)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mails that were sent; `sending()` is where a transaction's mails go out at its end."""

    folder: Path
    capture: Callable[..., AbstractContextManager[Any]]

    def sending(self) -> AbstractContextManager[Any]:
        """Send what waits for the end of a transaction, which a test never reaches."""
        return self.capture(execute=True)

    def mails(self) -> list[EmailMessage]:
        """Return every mail, the earliest first."""
        files = sorted(self.folder.glob("*.log"), key=lambda one: one.stat().st_mtime_ns)
        parts = [part for one in files for part in one.read_bytes().split(b"-" * 79 + b"\n")]
        read = [email.message_from_bytes(one, policy=email.policy.default) for one in parts]
        return [one for one in read if isinstance(one, EmailMessage) and one["To"]]


def text_of(mail: EmailMessage) -> str:
    """Return the words of a mail."""
    return mail.get_content()


def with_password(person: Person, password: str = PASSWORD) -> Person:
    """Give a person a password."""
    person.set_password(password)
    person.save()
    return person


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> HttpResponse:
    """Send the sign-in form."""
    form = {"login": login, "password": password}
    return client.post("/account/login/", {**form, **more})  # type: ignore[return-value]


def with_app(person: Person) -> str:
    """Give a person an authenticator app and recovery codes; return the app's key."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    key = generate_totp_secret()
    TOTP.activate(person, key)
    RecoveryCodes.activate(person)
    return key


def code_of(key: str, *, earlier: int = 0) -> str:
    """Return what an authenticator app with this key tells now, or some steps ago."""
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(key, int(time.time()) // 30 - earlier))


def acts(person: Person) -> list[str]:
    """Return what the audit tells of a person's account, in its order."""
    from xietong.region.models import AuditEntry

    rows = AuditEntry.objects.filter(subject=f"region:person:{person.pk}").order_by("number")
    return [row.verb for row in rows]
