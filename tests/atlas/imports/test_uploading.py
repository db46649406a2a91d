"""A file is looked at as it comes in: its sheets, its columns and why, or nothing of it is left."""

from __future__ import annotations

import datetime
import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from atlas.imports.conftest import NORTH, Counter
from xietong.atlas import operations, queries
from xietong.atlas.models import RegisterDraft
from xietong.desk.models import ImportTemplate, StoredFile
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region.models import AuditEntry

pytestmark = pytest.mark.operations


def whys(draft: RegisterDraft) -> dict[str, tuple[str, str]]:
    return {one.heading: (one.meaning, one.why) for one in queries.table_columns(draft)}


def test_a_csv_is_kept_and_its_columns_are_proposed_with_samples(counter: Counter) -> None:
    draft = counter.upload(counter.house.registers[NORTH])
    assert draft.state == "uploaded"
    assert draft.sheets == []
    assert draft.headings[0] == "Name"
    assert len(draft.samples) == len(draft.headings)
    assert draft.samples[0][0] == "帆湾金舟帆船厂"
    assert whys(draft)["Name"] == ("name", "known")
    kept = StoredFile.objects.get()
    assert (kept.scope, kept.purpose) == ("member:northshore", "register")
    assert kept.digest == draft.digest
    verbs = list(AuditEntry.objects.values_list("verb", flat=True))
    assert {"keep_file", "begin_draft"} <= set(verbs)


def book(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as made:
        day = made.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime.date):
                        sheet.write_datetime(at, column, cell, day)
                    else:
                        sheet.write(at, column, cell)
    return path


HEADINGS = ["Name", "Business scope", "Address", "Registered on"]
ROW = ["甲划艇厂", "制造划艇", "北岸省桤林市帆湾县灯塔路", datetime.date(2001, 2, 3)]


def test_of_a_workbook_the_sheet_with_known_headings_is_taken_and_another_can_be_chosen(
    counter: Counter, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "three.xlsx",
        {
            "cover": [["read me"]],
            "2023": [HEADINGS, ROW],
            "2024": [[*HEADINGS, "Employees"], [*ROW, 7], [*ROW, 8]],
        },
    )
    draft = counter.upload(path)
    assert draft.sheets == ["cover", "2023", "2024"]
    assert (draft.sheet, draft.headings) == ("2023", HEADINGS)
    draft = operations.choose_sheet(
        actor=counter.officer, member=NORTH, number=draft.pk, sheet="2024"
    )
    assert (draft.sheet, draft.headings[-1]) == ("2024", "Employees")
    draft = counter.checked(draft)
    assert draft.state == "ready"
    # Both rows are the same but for the employees.
    assert draft.brought["rows"] == 2
    with pytest.raises(Refusal) as refused:
        operations.choose_sheet(actor=counter.officer, member=NORTH, number=draft.pk, sheet="2025")
    assert refused.value.problems[0].code == "sheet_missing"
    assert counter.now(draft).state == "ready"


def test_headings_in_two_merged_rows_below_a_title_are_found(
    counter: Counter, tmp_path: Path
) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "Register 2024")
        sheet.merge_range(1, 0, 2, 0, "Name")
        sheet.merge_range(1, 1, 2, 1, "Business scope")
        sheet.merge_range(1, 2, 1, 3, "Registered")
        sheet.write(2, 2, "address")
        sheet.write(2, 3, "on")
        sheet.write_row(3, 0, [*ROW[:3], "2001年2月3日"])
    draft = counter.upload(path)
    assert draft.headings == ["Name", "Business scope", "Registered address", "Registered on"]
    assert set(draft.columns) == {"name", "scope", "address", "registered_on"}
    assert counter.checked(draft).state == "ready"


