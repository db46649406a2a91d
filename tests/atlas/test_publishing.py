"""Publishing and withdrawing: only what the state allows, with its reason, in the audit."""

from __future__ import annotations

import itertools

import pytest

from editions import Grown
from xietong.atlas import operations, queries, rules
from xietong.atlas.models import Edition
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
STATES = (rules.DRAFT, rules.PUBLISHED, rules.WITHDRAWN)


@pytest.fixture
def draft(grown: Grown) -> Edition:
    """Take the edition back to a draft."""
    Edition.objects.update(state=rules.DRAFT, published_at=None)
    return Edition.objects.get()


def test_a_draft_is_published_and_withdrawn(draft: Edition) -> None:
    with pytest.raises(NotFound, match="no_edition"):
        queries.edition(READER)
    published = operations.publish_edition(actor=LOCAL, number=draft.number)
    assert published.state == rules.PUBLISHED
    assert published.published_at is not None
    assert queries.edition(READER).number == draft.number
    withdrawn = operations.withdraw_edition(
        actor=LOCAL, number=draft.number, reason=" a register was of the wrong year "
    )
    assert withdrawn.state == rules.WITHDRAWN
    entries = AuditEntry.objects.filter(verb__in=("publish_edition", "withdraw_edition"))
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

    wanted = {
        (rules.DRAFT, withdraw): "not_published",
        (rules.PUBLISHED, publish): "already_published",
        (rules.WITHDRAWN, publish): "is_withdrawn",
        (rules.WITHDRAWN, withdraw): "not_published",
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
    with pytest.raises(NotFound, match="no_such_edition"):
        operations.publish_edition(actor=LOCAL, number=99)
    with pytest.raises(NotFound, match="no_such_edition"):
        operations.withdraw_edition(actor=LOCAL, number=99, reason="why")


def test_the_rules_decide_every_state() -> None:
    allowed = set()
    for state, what in itertools.product(STATES, ("publish", "withdraw")):
        try:
            if what == "publish":
                rules.may_publish(state, 1)
            else:
                rules.may_withdraw(state, 1, "why")
        except Refusal:
            continue
        allowed.add((state, what))
    assert allowed == {(rules.DRAFT, "publish"), (rules.PUBLISHED, "withdraw")}


def test_the_states_of_the_table_are_those_of_the_rules() -> None:
    assert set(Edition.State.values) == set(STATES)
