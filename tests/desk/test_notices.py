"""A notice reaches whom it is for, once, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from cast import Cast, signed_in
from xietong.desk import awaiting, operations, queries
from xietong.desk.awaiting import Awaiting, awaits, what_awaits
from xietong.desk.models import Notice
from xietong.desk.sayings import both, say, saying
from xietong.desk.schemas import notice_out
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotAllowed, NotFound
from xietong.region.models import Mandate
from xietong.region.rules import LOCAL, READER, Actor, Role

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def tell(cast: Cast, **whom: object) -> set[str]:
    """Send a notice; return the parts that it reached."""
    sent = operations.notify(
        sentence=N_("{title}: {told}"),
        params={"title": both("甲", "A"), "told": saying(N_("The file is empty."))},
        subject=Reference("desk", "thing", "1"),
        **whom,  # type: ignore[arg-type]
    )
    by_person = {person.pk: part for part, person in cast.people.items()}
    reached = [by_person[one.person_id] for one in sent]
    assert len(set(reached)) == len(reached)
    return set(reached)


def test_it_is_said_in_the_readers_language(cast: Cast) -> None:
    tell(cast, person=cast.person("north_officer"))
    (notice,) = queries.notices_of(cast["north_officer"])
    with translation.override("en"):
        assert notice_out(notice).sentence == "A: The file is empty."
    with translation.override("zh-hans"):
        assert notice_out(notice).sentence == "甲：文件为空。"


def test_it_reaches_all_who_hold_the_role_now_and_each_once(cast: Cast) -> None:
    both_members = ["northshore", "southshore"]
    assert tell(cast, members=both_members, role=Role.APPROVER) == {
        "north_approver",
        "south_approver",
    }
    assert tell(cast, members=both_members, office=True, role=Role.APPROVER) == {
        "north_approver",
        "south_approver",
        "office_approver",
    }
    Mandate.objects.filter(person=cast.person("south_approver")).update(revoked_at=timezone.now())
    approver = cast.person("north_approver")
    assert tell(cast, person=approver, members=both_members, role=Role.APPROVER) == {
        "north_approver"
    }
    Mandate.objects.create(  # of both members, and still one person
        person=approver,
        role=Role.APPROVER.value,
        member=cast.person("south_approver").member,
        valid_from=timezone.now() - timedelta(days=1),
        granted_by=LOCAL.key,
    )
    assert tell(cast, members=both_members, role=Role.APPROVER) == {"north_approver"}
    approver.is_active = False
    approver.save()
    assert tell(cast, members=both_members, role=Role.APPROVER) == set()


def test_nobody_reads_or_marks_those_of_another(cast: Cast) -> None:
    tell(cast, person=cast.person("north_officer"))
    number = Notice.objects.get().pk
    for part in ("north_administrator", "south_officer", "office_officer"):
        assert not queries.notices_of(cast[part]).exists()
        with pytest.raises(NotFound):
            operations.read_notice(actor=cast[part], number=number)
        assert operations.read_all_notices(actor=cast[part]) == 0
    for actor in (READER, LOCAL):
        with pytest.raises(NotAllowed):
            operations.read_notice(actor=actor, number=number)
    assert queries.unread(cast["north_officer"]) == 1
    operations.read_notice(actor=cast["north_officer"], number=number)
    assert queries.unread(cast["north_officer"]) == 0


def test_a_change_that_is_not_made_tells_nobody(cast: Cast) -> None:
    from xietong.region.operations import change

    def broken() -> None:
        with change():
            tell(cast, person=cast.person("north_officer"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert not Notice.objects.exists()


def test_the_frame_counts_what_awaits_a_person_and_unread_notices(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awaiting, "_providers", [])

    @awaits
    def consents(actor: Actor) -> list[Awaiting]:
        if actor.name != cast["north_approver"].name:
            return []
        return [Awaiting(N_("{n} is too few."), "/desk/jobs/", timezone.now(), {"n": 2})]

    assert what_awaits(READER) == []
    assert 'class="todo"' not in client.get("/en/desk/jobs/").content.decode()
    signed_in(client, cast.person("north_approver"))
    tell(cast, person=cast.person("north_approver"))
    page = client.get("/en/desk/notices/").content.decode()
    assert "To do </span><b>2</b>" in page
    assert 'href="/en/desk/jobs/">2 is too few.' in page
    assert "A: The file is empty." in page
    assert client.post("/en/desk/notices/read/").status_code == 302
    assert "To do </span><b>1</b>" in client.get("/en/desk/notices/").content.decode()
    signed_in(client, cast.person("north_officer"))
    page = client.get("/en/desk/notices/").content.decode()
    assert "To do </span><b>0</b>" in page
    assert "The file is empty" not in page


@pytest.mark.parametrize("address", ["/en/", "/en/desk/notices/", "/en/desk/jobs/"])
def test_a_page_and_its_frame_ask_once_what_is_to_do(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(awaiting, "_providers", [])
    asked: list[Actor] = []

    @awaits
    def nothing(actor: Actor) -> list[Awaiting]:
        asked.append(actor)
        return []

    signed_in(client, cast.person("north_officer"))
    with CaptureQueriesContext(connection) as made:
        assert "To do </span><b>0</b>" in client.get(address).content.decode()
    counts = [one["sql"] for one in made.captured_queries if "notice" in one["sql"]]
    assert len([one for one in counts if '"read_at" IS NULL' in one]) == 1
    assert asked == [cast["north_officer"]]


def test_opening_a_notice_marks_it_and_leads_to_its_record(cast: Cast, client: Client) -> None:
    with translation.override("en"):
        tell(cast, person=cast.person("north_officer"), url="/en/desk/jobs/")
    assert Notice.objects.get().url == "/desk/jobs/"
    signed_in(client, cast.person("north_officer"))
    number = Notice.objects.get().pk
    assert client.get(f"/desk/notices/{number}/read/").status_code == 405
    answer = client.post(f"/en/desk/notices/{number}/read/")
    assert (answer.status_code, answer["Location"]) == (302, "/en/desk/jobs/")
    assert Notice.objects.get().read_at is not None


def test_a_parameter_is_filled_in_and_never_a_template() -> None:
    with translation.override("en"):
        assert say("{title}: {told}", {"title": "{told.__class__}", "told": "x"}) == (
            "{told.__class__}: x"
        )
