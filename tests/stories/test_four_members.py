"""The Delta's four members, from the first invitation to a withdrawal, with the real registers.

People are invited by command, those of Anhui by the administrator. They come in by the pages; what
they do then goes over HTTP, to a house that is served as in production, with two workers. Each
number is counted apart from the house. Of the registers each third row is brought, so that it takes
minutes (test_four_files.py takes all).
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from houses import Household, household
from real_data import REAL_DATA, REGIONS, needs_real_data
from serving import LONGEST_SECONDS, Visitor, checked, mapped, served
from stories.at_the_pages import AtPages
from xietong.region.packs import read_pack
from xietong.region.rules import STRICT, Role

pytestmark = [pytest.mark.operations, pytest.mark.deep, pytest.mark.data, needs_real_data]
MEMBERS = {"shanghai": "沪", "jiangsu": "苏", "zhejiang": "浙", "anhui": "皖"}
OFFICE = {"administrator": "总长安", "officer": "合长生", "approver": "审长正"}
CHIPS = "3973"
REASON = "the corrected unit was the wrong one"
ATLAS = "/api/v1/atlas"


def test_four_members_from_the_first_invitation_to_a_withdrawal(tmp_path: Path) -> None:
    ways = {
        "XIETONG_DATA": str(REAL_DATA),
        "XIETONG_REGIONS": str(REGIONS),
        "XIETONG_REGION": "yrd",
    }
    with household(tmp_path, **ways) as house:
        house.settle()
        house.run("manage", "collectstatic", "--noinput", "--verbosity", "0")
        with served(house, workers=2) as one:
            people = _invited(house, one.address)
            cast = {
                part: Visitor(one.address, who.token(strict=Role(part.split()[1]) in STRICT))
                for part, who in people.items()
            }
            reader = Visitor(one.address)
            registers = _registers(tmp_path)
            _strangers(cast, reader, _brought(cast, registers))
            _compiled(people["office officer"], cast["office officer"])
            _published(cast, reader, 1)
            _read(reader, registers)
            was, now = _corrected(people["shanghai officer"], cast["shanghai officer"])
            _compiled(people["office officer"], cast["office officer"])
            _published(cast, reader, 2)
            _compared(reader, was, now)
            _withdrawn(cast, reader)
        assert house.run("audit", "verify").stdout
        told = house.run("check").stdout.splitlines()
        assert all(line.endswith("ok") for line in told if "orphans" not in line), told


def _registers(folder: Path) -> Mapping[str, Path]:
    """Write each third row of each member's register."""
    files = {}
    for one in read_pack(REGIONS, "yrd").facts["datasets"]:
        table = parquet.read_table(REAL_DATA / one["file"])
        files[one["member"]] = folder / f"{one['member']}.parquet"
        parquet.write_table(table.take(list(range(0, table.num_rows, 3))), files[one["member"]])
    return files


def _invited(house: Household, address: str) -> dict[str, AtPages]:
    """Invite everybody; each comes in by the link, which is printed or lies in the mail."""
    made = house.run("organisation", "add", "长三角合作办公室", "--kind", "regional_office").stdout
    number = re.search(r"\d+", made)
    assert number is not None
    wanted = {f"office {role}": (name, role) for role, name in OFFICE.items()}
    for member, short in MEMBERS.items():
        for role, given in (("officer", "经办"), ("approver", "审批")):
            wanted[f"{member} {role}"] = (f"{short}{given}", role)
    people: dict[str, AtPages] = {}
    for part, (name, role) in wanted.items():
        scope = part.split()[0]
        email = f"{part.replace(' ', '.')}@delta.example"
        if scope == "anhui":
            said = {"email": email, "name": name, "role": role, "scope": f"member:{scope}"}
            people["office administrator"].send(
                "/en/people/invitations/new/", language="en", **said
            )
            told = _mailed(house, email)
        else:
            whom = ("--organisation", number[0]) if scope == "office" else ("--member", scope)
            how = ("--name", name, "--role", role, *whom)
            told = house.run("person", "invite", email, *how).stdout
        link = re.search(r"http\S+/invitation/\S+", told)
        assert link is not None, told
        people[part] = AtPages(address)
        people[part].enters(link.group(), name, email, strict=Role(role) in STRICT)
    return people


