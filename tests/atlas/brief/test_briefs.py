"""A brief is two pages, says what the queries say, and is the same from every door."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from docx import Document

import grown_lakes
from atlas.brief.pages import head_and_foot, pages_of_pdf, texts_of, texts_of_docx
from commands import run
from editions import Grown
from xietong.atlas import brief, queries
from xietong.atlas.brief import typesetting
from xietong.atlas.brief.contents import clean
from xietong.atlas.models import Cluster, Edition, PublishedName
from xietong.kit.refusals import Broken, NotFound
from xietong.region.models import Member
from xietong.region.rules import LOCAL, OUTSIDER, READER

pytestmark = pytest.mark.django_db
BOATS, CHAIN = "d11@820103", "c-lake_boats"
KINDS = [("place", "820202"), ("place", "820000"), ("cluster", BOATS), ("chain", CHAIN)]
HOSTILE = (
    '#panic("x")',
    '#read("/etc/passwd")',
    "$ sum_(k=1)^n $ *bold* _em_ `raw` @label <label> \\ // /* */",
    '"] #import "x.typ": * [',
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }} {% debug %} {name} {0} %(x)s",
    "<w:p><w:r/></w:p>&amp;<b>",
    "a\x00b\x07c\u202ed\ue000",
    "长" * 200,
    "W" * 200,
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_place_and_cluster_and_chain_is_two_pages(grown: Grown, language: Any) -> None:
    opened = queries.open_edition(READER)
    wanted = [("place", code) for code in opened.places]
    wanted += [("cluster", row.key) for row in opened.row.clusters.all()]
    wanted += [("chain", one.key) for one in opened.industries.values() if one.kind == "chain"]
    assert len(wanted) > 20
    for kind, key in wanted:
        made = brief.brief(READER, None, kind, key, language=language)
        assert pages_of_pdf(made.body) == 2, (kind, key)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "key"), KINDS)
def test_both_files_say_all_that_the_brief_says(
    grown: Grown, monkeypatch: pytest.MonkeyPatch, kind: str, key: str, language: Any
) -> None:
    whole, _, opened = brief.contents(READER, None, kind, key, language=language)
    texts = texts_of(whole)
    document = brief.brief(READER, None, kind, key, format="docx", language=language).body
    read = texts_of_docx(document)
    at = 0
    for text in texts:
        # A value and what stands beside it share a line, notes have their number before them.
        assert text in read, text
    for text in (whole.title, whole.said_heading, whole.first.heading, whole.notes_heading):
        found = read.index(text, at)
        at = found
    head, foot = head_and_foot(document)
    assert foot == whole.foot
    assert opened.row.digest in foot
    assert head.startswith(whole.kind)
    given: list[dict[str, Any]] = []
    real = typesetting.typst.compile

    def watched(source: bytes, **how: Any) -> Any:
        given.append({"source": source, **how})
        return real(source, **how)

    monkeypatch.setattr(typesetting.typst, "compile", watched)
    brief.brief(READER, None, kind, key, format="pdf", language=language)
    (call,) = given
    assert call["source"] == typesetting.TEMPLATE.read_bytes()
    handed = json.dumps(json.loads(call["sys_inputs"]["brief"]), ensure_ascii=False)
    for text in texts:
        assert json.dumps(text, ensure_ascii=False)[1:-1] in handed


@pytest.mark.parametrize("format", ["pdf", "docx"])
def test_the_same_edition_gives_the_same_bytes(grown: Grown, format: Any) -> None:
    for kind, key in KINDS:
        one, other = (brief.brief(READER, None, kind, key, format=format).body for _ in range(2))
        assert one == other


def test_the_numbers_are_those_of_the_queries(grown: Grown) -> None:
    whole, _, _ = brief.contents(READER, None, "place", "820202", language="en")
    profile = queries.place_profile(READER, None, "820202")
    assert f"{profile.n:,}" in whole.said[0]
    assert [row[1] for row in whole.first.rows] == [f"{one.n:,}" for one in profile.top][:10]
    boats = queries.cluster(READER, None, BOATS)
    told, _, _ = brief.contents(READER, None, "cluster", BOATS, language="en")
    assert f"{boats.units:,} units" in told.said[0]
    assert len(told.first.rows) == len(grown_lakes.BOATS)
    assert set(told.places) == set(grown_lakes.BOATS)
    assert "crosses the border" in told.said[2]


def test_what_is_insufficient_is_said_and_not_counted(grown: Grown) -> None:
    thin = grown_lakes.THIN_COUNTIES[0]
    whole, _, _ = brief.contents(READER, None, "place", thin, language="en")
    assert "insufficient" in whole.said[0]
    assert whole.figures[0].value == "Insufficient data"
    assert whole.first.rows == []
    assert all(table.rows == [] for table in whole.tables)
    county = sum(one.county == thin for one in grown_lakes.firms())
    assert str(county) not in " ".join(whole.said)


def test_what_is_withheld_has_no_number(grown: Grown) -> None:
    """Every row of every chain's table tells units only where the layer tells them."""
    seen = set()
    opened = queries.open_edition(READER)
    for code, place in opened.places.items():
        whole, _, _ = brief.contents(READER, None, "place", code, language="en")
        chains = {
            one.short.en: one.key for one in opened.industries.values() if one.kind == "chain"
        }
        for row in whole.tables[0].rows:
            layer = queries.layer(READER, industry=chains[row[0]], level=place["level"])
            cell = next(one for one in layer.cells if one.code == code)
            seen.add(cell.state)
            assert row[1] == ("–" if cell.n is None else f"{cell.n:,}")
            if cell.state != "ok":
                assert not any(one.isdigit() for one in row[2] + row[3])
            missing = row[4]
            for segment in opened.industries.values():
                if segment.parent == chains[row[0]] and segment.short.en in missing:
                    part = queries.layer(READER, industry=segment.key, level=place["level"])
                    state = next(one for one in part.cells if one.code == code).state
                    assert state == "zero"
    assert "ok" in seen


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_only_text(grown: Grown, hostile: str) -> None:
    Cluster.objects.filter(key=BOATS).update(name_zh=hostile[:200], name_en=hostile[:200])
    PublishedName.objects.create(
        member=Member.objects.get(code="southshore"),
        kind="leading_firm",
        name_zh=hostile[:100],
        name_en="",
        place_code="820103",
        industry_key="d11",
        source=hostile[:100],
        published_on="2020-01-01",
    )
    plain = clean(hostile[:100], 60)
    for language in ("zh", "en"):
        made = brief.brief(READER, None, "cluster", BOATS, language=language)
        assert pages_of_pdf(made.body) == 2
    document = brief.brief(READER, None, "cluster", BOATS, format="docx").body
    assert plain in texts_of_docx(document)
    assert Document(io.BytesIO(document)).core_properties.author == ""
    whole, _, _ = brief.contents(READER, None, "cluster", BOATS)
    assert not any("\x00" in one or "\u202e" in one for one in texts_of(whole))


