"""Publishing and withdrawing: only what the state allows, with its reason, in the audit."""

from __future__ import annotations

import itertools
from threading import Event, Thread
from time import sleep

import pytest
from django.db import connection

from cast import Cast
from editions import Grown
from xietong.atlas import operations, queries, rules
from xietong.atlas.models import Edition
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region import operations as region
from xietong.region.models import AuditEntry, Mandate
from xietong.region.operations import change
from xietong.region.rules import LOCAL, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.fixture
def draft(grown: Grown) -> Edition:
    """Take the edition back to a draft."""
    Edition.objects.update(state=rules.DRAFT, published_at=None, trial=False)
    return Edition.objects.get()


def entries_after(number: int) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(number__gt=number).order_by("number"))


def test_a_draft_of_a_trial_is_published_and_withdrawn(draft: Edition) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(NotFound, match="no_edition"):
        queries.edition(READER)
    published = operations.publish_edition(actor=LOCAL, number=draft.number)
    assert published.state == rules.PUBLISHED
    assert published.published_at is not None
    assert published.trial
    assert queries.edition(READER).number == draft.number
    assert queries.edition(READER).trial
    withdrawn = operations.withdraw_edition(
        actor=LOCAL, number=draft.number, reason=" a register was of the wrong year "
    )
    assert withdrawn.state == rules.WITHDRAWN
    entries = entries_after(before)
    assert [(one.verb, one.before, one.after, one.reason) for one in entries] == [
        ("publish_edition", "draft", "published", ""),
        ("withdraw_edition", "published", "withdrawn", "a register was of the wrong year"),
    ]
    assert {one.subject for one in entries} == {f"atlas:edition:{draft.number}"}


def test_a_state_that_does_not_allow_it_is_refused(draft: Edition) -> None:
    def publish() -> Edition:
        return operations.publish_edition(actor=LOCAL, number=draft.number)

    def withdraw() -> Edition:
        return operations.withdraw_edition(actor=LOCAL, number=draft.number, reason="why")

    def submit() -> Edition:
        return operations.submit_edition(actor=LOCAL, number=draft.number)

    def send_back() -> Edition:
        return operations.return_edition(actor=LOCAL, number=draft.number, reason="why")

    wanted = {
        (rules.DRAFT, withdraw): "not_published",
        (rules.DRAFT, send_back): "not_under_review",
        (rules.UNDER_REVIEW, submit): "under_review_already",
        (rules.UNDER_REVIEW, publish): "not_approved",
        (rules.UNDER_REVIEW, withdraw): "not_published",
        (rules.APPROVED, submit): "under_review_already",
        (rules.APPROVED, publish): "approval_unsound",  # it has no agreement
        (rules.APPROVED, withdraw): "not_published",
        (rules.PUBLISHED, submit): "already_published",
        (rules.PUBLISHED, publish): "already_published",
        (rules.PUBLISHED, send_back): "not_under_review",
        (rules.WITHDRAWN, submit): "is_withdrawn",
        (rules.WITHDRAWN, publish): "is_withdrawn",
        (rules.WITHDRAWN, withdraw): "not_published",
        (rules.WITHDRAWN, send_back): "not_under_review",
    }
    entries = AuditEntry.objects.count()
    for (state, verb), code in wanted.items():
        Edition.objects.update(state=state)
        with pytest.raises(Refusal, match=code):
            verb()
        assert Edition.objects.get().state == state
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("reason", ["", " ", "\n"])
def test_nothing_is_withdrawn_without_a_reason(grown: Grown, reason: str) -> None:
    with pytest.raises(Refusal, match="reason_missing") as refused:
        operations.withdraw_edition(actor=LOCAL, number=grown.number, reason=reason)
    assert refused.value.field == "reason"
    assert Edition.objects.get().state == rules.PUBLISHED


