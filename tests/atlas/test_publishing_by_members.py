"""An edition before the members: approved by each of them, bound to what they saw, or sent back."""

from __future__ import annotations

from typing import Any

import pytest

from cast import Cast
from editions import Grown
from xietong.agreements import operations as agreements
from xietong.agreements import queries as agreed
from xietong.agreements import rules as consents
from xietong.agreements.models import Agreement, Consent
from xietong.atlas import operations, queries, receivers, rules, storage
from xietong.atlas.models import Cluster, Edition
from xietong.atlas.operations.reviewing import content_of
from xietong.desk.awaiting import what_awaits
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL, READER, Actor

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


@pytest.fixture
def draft(grown_apart: Grown, cast: Cast) -> Edition:
    """Take the edition back to a draft, in a house whose members have approvers."""
    Edition.objects.update(state=rules.DRAFT, published_at=None, trial=False)
    return Edition.objects.get()


def submitted(cast: Cast, edition: Edition) -> Edition:
    return operations.submit_edition(actor=cast["office_officer"], number=edition.number)


def said(cast: Cast, part: str, edition: Edition, verdict: str = "agree", words: str = "") -> None:
    number = Edition.objects.get(pk=edition.pk).agreement_id
    assert number is not None
    agreements.consent(
        actor=cast[part],
        agreement=number,
        member="northshore" if part.startswith("north") else "southshore",
        verdict=verdict,
        condition=words,
    )


def approved(cast: Cast, edition: Edition) -> None:
    submitted(cast, edition)
    said(cast, "north_approver", edition)
    said(cast, "south_approver", edition)


def published(cast: Cast, edition: Edition) -> None:
    approved(cast, edition)
    operations.publish_edition(actor=cast["office_officer"], number=edition.number)


def state(edition: Edition) -> str:
    return Edition.objects.get(pk=edition.pk).state


def restated(member: str, grown: Grown, words: str) -> Edition:
    """Correct the banner of a member's register, and compile."""
    operations.import_register(
        actor=LOCAL,
        member=member,
        path=grown.registers[member],
        about=operations.About(
            title_zh="企业名录", title_en="Register", banner_zh=words, banner_en="B"
        ),
    )
    return operations.compile_edition(actor=LOCAL)[0]


def test_all_members_approve_and_the_office_publishes(cast: Cast, draft: Edition) -> None:
    before = AuditEntry.objects.count()
    submitted(cast, draft)
    assert state(draft) == rules.UNDER_REVIEW
    said(cast, "north_approver", draft)
    assert state(draft) == rules.UNDER_REVIEW
    with pytest.raises(Refusal, match="not_approved"):
        operations.publish_edition(actor=LOCAL, number=draft.number)
    said(cast, "south_approver", draft)
    assert state(draft) == rules.APPROVED
    with pytest.raises(NotFound, match="no_such_edition"):
        queries.edition(READER, draft.number)
    row = operations.publish_edition(actor=cast["office_officer"], number=draft.number)
    assert (row.state, row.trial) == (rules.PUBLISHED, False)
    assert queries.edition(READER).number == draft.number
    assert row.agreement is not None
    assert row.agreement.subject_digest == content_of(row)
    assert [one.verb for one in AuditEntry.objects.filter(number__gt=before)] == [
        *("open_agreement", "submit_edition", "consent", "consent", "enter_into_force"),
        *("settle_edition", "publish_edition"),
    ]


def test_an_objection_sends_it_back_and_is_shown(cast: Cast, draft: Edition) -> None:
    submitted(cast, draft)
    said(cast, "north_approver", draft)
    said(cast, "south_approver", draft, "object", "一项数字有误")
    assert state(draft) == rules.DRAFT
    told = queries.standing(cast["north_officer"], draft.number).agreement
    assert told is not None
    assert (told.ended, told.ended_because) == (consents.OBJECTION, "一项数字有误")
    approved(cast, draft)
    assert state(draft) == rules.APPROVED


def test_a_return_ends_what_was_consented_to(cast: Cast, draft: Edition) -> None:
    approved(cast, draft)
    with pytest.raises(Refusal, match="reason_for_return_missing"):
        operations.return_edition(actor=cast["office_officer"], number=draft.number, reason=" ")
    row = operations.return_edition(
        actor=cast["office_approver"], number=draft.number, reason="a member asks for time"
    )
    assert row.state == rules.DRAFT
    assert Agreement.objects.get().ended == consents.TAKEN_BACK
    with pytest.raises(Refusal, match="not_approved"):
        operations.publish_edition(actor=LOCAL, number=draft.number)