HOSTILE = {
    "empty.csv": b"",
    "blank.csv": b"\n\n\n",
    "picture.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9,
    "named.exe": b"Name,Address\n1,2\n",
    "no-ending": b"Name,Address\n1,2\n",
    "text.xlsx": b"Name,Address\n1,2\n",
    "cut.xlsx": b"PK\x03\x04cut",
    "../../etc/passwd": b"root:x:0:0\n",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_is_no_table_is_refused_and_leaves_nothing(counter: Counter, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        operations.begin_draft(
            actor=counter.officer, member=NORTH, stream=io.BytesIO(HOSTILE[name]), name=name
        )
    assert refused.value.way_out
    assert not RegisterDraft.objects.exists()
    assert not StoredFile.objects.exists()
    assert not AuditEntry.objects.filter(verb="begin_draft").exists()
    assert counter.left() == []


def test_a_bomb_and_an_upload_beyond_the_limit_leave_nothing(
    counter: Counter, settings: Any
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", "<workbook/>")
        bomb.writestr("xl/worksheets/sheet1.xml", b" " * (80 << 20))
    for content, code, most in (
        (packed.getvalue(), "register_unreadable", 100),
        (b"Name,Address\n" + b"x,y\n" * 600_000, "upload_too_large", 1),
    ):
        settings.XIETONG_UPLOAD_MB = most
        with pytest.raises(Refusal) as refused:
            operations.begin_draft(
                actor=counter.officer,
                member=NORTH,
                stream=io.BytesIO(content),
                name="bomb.xlsx" if code == "register_unreadable" else "long.csv",
            )
        assert refused.value.code == code
        assert counter.left() == []
    assert not StoredFile.objects.exists()


def test_what_an_officer_chooses_is_remembered_for_the_next_file_with_these_headings(
    counter: Counter,
) -> None:
    first = "Firm,Name,Where\n甲划艇厂,x,北岸省桤林市帆湾县灯塔路\n"
    draft = counter.text(first)
    assert whys(draft) == {
        "Firm": ("", "unknown"),
        "Name": ("name", "known"),
        "Where": ("", "unknown"),
    }
    with pytest.raises(Refusal) as refused:
        counter.mapped(draft)
    assert refused.value.code == "columns_missing"
    assert [one.code for one in refused.value.problems] == ["place_columns_missing"]
    counter.mapped(draft, {"name": 0, "address": 2})
    assert counter.now(draft).state == "mapped"
    assert ImportTemplate.objects.get().mapping == {"Firm": "name", "Where": "address"}
    again = counter.text(first.replace("甲", "乙"))
    assert again.columns == {"name": 0, "address": 2}
    assert whys(again) == {
        "Firm": ("name", "remembered"),
        "Name": ("", "unknown"),
        "Where": ("address", "remembered"),
    }


@pytest.mark.parametrize(
    "columns", [{"name": 0, "address": 0}, {"name": 9}, {"name": -1}, {"nonsense": 0}]
)
def test_a_choice_that_does_not_fit_the_table_changes_nothing(
    counter: Counter, columns: dict[str, int]
) -> None:
    draft = counter.text("Name,Address\n甲,北岸省\n")
    with pytest.raises(Refusal) as refused:
        counter.mapped(draft, columns)
    assert refused.value.code == "columns_unclear"
    assert counter.now(draft).state == "uploaded"
    assert not ImportTemplate.objects.exists()


def test_a_discarded_import_is_over_and_its_file_is_forgotten(counter: Counter) -> None:
    draft = counter.checked(counter.upload(counter.house.registers[NORTH]))
    operations.discard_draft(actor=counter.officer, member=NORTH, number=draft.pk)
    now = counter.now(draft)
    assert (now.state, now.file, now.samples, now.brought) == ("discarded", None, [], None)
    assert not StoredFile.objects.exists()
    for verb in (operations.discard_draft, operations.check_draft, operations.commit_draft):
        with pytest.raises(Refusal) as refused:
            verb(actor=counter.officer, member=NORTH, number=draft.pk)
        assert refused.value.code == "draft_discarded"
    assert queries.drafts_of(counter.officer, NORTH) == []


def test_whoever_is_not_of_the_member_sees_no_import_and_is_told_as_if_there_were_none(
    counter: Counter,
) -> None:
    draft = counter.upload(counter.house.registers[NORTH])
    seeing = {"north_officer", "north_analyst", "operator"}
    for part, actor in counter.cast.everybody().items():
        told = []
        for number in (draft.pk, draft.pk + 1000):
            try:
                told.append(str(queries.draft(actor, NORTH, number).pk))
            except NotFound as refusal:
                told.append(str(refusal).replace(str(number), "N"))
        assert (told[0] == str(draft.pk)) == (part in seeing), part
        assert (told[0] == told[1]) == (part not in seeing), part
        assert bool(queries.drafts_of(actor, NORTH)) == (part in seeing), part
        assert bool(queries.versions_of(actor, NORTH)) is False


def test_only_the_members_officer_and_the_operator_bring_in(counter: Counter) -> None:
    content = counter.house.registers[NORTH].read_bytes()
    for part, actor in counter.cast.everybody().items():
        before = RegisterDraft.objects.count()
        with suppress(NotAllowed, NotFound):
            operations.begin_draft(
                actor=actor, member=NORTH, stream=io.BytesIO(content), name="r.csv"
            )
        may = part in {"north_officer", "operator"}
        assert RegisterDraft.objects.count() - before == may, part
        codes = [one.code for one in queries.members_to_import_for(actor)]
        wanted = {"operator": ["northshore", "southshore"], "north_officer": [NORTH]}
        assert codes == wanted.get(part, ["southshore"] if part == "south_officer" else []), part
