"""The pages of a register: who sees what, and the queue without script."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from atlas.corrections.conftest import Doubtful
from cast import signed_in
from xietong.atlas.models import Correction

pytestmark = [pytest.mark.django_db, pytest.mark.operations]
HERE = "/en/atlas/registers/northshore/"
PAGES = (
    *("", "rows/", "queue/", "corrections/", "words/"),
    *("export.csv", "corrections/export.xlsx", "words/words.toml"),
)


def client(doubtful: Doubtful, part: str) -> Client:
    return signed_in(Client(), doubtful.cast.person(part))


def test_an_officer_sees_every_page_in_both_languages(doubtful: Doubtful) -> None:
    officer = client(doubtful, "north_officer")
    for page in PAGES:
        for language in ("/en", ""):
            answer = officer.get(f"{language}/atlas/registers/northshore/{page}")
            assert answer.status_code == 200, page


@pytest.mark.parametrize(
    "part", ["south_officer", "office_approver", "institute_officer", "nobody"]
)
def test_others_get_the_answer_of_a_member_that_is_none(doubtful: Doubtful, part: str) -> None:
    other = client(doubtful, part)
    for page in PAGES:
        here, nowhere = other.get(HERE + page), other.get(f"/en/atlas/registers/nowhere/{page}")
        shut = {here.status_code, nowhere.status_code}
        # Whoever reads no member's register is not asked which one.
        assert shut == ({403} if page and part in ("office_approver", "nobody") else {404}), page
        assert here.content.replace(b"northshore", b"nowhere") == nowhere.content or (
            b"no_such_register" in here.content
            or b"not_allowed" in here.content
            or "no register" in here.content.decode()
        )
        assert "风铃".encode() not in here.content


def test_the_offices_analyst_sees_figures_and_no_row(doubtful: Doubtful) -> None:
    analyst = client(doubtful, "office_analyst")
    answer = analyst.get(HERE)
    assert answer.status_code == 200
    assert "rows/?" not in answer.content.decode()
    for page in PAGES[1:5]:
        assert analyst.get(HERE + page).status_code in (403, 404), page


def test_a_viewer_sees_figures_of_the_own_register_and_no_row(doubtful: Doubtful) -> None:
    viewer = client(doubtful, "north_viewer")
    assert viewer.get(HERE).status_code == 200
    assert viewer.get(HERE + "rows/").status_code == 403


def test_the_queue_corrects_undoes_and_goes_on_without_script(doubtful: Doubtful) -> None:
    officer = client(doubtful, "north_officer")
    unit = doubtful.unit("甲风铃厂")
    answer = officer.post(
        f"{HERE}queue/{unit}/correct/", {"field": "industry", "value": "1220", "kind": "industry"}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"{HERE}queue/?kind=industry")
    made = Correction.objects.get()
    page = officer.get(answer["Location"]).content.decode()
    assert f"/corrections/{made.pk}/undo/" in page
    assert unit not in page.split('class="panel queue-list"')[1].split("</section>")[0]
    answer = officer.post(f"{HERE}corrections/{made.pk}/undo/")
    assert answer["Location"] == f"{HERE}queue/?unit={unit}"
    made.refresh_from_db()
    assert made.withdrawn_because == "undone"


def test_the_second_of_two_officers_is_told_on_the_page(doubtful: Doubtful) -> None:
    unit = doubtful.unit("甲风铃厂")
    for part, value in (("north_officer", "1220"), ("north_analyst", "1111")):
        who = client(doubtful, part)
        answer = who.post(f"{HERE}queue/{unit}/correct/", {"field": "industry", "value": value})
    page = who.get(answer["Location"]).content.decode()
    assert 'role="alert"' in page
    assert "林北舟 has set the industry to 1220" in page
    assert Correction.objects.get().to_value == "1220"


def test_confirming_keeps_what_was_read_and_says_where_nothing_was(doubtful: Doubtful) -> None:
    officer = client(doubtful, "north_officer")
    unit = doubtful.unit("未商行")
    officer.post(f"{HERE}queue/{unit}/confirm/", {"doubt_industry": "1"})
    assert Correction.objects.count() == 0
    boat = doubtful.unit("子划艇厂")
    officer.post(f"{HERE}queue/{boat}/confirm/", {"doubt_industry": "1"})
    made = Correction.objects.get()
    assert made.from_value == made.to_value == "1111"


def test_the_search_finds_codes_and_names(doubtful: Doubtful) -> None:
    officer = client(doubtful, "north_officer")
    found = officer.get(f"{HERE}like/industry/", {"q": "122"}).content.decode()
    assert 'value="1220"' in found
    found = officer.get(f"{HERE}like/place/", {"q": "帆湾"}).content.decode()
    assert 'value="810203"' in found
    assert 'name="value"' not in officer.get(f"{HERE}like/place/", {"q": "9"}).content.decode()


def test_a_workbook_goes_out_and_comes_back_filled_in(doubtful: Doubtful) -> None:
    import xlsxwriter

    officer = client(doubtful, "north_officer")
    for language in ("/en", ""):
        body = officer.get(f"{language}/atlas/registers/northshore/corrections/export.xlsx").content
        rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()
        at = next(at for at, row in enumerate(rows) if str(row[0]).startswith(("Unit", "单位")))
        rows = rows[at:]
        bell = next(row for row in rows if row[1] == "乙风铃厂")
        bell[4] = "1220 灯具" if language else 1220
        file = io.BytesIO()
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                sheet.write_row(line, 0, row)
        file.seek(0)
        file.name = "更正.xlsx"
        answer = officer.post(f"{HERE}corrections/import/", {"file": file})
        assert answer.status_code == 302, answer.content.decode()
        made = Correction.objects.get()
        assert (made.unit, made.to_value) == (doubtful.unit("乙风铃厂"), "1220")


def test_a_word_is_decided_on_by_nobody_else(doubtful: Doubtful) -> None:
    where, told = f"{HERE}words/decide/", {"word": "风铃", "reason": "no word"}
    for part in ("north_viewer", "south_analyst", "nobody"):
        answer = client(doubtful, part).post(where, told)
        assert answer.status_code in (403, 404), part
        assert "风铃".encode() not in answer.content
    assert client(doubtful, "north_analyst").get(where).status_code == 405
