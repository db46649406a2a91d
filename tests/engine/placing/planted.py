"""Addresses whose place is known because we wrote them: every style that registers show.

The truth of a planted row is the county on the map, or the prefecture where the row says no more.
"""

from __future__ import annotations

import csv
import random
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from opencc import OpenCC

from real_data import REGIONS
from xietong.engine.placing import Gazetteer, Grammar, Place

TRADES = ["华兴贸易", "三联机械", "永达纺织", "新光电子", "东方建材", "金桥物流", "大发食品"]
ROADS = ["人民路", "中山东路", "解放街", "工业大道", "新华北路", "环城西路", "育才巷", "文化路"]
ROAD_ENDINGS = [
    "路",
    "东路",
    "西路",
    "北路",
    "南路",
    "大道",
    "街",
    "中路",
    "西一路",
    "新村",
    "大厦",
]
BRANDS = ["汤团店", "老酒坊", "菜馆", "百货商店", "面馆", "照相馆"]


@dataclass(frozen=True)
class Planted:
    """One planted row: what the register says, whose it is, and where it truly lies."""

    style: str
    row: dict[str, str]
    member: str
    truth: str


@cache
def table(name: str, pack: str = "yrd") -> list[dict[str, str]]:
    """One table of a region pack as rows of text, read once: leave the rows as they are."""
    return read_csv(REGIONS / pack / f"{name}.csv")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def delta_gazetteer() -> Gazetteer:
    """The Delta's gazetteer, built once for all tests."""
    grammar = tomllib.loads((REGIONS / "china" / "placing.toml").read_text(encoding="utf-8"))
    return Gazetteer.build(
        table("places"),
        table("code_changes"),
        table("aliases"),
        table("streets"),
        Grammar.build(grammar),
    )


