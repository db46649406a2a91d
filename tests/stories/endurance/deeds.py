"""What officers, approvers and administrators do all day, in any order, each deed at random.

A deed takes a Hand: a seeded draw, who acts, and a mark that its audit entries carry in the actor's
name. It raises Nothing where there is nothing to act on now; a refusal is an answer like any other.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

import grown_lakes
from cast import Cast
from xietong.agreements import operations as agreements
from xietong.agreements.models import Agreement
from xietong.atlas import operations as atlas
from xietong.atlas.models import Correction, Edition, PublishedName, RegisterDraft, RegisterVersion
from xietong.atlas.queries import rows
from xietong.desk import operations as desk
from xietong.desk.models import Job, Notice, StoredFile
from xietong.region import operations as region
from xietong.region.models import ApiToken, Invitation, Mandate, Organisation, Person
from xietong.region.rules import LOCAL, Actor

SIDES = ("north", "south")
WHY = "as it was agreed at the table"
SITE = "http://node.example"


class Nothing(Exception):
    """There is nothing now on which this could be done."""


@dataclass(slots=True)
class Hand:
    """Whoever acts: the cast, a draw, and the mark of this one deed."""

    cast: Cast
    draw: random.Random
    mark: str
    side: str

    def __getitem__(self, part: str) -> Actor:
        return self.as_marked(self.cast[part.format(side=self.side)])

    def as_marked(self, actor: Actor) -> Actor:
        """Return an actor whose name carries the mark."""
        return replace(actor, name=f"{actor.name} {self.mark}")

    @property
    def member(self) -> str:
        return f"{self.side}shore"

    def one_of(self, table: Any) -> Any:
        """Return one of the newest forty rows."""
        found = list(table.order_by("-pk")[:40])
        if not found:
            raise Nothing
        return self.draw.choice(found)


def add_organisation(hand: Hand) -> None:
    region.add_organisation(
        actor=hand["{side}_administrator"],
        member=hand.member,
        about=region.About(f"湖畔社 {hand.mark}", "enterprise"),
    )


def change_organisation(hand: Hand) -> None:
    row = hand.one_of(
        Organisation.objects.filter(name_zh__startswith="湖畔社", member__code=hand.member)
    )
    region.change_organisation(
        actor=hand["{side}_administrator"],
        key=row.pk,
        about=region.About(f"湖畔社 改 {hand.mark}", "enterprise"),
    )


def close_organisation(hand: Hand) -> None:
    row = hand.one_of(
        Organisation.objects.filter(
            name_zh__startswith="湖畔社", member__code=hand.member, closed_at__isnull=True
        )
    )
    region.close_organisation(actor=hand["{side}_administrator"], key=row.pk, reason=WHY)


def invite_person(hand: Hand) -> None:
    _invited(hand)


def _invited(hand: Hand) -> str:
    name = hand.mark.strip("#").replace(".", "-")
    _, link = region.invite_person(
        actor=hand["{side}_administrator"],
        email=f"n{name}@lakes.example",
        name=f"新苗{name}",
        role=hand.draw.choice(("viewer", "analyst", "officer")),
        member=hand.member,
        site=SITE,
    )
    return link.rstrip("/").rpartition("/")[2]


def accept_invitation(hand: Hand) -> None:
    # Two deeds: the second is a stranger's who has the link. Both carry the mark by its address.
    region.accept_invitation(
        actor=LOCAL, token=_invited(hand), password=f"湖水{hand.draw.random()}深且长"
    )


def recall_invitation(hand: Hand) -> None:
    row = hand.one_of(Invitation.objects.filter(member__code=hand.member, accepted_at__isnull=True))
    region.recall_invitation(actor=hand["{side}_administrator"], key=row.pk, reason=WHY)


def grant_mandate(hand: Hand) -> None:
    row = hand.one_of(Person.objects.filter(member__code=hand.member, is_active=True))
    region.grant_mandate(
        actor=hand["{side}_administrator"],
        person=row.pk,
        role=hand.draw.choice(("viewer", "analyst")),
        member=hand.member,
    )


def revoke_mandate(hand: Hand) -> None:
    row = hand.one_of(
        Mandate.objects.filter(
            member__code=hand.member, revoked_at__isnull=True, role__in=("viewer", "analyst")
        ).exclude(granted_by=LOCAL.key)
    )
    region.revoke_mandate(actor=hand["{side}_administrator"], key=row.pk, reason=WHY)


def rename_person(hand: Hand) -> None:
    row = hand.one_of(Person.objects.filter(member__code=hand.member, name__startswith="新苗"))
    region.rename_person(actor=hand["{side}_administrator"], key=row.pk, name=f"新苗改{hand.mark}")


def create_token(hand: Hand) -> None:
    region.create_token(actor=hand["{side}_officer"], name=f"program {hand.mark}", days=30)


def revoke_token(hand: Hand) -> None:
    who = hand["{side}_officer"]
    row = hand.one_of(
        ApiToken.objects.filter(person=int(who.key.split(":")[1]), revoked_at__isnull=True)
    )
    region.revoke_token(actor=who, key=row.pk)


def keep_file(hand: Hand) -> None:
    body = f"name,number\n{hand.mark},{hand.draw.random()}\n".encode() * hand.draw.randint(1, 400)
    desk.keep_file(
        actor=hand["{side}_officer"],
        stream=io.BytesIO(body),
        name="table.csv",
        scope=f"member:{hand.member}",
    )


def drop_file(hand: Hand) -> None:
    used = RegisterDraft.objects.filter(file__isnull=False).values("file")
    row = hand.one_of(StoredFile.objects.filter(scope=f"member:{hand.member}").exclude(pk__in=used))
    desk.drop_file(actor=hand["{side}_officer"], number=row.pk)


def enqueue(hand: Hand) -> None:
    desk.enqueue(actor=hand["office_analyst"], kind="compile_edition", parameters={})


def cancel_job(hand: Hand) -> None:
    row = hand.one_of(Job.objects.filter(state__in=("queued", "running")))
    desk.cancel_job(actor=hand.as_marked(LOCAL), number=row.pk)


def read_all_notices(hand: Hand) -> None:
    row = hand.one_of(Notice.objects.filter(read_at__isnull=True).select_related("person"))
    part = next((name for name, one in hand.cast.people.items() if one.pk == row.person_id), None)
    if part is None:
        raise Nothing
    desk.read_all_notices(actor=hand[part])


def _register(hand: Hand) -> bytes:
    """Return a small register of the member, another one each time."""
    own = [one for one in grown_lakes.firms() if one.member == hand.member]
    kept = hand.draw.sample(own, 60)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(grown_lakes.HEADINGS)
    writer.writerows(one.row() for one in kept)
    return text.getvalue().encode()


def import_register(hand: Hand) -> None:
    path = Path(settings.XIETONG_HOME) / f"own-{hand.mark.strip('#')}.csv"
    path.write_bytes(_register(hand))
    try:
        atlas.import_register(
            actor=hand["{side}_officer"],
            member=hand.member,
            path=path,
            about=atlas.About(),
            although=WHY,
        )
    finally:
        path.unlink()


def begin_draft(hand: Hand) -> None:
    atlas.begin_draft(
        actor=hand["{side}_officer"],
        member=hand.member,
        stream=io.BytesIO(_register(hand)),
        name=f"register{hand.mark}.csv",
    )


def _draft(hand: Hand, *states: str) -> RegisterDraft:
    found: RegisterDraft = hand.one_of(
        RegisterDraft.objects.filter(member__code=hand.member, state__in=states)
    )
    return found


def map_and_check(hand: Hand) -> None:
    draft = _draft(hand, "uploaded")
    officer = hand["{side}_officer"]
    atlas.map_draft(actor=officer, member=hand.member, number=draft.pk, columns=draft.columns)


def check_draft(hand: Hand) -> None:
    draft = _draft(hand, "mapped")
    atlas.check_draft(actor=hand["{side}_officer"], member=hand.member, number=draft.pk)


def commit_draft(hand: Hand) -> None:
    draft = _draft(hand, "ready")
    atlas.commit_draft(
        actor=hand["{side}_officer"], member=hand.member, number=draft.pk, reason=WHY
    )


def discard_draft(hand: Hand) -> None:
    draft = _draft(hand, "uploaded", "mapped", "checked", "ready")
    atlas.discard_draft(actor=hand["{side}_officer"], member=hand.member, number=draft.pk)


def restore_version(hand: Hand) -> None:
    row = hand.one_of(RegisterVersion.objects.filter(register__member__code=hand.member))
    atlas.restore_version(
        actor=hand["{side}_officer"], member=hand.member, number=row.number, reason=WHY
    )


def correct_unit(hand: Hand) -> None:
    found = rows.rows(LOCAL, hand.member, rows.Filters()).rows
    if not found:
        raise Nothing
    atlas.correct_unit(
        actor=hand["{side}_officer"],
        member=hand.member,
        unit=str(hand.draw.choice(found)["unit"]),
        field="industry",
        value=hand.draw.choice(sorted(grown_lakes.TRADES)),
        reason=WHY,
    )


def withdraw_correction(hand: Hand) -> None:
    row = hand.one_of(Correction.objects.filter(member__code=hand.member))
    atlas.withdraw_correction(actor=hand["{side}_officer"], key=row.pk, reason=WHY)


def attach_name(hand: Hand) -> None:
    atlas.attach_name(
        actor=hand["{side}_officer"],
        member=hand.member,
        kind="platform",
        name_zh=f"湖畔平台 {hand.mark}",
        place_code=hand.draw.choice(sorted(grown_lakes.COUNTIES)),
        industry_key="d11",
        source=WHY,
        published_on=date(2024, 5, 1),
    )


def detach_name(hand: Hand) -> None:
    row = hand.one_of(PublishedName.objects.filter(member__code=hand.member))
    atlas.detach_name(actor=hand["{side}_officer"], key=row.pk, reason=WHY)


def compile_edition(hand: Hand) -> None:
    _, new = atlas.compile_edition(actor=hand["office_analyst"])
    if not new:
        raise Nothing


def _edition(hand: Hand, *states: str) -> Edition:
    found: Edition = hand.one_of(Edition.objects.filter(state__in=states))
    return found


def submit_edition(hand: Hand) -> None:
    number = _edition(hand, "draft").number
    atlas.submit_edition(actor=hand["office_officer"], number=number)


def return_edition(hand: Hand) -> None:
    number = _edition(hand, "under_review", "approved").number
    atlas.return_edition(actor=hand["office_approver"], number=number, reason=WHY)


def consent(hand: Hand) -> None:
    row = hand.one_of(Agreement.objects.filter(state="open"))
    verdict = hand.draw.choices(("agree", "with_condition", "object"), (8, 1, 1))[0]
    agreements.consent(
        actor=hand["{side}_approver"],
        agreement=row.pk,
        member=hand.member,
        verdict=verdict,
        condition="" if verdict == "agree" else WHY,
    )


def publish_edition(hand: Hand) -> None:
    number = _edition(hand, "approved").number
    atlas.publish_edition(actor=hand["office_officer"], number=number)


def withdraw_edition(hand: Hand) -> None:
    if Edition.objects.filter(state="published").count() < 2:
        raise Nothing
    number = _edition(hand, "published").number
    atlas.withdraw_edition(actor=hand["office_approver"], number=number, reason=WHY)


Deed = Callable[[Hand], None]
# How often each is done, against the others.
DAY: dict[Deed, int] = {
    add_organisation: 6,
    change_organisation: 5,
    close_organisation: 2,
    invite_person: 4,
    accept_invitation: 3,
    recall_invitation: 2,
    grant_mandate: 5,
    revoke_mandate: 4,
    rename_person: 4,
    create_token: 4,
    revoke_token: 3,
    keep_file: 8,
    drop_file: 5,
    enqueue: 1,
    cancel_job: 1,
    read_all_notices: 3,
    import_register: 2,
    begin_draft: 4,
    map_and_check: 4,
    check_draft: 4,
    commit_draft: 4,
    discard_draft: 1,
    restore_version: 1,
    correct_unit: 5,
    withdraw_correction: 2,
    attach_name: 4,
    detach_name: 2,
    compile_edition: 1,
    submit_edition: 4,
    return_edition: 1,
    consent: 7,
    publish_edition: 5,
    withdraw_edition: 2,
}
# Deeds that write nothing where things already are as wanted, and so may leave no entry.
MAY_CHANGE_NOTHING = {
    "correct_unit",
    "import_register",
    "map_and_check",
    "read_all_notices",
    "restore_version",
    "revoke_token",
}
# How the audit calls them where its verb is another word.
VERBS = {"map_and_check": "map_draft"}
