"""From the members' files to a published edition, by commands alone, as an operator types them."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import grown_lakes
from houses import DATA, Household, household
from real_data import REAL_DATA, REGIONS, needs_real_data

pytestmark = pytest.mark.deep
LINE = re.compile(r"edition (\d+) \((\w+)\): (\w+), ([0-9a-f]{64})")


def compiled(house: Household) -> tuple[str, ...]:
    """Compile; return number, state, whether anything was done, and the edition's hash."""
    found = LINE.search(house.run("atlas", "compile").stdout)
    assert found is not None
    return found.groups()


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of an exported view, below what stands over them."""
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    blank = rows.index([])
    return [dict(zip(rows[blank + 1], row, strict=True)) for row in rows[blank + 2 :]]


def listed(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines()]


@pytest.mark.operations
def test_the_lakes_from_their_files(tmp_path: Path) -> None:
    files = grown_lakes.write(tmp_path)
    with household(tmp_path) as house:
        house.run("manage", "migrate", "--verbosity", "0")
        assert house.run("region", "load").stdout == "Three Lakes: loaded\n"
        outlines = str(DATA / "lakes-outlines" / "county.geojson")
        words = ("--crs", "WGS84", "--code-property", "code", "--attribution", "Invented outlines")
        assert "imported" in house.run("region", "boundaries", outlines, *words).stdout

        told = house.run("atlas", "compile", expect=2)
        assert told.stderr.splitlines()[-1].startswith("no_registers: ")

        for member, path in files.items():
            told = house.run("register", "check", str(path))
            assert "`capital`: " in told.stdout.splitlines()[0]  # whose heading names no unit
            assert json.loads(told.stdout[told.stdout.index("{\n") :])["rows"] > 500
            banner = ("--banner-zh", "虚构", "--banner-en", "Invented", "--title-en", member)
            command = ("register", "import", str(path), "--member", member, *banner)
            assert ": imported, " in house.run(*command).stdout
            assert ": unchanged, " in house.run(*command).stdout
        assert len(listed(house.run("register", "list").stdout)) == 2

        number, state, done, digest = compiled(house)
        assert (number, state, done) == ("1", "draft", "compiled")
        told = house.run("atlas", "industries", expect=2)
        assert told.stderr.startswith("no_edition: ")
        assert house.run("atlas", "publish", "1").stdout == "edition 1: published\n"
        assert compiled(house) == ("1", "published", "unchanged", digest)

        industries = {row[0]: row for row in listed(house.run("atlas", "industries").stdout)}
        assert industries["d11"][1:3] == [
            str(sum(one.class_ in grown_lakes.FAMILIES["d11"] for one in grown_lakes.firms())),
            "1",
        ]
        clusters = listed(house.run("atlas", "clusters", "--industry", "d11", "--crossing").stdout)
        assert [row[0] for row in clusters] == ["d11@820103"]
        for kind in ("csv", "xlsx", "geojson", "json"):
            target = tmp_path / f"view.{kind}"
            how = ("--industry", "d11", "--format", kind, "-o", str(target))
            assert house.run("atlas", "layer", *how).stdout == f"{target}: 12 places\n"
        leading = {row["Code"] for row in table(tmp_path / "view.csv")[:4]}
        assert leading == set(grown_lakes.BOATS)
        profile = json.loads(house.run("atlas", "place", "820103").stdout)
        assert profile["top"][0]["industry"]["key"] == "d11"
        assert listed(house.run("atlas", "search", "zwx").stdout)[0][1] == "820103"

        reason = ("--reason", "a register was of the wrong year")
        assert house.run("atlas", "withdraw", "1", *reason).stdout == "edition 1: withdrawn\n"
        told = house.run("atlas", "search", "zwx", expect=2)
        assert told.stderr.startswith("no_edition: ")


@needs_real_data
@pytest.mark.data
def test_the_real_registers_on_the_map(tmp_path: Path) -> None:
    ways = {
        "XIETONG_DATA": str(REAL_DATA),
        "XIETONG_REGIONS": str(REGIONS),
        "XIETONG_REGION": "yrd",
    }
    with household(tmp_path, **ways) as house:
        up = house.start("up", "--no-serve")
        _, told = up.communicate(timeout=1800)  # three minutes where nothing else runs
        assert up.returncode == 0, told
        registers = listed(house.run("register", "list").stdout)
        rows = [int(row[2].replace(",", "")) for row in registers]
        assert len(rows) == 4
        assert sum(rows) == 288_865
        editions = listed(house.run("atlas", "editions").stdout)
        assert [row[:2] for row in editions] == [["1", "published"]]
        everything = listed(house.run("atlas", "clusters").stdout)
        crossing = listed(house.run("atlas", "clusters", "--crossing").stdout)
        assert len(everything) > len(crossing) > 0
        industries = {row[0]: row for row in listed(house.run("atlas", "industries").stdout)}
        assert industries["all"][1] == "288,865"
        assert compiled(house)[2] == "unchanged"
        target = tmp_path / "view.csv"
        busiest = max(
            (row for key, row in industries.items() if key.startswith("d")),
            key=lambda row: int(row[2]),
        )[0]
        house.run("atlas", "layer", "--industry", busiest, "-o", str(target))
        assert len(table(target)) == 307
        written = target.read_text(encoding="utf-8-sig")
        assert "SYNTHETIC" not in written
        assert "1978" in written
