"""The comparison by page, API and command: the same changes, the same sentences, safe files."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from pathlib import Path
from typing import cast

import pytest
from django.test import Client
from django.utils import translation
from python_calamine import CalamineWorkbook

from atlas.comparison.two_editions import Two
from cast import Cast, signed_in
from commands import run
from editions import Grown
from xietong.atlas import comparison
from xietong.atlas.comparison import Asked
from xietong.atlas.models import Edition
from xietong.atlas.schemas import Level
from xietong.region.rules import READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
API = "/api/v1/atlas/comparison"


def test_page_api_and_command_say_the_same(two: Two, client: Client) -> None:
    told = client.get(API, {"from": two.before, "to": two.after, "limit": 30}).json()
    whole = comparison.compared(READER, two.before, two.after)
    assert told["total"] == len(whole.changes) > 30
    assert len(told["changes"]) == 30
    for language, prefix, code in (("zh", "", "zh-hans"), ("en", "/en", "en")):
        with translation.override(code):
            sentences = [comparison.sentence(whole, one) for one in whole.changes[:30]]
        assert [one["sentence"][language] for one in told["changes"]] == sentences
        page = client.get(f"{prefix}/atlas/compare/?from={two.before}&to={two.after}")
        shown = page.content.decode()
        assert page.status_code == 200
        for sentence in sentences:
            assert html.escape(sentence) in shown
        lines = run(
            "atlas", "compare", str(two.before), str(two.after), "--most", "30", language=language
        ).stdout.splitlines()
        assert lines == sentences
    out = run(
        "atlas", "compare", str(two.before), str(two.after), "--format", "json", "--most", "3"
    )
    assert json.loads(out.stdout)["changes"] == told["changes"][:3]


def test_without_numbers_the_two_newest_are_compared(two: Two, client: Client) -> None:
    page = client.get("/en/atlas/compare/").content.decode()
    assert f"Editions {two.before} and {two.after} compared" in page


def test_the_leagues_stand_where_most_has_changed(two: Two, client: Client) -> None:
    whole = comparison.compared(READER, two.before, two.after)
    told = [one for one in whole.changes if one.industry in whole.after.industries]
    # Not the industry and level on which every page opens: the test could not tell them apart.
    first = next(one for one in told if (one.industry, one.level) != ("d11", "county"))
    assert first.industry is not None
    name = whole.industry(first.industry)
    page = client.get(
        f"/en/atlas/compare/?from={two.before}&to={two.after}&industry={first.industry}"
    )
    assert page.context["industry"] == name
    same = next(one for one in told if one.industry == first.industry)
    assert page.context["leagues"] == comparison.leagues(
        whole, first.industry, cast(Level, same.level)
    )
    page = client.get(f"/en/atlas/compare/?from={two.before}&to={two.after}")
    assert page.context["industry"] == whole.industry(str(told[0].industry))


def test_pages_of_the_changelog_go_on_where_the_last_ended(two: Two, client: Client) -> None:
    one, other = (
        client.get(API, {"from": two.before, "to": two.after, "offset": at, "limit": 5}).json()
        for at in (0, 5)
    )
    both = client.get(API, {"from": two.before, "to": two.after, "limit": 10}).json()
    assert one["changes"] + other["changes"] == both["changes"]
    page = client.get("/en/atlas/compare/?page=2").content.decode()
    assert '<ol class="changes" start="31">' in page


def test_one_edition_alone_teaches_what_will_be_here(grown: Grown, client: Client) -> None:
    page = client.get("/en/atlas/compare/")
    assert page.status_code == 200
    assert "two editions of the map will stand side by side" in page.content.decode()
    file = client.get("/en/atlas/compare/export.csv")
    assert file.status_code == 404
    assert "no_second_edition" in file.content.decode()


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("from=1&to=77", "no_such_edition", 404),
        ("from=1&to=1", "same_edition", 422),
        ("from=1&to=2&industry=d99", "no_such_industry", 404),
        ("from=1&to=2&industry=<b>", "no_such_industry", 404),
    ],
)
def test_every_door_refuses_with_the_same_words(
    two: Two, client: Client, query: str, code: str, status: int
) -> None:
    said = client.get(f"{API}?{query}", headers={"accept-language": "en"}).json()
    assert (said["code"], said["status"]) == (code, status)
    for address in ("/en/atlas/compare/", "/en/atlas/compare/export.csv"):
        page = client.get(f"{address}?{query}")
        assert page.status_code == status
        assert html.escape(said["title"]) in page.content.decode()
    parts = dict(one.split("=") for one in query.split("&"))
    industry = ("--industry", parts["industry"]) if "industry" in parts else ()
    told = run("atlas", "compare", parts["from"], parts["to"], *industry, expect=2)
    assert told.stderr == f"{code}: {said['title']} {said['way_out']}\n"


def test_a_draft_is_not_there_for_readers(two: Two, client: Client) -> None:
    Edition.objects.filter(number=two.after).update(state=Edition.State.DRAFT)
    answers = [
        client.get(API, {"from": two.before, "to": number}).json() for number in (two.after, 77)
    ]
    for answer, number in zip(answers, (two.after, 77), strict=True):
        answer["title"] = answer["title"].replace(str(number), "N")
    assert answers[0] == answers[1]
    shown = client.get("/en/atlas/compare/").content.decode()
    assert "two editions of the map will stand side by side" in shown


def test_files_hold_the_changes_with_both_editions_named(two: Two, client: Client) -> None:
    query = f"?from={two.before}&to={two.after}&change=moved"
    whole = comparison.compared(READER, two.before, two.after)
    with translation.override("en"):
        sentences = [
            comparison.sentence(whole, one) for one in comparison.found(whole, Asked(group="moved"))
        ]
    answer = client.get(f"/en/atlas/compare/export.csv{query}")
    assert answer["Content-Disposition"].endswith('-changes.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    digests = [one.digest for one in Edition.objects.order_by("number")]
    text = answer.content.decode()
    assert all(digest in text for digest in digests)
    assert [row[-1] for row in rows if len(row) == 9][1:] == sentences
    book = client.get(f"/en/atlas/compare/export.xlsx{query}").content
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
    data = sheets.get_sheet_by_index(0).to_python()
    assert [row[-1] for row in data][-len(sentences) :] == sentences
    assert client.get(f"/en/atlas/compare/export.pdf{query}").status_code == 404


def test_the_command_writes_a_table_or_refuses(two: Two, tmp_path: Path) -> None:
    target = tmp_path / "changes.csv"
    run("atlas", "compare", "1", "2", "--format", "csv", "-o", str(target))
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    told = run(
        "atlas", "compare", "1", "2", "--format", "csv", "-o", str(tmp_path / "no" / "x"), expect=2
    )
    assert told.stderr.startswith("view_not_written")


def test_the_map_of_differences_has_every_place(two: Two, client: Client) -> None:
    shown = client.get(
        f"/en/atlas/compare/?from={two.before}&to={two.after}&industry=g122&level=county"
    ).content.decode()
    assert shown.count('<path class="differs-') == 12
    assert "differs-up" in shown
    assert (
        "style=" not in shown.partition('<figure class="differences">')[2].partition("</figure>")[0]
    )


def _links(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]+)"', page)]


def test_the_map_leads_to_a_comparison_with_the_edition_shown_and_back(
    two: Two, client: Client
) -> None:
    pair = f"from={two.before}&to={two.after}"
    for shown, other in ((two.before, two.after), (two.after, two.before)):
        page = client.get(f"/en/atlas/?edition={shown}&industry=d12&level=prefecture")
        links = _links(page.content.decode())
        # Whichever is shown, a comparison goes from the earlier to the later one.
        (compares,) = [one for one in links if one.startswith("/en/atlas/compare/")]
        assert compares == f"/en/atlas/compare/?{pair}&industry=d12&level=prefecture"
        assert f"/en/atlas/?industry=d12&level=prefecture&edition={other}" in links
        side_by_side = client.get(compares)
        assert side_by_side.status_code == 200
        maps = [one for one in _links(side_by_side.content.decode()) if "edition=" in one]
        assert maps == [
            f"/en/atlas/?industry=d12&level=prefecture&edition={number}"
            for number in (two.before, two.after)
        ]
        for one in maps:
            assert client.get(one).status_code == 200


def test_the_map_offers_no_edition_that_one_may_not_see(
    two: Two, client: Client, cast: Cast
) -> None:
    def offered(who: Client) -> set[str]:
        page = who.get(f"/atlas/?edition={two.after}").content.decode()
        return {one for one in _links(page) if "/compare/" in one or "edition=" in one}

    assert len(offered(client)) > 1
    Edition.objects.filter(number=two.before).update(state=Edition.State.WITHDRAWN)
    assert not any(f"={two.before}" in one for one in offered(client))
    officer = signed_in(Client(), cast.person("north_officer"))
    assert any(f"from={two.before}&" in one for one in offered(officer))