def _mailed(house: Household, email: str) -> str:
    """Return the mail that went to an address."""
    for path in (house.home / "mail").iterdir():
        mail = message_from_bytes(path.read_bytes(), policy=default)
        if mail["To"] == email:
            return str(mail.get_content())
    raise AssertionError(email)


def _brought(cast: Mapping[str, Visitor], registers: Mapping[str, Path]) -> Mapping[str, str]:
    """Each officer brings the member's register; return the address of each import."""
    under_way = {
        member: mapped(cast[f"{member} officer"], member, path)
        for member, path in registers.items()
    }
    for member, here in under_way.items():
        cast[f"{member} officer"].ask("POST", f"{here}/check", b"{}", "application/json")
    for member, here in under_way.items():
        officer = cast[f"{member} officer"]
        checked(officer, here)
        made = officer.post(f"{here}/commit", {"reason": "as in the office"}, wanted=201)
        assert made["rows"] == parquet.read_metadata(registers[member]).num_rows
    return under_way


def _strangers(cast: Mapping[str, Visitor], reader: Visitor, imports: Mapping[str, str]) -> None:
    """Another member's officer and the public learn nothing of a member's imports or register."""
    base = f"{ATLAS}/registers/jiangsu"
    doors = {
        imports["jiangsu"]: f"{base}/imports/999999",
        f"{base}/quality": f"{ATLAS}/registers/nowhere/quality",
        f"{base}/versions": f"{ATLAS}/registers/nowhere/versions",
    }
    for here, nowhere in doors.items():
        assert cast["jiangsu officer"].get(here)
        for part, wanted in ((cast["anhui officer"], 404), (reader, 401)):
            one, other = part.ask("GET", here), part.ask("GET", nowhere)
            assert one[0] == other[0] == wanted, here
            assert one[1]["code"] == other[1]["code"]


def _done(asker: Visitor, where: str) -> None:
    """Wait until the job at the end of an address is done."""
    job = f"/api/v1/desk/jobs/{where.rstrip('/').rsplit('/', 1)[-1]}"
    until = time.monotonic() + LONGEST_SECONDS
    while (told := asker.get(job))["state"] in ("waiting", "running"):
        assert time.monotonic() < until, told
        time.sleep(0.5)
    assert told["state"] == "done", told


def _compiled(page: AtPages, analyst: Visitor) -> None:
    here = "/en/atlas/editions/"
    _done(analyst, page.send(here, f"{here}compile/"))


def _published(cast: Mapping[str, Visitor], reader: Visitor, number: int) -> None:
    """Submit; an approver of each member agrees; publish. Until then nobody outside sees it."""
    here = f"{ATLAS}/standings/{number}"
    never = reader.ask("GET", f"{ATLAS}/editions/999999")
    unseen = (f"{ATLAS}/editions/{number}", f"{ATLAS}/editions/{number}/industries")
    standing = cast["office officer"].post(f"{here}/submission")
    agreement = standing["agreement"]["id"]
    consents = f"/api/v1/agreements/{agreement}/consents"
    for member in MEMBERS:
        for address in unseen:
            status, told = reader.ask("GET", address)
            assert (status, told["code"]) == (404, never[1]["code"])
        status, told = reader.ask("GET", f"/api/v1/agreements/{agreement}")
        assert status != 200
        refused = cast["office officer"].post(f"{here}/publication", wanted=422)
        assert refused["code"] == "not_approved"
        agree = {"member": member, "verdict": "agree"}
        for other in ("office approver", f"{member} officer"):
            cast[other].post(consents, agree, wanted=403)
        cast[f"{member} approver"].post(consents, agree)
    verified = cast["anhui approver"].get(f"/api/v1/agreements/{agreement}/verification")
    assert verified["sound"]
    cast["office officer"].post(f"{here}/publication")
    assert reader.get(f"{ATLAS}/editions/current")["number"] == number


