"""The mail that carries an invitation's link: plain text, in the language of whoever gets it."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from xietong.kit.refusals import N_, Broken
from xietong.region import naming
from xietong.region.models import Invitation
from xietong.region.rules import Actor


def send(invitation: Invitation, *, by: Actor, token: str, site: str) -> str:
    """Send an invitation and return its link. Refuses `mail_not_sent`."""
    with translation.override(invitation.language):
        link = site.rstrip("/") + reverse("region:invitation", args=[token])
        message = EmailMessage(
            gettext("Invitation to Xietong"), _body(invitation, by, link), to=[invitation.email]
        )
        try:
            message.send()
        except (OSError, smtplib.SMTPException) as fault:
            raise Broken(
                "mail_not_sent",
                N_("The mail to “{email}” could not be sent, so nobody was invited: {fault}."),
                way_out=N_("Try again later, or tell the operator of this node."),
                email=invitation.email,
                fault=str(fault) or type(fault).__name__,
            ) from fault
    return link


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
            "The link works once, until {until} (UTC). Whoever has it can sign in as you: do not "
            "pass it on."
        ).format(until=f"{invitation.expires_at:%Y-%m-%d %H:%M}"),
        gettext("If you did not expect this mail, delete it; then nothing happens."),
    ]
    return "\n\n".join(parts) + "\n"
