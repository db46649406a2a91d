"""Consent: whose it is to give, what it brings about, and that all of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cast import Cast
from xietong.agreements import operations, queries, rules
from xietong.agreements.models import Agreement, Consent
from xietong.agreements.signals import agreement_ended, agreement_in_force
from xietong.desk.models import Notice
from xietong.kit.references import Reference
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region import operations as operations_of_people
from xietong.region.models import AuditEntry, Mandate
from xietong.region.rules import LOCAL, OUTSIDER, READER, SecondFactorNeeded

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
Opener = Callable[..., Agreement]
NORTH, SOUTH = "northshore", "southshore"


def said(cast: Cast, part: str, row: Agreement, verdict: str = "agree", words: str = "") -> Consent:
    member = NORTH if part.startswith("north") else SOUTH
    return operations.consent(
        actor=cast[part], agreement=row.pk, member=member, verdict=verdict, condition=words
    )


def state(row: Agreement) -> str:
    return Agreement.objects.get(pk=row.pk).state


def test_it_is_in_force_when_all_agree(cast: Cast, opened: Opener) -> None:
    row = opened()
    heard: list[Any] = []

    def hear(**told: Any) -> None:
        assert transaction.get_connection().in_atomic_block
        heard.append((told["agreement"].pk, str(told["subject"]), told["actor"]))

    agreement_in_force.connect(hear)
    try:
        said(cast, "north_approver", row)
        assert (state(row), heard) == (rules.OPEN, [])
        said(cast, "south_approver", row)
    finally:
        agreement_in_force.disconnect(hear)
    assert state(row) == rules.IN_FORCE
    assert heard == [(row.pk, "plan:scheme:7", cast["south_approver"])]
    assert operations.verify_agreement(actor=cast["north_viewer"], agreement=row.pk).sound
    with pytest.raises(Refusal, match="already_in_force"):
        said(cast, "north_approver", row)
    verbs = [one.verb for one in AuditEntry.objects.order_by("number")][-4:]
    assert verbs == ["open_agreement", "consent", "consent", "enter_into_force"]


@pytest.mark.parametrize(
    "part",
    [
        *("north_viewer", "north_analyst", "north_officer", "north_administrator"),
        *("south_approver", "office_officer", "office_approver", "office_administrator"),
        *("institute_officer", "nobody", "operator", "reader", "outsider"),
    ],
)
def test_nobody_else_consents_for_a_member(cast: Cast, opened: Opener, part: str) -> None:
    row = opened()
    with pytest.raises(NotAllowed, match="not_allowed"):
        operations.consent(actor=cast[part], agreement=row.pk, member=NORTH, verdict="agree")
    assert not Consent.objects.exists()


def test_an_approver_needs_a_second_factor(cast: Cast, opened: Opener) -> None:
    row = opened()
    with pytest.raises(SecondFactorNeeded):
        operations.consent(
            actor=cast.weak("north_approver"), agreement=row.pk, member=NORTH, verdict="agree"
        )
    assert not Consent.objects.exists()


def test_a_mandate_that_ended_since_the_request_began_is_none(cast: Cast, opened: Opener) -> None:
    row, actor = opened(), cast["north_approver"]
    Mandate.objects.filter(person=cast.person("north_approver")).update(revoked_at=timezone.now())
    with pytest.raises(NotAllowed, match="mandate_not_in_force"):
        operations.consent(actor=actor, agreement=row.pk, member=NORTH, verdict="agree")
    assert not Consent.objects.exists()


def test_a_person_who_left_since_the_request_began_consents_to_nothing(
    cast: Cast, opened: Opener
) -> None:
    row, actor = opened(), cast["north_approver"]
    person = cast.person("north_approver")
    person.is_active = False
    person.save()
    with pytest.raises(NotAllowed, match="mandate_not_in_force"):
        operations.consent(actor=actor, agreement=row.pk, member=NORTH, verdict="agree")
    assert not Consent.objects.exists()


def test_each_approver_signs_by_a_mandate_of_their_own(cast: Cast, opened: Opener) -> None:
    row, second = opened(), cast.person("north_viewer")
    mine = operations_of_people.grant_mandate(
        actor=LOCAL, person=second.pk, role="approver", member=NORTH
    )
    operations.consent(actor=cast["north_viewer"], agreement=row.pk, member=NORTH, verdict="agree")
    one = Consent.objects.get()
    assert (one.signer, one.mandate, one.signer_name) == (second, mine, second.name)
    said(cast, "north_approver", row)
    assert Consent.objects.get(number=2).signer == cast.person("north_approver")
    assert operations.verify_agreement(actor=LOCAL, agreement=row.pk).sound


def test_one_objection_ends_it(cast: Cast, opened: Opener) -> None:
    row = opened()
    heard: list[str] = []

    def hear(**told: Any) -> None:
        heard.append(told["agreement"].ended)

    agreement_ended.connect(hear)
    try:
        said(cast, "north_approver", row, "object", " the outlines are old ")
    finally:
        agreement_ended.disconnect(hear)
    assert heard == [rules.OBJECTION]
    told = queries.agreement(cast["south_officer"], row.pk)
    assert (told.state, told.ended_because) == (rules.DECLINED, "the outlines are old")
    with pytest.raises(Refusal, match="agreement_not_open"):
        said(cast, "south_approver", row)
    opened("b" * 64)  # and it may be submitted anew


def test_a_condition_counts_once_it_is_met_and_confirmed(cast: Cast, opened: Opener) -> None:
    row = opened()
    said(cast, "south_approver", row)
    first = said(cast, "north_approver", row, "with_condition", "print the year")
    assert state(row) == rules.OPEN
    assert queries.awaiting(cast["north_approver"]) == []
    with pytest.raises(NotAllowed):
        operations.meet_condition(
            actor=cast["north_officer"], agreement=row.pk, consent=first.number, words="done"
        )
    operations.meet_condition(
        actor=cast["office_officer"], agreement=row.pk, consent=first.number, words="printed"
    )
    assert state(row) == rules.OPEN
    assert [one.id for one in queries.awaiting(cast["north_approver"])] == [row.pk]
    with pytest.raises(Refusal, match="condition_met_already"):
        operations.meet_condition(
            actor=cast["office_officer"], agreement=row.pk, consent=first.number, words="again"
        )
    confirming = said(cast, "north_approver", row)
    assert confirming.confirms == first
    assert state(row) == rules.IN_FORCE
    assert operations.verify_agreement(actor=LOCAL, agreement=row.pk).sound


def test_a_condition_that_was_not_met_or_stands_no_more_is_not_confirmed(
    cast: Cast, opened: Opener
) -> None:
    row = opened()
    said(cast, "north_approver", row, "with_condition", "print the year")
    said(cast, "north_approver", row, "with_condition", "print the year in red")
    with pytest.raises(NotFound, match="no_such_condition"):
        operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="printed")
    assert said(cast, "north_approver", row).confirms is None


def test_what_awaits_whom(cast: Cast, opened: Opener) -> None:
    row = opened()

    def awaited() -> set[str]:
        everybody = cast.everybody().items()
        return {part for part, actor in everybody if queries.awaiting(actor)}

    def to_meet() -> set[str]:
        everybody = cast.everybody().items()
        return {part for part, actor in everybody if queries.conditions_to_meet(actor)}

    office = {"office_officer", "office_approver", "operator"}
    assert (awaited(), to_meet()) == ({"north_approver", "south_approver"}, set())
    said(cast, "north_approver", row, "with_condition", "print the year")
    assert (awaited(), to_meet()) == ({"south_approver"}, office)
    operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="printed")
    assert (awaited(), to_meet()) == ({"north_approver", "south_approver"}, set())
    said(cast, "north_approver", row)
    assert (awaited(), to_meet()) == ({"south_approver"}, set())
    said(cast, "south_approver", row)
    assert (awaited(), to_meet()) == (set(), set())


def test_a_later_word_supersedes_and_both_are_kept(cast: Cast, opened: Opener) -> None:
    row = opened()
    said(cast, "north_approver", row)
    said(cast, "north_approver", row, "with_condition", "wait for the spring")
    said(cast, "south_approver", row)
    assert state(row) == rules.OPEN
    told = queries.agreement(LOCAL, row.pk)
    assert [one.verdict for one in told.consents] == ["agree", "with_condition", "agree"]
    assert {one.member: one.standing and one.standing.number for one in told.parties} == {
        NORTH: 2,
        SOUTH: 3,
    }
    with pytest.raises(NotFound, match="no_such_condition"):
        operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="x")


@pytest.mark.parametrize(
    ("verdict", "words", "code"),
    [
        ("object", " ", "objection_without_reason"),
        ("with_condition", "", "condition_missing"),
        ("agree", "but", "condition_beside_consent"),
        ("maybe", "", "no_such_verdict"),
    ],
)
def test_a_verdict_says_what_it_needs(
    cast: Cast, opened: Opener, verdict: str, words: str, code: str
) -> None:
    row = opened()
    with pytest.raises(Refusal, match=code):
        said(cast, "north_approver", row, verdict, words)
    assert not Consent.objects.exists()


def test_what_is_late_is_refused_and_lapses(cast: Cast, opened: Opener) -> None:
    with pytest.raises(Refusal, match="closes_in_the_past"):
        opened(closes_at=timezone.now())
    row = opened(closes_at=timezone.now() + timedelta(days=3))
    said(cast, "north_approver", row)
    assert operations.lapse_overdue(actor=LOCAL) == []
    Agreement.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal, match="consent_too_late"):
        said(cast, "south_approver", row)
    assert [one.pk for one in operations.lapse_overdue(actor=LOCAL)] == [row.pk]
    assert queries.agreement(LOCAL, row.pk).ended == rules.OVERDUE


def test_another_content_lapses_what_is_open_and_in_force(cast: Cast, opened: Opener) -> None:
    row, beside = opened(), opened(subject=Reference("plan", "scheme", "8"))
    about = Reference.parse(row.subject)
    assert operations.lapse_agreements(actor=LOCAL, subject=about, digest="a" * 64) == []
    said(cast, "north_approver", row)
    said(cast, "south_approver", row)
    with pytest.raises(Refusal, match="already_in_force"):
        opened()
    lapsed = operations.lapse_agreements(actor=LOCAL, subject=about, digest="b" * 64)
    assert [(one.pk, one.ended) for one in lapsed] == [(row.pk, rules.CHANGED)]
    assert (state(row), state(beside)) == (rules.LAPSED, rules.OPEN)
    other = opened("b" * 64)
    with pytest.raises(Refusal, match="agreement_open_already"):
        opened("c" * 64)
    assert state(other) == rules.OPEN


def test_taking_back_needs_a_reason_and_the_office(cast: Cast, opened: Opener) -> None:
    row = opened()
    with pytest.raises(NotAllowed):
        operations.withdraw_agreement(actor=cast["north_approver"], agreement=row.pk, reason="x")
    with pytest.raises(Refusal, match="return_reason_missing"):
        operations.withdraw_agreement(actor=cast["office_officer"], agreement=row.pk, reason=" ")
    operations.withdraw_agreement(actor=cast["office_officer"], agreement=row.pk, reason="too soon")
    assert state(row) == rules.WITHDRAWN
    with pytest.raises(Refusal, match="agreement_not_open"):
        operations.withdraw_agreement(actor=cast["office_officer"], agreement=row.pk, reason="x")
    agreed = opened()
    for part in ("north_approver", "south_approver"):
        said(cast, part, agreed)
    operations.withdraw_agreement(actor=cast["office_officer"], agreement=agreed.pk, reason="x")
    assert state(agreed) == rules.WITHDRAWN


def test_a_receiver_that_fails_takes_the_consent_back(cast: Cast, opened: Opener) -> None:
    row = opened()
    said(cast, "north_approver", row)
    entries, notices = AuditEntry.objects.count(), Notice.objects.count()

    def break_off(**_: Any) -> None:
        raise RuntimeError("the edition is gone")

    agreement_in_force.connect(break_off)
    try:
        with pytest.raises(RuntimeError, match="the edition is gone"):
            said(cast, "south_approver", row)
    finally:
        agreement_in_force.disconnect(break_off)
    assert state(row) == rules.OPEN
    assert Consent.objects.count() == 1
    assert (AuditEntry.objects.count(), Notice.objects.count()) == (entries, notices)


def test_others_do_not_see_it(cast: Cast, opened: Opener) -> None:
    row = opened()
    seeing = {part for part, actor in cast.everybody().items() if queries.agreements(actor)}
    assert seeing == {
        part
        for part in cast.everybody()
        if part.startswith(("north_", "south_", "office_")) or part == "operator"
    }
    for part in ("institute_officer", "nobody", "reader", "outsider"):
        with pytest.raises(NotFound) as hidden:
            queries.agreement(cast[part], row.pk)
        with pytest.raises(NotFound) as absent:
            queries.agreement(cast[part], row.pk + 1)
        assert hidden.value.sentence == absent.value.sentence
    Agreement.objects.get(pk=row.pk).parties.filter(member__code=SOUTH).delete()
    assert queries.agreements(cast["south_officer"]) == []
    with pytest.raises(NotFound, match="no_such_agreement"):
        said(cast, "south_approver", row)
    assert queries.agreements(READER) == queries.agreements(OUTSIDER) == []


def test_what_was_said_is_never_changed_or_removed(cast: Cast, opened: Opener) -> None:
    row = opened()
    said(cast, "north_approver", row, "with_condition", "a condition")
    operations.meet_condition(actor=LOCAL, agreement=row.pk, consent=1, words="met")
    for breach in (
        lambda: Consent.objects.update(verdict="agree"),
        lambda: Consent.objects.all()._raw_delete("default"),
        lambda: type(Consent.objects.get().met).objects.update(words="x"),
    ):
        with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
            breach()
