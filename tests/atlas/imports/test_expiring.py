"""An import that was left behind ends by itself, and whoever began it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atlas.imports.conftest import NORTH, Counter
from xietong.atlas import operations
from xietong.atlas.models import RegisterDraft
from xietong.atlas.operations.expiring import DRAFT_DAYS
from xietong.desk import queries as desk
from xietong.desk.schemas import notice_out
from xietong.kit.refusals import NotAllowed
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def age(draft: RegisterDraft, days: float) -> None:
    """Let a draft have been touched last so many days ago."""
    moment = timezone.now() - timedelta(days=days)
    RegisterDraft.objects.filter(pk=draft.pk).update(changed_at=moment)


def test_what_was_left_behind_ends_and_is_told(counter: Counter) -> None:
    left = counter.upload(counter.house.registers[NORTH])
    young = counter.upload(counter.house.registers[NORTH])
    age(left, DRAFT_DAYS + 1)
    age(young, DRAFT_DAYS - 1)
    assert [one.pk for one in operations.expire_drafts(actor=LOCAL)] == [left.pk]
    ended = counter.now(left)
    assert (ended.state, ended.file, ended.samples) == ("discarded", None, [])
    assert counter.now(young).state == "uploaded"
    entry = AuditEntry.objects.get(verb="expire_draft")
    assert (entry.subject, entry.member) == (f"atlas:register_draft:{left.pk}", NORTH)
    assert (entry.before, entry.details) == ("uploaded", {"untouched_days": DRAFT_DAYS})
    (notice,) = desk.notices_of(counter.officer)
    assert f"/registers/{NORTH}/import/" in notice_out(notice).url
    assert left.name in notice_out(notice).sentence
    assert operations.expire_drafts(actor=LOCAL) == []


def test_one_whose_check_waits_is_not_left_behind(counter: Counter) -> None:
    draft = counter.mapped(counter.upload(counter.house.registers[NORTH]))
    operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    age(draft, DRAFT_DAYS + 1)
    assert operations.expire_drafts(actor=LOCAL) == []


def test_only_the_house_lets_imports_expire(counter: Counter) -> None:
    age(counter.upload(counter.house.registers[NORTH]), DRAFT_DAYS + 1)
    for part in ("north_officer", "north_administrator", "office_administrator"):
        with pytest.raises(NotAllowed):
            operations.expire_drafts(actor=counter.cast[part])
    assert not AuditEntry.objects.filter(verb="expire_draft").exists()
