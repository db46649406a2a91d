"""A job is asked for, done once under its asker's mandates of that moment, and told of."""

from __future__ import annotations

import errno
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from cast import Cast
from xietong.desk import operations, queries, work
from xietong.desk.models import Job, Notice
from xietong.desk.operations import running, upkeep
from xietong.desk.operations.running import run
from xietong.desk.schemas import job_out, notice_out
from xietong.desk.work import Outcome
from xietong.kit.progress import Progress
from xietong.kit.references import Reference
from xietong.kit.refusals import N_, NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry, Mandate
from xietong.region.rules import LOCAL, OUTSIDER, READER, Actor, Role

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
THING = Reference("desk", "thing", "1")


def ask(actor: Actor, kind: str = "count", most: int = 3, **how: object) -> Job:
    """Ask for counting."""
    parameters = {"most": most, **({"member": "northshore"} if kind == "officers_count" else {})}
    return operations.enqueue(actor=actor, kind=kind, parameters=parameters, **how)  # type: ignore[arg-type]


def test_a_job_is_done_and_its_asker_is_told_in_both_languages(cast: Cast) -> None:
    officer = cast["north_officer"]
    asked = ask(officer)
    assert (asked.state, asked.scope) == ("waiting", "member:northshore")
    run(asked.pk, beside=False)
    done = job_out(queries.job(officer, asked.pk))
    assert (done.state, done.share, done.remaining_seconds) == ("done", 1.0, None)
    (notice,) = queries.notices_of(officer)
    with translation.override("en"):
        told = notice_out(notice)
        assert told.sentence == "Count to 3: Counted to 3."
        assert told.url == f"/en/desk/jobs/{asked.pk}/"
    with translation.override("zh-hans"):
        told = notice_out(notice)
        assert told.sentence == "Count to 3：Counted to 3."
        assert told.url == f"/desk/jobs/{asked.pk}/"
    assert queries.unread(officer) == 1
    assert list(queries.notices_of(cast["north_approver"])) == []


def test_a_refusal_ends_a_job_with_its_words(cast: Cast) -> None:
    officer = cast["north_officer"]
    asked = ask(officer, most=-1)
    run(asked.pk, beside=False)
    with translation.override("en"):
        told = job_out(queries.job(officer, asked.pk))
        assert (told.state, told.code, told.sentence) == ("refused", "too_few", "-1 is too few.")
        assert told.way_out == "Give more."
        assert notice_out(queries.notices_of(officer)[0]).sentence == (
            "Count to -1: not done. -1 is too few."
        )


def test_a_break_ends_a_job_without_a_word_of_what_broke(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    asked = ask(cast["north_officer"], most=20)
    run(asked.pk, beside=False)
    told = job_out(queries.job(LOCAL, asked.pk))
    assert (told.state, told.code) == ("failed", "job_broke")
    assert "thirteen" not in told.sentence + told.way_out
    assert "thirteen" in caplog.text


def test_a_job_in_whose_midst_the_database_was_away_is_taken_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(cast["north_officer"])

    def busy(*_: object) -> Outcome:
        raise OperationalError("database is locked")

    with monkeypatch.context() as away:
        away.setattr(running, "_work", busy)
        run(asked.pk, beside=False)
    assert queries.job(LOCAL, asked.pk).state == "running"
    Job.objects.filter(pk=asked.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert upkeep.return_lost(upkeep.Watch()) == [asked.pk]
    run(asked.pk, beside=False)
    assert queries.job(LOCAL, asked.pk).state == "done"


def test_a_full_disk_refuses_a_job_which_may_be_asked_for_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(cast["north_officer"])

    def full(*_: object) -> Outcome:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(running, "_work", full)
        run(asked.pk, beside=False)
    ended = queries.job(LOCAL, asked.pk)
    assert ended.state == "refused"
    assert ended.refusal is not None
    assert ended.refusal["code"] == "disk_full"
    assert Notice.objects.count() == 1
    operations.retry_job(actor=cast["north_officer"], number=asked.pk)
    run(asked.pk, beside=False)
    assert queries.job(LOCAL, asked.pk).state == "done"


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("officers_count", {"role": "viewer"}),  # who may ask for work still, but not for this
        ("count", {"revoked_at": timezone.now()}),  # which nobody needs a mandate of one kind for
    ],
)
def test_whose_mandate_is_another_meanwhile_is_refused(
    cast: Cast, kind: str, then: dict[str, Any]
) -> None:
    officer = cast["north_officer"]
    asked = ask(officer, kind)
    Mandate.objects.filter(person=cast.person("north_officer")).update(**then)
    run(asked.pk, beside=False)
    told = queries.job(officer, asked.pk)
    assert told.state == "refused"
    assert told.refusal is not None
    assert told.refusal["code"] == "not_allowed"