class Planter:
    """Writes rows of every style from the pack's own tables."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - planted data, no secret
        self._history = delta_gazetteer().history
        rows = [row for row in table("places") if row["kind"] == "civil"]
        here = self._history.places
        self._names = {row["code"]: row["name_zh"] for row in rows if row["code"] in here}
        self._counties = sorted(code for code, place in here.items() if place.level == 3)
        self._bearers: dict[str, int] = defaultdict(int)
        for code in self._counties:
            self._bearers[self._names[code]] += 1
        self._towns: dict[str, list[str]] = defaultdict(list)
        holders: dict[tuple[str, str], set[str]] = defaultdict(set)
        streets = table("streets")
        for row in streets:
            holders[row["county_code"][:4], row["name"][:-1]].add(row["county_code"])
        for row in streets:
            alone = len(holders[row["county_code"][:4], row["name"][:-1]]) == 1
            if alone and row["name"].endswith(("镇", "街道", "乡")) and len(row["name"]) > 2:
                self._towns[row["county_code"]].append(row["name"])
        self._old = [row for row in table("aliases") if row["kind"] == "old_name"]
        self._zones = [row for row in table("aliases") if row["kind"] == "development_zone"]
        self._changes = [row for row in table("code_changes") if row["kind"] != "part"]
        self._traditional = OpenCC("s2t")
        self.styles = {
            name.removeprefix("_style_"): getattr(self, name)
            for name in sorted(dir(self))
            if name.startswith("_style_")
        }

    def rows(self, each: int) -> list[Planted]:
        """`each` rows of every style."""
        return [self.one(style) for style in self.styles for _ in range(each)]

    def one(self, style: str) -> Planted:
        """One row of a style."""
        county = self._random.choice(self._counties)
        row, truth = self.styles[style](county)
        row.setdefault("name", self._firm(county))
        return Planted(style, row, self._history.places[truth].province, truth)

    def _upper(self, county: str, level: str) -> str:
        return self._names[getattr(self._history.places[county], level)]

    def _city(self, county: str) -> str:
        return self._upper(county, "prefecture")

    def _short_city(self, county: str) -> str:
        return self._city(county)[:-1]

    def _number(self) -> str:
        return f"{self._random.randint(1, 1999)}号{self._random.randint(1, 30)}幢"

    def _road(self) -> str:
        return self._random.choice(ROADS) + self._number()

    def _foreign_road(self, county: str) -> str:
        """A road called after a place that the row does not lie in: 上海路 in 南京."""
        city = self._history.places[county].prefecture
        other = county
        while self._history.places[other].prefecture == city:
            other = self._random.choice(self._counties)
        name = self._random.choice([self._names[other][:-1], self._short_city(other)])
        if len(name) < 2:
            name = self._short_city(other)
        return name + self._random.choice(ROAD_ENDINGS) + self._number()

    def _firm(self, county: str) -> str:
        return self._short_city(county) + self._random.choice(TRADES) + "有限公司"

    def _town(self, county: str) -> str:
        towns = self._towns.get(county)
        return self._random.choice(towns) if towns else ""

    def _heir(
        self, rows: list[dict[str, str]], column: str, level: int = 2
    ) -> tuple[dict[str, str], Place]:
        """A random row whose code leads to a place of the level or finer, with that place."""
        while True:
            row = self._random.choice(rows)
            truth = self._history.resolve(row[column]).place
            if truth is not None and truth.level >= level:
                return row, truth

    def _style_full(self, county: str) -> tuple[dict[str, str], str]:
        city = self._city(county)
        upper = self._upper(county, "province")
        start = "" if upper == city else upper
        address = start + city + self._names[county] + self._town(county) + self._road()
        return {"address": address}, county

    def _style_city_and_county(self, county: str) -> tuple[dict[str, str], str]:
        return {"address": self._city(county) + self._names[county] + self._road()}, county

    def _style_county_alone_with_city_column(self, county: str) -> tuple[dict[str, str], str]:
        row = {"address": self._names[county] + self._road(), "city": self._short_city(county)}
        return row, county

    def _style_county_alone(self, county: str) -> tuple[dict[str, str], str]:
        while self._bearers[self._names[county]] > 1:
            county = self._random.choice(self._counties)
        return {"address": self._names[county] + self._foreign_road(county)}, county

    def _style_short_names(self, county: str) -> tuple[dict[str, str], str]:
        while not self._names[county].endswith(("区", "市", "县")) or len(self._names[county]) < 3:
            county = self._random.choice(self._counties)
        if self._names[county].endswith(("新区", "自治县")):
            return self._style_full(county)
        address = self._short_city(county) + self._names[county][:-1] + self._road()
        return {"address": address}, county

    def _style_town_alone(self, county: str) -> tuple[dict[str, str], str]:
        while not self._towns.get(county):
            county = self._random.choice(self._counties)
        row = {"address": self._town(county) + self._road(), "city": self._short_city(county)}
        return row, county

    def _style_town_of_another_ending(self, county: str) -> tuple[dict[str, str], str]:
        while not [town for town in self._towns.get(county, ()) if town.endswith("街道")]:
            county = self._random.choice(self._counties)
        streets = [town for town in self._towns[county] if town.endswith("街道")]
        town = self._random.choice(streets).removesuffix("街道")
        if len(town) < 2 or town.endswith(("镇", "乡", "街", "路")):
            return self._style_full(county)
        return {"address": self._city(county) + town + "镇" + self._road()}, county

    def _style_old_name(self, county: str) -> tuple[dict[str, str], str]:
        row, truth = self._heir(self._old, "code")
        city = self._names[truth.prefecture]
        start = "" if row["alias"].startswith(city) else city
        return {"address": start + row["alias"] + self._road()}, truth.code

    def _style_old_name_in_firm(self, county: str) -> tuple[dict[str, str], str]:
        rows = [row for row in self._old if row["alias"].endswith(("县", "市"))]
        row, truth = self._heir(rows, "code", level=3)
        name = row["alias"] + self._random.choice(TRADES) + "厂"
        city = self._names[truth.prefecture][:-1]
        return {"address": self._road(), "name": name, "city": city}, truth.code

    def _style_zone(self, county: str) -> tuple[dict[str, str], str]:
        row = self._random.choice(self._zones)
        truth = self._history.resolve(row["code"]).place
        assert truth is not None
        city = self._names[truth.prefecture]
        start = "" if row["alias"].startswith(city[:-1]) else city
        return {"address": start + row["alias"] + self._road()}, truth.code

    def _zone(self) -> tuple[str, Place]:
        """A zone of a county of its own, under a name that says what it is."""
        while True:
            row = self._random.choice(self._zones)
            truth = self._history.resolve(row["code"]).place
            if truth is not None and truth.level == 3 and row["alias"].endswith("开发区"):
                return row["alias"], truth

    def _style_zone_that_the_firm_names(self, county: str) -> tuple[dict[str, str], str]:
        zone, truth = self._zone()
        name = zone + self._random.choice(TRADES) + "有限公司"
        city = self._names[truth.prefecture][:-1]
        return {"address": "开发区" + self._road(), "name": name, "city": city}, truth.code

    def _style_zone_on_a_bank_downtown(self, county: str) -> tuple[dict[str, str], str]:
        zone, truth = self._zone()
        name = f"丰泰银行股份有限公司{zone}支行"
        city = self._names[truth.prefecture]
        return {"address": city + self._road(), "name": name}, truth.prefecture

    def _style_city_only(self, county: str) -> tuple[dict[str, str], str]:
        place = self._history.places[county]
        return {"address": self._city(county) + self._foreign_road(county)}, place.prefecture

    def _style_city_column_only(self, county: str) -> tuple[dict[str, str], str]:
        place = self._history.places[county]
        return {"address": self._road(), "city": self._city(county)}, place.prefecture

    def _style_foreign_brand(self, county: str) -> tuple[dict[str, str], str]:
        other = self._random.choice(self._counties)
        while self._history.places[other].prefecture == self._history.places[county].prefecture:
            other = self._random.choice(self._counties)
        name = self._short_city(other) + self._random.choice(BRANDS)
        address = self._city(county) + self._names[county] + self._foreign_road(county)
        return {"address": address, "name": name}, county

    def _style_brand_without_county(self, county: str) -> tuple[dict[str, str], str]:
        row, _ = self._style_foreign_brand(county)
        row["address"] = self._city(county) + self._foreign_road(county)
        return row, self._history.places[county].prefecture

    def _style_name_tells_county(self, county: str) -> tuple[dict[str, str], str]:
        name = self._names[county] + self._random.choice(TRADES) + "有限公司"
        return {"address": self._road(), "name": name, "city": self._short_city(county)}, county

    def _style_branch_tells_county(self, county: str) -> tuple[dict[str, str], str]:
        other = self._random.choice(self._counties)
        name = self._firm(other) + self._names[county] + "分公司"
        return {"address": self._road(), "name": name, "city": self._short_city(county)}, county

    def _style_full_width(self, county: str) -> tuple[dict[str, str], str]:
        row, truth = self._style_full(county)
        wide = str.maketrans("0123456789()", "０１２３４５６７８９（）")
        row["address"] = (row["address"] + "(A座)").translate(wide)
        return row, truth

    def _style_traditional(self, county: str) -> tuple[dict[str, str], str]:
        row, truth = self._style_full(county)
        return {"address": self._traditional.convert(row["address"])}, truth

    def _style_spaces_and_commas(self, county: str) -> tuple[dict[str, str], str]:
        parts = [self._upper(county, "province"), self._city(county), self._names[county]]
        return {"address": " ".join(parts) + "，" + self._road()}, county

    def _style_code_of_any_year(self, county: str) -> tuple[dict[str, str], str]:
        row, truth = self._heir(self._changes, "old_code", level=3)
        address = self._foreign_road(truth.code)
        return {"county_code": row["old_code"], "address": address}, truth.code
