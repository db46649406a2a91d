"""The import as an officer walks it, page by page; whoever is not of the member finds no page."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from atlas.imports.conftest import NORTH, Counter, part
from atlas.imports.test_checking import FAULTY
from cast import PARTS, signed_in
from xietong.atlas.models import RegisterDraft, RegisterVersion
from xietong.desk.models import Job
from xietong.engine.problems import Problem
from xietong.engine.register import ProblemWriter
from xietong.kit.shelf import digest_of
from xietong.region.models import Mandate

pytestmark = pytest.mark.operations
START = f"/en/atlas/registers/{NORTH}/import/"


@pytest.fixture
def officer(counter: Counter, client: Client) -> Client:
    return signed_in(client, counter.cast.person("north_officer"))


def dropped(client: Client, content: bytes, name: str = "register.csv") -> str:
    answer = client.post(START, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def chosen(draft: RegisterDraft) -> dict[str, str]:
    return {f"column-{at}": name for name, at in draft.columns.items()}


def work_through(counter: Counter) -> None:
    for job in Job.objects.filter(state="waiting"):
        counter.work(job)


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_file_to_the_version_and_back(
    counter: Counter, officer: Client, tmp_path: Path
) -> None:
    source = counter.house.registers[NORTH]
    first = counter.committed(source)
    less = part(source, tmp_path / "less.csv", range(first.rows - 2))
    assert officer.get("/en/atlas/registers/import/")["Location"] == START
    page = dropped(officer, less.read_bytes(), "less.csv")
    told = text_of(officer, page)
    assert "帆湾金舟帆船厂" in told
    assert "the heading says so" in told
    draft = RegisterDraft.objects.first()
    assert draft is not None
    answer = officer.post(f"{page}columns/", chosen(draft))
    assert answer["Location"] == page
    assert f"job-{counter.now(draft).job}" in text_of(officer, page)
    work_through(counter)
    told = text_of(officer, page)
    assert "against version 1" in told
    assert "Commit this version" in told
    answer = officer.post(f"{page}commit/", {"title_en": "North, less"})
    assert answer["Location"] == page
    assert f"Version 2 of the register: {first.rows - 2} rows" in text_of(officer, page)
    versions = f"/en/atlas/registers/{NORTH}/versions/"
    told = text_of(officer, versions)
    assert "+0 −2 ~0" in told
    answer = officer.post(f"{versions}1/restore/", {"reason": "", "newest": "2"})
    assert answer.status_code == 422
    assert "needs a reason" in answer.content.decode()
    officer.post(f"{versions}1/restore/", {"reason": "two were lost", "newest": "2"})
    told = text_of(officer, versions)
    assert "restores version 1" in told
    assert "two were lost" in told
    numbers = list(RegisterVersion.objects.order_by("number").values_list("number", "rows"))
    assert numbers == [(1, first.rows), (2, first.rows - 2), (3, first.rows)]


def test_faults_are_shown_filtered_and_given_as_files(counter: Counter, officer: Client) -> None:
    page = dropped(officer, FAULTY.encode())
    draft = RegisterDraft.objects.get()
    officer.post(f"{page}columns/", chosen(draft))
    work_through(counter)
    told = text_of(officer, page)
    assert "1 fault refuses the register; none of it is taken" in told
    assert "Commit this version" not in told
    told = text_of(officer, f"{page}problems/?severity=refusing")
    assert "1 row to look at" in told
    assert "the name is missing" in told
    assert "is no date</td>" not in told
    told = text_of(officer, f"{page}problems/?code=date_unreadable&field=registered_on&page=1")
    assert "2 rows to look at" in told
    for odd in ("?page=x", "?page=99999999999", "?code=%7F&severity=nonsense", "?page=-1"):
        assert officer.get(f"{page}problems/{odd}").status_code == 200
    listed = b"".join(officer.get(f"{page}problems.csv")).decode("utf-8-sig")
    assert len(listed.splitlines()) == 5
    assert "name is missing" in listed
    assert officer.get(f"{page}marked.xlsx").status_code == 404
    answer = officer.post(f"{page}mark/")
    assert "/jobs/" in answer["Location"]
    work_through(counter)
    book = officer.get(f"{page}marked.xlsx")
    assert book["Content-Disposition"].endswith('filename="register-marked.xlsx"')
    assert b"".join(book).startswith(b"PK")
    assert "Marked-up workbook" in text_of(officer, page)


def test_what_is_refused_is_said_on_the_same_page(counter: Counter, officer: Client) -> None:
    answer = officer.post(START, {"file": SimpleUploadedFile("x.csv", b"PK\x03\x04")})
    assert answer.status_code == 422
    assert "cannot be read as a table" in answer.content.decode()
    answer = officer.post(START, {})
    assert answer.status_code == 422
    page = dropped(officer, b"Name,Address,Other\nx,y,z\n")
    answer = officer.post(f"{page}columns/", {"column-0": "name", "column-1": "name"})
    assert answer.status_code == 422
    assert "“Name” and “Address”" in answer.content.decode()
    answer = officer.post(f"{page}columns/", {"column-0": "name"})
    assert answer.status_code == 422
    assert "no column says where an establishment lies" in answer.content.decode()
    answer = officer.post(f"{page}commit/")
    assert answer.status_code == 422
    assert officer.post(f"{page}sheet/", {"sheet": "x"}).status_code in (302, 422)
    assert RegisterDraft.objects.get().state == "uploaded"


def test_the_wrong_register_is_only_committed_with_an_answer(
    counter: Counter, officer: Client
) -> None:
    draft = counter.checked(counter.upload(counter.house.registers["southshore"]))
    page = f"{START}{draft.pk}/"
    told = text_of(officer, page)
    assert "100% of the rows that were placed lie in another member, most in" in told
    assert officer.post(f"{page}commit/").status_code == 422
    assert not RegisterVersion.objects.exists()
    officer.post(f"{page}discard/")
    assert RegisterDraft.objects.get().state == "discarded"
    assert "discarded" in text_of(officer, page)


ADDRESSES = (
    "",
    "{draft}/",
    "{draft}/problems/",
    "{draft}/problems.csv",
    "{draft}/marked.xlsx",
)
POSTED = ("", "{draft}/sheet/", "{draft}/columns/", "{draft}/check/", "{draft}/discard/")


def refusal(client: Client, url: str) -> str:
    """Return what a page refuses with, without the number that was asked for."""
    told = client.get(url).content.decode()
    told = told[told.index("<main") : told.index("</main>")]
    return re.sub(r"import \d+", "import N", told)


def test_whoever_is_not_of_the_member_finds_nothing(counter: Counter) -> None:
    draft = counter.checked(counter.text(FAULTY))
    inside = {"north_officer", "north_analyst"}
    for who in PARTS:
        client = signed_in(Client(), counter.cast.person(who))
        for address in ADDRESSES:
            url = START + address.format(draft=draft.pk)
            status = client.get(url).status_code
            if who not in inside:
                assert status in (403, 404), (who, url)
                other = START + address.format(draft=draft.pk + 1)
                assert refusal(client, url) == refusal(client, other), (who, url)
        if who in inside:
            continue
        for address in POSTED:
            url = START + address.format(draft=draft.pk)
            assert client.post(url).status_code in (403, 404, 422), (who, url)
        versions = START.replace("import", "versions")
        assert client.get(versions).status_code in (403, 404), who
        assert client.post(f"{versions}1/restore/", {"reason": "x"}).status_code in (403, 404)
    assert counter.now(draft).state == "checked"
    assert Client().get(START).status_code == 302


def test_an_analyst_reads_but_is_offered_nothing_to_change(counter: Counter) -> None:
    draft = counter.checked(counter.upload(counter.house.registers[NORTH]))
    client = signed_in(Client(), counter.cast.person("north_analyst"))
    told = text_of(client, f"{START}{draft.pk}/")
    for word in ("Commit this version", "Discard", "Check again", "Confirm the columns"):
        assert word not in told
    assert "Upload and look at it" not in text_of(client, START)
    assert client.post(f"{START}{draft.pk}/commit/").status_code == 403


def test_an_officer_of_both_members_chooses_whose_register_it_is(
    counter: Counter, officer: Client
) -> None:
    north = Mandate.objects.get(person=counter.cast.person("north_officer"))
    south = Mandate.objects.get(person=counter.cast.person("south_officer"))
    Mandate.objects.create(
        person=north.person,
        role="officer",
        member=south.member,
        valid_from=north.valid_from,
        granted_by="local",
    )
    told = text_of(officer, "/en/atlas/registers/import/")
    assert "/en/atlas/registers/southshore/import/" in told
    assert START in told


def test_a_page_of_a_hundred_thousand_problems_comes_within_a_third_of_a_second(
    counter: Counter, officer: Client, tmp_path: Path
) -> None:
    draft = counter.checked(counter.text(FAULTY))
    path = tmp_path / "many.parquet"
    with ProblemWriter(path) as writer:
        for row in range(2, 100_002):
            writer([Problem("date_unreadable", row, "registered_on", {"text": f"x{row}"})])
    digest = digest_of(path)
    (counter.house.home / "drafts" / f"{digest}.parquet").write_bytes(path.read_bytes())
    RegisterDraft.objects.filter(pk=draft.pk).update(
        problems_digest=digest, tallies=[["date_unreadable", "registered_on", 100_000]]
    )
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        told = text_of(officer, f"{START}{draft.pk}/problems/?severity=doubt&page=1999")
        best = min(best, time.perf_counter() - began)
    assert "100,000 rows to look at" in told
    assert "x99902" in told
    assert best < 0.3
