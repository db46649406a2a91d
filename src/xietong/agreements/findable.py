"""Agreements as search knows them: whoever may read them finds them."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from xietong.agreements import rules
from xietong.agreements.models import Agreement
from xietong.desk.findable import Findable, findable
from xietong.kit.references import Reference
from xietong.kit.refusals import N_
from xietong.region.rules import of_member


def agreement_found(row: Agreement) -> Findable:
    """Return an agreement as search knows it, once its parties stand."""
    parties = row.parties.values_list("member__code", flat=True)
    with override(settings.LANGUAGE_CODE):
        url = reverse("agreements:agreement", args=[row.pk])
    return Findable(
        reference=Reference("agreements", "agreement", str(row.pk)),
        kind=N_("Agreement"),
        title_zh=row.title_zh,
        title_en=row.title_en,
        url=url,
        line=rules.READ_AGREEMENTS,
        of=frozenset(of_member(code) for code in parties),
        text=(row.opened_by_name, str(row.pk)),
    )


@findable("agreements", rules.READ_AGREEMENTS)
def _agreements() -> Iterator[Findable]:
    return map(agreement_found, Agreement.objects.iterator())
