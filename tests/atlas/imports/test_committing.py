"""What was checked becomes a version: all of it, once, over the version it was checked on."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.imports.conftest import NORTH, Counter, part
from atlas.registers import on_the_shelf, shuffled, stored
from xietong.atlas import operations, queries
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.atlas.operations import About
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.kit.shelf import ORPHAN_AGE_SECONDS
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = pytest.mark.operations


def test_by_page_and_by_command_the_same_file_makes_the_same_version(counter: Counter) -> None:
    source = counter.house.registers[NORTH]
    version = counter.committed(source)
    assert version.number == 1
    assert stored(counter.house, version).num_rows == version.rows
    again, created = operations.import_register(
        actor=LOCAL, member=NORTH, path=source, about=About()
    )
    assert (again, created) == (version, False)
    entry = AuditEntry.objects.get(verb="commit_draft", subject__contains="register_version")
    assert entry.after == version.digest
    draft = RegisterDraft.objects.get()
    assert (draft.state, draft.version) == ("committed", version)
    with pytest.raises(Refusal) as refused:
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "draft_committed"


def test_a_version_keeps_its_words_its_changes_and_its_doubts(
    counter: Counter, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    first = counter.committed(source, about=About(title_zh="北岸名录", banner_zh="试用"))
    assert (first.register.title_zh, first.banner_zh) == ("北岸名录", "试用")
    fewer = part(source, tmp_path / "fewer.csv", range(first.rows - 2))
    second = counter.committed(fewer)
    assert (second.register.title_zh, second.banner_zh) == ("北岸名录", "")
    assert (second.changes["base"], second.changes["removed"]) == (1, 2)
    assert second.problems_digest
    assert queries.problems_path(second.problems_digest).is_file()


def test_somebody_elses_version_meanwhile_refuses_the_commit_until_it_is_checked_again(
    counter: Counter, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    rows = RegisterVersion.objects.get().rows
    draft = counter.checked(counter.upload(part(source, tmp_path / "a.csv", range(rows - 1))))
    counter.by_command(part(source, tmp_path / "b.csv", range(rows - 2)))
    with pytest.raises(Refusal) as refused:
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "register_moved_on"
    assert RegisterVersion.objects.count() == 2
    assert counter.now(draft).state == "ready"
    draft = counter.checked(draft)
    assert (draft.summary["base"], draft.summary["added"]) == (2, 1)
    version = operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert version.number == 3


def test_methods_that_changed_since_the_check_refuse_the_commit(counter: Counter) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    from xietong.atlas.queries import rows as register_rows

    draft = counter.checked(counter.upload(source))
    row = register_rows.rows(LOCAL, NORTH, register_rows.Filters()).rows[0]
    operations.correct_unit(
        actor=counter.officer,
        member=NORTH,
        unit=str(row["unit"]),
        field="industry",
        value="2211" if row["class"] != "2211" else "1112",
        reason="seen",
    )
    with pytest.raises(Refusal) as refused:
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "methods_moved_on"
    assert RegisterVersion.objects.count() == 1


@pytest.mark.parametrize("fate", ["lost", "changed"])
def test_rows_that_are_not_those_that_were_checked_are_refused(counter: Counter, fate: str) -> None:
    draft = counter.checked(counter.upload(counter.house.registers[NORTH]))
    path = queries.rows_path_of(draft.brought["digest"])
    assert path is not None
    if fate == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(Refusal) as refused:
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "rows_missing"
    assert not RegisterVersion.objects.exists()
    if fate == "lost":
        counter.checked(draft)
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
        assert RegisterVersion.objects.count() == 1


def test_a_grave_doubt_wants_an_answer_which_stands_in_the_audit(counter: Counter) -> None:
    draft = counter.checked(counter.upload(counter.house.registers["southshore"]))
    for reason in ("", "   "):
        with pytest.raises(Refusal) as refused:
            operations.commit_draft(
                actor=counter.officer, member=NORTH, number=draft.pk, reason=reason
            )
        assert refused.value.code == "misgivings_unanswered"
    assert not RegisterVersion.objects.exists()
    version = operations.commit_draft(
        actor=counter.officer, member=NORTH, number=draft.pk, reason="两岸合并登记"
    )
    assert version.reason == "两岸合并登记"
    entries = AuditEntry.objects.filter(verb="commit_draft")
    assert [one.reason for one in entries] == ["两岸合并登记"] * 2


def test_what_a_ready_draft_names_is_not_swept_and_what_a_discarded_one_named_is(
    counter: Counter,
) -> None:
    draft = counter.checked(counter.upload(counter.house.registers[NORTH]))
    late = 4e9 + ORPHAN_AGE_SECONDS
    assert operations.sweep(actor=LOCAL, now=late) == []
    operations.discard_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    swept = operations.sweep(actor=LOCAL, now=late)
    assert len(swept) == 2
    assert on_the_shelf(counter.house) == []


def test_an_earlier_version_is_restored_as_a_new_one(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    first = counter.committed(source, about=About(banner_zh="试用"))
    second = counter.committed(part(source, tmp_path / "fewer.csv", range(first.rows - 3)))
    for number, reason, code in (
        (1, " ", "restore_reason_missing"),
        (2, "x", "is_newest"),
        (9, "x", "no_such_version"),
    ):
        with pytest.raises(Refusal) as refused:
            operations.restore_version(
                actor=counter.officer, member=NORTH, number=number, reason=reason
            )
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        operations.restore_version(
            actor=counter.officer, member=NORTH, number=1, reason="x", newest=1
        )
    assert refused.value.code == "register_moved_on"
    third = operations.restore_version(
        actor=counter.officer, member=NORTH, number=1, reason="漏报三户", newest=2
    )
    assert (third.number, third.restores, third.reason) == (3, first, "漏报三户")
    assert (third.digest, third.rows, third.banner_zh) == (first.digest, first.rows, "试用")
    assert (third.changes["base"], third.changes["added"]) == (2, 3)
    assert queries.newest_versions(LOCAL)[0] == third
    kept = list(RegisterVersion.objects.values_list("number", "digest"))
    assert kept == [(1, first.digest), (2, second.digest), (3, first.digest)]
    entry = AuditEntry.objects.get(verb="restore_version")
    assert (entry.before, entry.after, entry.reason) == (second.digest, first.digest, "漏报三户")


def test_nobody_else_commits_or_restores(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    counter.committed(source)
    counter.committed(part(source, tmp_path / "fewer.csv", range(20)), reason="x")
    draft = counter.checked(counter.upload(source))
    for who, actor in counter.cast.everybody().items():
        if who in ("north_officer", "operator"):
            continue
        with pytest.raises((NotAllowed, NotFound)):
            operations.commit_draft(actor=actor, member=NORTH, number=draft.pk)
        with pytest.raises((NotAllowed, NotFound)):
            operations.restore_version(actor=actor, member=NORTH, number=1, reason="x")
    assert RegisterVersion.objects.count() == 2


def test_a_shuffled_file_is_another_version_of_the_same_rows(
    counter: Counter, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    first = counter.committed(source)
    order = list(range(first.rows))[::-1]
    second = counter.committed(shuffled(source, tmp_path / "other.csv", order))
    assert (second.number, second.changes["unchanged"]) == (2, first.rows)
