"""Briefs of the real edition: two pages each, nothing over anything, the edition's own numbers.

Every prefecture, fifty clusters (the largest, the smallest, those with the longest names) and every
chain, in both languages, as PDF and as DOCX, fetched as a reader does. The PDF is read by poppler.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from atlas.brief.pages import breaks_of_docx, head_and_foot, texts_of_docx
from atlas.brief.printed import Page, bare, needs_poppler, pages
from houses import household
from real_data import REAL_DATA, REGIONS, needs_real_data
from serving import Visitor, served

pytestmark = [pytest.mark.deep, pytest.mark.data, needs_real_data, needs_poppler]
EDITION = "/api/v1/atlas/editions/current"
CLUSTERS = 50
CM = 72 / 2.54
A4 = (21.0 * CM, 29.7 * CM)
SIDE, HEAD, FOOT = 2.2 * CM, 2.1 * CM, 1.9 * CM
# Head and foot stand in the margins, this far from the paper's edge at least.
EDGE = 0.8 * CM
TAIL = 4.0


@dataclass(frozen=True, slots=True)
class Printed:
    """A published edition of the real registers, and the keys of what has a brief."""

    reader: Visitor
    digest: str
    places: list[str]
    clusters: list[str]
    chains: list[str]

    def kinds(self) -> Iterator[tuple[str, str]]:
        """Give kind and key of every brief that is looked at."""
        for kind, keys in (
            ("place", self.places),
            ("cluster", self.clusters),
            ("chain", self.chains),
        ):
            for key in keys:
                yield kind, key

    def file(self, kind: str, key: str, format: str, language: str) -> bytes:
        """Fetch a brief."""
        how = f"format={format}&language={language}"
        body: bytes = self.reader.get(f"{EDITION}/briefs/{kind}/{quote(key)}?{how}")
        return body


def printed_at(address: str) -> Printed:
    """Return what a house has to print."""
    reader = Visitor(address)
    layer = reader.get(f"{EDITION}/layer?industry=all&level=prefecture")
    industries = reader.get(f"{EDITION}/industries")
    chains = [one["key"] for one in industries if one["kind"] == "chain"]
    cards = [
        card
        for one in industries
        if one["clusters"]
        for card in reader.get(f"{EDITION}/clusters?industry={one['key']}")
    ]
    cards.sort(key=lambda card: (-card["units"], card["key"]))
    longest = sorted(cards, key=lambda card: (-len(card["name"]["en"]), card["key"]))
    chosen = [*longest[: CLUSTERS // 2], *cards[: CLUSTERS // 3], *reversed(cards)]
    return Printed(
        reader,
        reader.get(EDITION)["digest"],
        [cell["code"] for cell in layer["cells"]],
        list(dict.fromkeys(card["key"] for card in chosen))[:CLUSTERS],
        chains,
    )


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """Serve the real registers' first edition."""
    ways = {
        "XIETONG_DATA": str(REAL_DATA),
        "XIETONG_REGIONS": str(REGIONS),
        "XIETONG_REGION": "yrd",
    }
    folder: Path = tmp_path_factory.mktemp("briefs")
    with household(folder, **ways) as house:
        up = house.start("up", "--no-serve")
        _, told = up.communicate(timeout=1800)
        assert up.returncode == 0, told
        with served(house) as one:
            yield printed_at(one.address)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_brief_is_two_pages_on_which_nothing_lies_over_anything(
    printed: Printed, language: str
) -> None:
    wrong = []
    assert len(printed.places) == 41
    assert len(printed.clusters) == CLUSTERS
    assert printed.chains
    for kind, key in printed.kinds():
        made = pages(printed.file(kind, key, "pdf", language))
        wrong += [f"{kind} {key}: {fault}" for fault in _faults(made, printed.digest)]
    assert not wrong, "\n".join(wrong)


def _faults(made: list[Page], digest: str) -> Iterator[str]:
    if len(made) != 2:
        yield f"{len(made)} pages"
    for number, page in enumerate(made, start=1):
        if any(abs(a - b) > 1 for a, b in zip((page.width, page.height), A4, strict=True)):
            yield f"page {number} is no A4"
        if over := page.overlapping():
            yield f"page {number}: {over[:3]} over each other"
        if out := page.beyond(SIDE, EDGE, SIDE, EDGE):
            yield f"page {number}: {out[:3]} beyond the margins"
        # Only head and foot stand above and below the text.
        body = [one for one in page.words if HEAD <= one.top <= page.height - FOOT]
        # The last line stands on the margin, tails of its letters below.
        if late := [one.text for one in body if one.bottom > page.height - FOOT + TAIL]:
            yield f"page {number}: {late[:3]} run into the foot"
        if digest not in page.text or f"{number}/2" not in page.text:
            yield f"page {number} does not name edition and page"
        if len(page.words) < 60:
            yield f"page {number} is all but empty"


