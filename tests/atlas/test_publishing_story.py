"""Editions, consents and mandates in any order: the house does what a model on one page says."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from cast import Cast
from editions import Grown
from xietong.agreements import operations as agreements
from xietong.agreements.models import Agreement, Consent
from xietong.atlas import operations, queries, rules
from xietong.atlas.models import Edition, RegisterVersion
from xietong.kit.refusals import Refusal
from xietong.region.models import Mandate, Member
from xietong.region.rules import LOCAL, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
MEMBERS = ("northshore", "southshore")
PARTS = {
    "northshore": ("north_approver", "north_officer"),
    "southshore": ("south_approver", "south_officer"),
}
VERDICTS = ("agree", "agree", "agree", "with_condition", "object")


class Story(RuleBasedStateMachine):
    """`state` and `words` by edition, what stands of each member, and who holds a mandate now."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        Edition.objects.update(state=rules.DRAFT, published_at=None, trial=False)
        Mandate.objects.filter(role="approver", member__isnull=False).delete()
        self.trial = True
        self.holding: set[str] = set()
        self.state = {1: rules.DRAFT}
        self.signed_off = {1: False}  # published with the members' approval
        self.standing: dict[str, str] = {}
        self.said = 0
        self.words = 0
        self.told: dict[int, int] = {1: 0}  # which words stand beside an edition

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @property
    def number(self) -> int:
        return max(self.state)

    def tried(self, wanted: str, verb: Any, **ways: Any) -> bool:
        """Do it; check that it is refused with the code that the model wants, "" for done."""
        told = ""
        try:
            verb(**ways)
        except Refusal as refusal:
            told = refusal.code
        assert told == wanted
        return not told

    def ended(self) -> None:
        self.standing, self.state[self.number] = {}, rules.DRAFT

    @rule(part=st.sampled_from([one for parts in PARTS.values() for one in parts]))
    def grant(self, part: str) -> None:
        Mandate.objects.create(
            person=self.cast.person(part),
            role="approver",
            member=self.cast.person(part).member,
            valid_from=timezone.now(),
            granted_by=LOCAL.key,
        )
        self.holding.add(part)
        self.trial = False

    @rule(part=st.sampled_from([one for parts in PARTS.values() for one in parts]))
    def revoke(self, part: str) -> None:
        Mandate.objects.filter(
            person=self.cast.person(part), role="approver", revoked_at__isnull=True
        ).update(revoked_at=timezone.now())
        self.holding.discard(part)

    @rule()
    def submit(self) -> None:
        wanted = {
            rules.DRAFT: "",
            rules.UNDER_REVIEW: "under_review_already",
            rules.APPROVED: "under_review_already",
            rules.PUBLISHED: "already_published",
            rules.WITHDRAWN: "is_withdrawn",
        }[self.state[self.number]]
        actor = self.cast["office_officer"]
        if self.tried(wanted, operations.submit_edition, actor=actor, number=self.number):
            self.state[self.number], self.standing, self.said = rules.UNDER_REVIEW, {}, 0

    @rule(
        member=st.sampled_from(MEMBERS),
        which=st.sampled_from((0, 1)),
        verdict=st.sampled_from(VERDICTS),
    )
    def consent(self, member: str, which: int, verdict: str) -> None:
        part = PARTS[member][which]
        row = Edition.objects.get(number=self.number).agreement
        if row is None:
            return
        wanted = ""
        if part not in self.holding:
            wanted = "not_allowed"
        elif row.state == "in_force":
            wanted = "already_in_force"
        elif self.state[self.number] != rules.UNDER_REVIEW:
            wanted = "agreement_not_open"
        done = self.tried(
            wanted,
            agreements.consent,
            actor=self.cast[part],
            agreement=row.pk,
            member=member,
            verdict=verdict,
            condition="" if verdict == "agree" else "words",
        )
        if not done:
            return
        self.standing[member], self.said = verdict, self.said + 1
        if verdict == "object":
            self.ended()
        elif [self.standing.get(one) for one in MEMBERS] == ["agree", "agree"]:
            self.state[self.number] = rules.APPROVED

    @rule()
    def all_agree(self) -> None:
        """Walk the straight way at once, which single steps in any order seldom find."""
        for member in MEMBERS:
            if not self.holding & {PARTS[member][0]}:
                self.grant(PARTS[member][0])
        if self.state[self.number] == rules.DRAFT:
            self.submit()
        for member in MEMBERS:
            self.consent(member, 0, "agree")

    @rule(withdrawn=st.booleans())
    def published_by_all_and_restated(self, withdrawn: bool) -> None:
        self.all_agree()
        self.publish(alone=False)
        if withdrawn:
            self.withdraw()
        self.restate()

    @rule()
    def send_back(self) -> None:
        before = self.state[self.number]
        wanted = "" if before in (rules.UNDER_REVIEW, rules.APPROVED) else "not_under_review"
        ways = {"actor": self.cast["office_approver"], "number": self.number, "reason": "why"}
        if self.tried(wanted, operations.return_edition, **ways):
            self.ended()

    @rule(alone=st.booleans())
    def publish(self, alone: bool) -> None:
        before = self.state[self.number]
        wanted = {rules.PUBLISHED: "already_published", rules.WITHDRAWN: "is_withdrawn"}.get(
            before, "not_approved"
        )
        if before == rules.APPROVED or (before == rules.DRAFT and self.trial and alone):
            wanted = ""
        actor = LOCAL if alone else self.cast["office_officer"]
        if self.tried(wanted, operations.publish_edition, actor=actor, number=self.number):
            self.signed_off[self.number] = before == rules.APPROVED
            self.state[self.number] = rules.PUBLISHED

    @rule()
    def withdraw(self) -> None:
        wanted = "" if self.state[self.number] == rules.PUBLISHED else "not_published"
        ways = {"actor": LOCAL, "number": self.number, "reason": "why"}
        if self.tried(wanted, operations.withdraw_edition, **ways):
            self.state[self.number] = rules.WITHDRAWN

    @rule()
    def restate(self) -> None:
        self.words += 1
        newest = RegisterVersion.objects.filter(register__member__code="northshore").latest("id")
        newest.banner_zh = newest.banner_en = f"words {self.words}"
        newest.save(update_fields=["banner_zh", "banner_en"])
        edition, new = operations.compile_edition(actor=self.cast["office_analyst"])
        before = self.state[self.number]
        frozen = before == rules.WITHDRAWN or (before == rules.PUBLISHED and not self.trial)
        assert new == frozen
        if frozen:
            self.state[self.number + 1] = rules.DRAFT
            self.signed_off[self.number] = False
            self.standing = {}
        elif before in (rules.UNDER_REVIEW, rules.APPROVED):
            self.ended()
        assert edition.number == self.number
        self.told[self.number] = self.words

    @invariant()
    def it_stands_as_the_model_says(self) -> None:
        rows = {one.number: one for one in Edition.objects.select_related("agreement")}
        assert {number: one.state for number, one in rows.items()} == self.state
        for number, one in rows.items():
            if one.state == rules.PUBLISHED:
                assert one.trial != self.signed_off[number]
        row = rows[self.number].agreement
        if self.state[self.number] == rules.UNDER_REVIEW:
            assert row is not None
            assert (row.state, Consent.objects.filter(agreement=row).count()) == ("open", self.said)
        for agreement in Agreement.objects.all():
            assert agreements.verify_agreement(actor=LOCAL, agreement=agreement.pk).sound

    @invariant()
    def readers_see_what_is_published_and_nothing_else(self) -> None:
        shown = {one.number: one for one in queries.editions(READER)}
        assert set(shown) == {n for n, state in self.state.items() if state == rules.PUBLISHED}
        for number, one in shown.items():
            if self.told[number]:
                assert one.banner is not None
                assert f"words {self.told[number]}" in one.banner.zh


@pytest.mark.parametrize("examples", [12, pytest.param(150, marks=pytest.mark.deep)])
def test_any_order_of_deeds(grown_apart: Grown, cast: Cast, examples: int) -> None:
    assert set(Member.objects.values_list("code", flat=True)) == set(MEMBERS)
    told = type("Told", (Story,), {"cast": cast})
    run_state_machine_as_test(
        told,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
