"""What of agreements awaits a person: a word to give, or a condition to meet."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from xietong.agreements import queries
from xietong.desk.awaiting import Awaiting, awaits
from xietong.desk.sayings import both
from xietong.kit.refusals import N_
from xietong.region.rules import Actor


@awaits
def consents(actor: Actor) -> list[Awaiting]:
    """Return the agreements that want this approver's word."""
    return [
        Awaiting(
            sentence=N_("“{title}” waits for your consent."),
            url=_page(one.pk),
            since=one.opened_at,
            params={"title": both(one.title_zh, one.title_en)},
        )
        for one in queries.awaiting(actor)
    ]


@awaits
def conditions(actor: Actor) -> list[Awaiting]:
    """Return the conditions that the office is to meet."""
    return [
        Awaiting(
            sentence=N_("{member} agrees to “{title}” with a condition that is to be met."),
            url=_page(one.agreement_id),
            since=one.at,
            params={
                "member": both(one.member.name_zh, one.member.name_en),
                "title": both(one.agreement.title_zh, one.agreement.title_en),
            },
        )
        for one in queries.conditions_to_meet(actor)
    ]


def _page(number: int) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return reverse("agreements:agreement", args=[number])