def test_both_files_say_the_same_and_have_one_break(printed: Printed) -> None:
    wrong = []
    for kind, key in printed.kinds():
        for language in ("zh", "en"):
            document = printed.file(kind, key, "docx", language)
            if breaks_of_docx(document) != 1:
                wrong.append(f"{kind} {key} {language}: {breaks_of_docx(document)} breaks")
            if printed.digest not in head_and_foot(document)[1]:
                wrong.append(f"{kind} {key} {language}: no digest at the foot")
            if language == "en":
                continue
            text = "".join(one.text for one in pages(printed.file(kind, key, "pdf", language)))
            missing = [
                line
                for line in texts_of_docx(document).splitlines()
                if bare(line) and not _stands_in(bare(line), text)
            ]
            if missing:
                wrong.append(f"{kind} {key}: {missing[:3]} stand in the DOCX alone")
    assert not wrong, "\n".join(wrong)


def _stands_in(line: str, text: str) -> bool:
    """Tell whether a line stands in a text, or its parts where it was set in two columns."""
    plain = re.sub(r"^\d+\.", "", line)
    return plain in text or all(part in text for part in re.split(r"[，。：；（）·]", plain))


def test_the_numbers_are_the_editions(printed: Printed) -> None:
    """What the API tells of a place, a cluster and a chain stands in the brief, told alike."""
    wrong = []
    for kind, key in printed.kinds():
        text = "".join(one.text for one in pages(printed.file(kind, key, "pdf", "en")))
        wanted = list(_numbers(printed, kind, key))
        assert wanted, (kind, key)
        lost = [one for one in wanted if bare(one) not in text]
        if lost:
            wrong.append(f"{kind} {key}: {lost} not in the brief")
    assert not wrong, "\n".join(wrong)


def _numbers(printed: Printed, kind: str, key: str) -> Iterator[str]:
    """Give the sentences and rows, with their numbers, that the edition's own answers make."""
    reader = printed.reader
    if kind == "place":
        told = reader.get(f"{EDITION}/places/{key}")
        if told["insufficient"]:
            yield "insufficient in this edition"
            return
        yield f"{told['name']['en']} has {told['n']:,} units"
        for one in told["top"][:10]:
            yield f"{one['n']:,} {_rounded(one)}"
            yield f"{_rounded(one)} {_rounded(one, 'low')}–{_rounded(one, 'high')} {one['rank']}"
        yield f"Clusters here {len(told['clusters'])}"
        for cluster in told["clusters"][:7]:
            yield f"{cluster['units']:,} {'yes' if cluster['crossing'] else 'no'}"
    elif kind == "cluster":
        told = reader.get(f"{EDITION}/clusters/{quote(key)}")
        yield f"holds {told['units']:,} units"
        yield f"Rank by units {told['rank']}"
        yield f"Counties {len(told['places'])}"
        for cell in sorted(told["places"], key=lambda one: (-(one["n"] or 0), one["code"]))[:12]:
            yield f"{cell['n']:,} {_rounded(cell)} {_rounded(cell, 'low')}"
    else:
        industry = next(one for one in reader.get(f"{EDITION}/industries") if one["key"] == key)
        yield f"{industry['n']:,} units"
        cells = reader.get(f"{EDITION}/layer?industry={key}&level=prefecture")["cells"]
        for cell in [one for one in cells if one["rank"]][:10]:
            yield f"{cell['n']:,} {_rounded(cell)} {_rounded(cell, 'low')}"


def _rounded(one: dict[str, Any], which: str = "") -> str:
    """Return a quotient, or an end of its interval, with two figures of half the interval."""
    value = one[which] if which else one.get("lq", one.get("value"))
    half = (one["high"] - one["low"]) / 2
    decimals = 0 if half >= 10 else 1 if half >= 1 else 2
    return f"{value:,.{decimals}f}"


def test_a_place_with_nothing_gets_a_stated_answer(printed: Printed) -> None:
    """A county without data has a brief that says so; a place that is none is refused by name."""
    reader = printed.reader
    cells = reader.get(f"{EDITION}/layer?industry=all&level=county")["cells"]
    poor = [one["code"] for one in cells if one["state"] != "ok"]
    assert poor
    for code in poor[:5]:
        for language, words in (("en", "insufficient"), ("zh", "数据不足")):
            made = pages(printed.file("place", code, "pdf", language))
            assert list(_faults(made, printed.digest)) in ([], ["page 2 is all but empty"])
            assert words in made[0].text
    for path, code in (
        ("place/999999", "no_such_place"),
        ("cluster/d39@999999", "no_such_cluster"),
        ("chain/c-nothing", "no_such_chain"),
    ):
        for format in ("pdf", "docx"):
            status, told = reader.ask("GET", f"{EDITION}/briefs/{path}?format={format}")
            assert (status, told["code"]) == (404, code)
