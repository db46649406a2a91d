"""The packs' facts hang together: whole classifications, chains over classes that exist."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from real_data import REAL_DATA, REGIONS, ROOT, needs_real_data

LAKES = ROOT / "tests" / "region_lakes"
LAKES_DATA = LAKES / "data"
PACKS = {"yrd": REGIONS / "yrd", "lakes": LAKES / "lakes"}
LEVELS = ("section", "division", "group", "class")
TIERS = {"material", "equipment", "process", "hardware", "software", "content", "services"}
FUNCTIONS = {"research_design", "high_end_manufacture", "marketing_service"}
CRS = {"WGS84", "CGCS2000", "GCJ-02", "BD-09"}


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def country_of(folder: Path) -> Path:
    return folder.parent / str(toml(folder / "pack.toml")["pack"]["country"])


def industries_of(folder: Path) -> list[dict[str, str]]:
    country = country_of(folder)
    path = country / toml(country / "pack.toml")["files"]["classification"]
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_chinese(text: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in text)


def names_missing(facts: dict[str, Any], *stems: str) -> list[str]:
    """The fields of `facts` that are empty, or not in their own language."""
    return [
        stem
        for stem in stems
        if not is_chinese(facts.get(f"{stem}_zh", ""))
        or not facts.get(f"{stem}_en", "").strip()
        or is_chinese(facts[f"{stem}_en"])
    ]


def segments_of(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for chain in toml(folder / "chains.toml")["chain"]:
        for segment in chain["segment"]:
            yield chain, segment


@pytest.fixture(params=sorted(PACKS))
def folder(request: pytest.FixtureRequest) -> Path:
    return PACKS[request.param]


def test_the_classification_is_a_whole_tree(folder: Path) -> None:
    rows = industries_of(folder)
    known = {row["code"]: row for row in rows}
    assert len(known) == len(rows), "a code stands twice"
    parents = {row["parent"] for row in rows}
    for row in rows:
        level = LEVELS.index(row["level"])
        if level == 0:
            assert row["parent"] == ""
            continue
        assert known[row["parent"]]["level"] == LEVELS[level - 1], row
        assert row["code"].isdigit(), row
        assert len(row["code"]) == level + 1, row
        if level > 1:
            assert row["code"].startswith(row["parent"]), row
    assert [row for row in rows if row["level"] != "class" and row["code"] not in parents] == []


def test_every_industry_has_both_names_and_no_name_stands_twice_at_a_level(folder: Path) -> None:
    rows = industries_of(folder)
    assert [row["code"] for row in rows if names_missing(row, "name")] == []
    wide = [row for row in rows if row["level"] in ("section", "division")]
    assert [row["code"] for row in wide if names_missing(row, "short")] == []
    for field in ("name_zh", "name_en", "short_zh", "short_en"):
        found = Counter((row["level"], row[field]) for row in rows if row[field])
        assert [name for name, times in found.items() if times > 1] == []


def test_english_names_are_in_sentence_case(folder: Path) -> None:
    rows = industries_of(folder)
    odd = [row["code"] for row in rows if not row["name_en"][0].isupper()]
    assert odd == []
    assert [row["code"] for row in rows if row["name_en"] != row["name_en"].strip()] == []


def test_the_countrys_classification_has_the_standards_size() -> None:
    found = Counter(row["level"] for row in industries_of(PACKS["yrd"]))
    assert found == {"section": 20, "division": 97, "group": 473, "class": 1381}


def test_codes_of_one_source_only_are_left_out() -> None:
    codes = {row["code"] for row in industries_of(PACKS["yrd"])}
    assert codes.isdisjoint({"1322", "3035", "5415", "7250", "9416"})


def test_every_class_of_a_chain_exists_and_stands_once_in_it(folder: Path) -> None:
    classes = {row["code"] for row in industries_of(folder) if row["level"] == "class"}
    taken: Counter[tuple[str, str]] = Counter()
    for chain, segment in segments_of(folder):
        assert segment["classes"], segment["key"]
        assert set(segment["classes"]) <= classes, (chain["key"], segment["key"])
        taken.update((chain["key"], code) for code in segment["classes"])
    assert [pair for pair, times in taken.items() if times > 1] == []


def test_every_segment_has_a_tier_and_a_function_of_the_lists(folder: Path) -> None:
    for chain, segment in segments_of(folder):
        assert segment["tier"] in TIERS, (chain["key"], segment["key"])
        assert segment["function"] in FUNCTIONS, (chain["key"], segment["key"])


def test_chains_and_segments_speak_both_languages_under_one_name_each(folder: Path) -> None:
    chains = toml(folder / "chains.toml")["chain"]
    for group in [chains, *(chain["segment"] for chain in chains)]:
        for field in ("key", "name_zh", "name_en"):
            found = Counter(item[field] for item in group)
            assert [name for name, times in found.items() if times > 1] == []
        for item in group:
            assert re.fullmatch("[a-z]+(_[a-z]+)*", item["key"]), item["key"]
            assert names_missing(item, "name") == [], item["key"]
    assert [chain["key"] for chain in chains if names_missing(chain, "note")] == []


def test_a_segment_in_a_wider_class_says_so(folder: Path) -> None:
    for chain, segment in segments_of(folder):
        if segment.get("partial"):
            assert names_missing(segment, "note") == [], (chain["key"], segment["key"])


def test_the_delta_has_the_nine_first_chains() -> None:
    assert [chain["name_zh"] for chain in toml(PACKS["yrd"] / "chains.toml")["chain"]] == [
        "集成电路",
        "新型显示",
        "智能传感器",
        "高端软件",
        "智能硬件",
        "汽车",
        "人工智能",
        "智慧城市",
        "机器人与智能制造",
    ]


def test_the_pack_names_members_data_sets_and_outlines(folder: Path) -> None:
    facts = toml(folder / "pack.toml")
    assert names_missing(facts["pack"], "name") == []
    assert isinstance(facts["pack"]["vintage"], int)
    banner = {f"banner_{language}": text for language, text in facts["banner"].items()}
    assert names_missing(banner, "banner") == []
    members = facts["members"]
    assert [m["code"] for m in members if names_missing(m, "name", "short")] == []
    assert len({m["place"] for m in members}) == len(members)
    assert {data["member"] for data in facts["datasets"]} == {m["code"] for m in members}
    for data in facts["datasets"]:
        assert names_missing(data, "title", "period") == []
        assert all(data[field] for field in ("file", "licence", "source"))
        assert names_missing(data, "attribution") == []
    outlines = facts["boundaries"]
    assert len({outlines[level] for level in ("province", "prefecture", "county")}) == 3
    assert outlines["crs"] in CRS
    assert outlines["vintage"] == facts["pack"]["vintage"]
    assert names_missing(facts["map"], "note") == []


def test_members_stand_in_the_table_of_places(folder: Path) -> None:
    facts = toml(folder / "pack.toml")
    with (folder / facts["files"]["places"]).open(encoding="utf-8", newline="") as file:
        provinces = {row["code"] for row in csv.DictReader(file) if row["level"] == "province"}
    assert {member["place"] for member in facts["members"]} == provinces


def outlined_and_listed(folder: Path, data: Path, level: str) -> tuple[set[str], set[str]]:
    """The codes that the outlines of a level carry, and those valid in their vintage."""
    facts = toml(folder / "pack.toml")
    outlines = facts["boundaries"]
    features = json.loads((data / outlines[level]).read_text(encoding="utf-8"))["features"]
    year = str(outlines["vintage"])
    with (folder / facts["files"]["places"]).open(encoding="utf-8", newline="") as file:
        listed = {
            row["code"]
            for row in csv.DictReader(file)
            if row["level"] == level
            and row["kind"] == "civil"
            and (row["valid_from"] or year) <= year <= (row["valid_to"] or year)
        }
    return {feature["properties"][outlines["code_property"]] for feature in features}, listed


@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_the_lakes_outlines_are_those_of_its_places(level: str) -> None:
    outlined, listed = outlined_and_listed(PACKS["lakes"], LAKES_DATA, level)
    assert outlined == listed


@needs_real_data
@pytest.mark.parametrize("level", ["province", "prefecture", "county"])
def test_the_deltas_outlines_are_those_of_its_places(level: str) -> None:
    outlined, listed = outlined_and_listed(PACKS["yrd"], REAL_DATA, level)
    assert outlined == listed


def test_the_lakes_registers_plant_a_cluster_across_the_members_border() -> None:
    """Boats in four counties that touch, two on each shore; lamps in two counties of one."""
    with (LAKES_DATA / "lakes-registers" / "northshore.csv").open(encoding="utf-8") as file:
        north = Counter(
            row["County code"] for row in csv.DictReader(file) if row["Industry code"][:2] == "11"
        )
    with (LAKES_DATA / "lakes-registers" / "southshore.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    south = Counter(row["Reg. no."][2:8] for row in rows if row["Industry code"][:2] == "11")
    assert {code for code, n in north.items() if n > 4} == {"810202", "810203"}
    assert {code for code, n in south.items() if n > 4} == {"820102", "820103"}
    lamps = Counter(row["Reg. no."][2:8] for row in rows if row["Industry code"][:2] == "12")
    assert {code for code, n in lamps.items() if n > 4} == {"820201", "820202"}