@pytest.mark.parametrize("how_far", [submitted, approved])
def test_restated_words_lapse_the_consent(
    cast: Cast, draft: Edition, grown_apart: Grown, how_far: Any
) -> None:
    how_far(cast, draft)
    again = restated("northshore", grown_apart, "另一说明")
    assert (again.pk, again.state) == (draft.pk, rules.DRAFT)
    assert again.files_digest != draft.files_digest
    (row,) = Agreement.objects.all()
    assert (row.state, row.ended) == (consents.LAPSED, consents.CHANGED)
    approved(cast, draft)
    operations.publish_edition(actor=LOCAL, number=draft.number)
    told = queries.edition(READER)
    assert told.banner is not None
    assert "另一说明" in told.banner.zh


def test_the_same_words_again_keep_the_consent(
    cast: Cast, draft: Edition, grown_apart: Grown
) -> None:
    approved(cast, draft)
    # Other bytes of the same register, the same words: another version, the same edition.
    path = grown_apart.registers["northshore"]
    lines = path.read_text(encoding="utf-8").splitlines()
    shuffled = grown_apart.home / "shuffled.csv"
    shuffled.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8")
    known = draft.versions.get(register__member__code="northshore")
    operations.import_register(
        actor=LOCAL,
        member="northshore",
        path=shuffled,
        about=operations.About(
            title_zh=known.register.title_zh,
            title_en=known.register.title_en,
            banner_zh=known.banner_zh,
            banner_en=known.banner_en,
        ),
    )
    again, new = operations.compile_edition(actor=LOCAL)
    assert (again.pk, new, again.state) == (draft.pk, False, rules.APPROVED)
    assert again.inputs_digest != draft.inputs_digest
    operations.publish_edition(actor=LOCAL, number=draft.number)


def test_what_readers_see_stays_as_it_was_approved(
    cast: Cast, draft: Edition, grown_apart: Grown
) -> None:
    published(cast, draft)
    before = queries.edition(READER)
    again = restated("northshore", grown_apart, "另一说明")
    assert (again.number, again.state) == (draft.number + 1, rules.DRAFT)
    assert again.digest == draft.digest
    assert again.provenance["restates"] == draft.number
    assert queries.edition(READER) == before
    assert Agreement.objects.get().state == consents.IN_FORCE
    assert Cluster.objects.filter(edition=again).count() == draft.clusters.count()
    assert restated("northshore", grown_apart, "另一说明") == again
    # And as a draft it may be restated once more, in place.
    third = restated("northshore", grown_apart, "第三种说明")
    assert third.pk == again.pk
    published(cast, again)
    assert queries.edition(READER).number == again.number
    assert queries.edition(READER, draft.number) == before  # the old link
    # Back to the first words: the edition that has them is there already.
    assert before.banner is not None
    assert storage.editions().folder.joinpath(draft.files_digest).is_dir()


def test_a_withdrawn_edition_is_restated_as_another(
    cast: Cast, draft: Edition, grown_apart: Grown
) -> None:
    published(cast, draft)
    operations.withdraw_edition(
        actor=cast["office_approver"], number=draft.number, reason="the banner was missing"
    )
    again = restated("southshore", grown_apart, "补充说明")
    assert (again.number, again.state) == (draft.number + 1, rules.DRAFT)
    assert state(draft) == rules.WITHDRAWN
    with pytest.raises(NotFound, match="edition_withdrawn"):
        queries.edition(READER, draft.number)


def test_a_newer_one_becomes_current_and_the_older_stays(cast: Cast, draft: Edition) -> None:
    published(cast, draft)
    from xietong.engine.edition.parameters import Parameters

    newer, _ = operations.compile_edition(actor=LOCAL, parameters=Parameters(minimum_cell=5))
    assert queries.edition(READER).number == draft.number
    published(cast, newer)
    assert queries.edition(READER).number == newer.number
    assert queries.layer(READER, draft.number, industry="d11").edition == draft.number
    operations.withdraw_edition(actor=LOCAL, number=newer.number, reason="an error")
    assert queries.edition(READER).number == draft.number


