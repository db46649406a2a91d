"""The Delta's place tables hold together, and with the real sources where these are here."""

from __future__ import annotations

import csv
import gzip
import json
import unicodedata
from collections import Counter

import pytest
import shapely

from engine.placing.planted import delta_gazetteer, table
from real_data import REAL_DATA, needs_real_data

VINTAGES = (2019, 2020, 2021, 2023)
PLACES = table("places")
BY_CODE = {row["code"]: row for row in PLACES}


def valid(row: dict[str, str], year: int) -> bool:
    return int(row["valid_from"] or 0) <= year <= int(row["valid_to"] or 9999)


def test_codes_are_six_digits_and_each_stands_once() -> None:
    assert all(len(code) == 6 and code.isdecimal() for code in BY_CODE)
    assert max(Counter(row["code"] for row in PLACES).values()) == 1


@pytest.mark.parametrize("year", VINTAGES)
def test_parents_exist_one_level_up_and_in_the_code(year: int) -> None:
    above = {"county": "prefecture", "prefecture": "province"}
    for row in (row for row in PLACES if valid(row, year) and row["level"] != "province"):
        parent = BY_CODE[row["parent"]]
        assert parent["level"] == above[row["level"]]
        assert valid(parent, year)
        assert row["code"].startswith(parent["code"].rstrip("0"))


def test_the_map_of_2019_has_its_counties() -> None:
    now = [row for row in PLACES if valid(row, 2019) and row["kind"] == "civil"]
    per_level = Counter(row["level"] for row in now)
    assert per_level == {"province": 4, "prefecture": 41, "county": 307}
    names = Counter((row["parent"], row["name_zh"]) for row in now)
    assert max(names.values()) == 1


def test_names_are_readable_in_both_scripts() -> None:
    for row in PLACES:
        assert row["name_zh"].strip() == row["name_zh"] != ""
        for column in ("name_en", "pinyin"):
            assert row[column].strip() == row[column] != ""
            assert row[column].isascii(), row
            assert not any(map(unicodedata.combining, row[column]))
    said = {row["name_zh"]: row["name_en"] for row in PLACES}
    assert said["昆山市"] == "Kunshan"
    assert said["浦东新区"] == "Pudong New Area"
    assert said["黄浦区"] == "Huangpu District"
    assert said["金寨县"] == "Jinzhai County"
    assert said["龙港市"] == "Longgang"
    assert BY_CODE["341882"]["pinyin"] == "Guangde Shi"


def test_civil_places_have_a_point_of_two_decimals() -> None:
    for row in (row for row in PLACES if row["kind"] == "civil"):
        assert 114 < float(row["longitude"]) < 124, row
        assert 27 < float(row["latitude"]) < 36, row
        assert len(row["longitude"].split(".")[1]) == len(row["latitude"].split(".")[1]) == 2


def test_every_change_lands_on_the_map() -> None:
    history = delta_gazetteer().history
    kinds = {"renumber", "merge", "split", "part", "zone"}
    changes = table("code_changes")
    assert max(Counter((row["old_code"], row["new_code"]) for row in changes).values()) == 1
    for row in changes:
        assert row["kind"] in kinds
        assert row["year"] == "" or 1980 < int(row["year"]) < 2024
        place = history.resolve(row["old_code"]).place
        assert place is not None, row
        assert place.level > 1 or row["kind"] == "split", row
        assert history.heirs(row["old_code"]) or row["year"] > "2019", row


def test_a_split_has_several_heirs_and_a_renumbering_one() -> None:
    heirs = Counter((row["old_code"], row["kind"]) for row in table("code_changes"))
    for (code, kind), count in heirs.items():
        if kind == "split":
            assert count > 1, code
        elif kind != "part":
            assert count == 1, code


def test_aliases_and_townships_point_into_the_tables() -> None:
    history = delta_gazetteer().history
    aliases = table("aliases")
    kinds = {"old_name", "old_town", "short", "abbreviation", "development_zone", "ambiguous"}
    assert max(Counter((row["alias"], row["code"]) for row in aliases).values()) == 1
    for row in aliases:
        assert row["kind"] in kinds
        assert history.resolve(row["code"]).place is not None, row
    streets = table("streets")
    assert max(Counter(row["code"] for row in streets).values()) == 1
    for row in streets:
        assert len(row["code"]) == 9
        assert row["county_code"] in history.places, row


@needs_real_data
def test_the_tables_agree_with_the_published_lists() -> None:
    folder = REAL_DATA / "yrd-division-codes-2023"
    with (folder / "county_2023.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert BY_CODE[row["code"]]["name_zh"] == row["name"]
            assert valid(BY_CODE[row["code"]], 2023)
    streets = {row["code"]: row["name"] for row in table("streets")}
    with gzip.open(folder / "street_2023.csv.gz", "rt", encoding="utf-8", newline="") as file:
        assert streets == {row["code"]: row["name"] for row in csv.DictReader(file)}


@needs_real_data
def test_every_point_lies_in_its_own_county() -> None:
    path = REAL_DATA / "yrd-boundaries-2019-osm" / "county.geojson"
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        row = BY_CODE[feature["properties"]["adcode"]]
        assert row["name_zh"] == feature["properties"]["name_zh"]
        outline = shapely.geometry.shape(feature["geometry"])
        assert outline.contains(shapely.Point(float(row["longitude"]), float(row["latitude"])))