def test_whose_access_ended_meanwhile_is_refused(cast: Cast) -> None:
    asked = ask(cast["north_officer"])
    person = cast.person("north_officer")
    person.is_active = False
    person.save()
    run(asked.pk, beside=False)
    told = queries.job(LOCAL, asked.pk)
    assert told.refusal is not None
    assert (told.state, told.refusal["code"]) == ("refused", "asker_gone")


def test_a_strict_role_counts_in_a_job_only_where_its_second_factor_was_shown(cast: Cast) -> None:
    strong, weak = ask(cast["north_approver"]), ask(cast["north_officer"])
    assert (strong.assured, weak.assured) == (True, False)
    assert running.asker_of(strong).held == cast["north_approver"].held
    with pytest.raises(NotAllowed):
        ask(cast.weak("north_approver"))
    Mandate.objects.create(
        person=cast.person("north_approver"),
        role="officer",
        member_id=cast.person("north_approver").member_id,
        valid_from=timezone.now() - timedelta(days=1),
        granted_by=LOCAL.key,
    )
    half = ask(cast.weak("north_approver"))
    assert {one.role for one in running.asker_of(half).held} == {Role.OFFICER}


def test_only_who_may_do_it_asks_for_it(cast: Cast) -> None:
    for part in ("north_analyst", "south_officer", "nobody", "reader", "outsider"):
        with pytest.raises(NotAllowed):
            ask(cast[part], "officers_count")
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_the_same_on_the_same_subject_is_one_job(cast: Cast) -> None:
    officer = cast["north_officer"]
    first = ask(officer, "count_once", subject=THING)
    assert ask(officer, "count_once", subject=THING).pk == first.pk
    assert DBTaskResult.objects.count() == 1
    with pytest.raises(Refusal) as told:
        ask(officer, "count_once", most=4, subject=THING)
    assert told.value.code == "job_on_same_subject"
    with pytest.raises(Refusal) as told:
        ask(officer, "count_once", subject=THING, scope="office")
    assert told.value.code == "job_on_same_subject"
    run(first.pk, beside=False)
    second = ask(officer, "count_once", most=4, subject=THING)
    assert second.pk != first.pk
    with pytest.raises(Refusal):  # done is done
        operations.retry_job(actor=officer, number=first.pk)


def test_a_job_is_not_tried_again_beside_another_on_its_subject(cast: Cast) -> None:
    officer = cast["north_officer"]
    first = ask(officer, "count_once", subject=THING)
    operations.cancel_job(actor=officer, number=first.pk)
    second = ask(officer, "count_once", most=4, subject=THING)
    entries = AuditEntry.objects.count()
    with pytest.raises(Refusal) as told:
        operations.retry_job(actor=officer, number=first.pk)
    assert told.value.code == "job_on_same_subject"
    assert queries.job(officer, first.pk).state == "cancelled"
    assert (AuditEntry.objects.count(), DBTaskResult.objects.count()) == (entries, 2)
    run(second.pk, beside=False)
    assert operations.retry_job(actor=officer, number=first.pk).state == "waiting"


