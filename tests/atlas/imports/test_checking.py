"""A check says all that is wrong and what would change, and makes no version of anything."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from atlas.imports.conftest import NORTH, Counter, part
from atlas.registers import shuffled
from xietong.atlas import operations, queries
from xietong.atlas.models import Correction, RegisterDraft, RegisterVersion
from xietong.desk.models import Job
from xietong.desk.operations.running import run
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = pytest.mark.operations


def test_a_first_register_is_all_new_and_becomes_nothing_by_being_checked(
    counter: Counter,
) -> None:
    draft = counter.checked(counter.upload(counter.house.registers[NORTH]))
    rows = draft.brought["rows"]
    assert draft.state == "ready"
    assert draft.base is None
    assert {name: draft.summary[name] for name in ("base", "before", "added", "after")} == {
        "base": 0,
        "before": 0,
        "added": rows,
        "after": rows,
    }
    assert draft.summary["misgivings"] == []
    assert not RegisterVersion.objects.exists()
    assert AuditEntry.objects.filter(verb="perform_check").count() == 1


def test_the_dry_run_says_what_was_taken_out_put_in_and_written_otherwise(
    counter: Counter, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    total = len(rows)
    gone = rows.pop(3)
    rows[0]["Employees"] = "77"
    rows[1]["Address"] = "北岸省鹭洲市鹭东县湖滨路1号"
    rows[1]["Longitude"] = rows[1]["Latitude"] = rows[1]["County code"] = ""
    rows.append({**gone, "Name": "新划艇厂", "Registration number": "LK810203999"})
    path = tmp_path / "next.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows[::-1])
    draft = counter.checked(counter.upload(path))
    told = draft.summary
    assert draft.base is not None
    assert (told["base"], told["before"], told["after"]) == (1, total, total)
    assert (told["added"], told["removed"], told["changed"]) == (1, 1, 2)
    assert told["unchanged"] == total - 3
    assert told["moved"] == 1
    assert told["columns"]["employees"] == 1
    assert told["columns"]["address"] == 1
    moved = {code: (was, now) for code, was, now in told["places"]}
    assert all(was != now for was, now in moved.values())
    assert sum(now - was for was, now in moved.values()) == 0


def codes(draft: RegisterDraft) -> list[str]:
    return [one["code"] for one in draft.summary["misgivings"]]


def test_a_file_that_is_only_a_part_and_one_that_changes_nothing_are_doubted(
    counter: Counter, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    version = counter.by_command(source)
    half = part(source, tmp_path / "half.csv", range(0, version.rows, 2))
    assert codes(counter.checked(counter.upload(half))) == ["rows_vanish"]
    order = list(range(version.rows))[::-1]
    same = shuffled(source, tmp_path / "same.csv", order)
    assert codes(counter.checked(counter.upload(same))) == ["nothing_changes"]


def test_rows_that_were_made_up_may_vanish(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    operations.import_register(
        actor=LOCAL, member=NORTH, path=source, about=operations.About(synthetic=True)
    )
    few = part(source, tmp_path / "few.csv", range(9))
    assert codes(counter.checked(counter.upload(few))) == []


def test_the_register_of_another_member_is_known_by_where_its_rows_lie(counter: Counter) -> None:
    draft = counter.checked(counter.upload(counter.house.registers["southshore"]))
    assert codes(draft) == ["rows_of_another_member"]
    told = draft.summary["misgivings"][0]["params"]
    assert told["name"] == "南岸 Southshore"
    assert told["percent"] == 100


def test_a_column_that_was_lost_is_told(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    path = tmp_path / "lost.csv"
    path.write_text(
        source.read_text(encoding="utf-8").replace("Business scope", "Scopes", 1), encoding="utf-8"
    )
    draft = counter.checked(counter.upload(path))
    lost = next(one for one in draft.summary["misgivings"] if one["code"] == "columns_vanish")
    assert lost["params"] == {"columns": "scope"}


FAULTY = (
    "Name,Registered on,Employees,Address\n"
    "甲划艇厂,2001-02-03,7,北岸省桤林市帆湾县灯塔路\n"
    ",昨天,many,北岸省桤林市帆湾县灯塔路\n"
    "丙划艇厂,昨天,8,=1+1\n"
)


def test_faults_are_listed_by_row_with_reason_and_way_out_and_refuse_all(
    counter: Counter,
) -> None:
    draft = counter.checked(counter.text(FAULTY))
    assert (draft.state, draft.brought, draft.summary) == ("checked", None, None)
    assert draft.tallies == [
        ["name_missing", "name", 1],
        ["date_unreadable", "registered_on", 2],
        ["employees_unreadable", "employees", 1],
    ]
    page = queries.problems_of(draft, severity="refusing")
    assert [(one.row, one.code) for one in page.problems] == [(3, "name_missing")]
    page = queries.problems_of(draft, code="date_unreadable")
    assert [one.row for one in page.problems] == [3, 4]
    with pytest.raises(Refusal) as refused:
        operations.commit_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "draft_refused"
    assert not RegisterVersion.objects.exists()


@pytest.mark.parametrize(
    ("language", "reason"), [("zh-hans", "缺少单位名称"), ("en", "the name is missing")]
)
def test_the_marked_up_workbook_speaks_the_readers_language(
    counter: Counter, language: str, reason: str
) -> None:
    draft = counter.checked(counter.text(FAULTY))
    assert queries.marked_book(draft, language) is None
    job = operations.mark_draft(
        actor=counter.cast["north_analyst"], member=NORTH, number=draft.pk, language=language
    )
    counter.work(job)
    book = queries.marked_book(counter.now(draft), language)
    assert book is not None
    read = CalamineWorkbook.from_path(book)
    rows = read.get_sheet_by_index(1).to_python()
    assert rows[0][2:] == ["Name", "Registered on", "Employees", "Address"]
    assert [row[2] for row in rows[1:]] == ["甲划艇厂", "", "丙划艇厂"]
    assert reason in str(rows[2][0])
    assert rows[3][5] == "'=1+1"
    other = {"zh-hans": "en", "en": "zh-hans"}[language]
    assert queries.marked_book(counter.now(draft), other) is None


def test_a_check_that_is_overtaken_writes_nothing(counter: Counter) -> None:
    draft = counter.upload(counter.house.registers[NORTH])
    counter.mapped(draft)
    job = operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    counter.mapped(draft, {name: at for name, at in draft.columns.items() if name != "scope"})
    RegisterDraft.objects.filter(pk=draft.pk).update(checks=5)
    counter.work(job, ends="refused")
    assert job.refusal is not None
    assert job.refusal["code"] == "check_overtaken"
    assert counter.now(draft).state == "mapped"


def test_while_one_check_runs_no_other_begins(counter: Counter) -> None:
    draft = counter.upload(counter.house.registers[NORTH])
    counter.mapped(draft)
    first = operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    with pytest.raises(Refusal) as refused:
        operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    assert refused.value.code == "job_on_same_subject"
    assert Job.objects.count() == 1
    counter.work(first)
    assert counter.now(draft).state == "ready"


def test_a_worker_that_dies_in_between_leaves_a_check_that_is_done_again(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xietong.atlas.operations import checking

    class Died(BaseException):
        """What no handler of ours catches, as no handler catches a kill."""

    draft = counter.upload(counter.house.registers[NORTH])
    counter.mapped(draft)
    job = operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    for step in ("bring", "summary_of", "record"):
        with monkeypatch.context() as patched:

            def die(*_: Any, **__: Any) -> None:
                raise Died

            patched.setattr(checking, step, die)
            with pytest.raises(Died):
                run(job.pk, beside=False)
        now = counter.now(draft)
        assert (now.state, now.brought, now.problems_digest) == ("mapped", None, ""), step
        Job.objects.filter(pk=job.pk).update(state="waiting", lease_until=None)
    counter.work(job)
    assert counter.now(draft).state == "ready"


def test_an_officer_who_lost_the_mandate_before_the_worker_came_gets_nothing(
    counter: Counter,
) -> None:
    from xietong.region.models import Mandate

    draft = counter.upload(counter.house.registers[NORTH])
    counter.mapped(draft)
    job = operations.check_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    Mandate.objects.filter(person=counter.cast.person("north_officer")).delete()
    counter.work(job, ends="refused")
    assert job.refusal is not None
    assert job.refusal["code"] == "not_allowed"
    with pytest.raises(NotFound):
        counter.now(draft)


def test_corrections_stand_in_the_dry_run_too(counter: Counter) -> None:
    source = counter.house.registers[NORTH]
    counter.by_command(source)
    from xietong.atlas.queries import rows as register_rows

    row = register_rows.rows(LOCAL, NORTH, register_rows.Filters()).rows[0]
    operations.correct_unit(
        actor=counter.officer,
        member=NORTH,
        unit=str(row["unit"]),
        field="industry",
        value="2211" if row["class"] != "2211" else "1112",
        reason="seen",
    )
    assert Correction.objects.count() == 1
    draft = counter.checked(counter.upload(source))
    assert (draft.summary["recoded"], draft.summary["changed"]) == (1, 0)
