"""The mail that carries an invitation's link: plain text, in the language of whoever gets it."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from xietong.region import naming, zone
from xietong.region.models import Invitation
from xietong.region.rules import Actor


def link_of(invitation: Invitation, *, token: str, site: str) -> str:
    """Return the address at which an invitation is accepted, in the language of its mail."""
    with translation.override(invitation.language):
        return site.rstrip("/") + reverse("region:invitation", args=[token])


def send(invitation: Invitation, *, by: Actor, link: str, digest: str) -> None:
    """Send the mail, and note on the invitation whether a mail server took it, or why not.

    Only the mail with the link that leads somewhere now says so: `digest` is that link's.
    """
    with translation.override(invitation.language):
        message = EmailMessage(
            gettext("Invitation to Xietong"), _body(invitation, by, link), to=[invitation.email]
        )
    invitation.mailed_at, invitation.mail_fault = None, ""
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as fault:
        invitation.mail_fault = (str(fault) or type(fault).__name__)[:300]
    else:
        invitation.mailed_at = timezone.now()
    Invitation.objects.filter(pk=invitation.pk, token_digest=digest).update(
        mailed_at=invitation.mailed_at, mail_fault=invitation.mail_fault
    )


def _body(invitation: Invitation, by: Actor, link: str) -> str:
    parts = [
        gettext("Dear {name},").format(name=invitation.name),
        gettext("{by} invites you to Xietong as {role} of {scope}.").format(
            by=by.name,
            role=naming.role(invitation.role),
            scope=naming.owner(invitation.member, invitation.organisation),
        ),
        gettext("Follow this link, choose a password, and sign in:"),
        link,
        gettext(
            "The link works once, until {until}. Whoever has it can sign in as you: do not "
            "pass it on."
        ).format(until=zone.minute_of(invitation.expires_at)),
        gettext("If you did not expect this mail, delete it; then nothing happens."),
    ]
    return "\n\n".join(parts) + "\n"