def test_an_unknown_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(NotFound) as told:
        ask(cast["north_officer"], "fly")
    assert told.value.code == "no_such_work"


def test_who_has_nothing_to_do_with_it_sees_no_job(cast: Cast) -> None:
    asked = ask(cast["north_officer"])
    seen = {
        part for part, actor in cast.everybody().items() if queries.jobs_visible_to(actor).exists()
    }
    north = {f"north_{role}" for role in ("viewer", "analyst", "officer", "approver")}
    assert seen == north | {"north_administrator", "operator"}
    assert not queries.jobs_visible_to(cast.weak("north_approver")).exists()
    words = set()
    for actor in (READER, OUTSIDER, cast["south_officer"], cast["office_approver"]):
        for number in (asked.pk, asked.pk + 1):
            with pytest.raises(NotFound) as told:
                queries.job(actor, number)
            words.add((told.value.code, told.value.sentence, told.value.way_out))
    assert len(words) == 1


def test_cancelling_is_for_the_asker_and_the_officers_of_the_desk(cast: Cast) -> None:
    for part, refusal in {
        "south_officer": "no_such_job",
        "office_officer": "no_such_job",
        "reader": "not_allowed",
        "north_viewer": "not_allowed",
        "north_analyst": "not_allowed",
        "north_administrator": None,
        "north_officer": None,
    }.items():
        asked = ask(cast["north_officer"])
        if refusal is None:
            assert operations.cancel_job(actor=cast[part], number=asked.pk).state == "cancelled"
            run(asked.pk, beside=False)
            asked.refresh_from_db()
            assert (asked.state, asked.attempts) == ("cancelled", 0)
        else:
            with pytest.raises((NotAllowed, NotFound)) as told:
                operations.cancel_job(actor=cast[part], number=asked.pk)
            assert told.value.code == refusal, part


def test_a_running_job_stops_at_its_next_step(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xietong.desk.operations.pulse.WRITE_SECONDS", 0.0)
    reached: list[str] = []

    def cancels_itself(actor: Actor, progress: Progress, *, most: int) -> Outcome:
        operations.cancel_job(actor=actor, number=asked.pk)
        reached.append("before")
        progress("Counting", 1, 2)
        reached.append("after")
        return Outcome(N_("Counted to {most}."), {"most": most})

    work.work("cancelled", title=N_("Count to {most}"))(cancels_itself)
    asked = ask(cast["north_officer"], "cancelled")
    run(asked.pk, beside=False)
    assert reached == ["before"]
    assert queries.job(LOCAL, asked.pk).state == "cancelled"
    again = operations.retry_job(actor=cast["north_officer"], number=asked.pk)
    assert (again.state, again.cancel_asked, again.attempts) == ("waiting", False, 0)


def test_old_jobs_are_cleared_and_open_ones_stay(cast: Cast) -> None:
    old, young, waiting = (ask(cast["north_officer"]) for _ in range(3))
    for one in (old, young):
        run(one.pk, beside=False)
    Job.objects.filter(pk=old.pk).update(ended_at=timezone.now() - timedelta(days=91))
    Job.objects.filter(pk=waiting.pk).update(asked_at=timezone.now() - timedelta(days=900))
    with pytest.raises(NotAllowed):
        operations.clear_jobs(actor=cast["north_administrator"], older_than_days=90)
    assert operations.clear_jobs(actor=LOCAL, older_than_days=90) == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert DBTaskResult.objects.count() == 2


def test_asking_cancelling_and_trying_again_stand_in_the_audit(cast: Cast) -> None:
    asked = ask(cast["north_officer"])
    operations.cancel_job(actor=cast["north_officer"], number=asked.pk)
    operations.retry_job(actor=cast["north_officer"], number=asked.pk)
    entries = AuditEntry.objects.filter(subject=f"desk:job:{asked.pk}").order_by("number")
    assert [one.verb for one in entries] == ["enqueue", "cancel_job", "retry_job"]