def _units(reader: Visitor, which: str, industry: str) -> int:
    total: int = reader.get(f"{ATLAS}/editions/{which}/layer?industry={industry}")["total"]
    return total


def _read(reader: Visitor, registers: Mapping[str, Path]) -> None:
    """The public reads the map: as many units as the four files have rows."""
    rows = {member: parquet.read_metadata(path).num_rows for member, path in registers.items()}
    assert _units(reader, "current", "all") == sum(rows.values())
    places = {one["code"]: one["place"] for one in read_pack(REGIONS, "yrd").facts["members"]}
    provinces = reader.get(f"{ATLAS}/editions/current/layer?industry=all&level=province")
    shown = {cell["code"]: cell["n"] for cell in provinces["cells"]}
    assert sum(shown.values()) == sum(rows.values())
    for member, count in rows.items():
        # A few rows of a register lie in another member.
        assert abs(shown[places[member]] - count) <= count // 1000
    industries = reader.get(f"{ATLAS}/editions/current/industries")
    most = max(industries, key=lambda one: one["clusters"])["key"]
    clusters = reader.get(f"{ATLAS}/editions/current/clusters?industry={most}")
    assert clusters
    assert all(len(one["members"]) > 1 for one in clusters if one["crossing"])
    brief = f"{ATLAS}/editions/1/briefs/place/320500?format=pdf"
    assert reader.get(brief).startswith(b"%PDF")


def _corrected(page: AtPages, officer: Visitor) -> tuple[str, str]:
    """Correct the first unit of the queue and apply it; return both industries' divisions."""
    base = "/en/atlas/registers/shanghai"
    unit = re.search(r'href="\?unit=([^"&]+)', page.see(f"{base}/queue/"))
    assert unit is not None
    said: dict[str, Any] = {
        "unit": unit.group(1),
        "field": "industry",
        "value": CHIPS,
        "reason": "seen at the works",
    }
    made = officer.post(f"{ATLAS}/registers/shanghai/corrections", said)
    assert (made["unit"], made["to_value"]) == (said["unit"], CHIPS)
    assert made["from_value"][:2] != CHIPS[:2]
    _done(officer, page.send(f"{base}/corrections/", f"{base}/corrections/apply/"))
    return f"d{made['from_value'][:2]}", f"d{CHIPS[:2]}"


def _compared(reader: Visitor, was: str, now: str) -> None:
    """One unit has moved from one division to another, and the comparison tells of the register."""
    for industry, moved in (("all", 0), (was, -1), (now, +1)):
        assert _units(reader, "2", industry) == _units(reader, "1", industry) + moved
    changes = reader.get(f"{ATLAS}/comparison?from=1&to=2&limit=200")
    assert changes["total"] >= 1
    assert "Shanghai" in str(changes["changes"][0])


def _withdrawn(cast: Mapping[str, Visitor], reader: Visitor) -> None:
    """The office's approver withdraws; readers are told why, and the first one is current again."""
    here = f"{ATLAS}/standings/2/withdrawal"
    cast["jiangsu approver"].post(here, {"reason": REASON}, wanted=403)
    cast["office approver"].post(here, {"reason": REASON})
    assert reader.get(f"{ATLAS}/editions/current")["number"] == 1
    status, told = reader.ask("GET", f"{ATLAS}/editions/2")
    assert (status, told["code"]) == (404, "edition_withdrawn")
    assert REASON in told["title"]
    assert reader.get(f"{ATLAS}/editions/1")["number"] == 1