def test_damaged_files_are_neither_submitted_nor_published(cast: Cast, draft: Edition) -> None:
    manifest = storage.editions().folder / draft.files_digest / "manifest.json"
    whole = manifest.read_text(encoding="utf-8")
    manifest.write_text(whole.replace("三湖", "四湖"), encoding="utf-8")
    with pytest.raises(Refusal, match="edition_files_damaged"):
        submitted(cast, draft)
    manifest.write_text(whole, encoding="utf-8")
    approved(cast, draft)
    manifest.write_text(whole.replace("三湖", "四湖"), encoding="utf-8")
    with pytest.raises(Refusal, match="edition_files_damaged"):
        operations.publish_edition(actor=LOCAL, number=draft.number)
    assert state(draft) == rules.APPROVED


@pytest.mark.parametrize(
    "tampering",
    [
        lambda edition: Edition.objects.filter(pk=edition.pk).update(title_zh="别的题目"),
        lambda edition: Edition.objects.filter(pk=edition.pk).update(digest="d" * 64),
        lambda edition: Agreement.objects.update(subject_digest="d" * 64),
        lambda edition: Agreement.objects.update(state=consents.OPEN),
    ],
)
def test_what_was_not_signed_is_not_published(cast: Cast, draft: Edition, tampering: Any) -> None:
    approved(cast, draft)
    tampering(draft)
    with pytest.raises(Refusal, match="approval_unsound"):
        operations.publish_edition(actor=LOCAL, number=draft.number)


def test_a_state_alone_publishes_nothing(cast: Cast, draft: Edition) -> None:
    submitted(cast, draft)
    said(cast, "north_approver", draft)
    Edition.objects.update(state=rules.APPROVED)
    Agreement.objects.update(state=consents.IN_FORCE, in_force_at=draft.created_at)
    with pytest.raises(Refusal, match="approval_unsound"):
        operations.publish_edition(actor=LOCAL, number=draft.number)


def test_where_the_edition_cannot_follow_there_is_no_consent(
    cast: Cast, draft: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(cast, draft)
    said(cast, "north_approver", draft)
    entries = AuditEntry.objects.count()

    def break_off(**_: Any) -> None:
        raise RuntimeError("broken off")

    monkeypatch.setattr(receivers.operations, "settle_edition", break_off)
    with pytest.raises(RuntimeError, match="broken off"):
        said(cast, "south_approver", draft)
    assert state(draft) == rules.UNDER_REVIEW
    assert (Consent.objects.count(), Agreement.objects.get().state) == (1, consents.OPEN)
    assert AuditEntry.objects.count() == entries
    with pytest.raises(RuntimeError, match="broken off"):
        said(cast, "south_approver", draft, "object", "why")
    assert (Consent.objects.count(), Agreement.objects.get().state) == (1, consents.OPEN)


def test_settling_again_changes_nothing(cast: Cast, draft: Edition) -> None:
    approved(cast, draft)
    agreement = Agreement.objects.get().pk
    entries = AuditEntry.objects.count()
    operations.settle_edition(actor=LOCAL, agreement=agreement)
    assert (state(draft), AuditEntry.objects.count()) == (rules.APPROVED, entries)
    operations.return_edition(actor=LOCAL, number=draft.number, reason="again")
    submitted(cast, draft)
    # The old agreement says nothing of the new question.
    assert operations.settle_edition(actor=LOCAL, agreement=agreement) is None
    assert state(draft) == rules.UNDER_REVIEW


def test_home_says_what_awaits_whom(cast: Cast, draft: Edition) -> None:
    def waiting(actor: Actor) -> list[str]:
        return [one.url for one in what_awaits(actor)]

    submitted(cast, draft)
    page = f"/agreements/{Agreement.objects.get().pk}/"
    assert waiting(cast["north_approver"]) == waiting(cast["south_approver"]) == [page]
    assert waiting(cast["north_officer"]) == waiting(cast["office_officer"]) == []
    said(cast, "north_approver", draft, "with_condition", "print the year")
    assert waiting(cast["north_approver"]) == []
    assert waiting(cast["office_officer"]) == [page]
    agreements.meet_condition(
        actor=cast["office_officer"], agreement=Agreement.objects.get().pk, consent=1, words="done"
    )
    assert waiting(cast["north_approver"]) == [page]
    said(cast, "north_approver", draft)
    said(cast, "south_approver", draft)
    assert waiting(cast["office_officer"]) == [f"/atlas/editions/{draft.number}/"]
    assert agreed.awaiting(cast["north_approver"]) == []