def test_an_edition_that_is_not_there_is_refused(grown: Grown) -> None:
    for verb in ("publish", "submit", "withdraw", "return"):
        reason = {"reason": "why"} if verb in ("withdraw", "return") else {}
        with pytest.raises(NotFound, match="no_such_edition"):
            getattr(operations, f"{verb}_edition")(actor=LOCAL, number=99, **reason)


def test_the_rules_decide_every_state() -> None:
    allowed = set()
    for state, what, trial, alone in itertools.product(
        rules.STATES, ("submit", "return", "publish", "withdraw"), (True, False), (True, False)
    ):
        try:
            if what == "submit":
                rules.may_submit(state, 1)
            elif what == "return":
                rules.may_return(state, 1, "why")
            elif what == "publish":
                rules.may_publish(state, 1, trial=trial, alone=alone)
            else:
                rules.may_withdraw(state, 1, "why")
        except Refusal:
            continue
        allowed.add((state, what, trial and alone))
    every = {True, False}
    assert allowed == {
        *((rules.DRAFT, "submit", one) for one in every),
        *((rules.UNDER_REVIEW, "return", one) for one in every),
        *((rules.APPROVED, "return", one) for one in every),
        *((rules.APPROVED, "publish", one) for one in every),
        *((rules.PUBLISHED, "withdraw", one) for one in every),
        (rules.DRAFT, "publish", True),
    }


def test_the_states_of_the_table_are_those_of_the_rules() -> None:
    assert set(Edition.State.values) == set(rules.STATES)


@pytest.mark.parametrize("revoked", [False, True])
def test_the_trial_ends_with_the_first_approver_for_ever(
    draft: Edition, cast: Cast, revoked: bool
) -> None:
    Mandate.objects.exclude(person=cast.person("north_approver")).filter(
        role="approver", member__isnull=False
    ).delete()
    assert not queries.in_trial()
    mandates = Mandate.objects.filter(person=cast.person("north_approver"))
    if revoked:
        mandates.update(revoked_at=mandates.get().valid_from)
    with pytest.raises(Refusal, match="not_approved"):
        operations.publish_edition(actor=LOCAL, number=draft.number)
    mandates.delete()
    assert queries.in_trial()  # the office's own approver makes no member's
    with pytest.raises(Refusal, match="not_approved"):
        operations.publish_edition(actor=cast["office_officer"], number=draft.number)
    assert operations.publish_edition(actor=LOCAL, number=draft.number).trial


@pytest.mark.parametrize(
    ("verb", "parts"),
    [
        ("submit", {"operator", "office_officer"}),
        ("return", {"operator", "office_officer", "office_approver"}),
        ("publish", {"operator", "office_officer"}),
        ("withdraw", {"operator", "office_approver"}),
    ],
)
def test_who_may_what(draft: Edition, cast: Cast, verb: str, parts: set[str]) -> None:
    wanted = {"number": 99}
    if verb in ("return", "withdraw"):
        wanted |= {"reason": "why"}  # type: ignore[dict-item]
    passing = set()
    for part, actor in cast.everybody().items():
        try:
            getattr(operations, f"{verb}_edition")(actor=actor, **wanted)
        except NotAllowed:
            continue
        except NotFound:
            passing.add(part)
    assert passing == parts


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_an_approver_who_comes_in_meanwhile_ends_the_trial(draft: Edition, cast: Cast) -> None:
    Mandate.objects.filter(role="approver", member__isnull=False).delete()
    assert queries.in_trial()
    granted, answers = Event(), []

    def grant() -> None:
        try:
            with change():
                region.grant_mandate(
                    actor=LOCAL,
                    person=cast.person("north_officer").pk,
                    role="approver",
                    member="northshore",
                )
                granted.set()
                sleep(0.5)
        finally:
            connection.close()

    meanwhile = Thread(target=grant)
    meanwhile.start()
    assert granted.wait(20)
    try:
        operations.publish_edition(actor=LOCAL, number=draft.number)
    except Refusal as refusal:
        answers.append(refusal.code)
    meanwhile.join()
    assert answers == ["not_approved"]
    assert Edition.objects.get(number=draft.number).state == rules.DRAFT
