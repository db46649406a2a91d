"""The real registers come in with the quality that their description promises."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from atlas.registers import stored
from houses import Lakes
from real_data import REAL_DATA, REGIONS, needs_real_data
from xietong.atlas import operations
from xietong.atlas.operations import About
from xietong.region.operations import load_region
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.data, pytest.mark.django_db, needs_real_data]
FOLDER = REAL_DATA / "yrd-enterprises-1978-2004"
# Rows, and the least share of them that lies at its county: what is known to be thin stays thin.
LEAST = {
    "shanghai": (74_761, 0.985),
    "jiangsu": (85_798, 0.94),
    "zhejiang": (84_506, 0.96),
    "anhui": (43_800, 0.74),
}


@pytest.fixture
def delta(settings: Any, tmp_path: Path) -> Lakes:
    """Load the region of the real registers, in a home that only this test has."""
    settings.XIETONG_HOME = tmp_path / "home"
    settings.XIETONG_REGIONS = REGIONS
    settings.XIETONG_REGION = "yrd"
    settings.XIETONG_THREADS = 2
    pack = read_pack(REGIONS, "yrd")
    load_region(actor=LOCAL, pack=pack)
    return Lakes(pack, settings.XIETONG_HOME, {})


def test_a_sample_is_placed_and_coded(delta: Lakes) -> None:
    path = FOLDER / "sample_1000.csv"
    version, _ = operations.import_register(
        actor=LOCAL, member="zhejiang", path=path, about=About(), although="a sample of all members"
    )
    quality = version.quality
    assert version.rows == 1000
    assert quality["unplaced"] == 0
    assert quality["placed_county"] >= 920
    assert quality["placed_county"] + quality["placed_prefecture"] == 1000
    assert quality["coded"] >= 990
    assert quality["coded_class"] <= quality["coded_group"] <= quality["coded"]
    # 250 rows of each of the four members, of which one is whose register this claims to be.
    assert 745 <= quality["outside"] <= 755

    with path.open(encoding="utf-8", newline="") as file:
        source = list(csv.DictReader(file))
    rows = stored(delta, version).to_pylist()
    assert [row["name"] for row in rows] == [row["name"] for row in source]
    stated = [
        (row["place"], told["county_adcode"])
        for row, told in zip(rows, source, strict=True)
        if told["county_adcode"]
    ]
    assert all(place == county for place, county in stated)
    # A city in the source's columns may have lost the county since: 枞阳 went to another in 2016.
    agreeing: Counter[bool] = Counter()
    for row, told in zip(rows, source, strict=True):
        city = told["prefecture_adcode"]
        if city and not city.startswith("31"):
            agreeing[row["place"][:4] == city[:4]] += 1
    assert agreeing[True] > 700
    assert agreeing[False] <= 5


def test_capital_is_what_the_source_had_worked_out(delta: Lakes) -> None:
    """Its figures were parsed by others, from the same texts, in the currency stated."""
    path = FOLDER / "sample_1000.csv"
    version, _ = operations.import_register(
        actor=LOCAL, member="zhejiang", path=path, about=About(), although="a sample of all members"
    )
    with path.open(encoding="utf-8", newline="") as file:
        theirs = [row["capital_10k"] for row in csv.DictReader(file)]
    with (REGIONS / "china/currencies.toml").open("rb") as file:
        worth = {code: float(of["worth"]) for code, of in tomllib.load(file)["currencies"].items()}
    differing: Counter[bool] = Counter()
    for row, figure in zip(stored(delta, version).to_pylist(), theirs, strict=True):
        if figure and row["capital_wan"] is not None:
            expected = float(figure) * worth[row["currency"]]
            differing[abs(row["capital_wan"] - expected) > 0.5 + 1e-6 * expected] += 1
    assert differing[False] > 800
    assert differing[True] == 0


@pytest.mark.deep
@pytest.mark.operations
def test_all_four_registers_come_in_whole(delta: Lakes) -> None:
    for sample in delta.pack.facts["datasets"]:
        version, created = operations.import_register(
            actor=LOCAL,
            member=sample["member"],
            path=REAL_DATA / sample["file"],
            about=About.of_sample(sample, delta.pack.facts["banner"]),
        )
        rows, least = LEAST[sample["member"]]
        quality = version.quality
        assert created
        assert version.rows == rows
        assert quality["repeated"] == quality["skipped"] == 0
        assert quality["placed_county"] / rows >= least
        assert quality["unplaced"] == 0
        assert quality["outside"] < 10
        assert quality["coded"] / rows > 0.99
        assert version.banner_zh == delta.pack.facts["banner"]["zh"]
        stored(delta, version)
