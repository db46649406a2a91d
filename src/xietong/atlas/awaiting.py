"""What of editions awaits a person: an approved one, to be published."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from xietong.atlas import queries
from xietong.desk.awaiting import Awaiting, awaits
from xietong.desk.sayings import both
from xietong.kit.refusals import N_
from xietong.region.rules import Actor


@awaits
def approved_editions(actor: Actor) -> list[Awaiting]:
    """Return the editions that all members approved and nobody has published yet."""
    return [
        Awaiting(
            sentence=N_("“{title}” is approved and waits to be published."),
            url=_page(one.number),
            since=(one.agreement and one.agreement.in_force_at) or one.created_at,
            params={"title": both(one.title_zh, one.title_en)},
        )
        for one in queries.approved(actor)
    ]


def _page(number: int) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return reverse("atlas:edition", args=[number])
