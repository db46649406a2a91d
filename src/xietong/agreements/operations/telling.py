"""Whom the desk tells what: approvers that they are asked, the office what they said."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from xietong.agreements import rules
from xietong.agreements.models import Agreement, Consent
from xietong.agreements.operations.queueing import reference_of
from xietong.desk.operations import notify
from xietong.desk.sayings import both, saying
from xietong.kit.refusals import N_
from xietong.region.rules import Role

VERDICTS = {
    rules.AGREE: N_("agrees"),
    rules.WITH_CONDITION: N_("agrees with a condition"),
    rules.OBJECT: N_("objects"),
}
ENDED = {
    rules.OBJECTION: N_("a member objected"),
    rules.CHANGED: N_("its content has changed"),
    rules.OVERDUE: N_("the time for consent ran out"),
    rules.TAKEN_BACK: N_("the office took it back"),
}


def tell_opened(row: Agreement, members: list[str]) -> None:
    """Tell the approvers of the parties that their word is wanted."""
    _tell(row, N_("“{title}” waits for your consent."), members=members, role=Role.APPROVER)


def tell_said(row: Agreement, said: Consent) -> None:
    """Tell the office what a member said."""
    _tell(
        row,
        N_("{member} {verdict}: “{title}”."),
        office=True,
        role=Role.OFFICER,
        member=both(said.member.name_zh, said.member.name_en),
        verdict=saying(VERDICTS[said.verdict]),
    )


def tell_met(row: Agreement, member: str) -> None:
    """Tell a member's approvers that its condition was met."""
    _tell(
        row,
        N_("The condition of your consent to “{title}” was met; please confirm."),
        members=[member],
        role=Role.APPROVER,
    )


def tell_in_force(row: Agreement, members: list[str]) -> None:
    """Tell office and approvers that everybody agreed."""
    sentence = N_("All parties agree: “{title}” is in force.")
    _tell(row, sentence, office=True, role=Role.OFFICER)
    _tell(row, sentence, members=members, role=Role.APPROVER)


def tell_ended(row: Agreement, members: list[str]) -> None:
    """Tell office and approvers that an agreement ended, and why."""
    sentence = N_("“{title}” is not open for consent any more: {why}.")
    why = saying(ENDED[row.ended])
    _tell(row, sentence, office=True, role=Role.OFFICER, why=why)
    _tell(row, sentence, members=members, role=Role.APPROVER, why=why)


def _tell(
    row: Agreement,
    sentence: str,
    *,
    role: Role,
    members: list[str] | None = None,
    office: bool = False,
    **params: Any,
) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        url = reverse("agreements:agreement", args=[row.pk])
    notify(
        sentence=sentence,
        params={"title": both(row.title_zh, row.title_en), **params},
        subject=reference_of(row),
        url=url,
        members=members or (),
        office=office,
        role=role,
    )
