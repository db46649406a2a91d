"""Ending imports that were left behind: their files go, and whoever began them is told."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from xietong.atlas import rules
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.drafts import locked, subject_of, throw_away
from xietong.desk import operations as desk
from xietong.desk.models import Job
from xietong.desk.rules import OPEN
from xietong.kit.refusals import N_
from xietong.region.models import Person
from xietong.region.operations import change
from xietong.region.rules import Actor, require

# An import that nobody has touched for so long is left behind; its file can be uploaded again.
DRAFT_DAYS = 30


def expire_drafts(*, actor: Actor) -> list[RegisterDraft]:
    """Throw away the imports that nobody has touched for DRAFT_DAYS days; return them.

    One whose check or marking waits or runs is not left behind.
    """
    require(actor, rules.EXPIRE_DRAFTS)
    before = timezone.now() - timedelta(days=DRAFT_DAYS)
    left = RegisterDraft.objects.filter(state__in=rules.UNDER_WAY, changed_at__lt=before)
    expired = []
    for seen in left.order_by("id"):
        with change():
            draft = locked(seen)
            if draft.changed_at >= before or draft.state not in rules.UNDER_WAY:
                continue  # somebody went on with it meanwhile
            if Job.objects.filter(subject=str(subject_of(draft)), state__in=OPEN).exists():
                continue
            throw_away(actor, draft, "expire_draft", untouched_days=DRAFT_DAYS)
            _tell(draft)
        expired.append(draft)
    return expired


def _tell(draft: RegisterDraft) -> None:
    key = draft.created_by.removeprefix("person:")
    person = Person.objects.filter(pk=key).first() if key.isdigit() else None
    with translation.override(settings.LANGUAGE_CODE):
        url = reverse("atlas:imports", args=[draft.member.code])
    if person is not None:
        desk.notify(
            sentence=N_(
                "Your import of “{file}” was left for {days} days and has ended; "
                "upload the file again to go on."
            ),
            params={"file": draft.name, "days": DRAFT_DAYS},
            subject=subject_of(draft),
            url=url,
            person=person,
        )
