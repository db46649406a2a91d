"""A workbook of corrections: taken whole or not at all, counted, and nothing of it left behind."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from atlas.corrections.conftest import Doubtful
from cast import signed_in
from xietong.atlas import operations
from xietong.atlas.exports import quality as quality_files
from xietong.atlas.models import Correction
from xietong.atlas.operations import correction_tables
from xietong.atlas.operations.correction_tables import Imported
from xietong.atlas.queries import corrections as queries
from xietong.desk.models import StoredFile
from xietong.kit.refusals import NotFound, Refusal
from xietong.region.models import AuditEntry
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
HERE = "/en/atlas/registers/northshore/corrections/"
HEADINGS = "Unit (do not change),Industry corrected,Place corrected,Reason"
SEEN = "Correction of the industry seen (do not change)"


def brought(doubtful: Doubtful, *lines: str, headings: str = HEADINGS, **how: str) -> Imported:
    body = "\n".join([headings, *lines]).encode()
    return operations.import_corrections(
        actor=doubtful.cast["north_officer"],
        member="northshore",
        stream=io.BytesIO(body),
        name=how.get("name", "更正.csv"),
    )


def left(doubtful: Doubtful) -> list[str]:
    """Return the names of the files that lie where uploads and drafts lie."""
    folders = (doubtful.house.home / name for name in ("uploads", "drafts"))
    return [one.name for folder in folders for one in folder.rglob("*") if one.is_file()]


def test_it_says_how_many_were_made_changed_and_stood_already(doubtful: Doubtful) -> None:
    bell, kite, shop = (doubtful.unit(name) for name in ("甲风铃厂", "乙风铃厂", "午商行"))
    told = brought(doubtful, f"{bell},1220,,现场核实", f"{shop},,810103,")
    assert (len(told.made), told.changed, told.unchanged) == (2, 0, 0)
    first = Correction.objects.get(unit=bell)
    told = brought(
        doubtful,
        f"{bell},1111,{first.pk}",
        f"{kite},1220 灯具,",
        headings=f"Unit (do not change),Industry corrected,{SEEN}",
    )
    assert (len(told.made), told.changed, told.unchanged) == (2, 1, 0)
    told = brought(doubtful, f"{bell},1111,,", f"{shop},,810103,")
    assert (len(told.made), told.changed, told.unchanged) == (0, 0, 2)
    entry = AuditEntry.objects.filter(verb="correct_unit").order_by("number").last()
    assert entry is not None
    assert Correction.objects.get(unit=kite).from_value == ""


def test_what_was_read_is_kept_row_by_row(doubtful: Doubtful) -> None:
    boat = doubtful.unit("子划艇厂")
    brought(doubtful, f"{boat},1220,810103,")
    made = {one.field: one.from_value for one in Correction.objects.all()}
    assert made == {"industry": "1111", "place": "810203"}


def test_one_fault_refuses_all_with_every_fault_and_leaves_nothing(doubtful: Doubtful) -> None:
    bell = doubtful.unit("甲风铃厂")
    with pytest.raises(Refusal) as refused:
        brought(doubtful, f"{bell},1220,,", "nobody,1220,,", f"{bell},9999,,", name="a/../坏.csv")
    assert refused.value.code == "corrections_refused"
    assert sorted(one.code for one in refused.value.problems) == [
        "correction_twice",
        "correction_unit_unknown",
        "correction_value_unknown",
    ]
    assert refused.value.params["file"] == "坏.csv"
    assert not Correction.objects.exists()
    assert not StoredFile.objects.exists()
    assert left(doubtful) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "file_empty"), (b"x" * 101, "upload_too_large"), (b"\x89PNG", "corrections_refused")],
)
def test_what_is_no_workbook_leaves_nothing(
    doubtful: Doubtful, monkeypatch: pytest.MonkeyPatch, body: bytes, code: str
) -> None:
    monkeypatch.setattr(correction_tables, "MOST_BYTES", 100)
    with pytest.raises(Refusal) as refused:
        operations.import_corrections(
            actor=LOCAL, member="northshore", stream=io.BytesIO(body), name="a.xlsx"
        )
    assert refused.value.code == code
    assert not StoredFile.objects.exists()
    assert left(doubtful) == []


def test_what_was_taken_is_kept_for_its_member(doubtful: Doubtful) -> None:
    brought(doubtful, f"{doubtful.unit('甲风铃厂')},1220,,", name="../../更正.csv")
    kept = StoredFile.objects.get()
    assert (kept.name, kept.purpose, kept.scope) == ("更正.csv", "corrections", "member:northshore")
    assert kept.expires_at is not None
    assert left(doubtful) == [kept.digest]


def test_a_stranger_brings_nothing_in(doubtful: Doubtful) -> None:
    unit = doubtful.unit("甲风铃厂")
    with pytest.raises(NotFound) as refused:
        operations.import_corrections(
            actor=doubtful.cast["south_officer"],
            member="northshore",
            stream=io.BytesIO(f"{HEADINGS}\n{unit},1220,,".encode()),
            name="a.csv",
        )
    assert refused.value.code == "no_such_register"
    assert (Correction.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_an_export_that_is_not_whole_says_so_and_comes_back_as_it_is(doubtful: Doubtful) -> None:
    officer = doubtful.cast["north_officer"]
    queue = queries.queue(officer, "northshore", most=3)
    assert queue.left > 3
    body = quality_files.queue_body(queue, [], "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
    assert "3" in str(sheet[0][0])
    assert str(queue.left) in str(sheet[0][0])
    # With the notes above the headings, as a sheet program saves it.
    sheet[2][4] = "1220"
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        table = book.add_worksheet()
        for line, row in enumerate(sheet):
            table.write_row(line, 0, row)
    file.seek(0)
    operations.import_corrections(actor=officer, member="northshore", stream=file, name="a.xlsx")
    assert Correction.objects.get().unit == queue.items[0].row["unit"]
    whole = quality_files.queue_body(queries.queue(officer, "northshore", most=99), [], "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(whole)).get_sheet_by_index(0).to_python()
    assert len([cell for cell in sheet[0] if cell]) > 1


def test_the_page_says_what_became_of_it(doubtful: Doubtful) -> None:
    officer = signed_in(Client(), doubtful.cast.person("north_officer"))
    body = f"{HEADINGS}\n{doubtful.unit('甲风铃厂')},1220,,"
    answer = officer.post(
        f"{HERE}import/", {"file": SimpleUploadedFile("a.csv", body.encode())}, follow=True
    )
    assert "Corrections made: 1, of these in the place of earlier ones: 0." in (
        answer.content.decode()
    )
    assert "Corrections made" not in officer.get(HERE).content.decode()
    answer = officer.post(f"{HERE}import/", {"file": SimpleUploadedFile("a.csv", b"")})
    assert answer.status_code == 422
