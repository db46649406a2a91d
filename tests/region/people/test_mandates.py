"""Mandates: from when to when, by whose grant, within whose reach, and never without a last one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from cast import Cast
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region import operations
from xietong.region.actors import mandates_in_force
from xietong.region.models import AuditEntry, Invitation, Mandate
from xietong.region.rules import LOCAL, OFFICE, Held, Role, of_member

pytestmark = [pytest.mark.operations, pytest.mark.django_db, pytest.mark.usefixtures("pack")]
NORTH, SOUTH = "northshore", "southshore"


def grant(cast: Cast, by: str, to: str, role: str = "officer", **more: Any) -> Mandate:
    owner = more if {"member", "organisation"} & set(more) else {**more, "member": NORTH}
    return operations.grant_mandate(actor=cast[by], person=cast.person(to).pk, role=role, **owner)


def refused(code: str, does: Any) -> Refusal:
    before = (AuditEntry.objects.count(), list(Mandate.objects.order_by("pk").values_list()))
    with pytest.raises(Refusal) as told:
        does()
    assert told.value.code == code
    after = (AuditEntry.objects.count(), list(Mandate.objects.order_by("pk").values_list()))
    assert after == before
    return told.value


def test_a_mandate_holds_from_its_beginning_to_its_end(cast: Cast) -> None:
    begins = timezone.now() + timedelta(days=1)
    ends = begins + timedelta(days=1)
    row = grant(
        cast, "north_administrator", "nobody", valid_from=begins, valid_to=ends, reason="代班"
    )
    person = cast.person("nobody")
    held = {Held(Role.OFFICER, of_member(NORTH))}
    tick = timedelta(microseconds=1)
    assert mandates_in_force(person, begins - tick) == set()
    assert mandates_in_force(person, begins) == held
    assert mandates_in_force(person, ends - tick) == held
    assert mandates_in_force(person, ends) == set()
    assert row.granted_by == f"person:{cast.person('north_administrator').pk}"
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry is not None
    assert (entry.verb, entry.reason, entry.subject) == (
        "grant_mandate",
        "代班",
        f"region:person:{person.pk}",
    )


def test_an_administrator_grants_within_the_member_only(cast: Cast) -> None:
    office = cast.organisations["office"].pk
    south = cast.organisations["south_bureau"].pk
    for owner in ({"member": SOUTH}, {"organisation": office}, {"organisation": south}):
        with pytest.raises(NotAllowed):
            grant(cast, "north_administrator", "nobody", **owner)
    # Whom one may not know one grants nothing.
    with pytest.raises(NotFound, match="no_such_person"):
        grant(cast, "north_administrator", "south_analyst")
    with pytest.raises(NotFound, match="no_such_person"):
        grant(cast, "north_administrator", "office_viewer")
    row = grant(cast, "office_administrator", "nobody", organisation=office)
    assert cast["nobody"].held == {Held(Role.OFFICER, OFFICE)}
    assert row.organisation_id == office
    with pytest.raises(NotAllowed):
        operations.revoke_mandate(actor=cast["north_administrator"], key=row.pk, reason="越权")


def test_nobody_grants_themselves_what_decides_for_others(cast: Cast) -> None:
    for role in ("approver", "administrator"):
        if role == "approver":
            told = refused(
                "not_to_yourself",
                lambda role=role: grant(cast, "north_administrator", "north_administrator", role),
            )
            assert told.field == "role"
        refused(
            "not_to_yourself",
            lambda role=role: grant(
                cast, "office_administrator", "office_administrator", role, member=NORTH
            ),
        )
    grant(cast, "north_administrator", "north_administrator", "analyst")
    operations.grant_mandate(
        actor=LOCAL,
        person=cast.person("north_administrator").pk,
        role="approver",
        member=NORTH,
    )


def test_the_same_mandate_is_held_once_at_a_time(cast: Cast) -> None:
    now = timezone.now()
    refused("mandate_held", lambda: grant(cast, "north_administrator", "north_officer"))
    first = grant(cast, "north_administrator", "nobody", valid_to=now + timedelta(days=2))

    def again(begins: datetime, ends: datetime | None) -> Any:
        return lambda: grant(
            cast, "north_administrator", "nobody", valid_from=begins, valid_to=ends
        )

    refused("mandate_held", again(now + timedelta(days=1), None))
    assert first.valid_to is not None
    later = again(first.valid_to, first.valid_to + timedelta(days=1))()
    refused("mandate_held", again(now, now + timedelta(days=9)))
    assert later.pk != first.pk
    operations.revoke_mandate(actor=LOCAL, key=first.pk, reason="换岗")
    again(timezone.now(), first.valid_to)()


def test_a_mandate_that_cannot_be_is_refused(cast: Cast) -> None:
    now = timezone.now()
    by, to = "north_administrator", "nobody"
    refused("no_such_role", lambda: grant(cast, by, to, "king"))
    refused(
        "mandate_ends_before_it_begins",
        lambda: grant(cast, by, to, valid_from=now, valid_to=now),
    )
    both: dict[str, Any] = {"member": NORTH, "organisation": cast.organisations["institute"].pk}
    refused("for_whom_missing", lambda: grant(cast, by, to, **both))
    refused("no_such_member", lambda: grant(cast, by, to, member="eastshore"))
    refused("no_such_organisation", lambda: grant(cast, by, to, organisation=10**6))
    operations.deactivate_person(actor=LOCAL, key=cast.person(to).pk, reason="离职")
    refused("person_inactive", lambda: grant(cast, by, to))


def test_revoking_ends_it_now_and_once(cast: Cast) -> None:
    key = Mandate.objects.get(person=cast.person("north_officer")).pk
    by = cast["north_administrator"]
    refused("reason_needed", lambda: operations.revoke_mandate(actor=by, key=key, reason=" "))
    operations.revoke_mandate(actor=by, key=key, reason="调离")
    assert cast["north_officer"].held == frozenset()
    refused("mandate_over", lambda: operations.revoke_mandate(actor=by, key=key, reason="再"))
    refused(
        "no_such_mandate",
        lambda: operations.revoke_mandate(actor=by, key=10**6, reason="无"),
    )


def test_a_mandate_to_come_can_be_revoked(cast: Cast) -> None:
    begins = timezone.now() + timedelta(days=30)
    row = grant(cast, "north_administrator", "nobody", valid_from=begins)
    operations.revoke_mandate(actor=cast["north_administrator"], key=row.pk, reason="取消")
    assert mandates_in_force(cast.person("nobody"), begins + timedelta(days=1)) == set()


@pytest.mark.parametrize(
    ("part", "by"),
    [
        ("north_administrator", "office_administrator"),
        ("north_administrator", "north_administrator"),
        ("office_administrator", "office_administrator"),
    ],
)
def test_the_last_administrator_stays_unless_the_operator_says_so(
    cast: Cast, part: str, by: str
) -> None:
    person = cast.person(part)
    key = Mandate.objects.get(person=person).pk
    why = {"reason": "误操作"}
    refused("last_administrator", lambda: operations.revoke_mandate(actor=cast[by], key=key, **why))
    refused(
        "last_administrator",
        lambda: operations.deactivate_person(actor=cast[by], key=person.pk, **why),
    )
    operations.revoke_mandate(actor=LOCAL, key=key, reason="机构撤销")
    assert cast[part].held == frozenset()


def test_with_another_administrator_one_can_go(cast: Cast) -> None:
    grant(cast, "north_administrator", "nobody", "administrator")
    key = Mandate.objects.get(person=cast.person("north_administrator")).pk
    operations.revoke_mandate(actor=cast["nobody"], key=key, reason="换届")
    # One who has been deactivated, or whose mandate is over, is no other.
    second = Mandate.objects.get(person=cast.person("nobody"))
    refused(
        "last_administrator",
        lambda: operations.revoke_mandate(actor=cast["nobody"], key=second.pk, reason="误"),
    )


def test_an_institutes_administrator_may_go_since_the_members_stay(cast: Cast) -> None:
    row = grant(
        cast,
        "north_administrator",
        "nobody",
        "administrator",
        organisation=cast.organisations["institute"].pk,
    )
    operations.revoke_mandate(actor=cast["north_administrator"], key=row.pk, reason="收回")


def test_with_an_administrators_mandate_open_invitations_end(cast: Cast) -> None:
    grant(cast, "north_administrator", "nobody", "administrator")
    sent: dict[str, Invitation] = {}
    for by in ("nobody", "north_administrator"):
        sent[by], _ = operations.invite_person(
            actor=cast[by],
            email=f"{by}@friends.example",
            name="友人",
            role="approver",
            member=NORTH,
            site="http://node.example",
        )
    key = Mandate.objects.get(person=cast.person("nobody")).pk
    operations.revoke_mandate(actor=cast["north_administrator"], key=key, reason="滥用")
    states = {by: Invitation.objects.get(pk=row.pk).recalled_at for by, row in sent.items()}
    assert states["nobody"] is not None
    assert states["north_administrator"] is None


def test_invitations_stand_as_long_as_a_mandate_of_their_sender_lets_invite(cast: Cast) -> None:
    ways: dict[str, dict[str, Any]] = {
        "north": {"member": NORTH},
        "south": {"member": SOUTH},
        "office": {"organisation": cast.organisations["office"].pk},
    }
    nobody = cast.person("nobody").pk
    held = {
        way: operations.grant_mandate(actor=LOCAL, person=nobody, role="administrator", **whom)
        for way, whom in ways.items()
    }
    row, _ = operations.invite_person(
        actor=cast["nobody"],
        email="friend@friends.example",
        name="友人",
        role="approver",
        member=SOUTH,
        site="http://node.example",
    )
    for way, stands in (("north", True), ("south", True), ("office", False)):
        operations.revoke_mandate(actor=LOCAL, key=held[way].pk, reason="离任")
        row.refresh_from_db()
        assert (row.recalled_at is None) is stands, way
