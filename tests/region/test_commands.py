"""The region by commands: load, list, import outlines; a refusal is one line and status 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from commands import run
from houses import DATA
from xietong.region.models import BoundarySet, Region
from xietong.region.packs import RegionPack

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
COUNTY = DATA / "lakes-outlines" / "county.geojson"


def outlines(path: Path, crs: str = "WGS84") -> tuple[str, ...]:
    return (
        *("region", "boundaries", str(path), "--crs", crs),
        *("--code-property", "code", "--attribution", "invented"),
    )


def test_a_region_is_loaded_and_listed(pack: RegionPack) -> None:
    assert run("region", "load").stdout == "Three Lakes: loaded\n"
    assert run("region", "load").stdout == "Three Lakes: unchanged\n"
    assert run("region", "members").stdout == (
        "northshore\t810000\t北岸\tNorthshore\nsouthshore\t820000\t南岸\tSouthshore\n"
    )
    assert Region.objects.get().pack_digest == pack.digest


def test_outlines_are_imported_once(pack: RegionPack) -> None:
    run("region", "load")
    first = run(*outlines(COUNTY)).stdout
    row = BoundarySet.objects.get()
    assert first == f"{row.digest[:12]}: imported\n"
    assert run(*outlines(COUNTY)).stdout == f"{row.digest[:12]}: unchanged\n"
    assert row.attribution_en == "invented"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "no_region: No region is loaded on this node. Run `xietong region load` first.\n"),
        ("zh", "no_region: 本节点尚未载入区域。 请先运行 `xietong region load`。\n"),
    ],
)
def test_a_refusal_is_one_line(pack: RegionPack, language: str, line: str) -> None:
    told = run("region", "members", expect=2, language=language)
    assert (told.stdout, told.stderr) == ("", line)


@pytest.mark.parametrize("name", ["ponds", "lakeland"])
def test_what_is_no_region_is_refused_with_those_there_are(
    pack: RegionPack, settings: Any, name: str
) -> None:
    settings.XIETONG_REGION = name
    told = run("region", "load", expect=2)
    assert told.stderr.startswith(f"no_such_pack: There is no region pack “{name}”")
    assert told.stderr.endswith("Set XIETONG_REGION to one of: lakes.\n")


def test_a_damaged_pack_is_refused(pack: RegionPack, settings: Any, tmp_path: Path) -> None:
    settings.XIETONG_REGIONS = tmp_path
    (tmp_path / "lakes").mkdir()
    (tmp_path / "lakes" / "pack.toml").write_text("[pack\n", encoding="utf-8")
    told = run("region", "load", expect=2)
    assert told.stderr.startswith("pack_unreadable: The region pack “lakes” cannot be read: ")
    assert told.stderr.count("\n") == 1


def test_faults_of_outlines_are_listed_before_the_refusal(pack: RegionPack, tmp_path: Path) -> None:
    run("region", "load")
    whole = json.loads(COUNTY.read_text(encoding="utf-8"))
    del whole["features"][0]
    del whole["features"][0]["properties"]["code"]
    path = tmp_path / "county.geojson"
    path.write_text(json.dumps(whole), encoding="utf-8")
    told = run(*outlines(path), expect=2)
    assert told.stdout == ""
    assert told.stderr.splitlines() == [
        "Row 1, column `code`: the outline has no code. "
        "Name the property that holds the code, or fill it in.",
        "File, column `code`: 810101 has no outline. Add the county's outline to the file.",
        "File, column `code`: 810102 has no outline. Add the county's outline to the file.",
        "boundaries_refused: The outlines were refused: 3 faults. "
        "Mend the listed faults and import the file again.",
    ]