def test_made_up_data_and_drafts_are_marked_on_each_page(grown: Grown) -> None:
    Edition.objects.update(synthetic=True, state=Edition.State.DRAFT)
    whole, _, _ = brief.contents(LOCAL, grown.number, "place", "820202", language="en")
    assert whole.synthetic
    assert whole.marks[0].startswith("SYNTHETIC")
    assert "DRAFT" in whole.kind
    document = brief.brief(
        LOCAL, grown.number, "place", "820202", format="docx", language="en"
    ).body
    head, _ = head_and_foot(document)
    assert "SYNTHETIC" in head
    assert "DRAFT" in head
    for actor in (READER, OUTSIDER):
        with pytest.raises(NotFound, match="no_such_edition"):
            brief.brief(actor, grown.number, "place", "820202")


def test_a_missing_font_is_refused_with_the_package_that_has_it(
    grown: Grown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "_families", lambda: frozenset({"DejaVu Sans Mono"}))
    with pytest.raises(Broken, match="brief_font_missing") as refused:
        brief.brief(READER, None, "place", "820202")
    assert refused.value.params["package"] == "fonts-noto-cjk"
    assert brief.brief(READER, None, "place", "820202", format="docx").body


def test_three_doors_give_the_same_file(grown: Grown, client: Client, tmp_path: Path) -> None:
    for language, prefix in (("zh", ""), ("en", "/en")):
        for format in ("pdf", "docx"):
            page = client.get(f"{prefix}/atlas/briefs/cluster/{BOATS}.{format}")
            body = client.get(
                f"/api/v1/atlas/editions/current/briefs/cluster/{BOATS}",
                {"format": format, "language": language},
            )
            target = tmp_path / f"{language}.{format}"
            how = ("--format", format, "--in", language, "-o", str(target))
            run("atlas", "brief", "cluster", BOATS, *how)
            assert page.content == body.content == target.read_bytes()
            assert page["Content-Type"] == body["Content-Type"] == brief.MIME[format]
            assert page["Content-Disposition"] == body["Content-Disposition"]
            assert f"brief-d11-820103-{language}.{format}" in page["Content-Disposition"]


