"""The three doors say a refusal with the same sentence, in the reader's language."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from xietong.engine.problems import Problem
from xietong.kit import doors
from xietong.kit.refusals import N_, Broken, Malformed, NotAllowed, NotFound, Refusal
from xietong.kit.words import PROBLEMS, Words

CHINESE = {
    "“{title}” is in force already.": "《{title}》已生效。",
    "Draft an amendment of “{title}”.": "请另行起草《{title}》修订稿。",
    "wanted {wanted} characters, found {found}": "应为{wanted}位，实为{found}位",
    "Correct the code.": "请更正代码。",
    "Row {row}": "第{row}行",
    "File": "文件",
    "{place}, column `{field}`": "{place}，`{field}`列",
}


KINDS = [(Refusal, 422), (NotFound, 404), (NotAllowed, 403), (Malformed, 400), (Broken, 500)]


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give one problem its words."""
    told = Words(N_("wanted {wanted} characters, found {found}"), N_("Correct the code."))
    monkeypatch.setitem(PROBLEMS, "planted_length", told)


@pytest.fixture
def in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Translate by a catalogue of this test's own."""
    monkeypatch.setattr(doors, "gettext", CHINESE.__getitem__)


def refusal(count: int = 1, kind: type[Refusal] = Refusal) -> Refusal:
    """Return a refusal with faults of rows."""
    return kind(
        "already_in_force",
        N_("“{title}” is in force already."),
        way_out=N_("Draft an amendment of “{title}”."),
        field="title",
        problems=tuple(
            Problem("planted_length", row, "credit_code", {"wanted": 18, "found": 17})
            for row in range(2, 2 + count)
        ),
        title="Charter",
    )


def test_a_sentence_is_translated_before_it_is_filled_in(in_chinese: None) -> None:
    assert doors.said(refusal(0)) == ("《Charter》已生效。", "请另行起草《Charter》修订稿。")


def test_the_api_says_it_as_problem_details(words: None) -> None:
    with translation.override("en"):
        answer = doors.api_answer(RequestFactory().get("/"), refusal())
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content) == {
        "type": "urn:xietong:refusal:already_in_force",
        "title": "“Charter” is in force already.",
        "status": 422,
        "code": "already_in_force",
        "field": "title",
        "way_out": "Draft an amendment of “Charter”.",
        "problems": [
            {
                "code": "planted_length",
                "row": 2,
                "field": "credit_code",
                "sentence": "wanted 18 characters, found 17",
                "way_out": "Correct the code.",
            }
        ],
        "problems_total": 1,
    }


def test_a_command_says_it_in_one_line() -> None:
    with translation.override("en"):
        line = doors.command_line(refusal())
    assert line == (
        "already_in_force: “Charter” is in force already. Draft an amendment of “Charter”."
    )


@pytest.mark.django_db  # the page's frame asks for the region and the edition
@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_a_page_says_the_same_with_the_same_status(
    words: None, kind: type[Refusal], status: int
) -> None:
    middleware = doors.RefusalMiddleware(lambda request: HttpResponse())
    with translation.override("en"):
        page = middleware.process_exception(RequestFactory().get("/"), refusal(1, kind))
        sentence, way_out = doors.said(refusal(1, kind))
    assert page is not None
    assert page.status_code == status
    shown = page.content.decode()
    assert sentence in shown
    assert way_out in shown
    assert "wanted 18 characters, found 17" in shown


def test_a_page_leaves_other_exceptions_alone() -> None:
    middleware = doors.RefusalMiddleware(lambda request: HttpResponse("as it was"))
    request = RequestFactory().get("/")
    assert middleware.process_exception(request, ValueError("a fault of ours")) is None
    assert middleware(request).content == b"as it was"


def test_rows_are_told_with_their_place(words: None, in_chinese: None) -> None:
    assert doors.problem_lines(refusal(2)) == [
        "第2行，`credit_code`列: 应为18位，实为17位. 请更正代码。",
        "第3行，`credit_code`列: 应为18位，实为17位. 请更正代码。",
    ]


def test_a_fault_of_the_whole_file_has_no_row(words: None) -> None:
    whole = Problem("planted_length", params={"wanted": 18, "found": 17})
    with translation.override("en"):
        assert doors.problem_line(whole) == (
            "File: wanted 18 characters, found 17. Correct the code."
        )


def test_no_door_drowns_the_reader_in_faults(words: None) -> None:
    many = refusal(doors.SHOWN_PROBLEMS + 50)
    with translation.override("en"):
        body = doors.as_problem_json(many)
        assert len(body["problems"]) == doors.SHOWN_PROBLEMS
        assert body["problems_total"] == doors.SHOWN_PROBLEMS + 50
        assert len(doors.problem_lines(many)) == doors.SHOWN_PROBLEMS
