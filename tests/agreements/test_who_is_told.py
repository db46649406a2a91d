"""Approvers are told that their word is wanted, the office what they said, both how it ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from cast import Cast
from xietong.agreements import operations
from xietong.agreements.models import Agreement
from xietong.desk.models import Notice
from xietong.desk.schemas import notice_out
from xietong.kit.references import Reference
from xietong.region.models import Member
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Opener = Callable[..., Agreement]
NORTH, SOUTH = "northshore", "southshore"
TITLE = "“Boats inspected once for all lakes”"
APPROVERS, OFFICE = {"north_approver", "south_approver"}, {"office_officer"}


@pytest.fixture
def news(cast: Cast) -> Callable[[], dict[str, set[str]]]:
    """Give a function that says what was told since it was asked last, and which parts read it."""
    by_person = {person.pk: part for part, person in cast.people.items()}
    seen: set[int] = set()

    def read() -> dict[str, set[str]]:
        told: dict[str, set[str]] = {}
        with translation.override("en"):
            for one in Notice.objects.exclude(pk__in=seen).order_by("pk"):
                seen.add(one.pk)
                readers = told.setdefault(notice_out(one).sentence, set())
                assert by_person[one.person_id] not in readers, "told twice"
                readers.add(by_person[one.person_id])
        return told

    return read


def word(cast: Cast, member: str, row: Agreement, verdict: str = "agree", words: str = "") -> None:
    operations.consent(
        actor=cast[f"{member.removesuffix('shore')}_approver"],
        agreement=row.pk,
        member=member,
        verdict=verdict,
        condition=words,
    )


def test_each_step_is_told_to_whom_it_concerns_and_nobody_else(
    cast: Cast, opened: Opener, news: Callable[[], dict[str, set[str]]]
) -> None:
    row = opened()
    assert news() == {f"{TITLE} waits for your consent.": APPROVERS}
    word(cast, NORTH, row, "with_condition", "print the year")
    assert news() == {f"Northshore agrees with a condition: {TITLE}.": OFFICE}
    operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="printed")
    assert news() == {
        f"The condition of your consent to {TITLE} was met; please confirm.": {"north_approver"}
    }
    word(cast, NORTH, row)
    assert news() == {f"Northshore agrees: {TITLE}.": OFFICE}
    word(cast, SOUTH, row)
    assert news() == {
        f"Southshore agrees: {TITLE}.": OFFICE,
        f"All parties agree: {TITLE} is in force.": APPROVERS | OFFICE,
    }
    about = Reference.parse(row.subject)
    operations.lapse_agreements(actor=LOCAL, subject=about, digest="b" * 64)
    ended = f"{TITLE} is not open for consent any more"
    assert news() == {f"{ended}: its content has changed.": APPROVERS | OFFICE}


def test_every_end_is_told_with_its_reason(
    cast: Cast, opened: Opener, news: Callable[[], dict[str, set[str]]]
) -> None:
    ended = f"{TITLE} is not open for consent any more"
    everybody = APPROVERS | OFFICE
    objected = opened()
    news()
    word(cast, SOUTH, objected, "object", "the outlines are old")
    assert news() == {
        f"Southshore objects: {TITLE}.": OFFICE,
        f"{ended}: a member objected.": everybody,
    }
    late = opened(closes_at=timezone.now() + timedelta(days=3))
    news()
    Agreement.objects.filter(pk=late.pk).update(closes_at=timezone.now() - timedelta(seconds=1))
    operations.lapse_overdue(actor=LOCAL)
    assert news() == {f"{ended}: the time for consent ran out.": everybody}
    taken_back = opened()
    news()
    operations.withdraw_agreement(actor=LOCAL, agreement=taken_back.pk, reason="too soon")
    assert news() == {f"{ended}: the office took it back.": everybody}


def test_who_is_no_party_is_told_nothing(
    cast: Cast, opened: Opener, news: Callable[[], dict[str, set[str]]]
) -> None:
    row = opened(parties=[Member.objects.get(code=NORTH)])
    word(cast, NORTH, row)
    assert set[Any]().union(*news().values()) == {"north_approver", "office_officer"}