@pytest.mark.parametrize(
    ("kind", "key", "code"),
    [
        ("place", "999999", "no_such_place"),
        ("cluster", "d11@999999", "no_such_cluster"),
        ("chain", "d11", "no_such_chain"),
        ("chain", "<b>", "no_such_chain"),
    ],
)
def test_every_door_refuses_with_the_same_words(
    grown: Grown, client: Client, kind: str, key: str, code: str
) -> None:
    address = f"/api/v1/atlas/editions/current/briefs/{kind}/{key}"
    said = client.get(address, headers={"accept-language": "en"}).json()
    assert (said["code"], said["status"]) == (code, 404)
    page = client.get(f"/en/atlas/briefs/{kind}/{key}.pdf")
    assert page.status_code == 404
    assert f"<code>{code}</code>" in page.content.decode()
    told = run("atlas", "brief", kind, key, expect=2)
    assert told.stderr == f"{code}: {said['title']} {said['way_out']}\n"


def test_pages_refuse_what_is_no_brief(grown: Grown, client: Client) -> None:
    for address, code in (
        ("/en/atlas/briefs/region/820202.pdf", "no_such_brief"),
        ("/en/atlas/briefs/place/820202.exe", "no_such_format"),
    ):
        page = client.get(address)
        assert page.status_code == 404
        assert f"<code>{code}</code>" in page.content.decode()


def test_each_page_leads_to_its_brief(grown: Grown, client: Client) -> None:
    for address, link in (
        ("/atlas/places/820202/", "/atlas/briefs/place/820202.pdf"),
        (f"/atlas/clusters/{BOATS}/", f"/atlas/briefs/cluster/{BOATS}.docx"),
        ("/atlas/?place=820202", "/atlas/briefs/place/820202.pdf"),
        (f"/atlas/?industry=d11&cluster={BOATS}", f"/atlas/briefs/cluster/{BOATS}.pdf"),
        (f"/atlas/?industry={CHAIN}", f"/atlas/briefs/chain/{CHAIN}.pdf"),
    ):
        page = client.get(address).content.decode().replace("%40", "@")
        assert link in page, address
        assert client.get(link).status_code == 200


def test_the_template_itself_never_reads_text_as_markup() -> None:
    source = typesetting.TEMPLATE.read_text(encoding="utf-8")
    assert "eval(" not in source
    assert "mode:" not in source
    assert source.count("sys.inputs") == 2  # the comment, and the one place where data come in


def test_a_page_that_does_not_fit_is_no_third_page(grown: Grown) -> None:
    whole, drawing, opened = brief.contents(READER, None, "place", "820202", language="en")
    full = replace(whole, said=["word " * 380, *whole.said])
    body = typesetting.as_pdf(full, drawing, "en", opened.row.created_at)
    assert pages_of_pdf(body) == 2


def test_columns_of_the_word_file_share_the_line_by_what_they_hold(grown: Grown) -> None:
    """Of equal columns the longest texts would break so often that a third page is needed."""
    whole, _, _ = brief.contents(READER, None, "place", "820202", language="en")
    body = brief.brief(READER, None, "place", "820202", format="docx", language="en").body
    tables = {table.cell(0, 0).text: table for table in Document(io.BytesIO(body)).tables}
    first = tables[whole.first.header[0]]
    widths = [cell.width.cm for cell in first.rows[1].cells]
    assert sum(widths) == pytest.approx(16.6, abs=0.1)
    assert widths[0] == max(widths) > 1.5 * min(widths)
