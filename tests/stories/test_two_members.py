"""Two members bring registers, publish, correct, publish again, withdraw: over HTTP, end to end.

Officers, an analyst, an approver of each member, a reader, an outsider and a hostile uploader meet
a house that is served as in production, with a worker beside it. Every number is counted by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

import grown_lakes
from houses import Household, household
from serving import Visitor, asked_inside, brought, served, tokens

pytestmark = [pytest.mark.operations, pytest.mark.deep]
SIDES = ("north", "south")


def hand_counted(industry: str, moved: int = 0) -> int:
    """Return how many firms an industry has by the table that the registers were written from."""
    return moved + sum(one.class_ in grown_lakes.FAMILIES[industry] for one in grown_lakes.firms())


def units(reader: Visitor, which: str, industry: str) -> int:
    """Return how many units the map shows of an industry in all."""
    total: int = reader.get(f"/api/v1/atlas/editions/{which}/layer?industry={industry}")["total"]
    return total


def test_two_members_from_their_files_to_a_withdrawal(tmp_path: Path) -> None:
    files = grown_lakes.write(tmp_path)
    with household(tmp_path, XIETONG_THREADS="1") as house:
        house.settle()
        of = tokens(house)
        with served(house) as one:
            cast = {part: Visitor(one.address, token) for part, token in of.items()}
            _story(house, cast, Visitor(one.address), files, tmp_path)
        assert house.run("audit", "verify").stdout
        told = house.run("check").stdout
        assert all(line.endswith("ok") for line in told.splitlines() if "orphans" not in line)


def _story(
    house: Household,
    cast: dict[str, Visitor],
    reader: Visitor,
    files: dict[str, Path],
    folder: Path,
) -> None:
    status, told = reader.ask("GET", "/api/v1/atlas/editions/current")
    assert (status, told["code"]) == (404, "no_edition")
    for side in SIDES:
        brought(cast[f"{side}_officer"], f"{side}shore", files[f"{side}shore"])
    _strangers(cast, reader, files)
    house.run("atlas", "compile")
    _published(cast, reader, 1)
    for industry in ("all", "d11", "d12", "g112"):
        assert units(reader, "current", industry) == hand_counted(industry)
    cluster = reader.get("/api/v1/atlas/editions/current/clusters?industry=d11&crossing=true")
    assert [one["key"] for one in cluster] == ["d11@820103"]
    assert {one["code"] for one in cluster[0]["places"]} == set(grown_lakes.BOATS)

    # An officer corrects a maker of lamps to one of boats, and the register is brought again.
    officer = cast["north_officer"]
    lamp = next(
        one for one in grown_lakes.firms() if one.member == "northshore" and one.class_ == "1220"
    )
    unit = asked_inside(house, "northshore", lamp.row()[0])
    made = officer.post(
        "/api/v1/atlas/registers/northshore/corrections",
        {
            "unit": unit,
            "field": "industry",
            "value": "1111",
            "reason": "seen at the works",
        },
    )
    assert made["unit"] == unit
    again = folder / "again.csv"
    lines = files["northshore"].read_text(encoding="utf-8").splitlines()
    gone = next(
        one for one in grown_lakes.firms() if one.member == "northshore" and one.class_ == "2120"
    )
    kept = [line for line in lines if gone.row()[1] not in line]
    assert len(kept) == len(lines) - 1
    again.write_text("\n".join(kept) + "\n", encoding="utf-8")
    brought(officer, "northshore", again)
    house.run("atlas", "compile")
    assert units(reader, "current", "d11") == hand_counted("d11")  # until it is published
    _published(cast, reader, 2)
    assert units(reader, "current", "d11") == hand_counted("d11", +1)
    assert units(reader, "current", "d12") == hand_counted("d12", -1)
    assert units(reader, "current", "all") == hand_counted("all", -1)
    assert units(reader, "1", "d11") == hand_counted("d11")  # old links keep working
    changed = reader.get("/api/v1/atlas/comparison?from=1&to=2&limit=200")
    assert "d11" in json.dumps(changed)
    brief = reader.get(f"/api/v1/atlas/editions/2/briefs/cluster/{quote('d11@820103')}?format=pdf")
    assert brief.startswith(b"%PDF")

    reason = "a firm was taken out by mistake"
    cast["office_approver"].post("/api/v1/atlas/standings/2/withdrawal", {"reason": reason})
    assert reader.get("/api/v1/atlas/editions/current")["number"] == 1
    assert units(reader, "current", "all") == hand_counted("all")
    status, told = reader.ask("GET", "/api/v1/atlas/editions/2")
    assert (status, told["code"]) == (404, "edition_withdrawn")
    assert reason in told["title"]


def _published(cast: dict[str, Visitor], reader: Visitor, number: int) -> None:
    """Submit, let an approver of each member agree, publish; nobody sees it before."""
    here = f"/api/v1/atlas/standings/{number}"
    standing = cast["office_officer"].post(f"{here}/submission")
    agreement = standing["agreement"]["id"]
    consents = f"/api/v1/agreements/{agreement}/consents"
    # Without a second factor, for another member, or as an officer nobody signs.
    for part, member in (
        ("north_approver-weak", "northshore"),
        ("north_approver", "southshore"),
        ("north_officer", "northshore"),
    ):
        said = {"member": member, "verdict": "agree"}
        cast[part].post(consents, said, wanted=403)
    for side in SIDES:
        assert reader.ask("GET", f"/api/v1/atlas/editions/{number}")[0] == 404
        status, told = cast["office_officer"].ask(
            "POST", f"{here}/publication", b"{}", "application/json"
        )
        assert (status, told["code"]) == (422, "not_approved")
        said = {"member": f"{side}shore", "verdict": "agree"}
        cast[f"{side}_approver"].post(consents, said)
    assert cast["north_approver"].get(f"/api/v1/agreements/{agreement}/verification")["sound"]
    cast["office_officer"].post(f"{here}/publication")
    assert reader.get("/api/v1/atlas/editions/current")["number"] == number


def _strangers(cast: dict[str, Visitor], reader: Visitor, files: dict[str, Path]) -> None:
    """The other member's officer, one of an institute and a hostile uploader fail."""
    base = "/api/v1/atlas/registers/northshore/imports"
    content = files["northshore"].read_bytes()
    for who in (cast["south_officer"], cast["institute_officer"], cast["north_viewer"], reader):
        status, told = who.upload(base, "register.csv", content)
        assert status in (401, 403, 404), told
    for who in (cast["south_officer"], cast["institute_officer"], reader):
        status, told = who.ask("GET", f"{base}/1")
        other = who.ask("GET", f"{base}/999999")
        assert status == other[0] != 200
        assert told["code"] == other[1]["code"]
    before = cast["north_officer"].get(base)
    for name, hostile in {
        "../../register.csv": b"\x00\x01\x02\x03" * 1000,
        "bomb.xlsx": b"PK\x03\x04" + b"\x00" * 200,
        "empty.csv": b"",
        "picture.exe": b"MZ" + b"\x90" * 500,
    }.items():
        status, told = cast["north_officer"].upload(base, name, hostile)
        assert 400 <= status < 500, (name, status, told)
        assert told["code"]
    assert [one["number"] for one in cast["north_officer"].get(base)] == [
        one["number"] for one in before
    ]
