"""The disk of the home folder is full, fills in the midst, or may only be read.

Whatever wants to write is refused with what it is, leaves nothing, and works once there is room.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import grown_lakes
from hardening.disk import Disk, small_disk
from hardening.large import many_firms
from houses import Household, household
from serving import Served, Visitor, brought, checked, mapped, served, tokens

pytestmark = [pytest.mark.operations, pytest.mark.deep]
MEGABYTES = 96
NORTH = "/api/v1/atlas/registers/northshore/imports"
BRIEF = "/api/v1/atlas/editions/current/briefs/place/820103?format="


@dataclass(frozen=True, slots=True)
class Place:
    """A served house on a small disk, outside of which files may lie."""

    house: Household
    disk: Disk
    one: Served
    of: dict[str, str]
    outside: Path

    def visitor(self, part: str) -> Visitor:
        """Return a part of the cast."""
        return Visitor(self.one.address, self.of[part])

    def files(self) -> set[str]:
        """Return what lies in the home, the database's own files and logs apart."""
        home = self.house.home
        return {
            str(path.relative_to(home))
            for path in home.rglob("*")
            if path.is_file() and not path.name.startswith("xietong.sqlite3")
        }

    def is_sound(self) -> None:
        """Hold that the audit verifies and nothing is half written."""
        self.house.run("audit", "verify")
        told = self.house.run("check").stdout
        lines = [line for line in told.splitlines() if not line.startswith("\t")]
        assert [one for one in lines if not one.endswith("\tok") and "orphans" not in one] == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Serve a house with a published edition, whose home lies on a small disk."""
    outside = tmp_path_factory.mktemp("outside")
    settings = {"XIETONG_LEASE_SECONDS": "3", "XIETONG_THREADS": "1"}
    with (
        small_disk(outside / "disk", MEGABYTES) as disk,
        household(disk.root / "house", **settings) as house,
    ):
        house.settle()
        house.run("manage", "collectstatic", "--noinput")
        of = tokens(house)
        with served(house, log=outside / "serve.log") as one:
            made = Place(house, disk, one, of, outside)
            for side, path in grown_lakes.write(outside).items():
                brought(made.visitor(f"{side.removesuffix('shore')}_officer"), side, path)
            house.run("atlas", "compile")
            submitted(made, 1)
            made.visitor("office_officer").post("/api/v1/atlas/standings/1/publication")
            yield made


def submitted(place: Place, number: int) -> None:
    """Put an edition before the members, and let both agree."""
    here = f"/api/v1/atlas/standings/{number}"
    told = place.visitor("office_officer").post(f"{here}/submission")
    for side in ("north", "south"):
        place.visitor(f"{side}_approver").post(
            f"/api/v1/agreements/{told['agreement']['id']}/consents",
            {"member": f"{side}shore", "verdict": "agree"},
        )


@pytest.fixture(autouse=True)
def room(place: Place) -> Iterator[None]:
    """Give the room back after each test, and hold that the house is sound and works."""
    yield
    place.disk.clear()
    place.is_sound()
    name = f"复原研究所{secrets.token_hex(3)}"
    new = {"name_zh": name, "kind": "institution", "member": "northshore"}
    status, told = place.visitor("north_administrator").ask(
        "POST", "/api/v1/region/organisations", json.dumps(new).encode(), "application/json"
    )
    assert status in (200, 201), told


def test_uploads_onto_a_full_disk(place: Place) -> None:
    officer = place.visitor("north_officer")
    path = many_firms(place.outside / "large.csv", "northshore", 20_000)
    before = place.files()
    drafts = officer.get(NORTH)
    # Full from the first byte; in the midst of what is received; in the midst of what is kept.
    for leave in (0, path.stat().st_size // 2, path.stat().st_size + 100_000):
        place.disk.fill(leave)
        status, told = officer.upload(NORTH, "large.csv", path.read_bytes())
        place.disk.clear()
        assert (status, told["code"]) == (503, "disk_full"), (leave, told)
        assert place.files() == before, leave
        assert officer.get(NORTH) == drafts
    status, told = officer.upload(NORTH, "large.csv", path.read_bytes())
    assert status == 201, told


def test_records_onto_a_full_disk(place: Place) -> None:
    """What is written to the database alone, which lies on the same disk or on another."""
    writer = place.visitor("north_administrator")
    place.disk.fill()
    codes = set()
    for at in range(8):
        new = {"name_zh": f"满盘研究所{at}", "kind": "institution", "member": "northshore"}
        status, told = writer.ask(
            "POST", "/api/v1/region/organisations", json.dumps(new).encode(), "application/json"
        )
        codes.add((status, told.get("code", "")))
    # A page that is still free in SQLite's own file may take some.
    assert codes <= {(200, ""), (201, ""), (503, "disk_full")}
    if not place.house.environment.get("XIETONG_DATABASE_URL"):
        assert (503, "disk_full") in codes
    assert writer.answer("GET", "/api/v1/region/organisations").status in (200, 503)
    assert writer.answer("GET", "/health/live").status == 200


def test_a_job_that_fills_the_disk(place: Place) -> None:
    officer = place.visitor("south_officer")
    path = many_firms(place.outside / "south.csv", "southshore", 20_000)
    here = mapped(officer, "southshore", path)
    place.disk.fill(300_000)
    officer.ask("POST", f"{here}/check", b"{}", "application/json")
    time.sleep(15)
    place.disk.clear()
    newest = "FROM desk_job ORDER BY id DESC LIMIT 1"
    until = time.monotonic() + 180
    while True:
        ((number, state, refusal),) = place.house.rows(f"SELECT id, state, refusal {newest}")
        if state not in ("waiting", "running"):
            break
        assert time.monotonic() < until
        time.sleep(0.5)
    print(state, refusal)  # noqa: T201
    if state != "done":
        assert state == "refused"
        assert "disk_full" in str(refusal)
        place.house.run("job", "retry", str(number))
    checked(officer, here)
    officer.post(f"{here}/commit", {"reason": "once there was room"}, wanted=201)


def test_commands_onto_a_full_disk(place: Place) -> None:
    path = many_firms(place.outside / "command.csv", "northshore", 3_000, salt=3)
    before = place.files()
    place.disk.fill(40_000)
    told = place.house.run(
        "register", "import", str(path), "--member", "northshore", expect=2
    ).stderr.splitlines()[-1]
    assert told.startswith("disk_full: "), told
    told = place.house.run("atlas", "compile", expect=2).stderr.splitlines()[-1]
    assert told.startswith("disk_full: "), told
    place.disk.clear()
    assert place.files() == before
    # Where the backup goes is full, not the house.
    place.disk.fill()
    target = place.disk.root / "backup.tar.gz"
    told = place.house.run("backup", str(target), expect=2).stderr.splitlines()[-1]
    assert told.startswith(("backup_not_written: ", "database_not_copied: ", "disk_full: ")), told
    assert sorted(one.name for one in place.disk.root.iterdir()) == ["ballast", "house"]
    view = place.disk.root / "view.csv"
    told = place.house.run(
        *("atlas", "layer", "--industry", "d11", "-o", str(view)), expect=2
    ).stderr.splitlines()[-1]
    assert told.startswith("view_not_written: "), told
    place.disk.clear()
    assert not view.exists()
    place.house.run("backup", str(place.outside / "backup.tar.gz"))


def test_publishing_and_reading_on_a_full_disk(place: Place) -> None:
    reader, office = Visitor(place.one.address), place.visitor("office_officer")
    path = many_firms(place.outside / "grown.csv", "northshore", 1_000, salt=7)
    although = ("--although", "a smaller register for the test")
    place.house.run("register", "import", str(path), "--member", "northshore", *although)
    number = place.house.run("atlas", "compile").stdout.split()[1]
    submitted(place, int(number))
    place.disk.fill()
    here = f"/api/v1/atlas/standings/{number}/publication"
    status, told = office.ask("POST", here, b"{}", "application/json")
    assert (status, told.get("code", "")) in ((503, "disk_full"), (200, ""))
    published = status == 200
    for form in ("docx", "pdf"):
        answer = reader.answer("GET", BRIEF + form)
        # Made in memory; where it is not, it says why.
        assert answer.status == 200 or b"disk_full" in answer.body, answer.body
    assert reader.answer("GET", "/api/v1/atlas/editions/current").status == 200
    assert reader.answer("GET", "/en/atlas/").status == 200
    place.disk.clear()
    if not published:
        office.post(here)
    assert reader.get("/api/v1/atlas/editions/current")["number"] == int(number)
    for form, mark in (("docx", b"PK"), ("pdf", b"%PDF")):
        assert reader.answer("GET", BRIEF + form).body.startswith(mark)
