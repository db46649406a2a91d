"""Whoever may reads who changed what: own members' entries, all of them, or nothing at all."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from python_calamine import CalamineWorkbook

from cast import Cast, cast, signed_in
from commands import run
from houses import Lakes, lakes
from real_data import ROOT
from xietong.kit.references import Reference
from xietong.kit.refusals import NotAllowed, NotFound, Refusal
from xietong.region import operations, queries
from xietong.region.exports import json_lines, write_audit
from xietong.region.models import AuditEntry
from xietong.region.operations import change, record
from xietong.region.queries import Wanted
from xietong.region.rules import LOCAL
from xietong.region.verbs import known_verbs, words_of

__all__ = ["cast", "lakes"]
pytestmark = pytest.mark.django_db
PACKAGE = ROOT / "src" / "xietong"
MEMBERS = ("northshore", "southshore", "")
EDITION = Reference("atlas", "edition", "7")


@pytest.fixture
def house(lakes: Lakes, cast: Cast) -> Cast:
    """Write an entry on a record of each member, and one of no member."""
    with change():
        for member in MEMBERS:
            record(
                actor=cast["north_officer"],
                verb="publish_edition",
                subject=Reference("atlas", "edition", member or "7"),
                member=member,
                reason=f"=HYPERLINK({member})",
                before="draft",
                after="published",
            )
    return cast


READERS = {
    "operator": {*MEMBERS},
    "office_officer": {*MEMBERS},
    "office_administrator": {*MEMBERS},
    "north_officer": {"northshore"},
    "north_approver": {"northshore"},
    "south_administrator": {"southshore"},
    "north_viewer": None,
    "north_analyst": None,
    "office_viewer": None,
    "institute_officer": set(),
    "nobody": None,
    "reader": None,
    "outsider": None,
}


@pytest.mark.parametrize("part", READERS)
def test_an_actor_sees_the_entries_of_own_members(house: Cast, part: str) -> None:
    seen, actor = READERS[part], house[part]
    if seen is None:
        for read in (queries.entries, queries.verbs_in_audit):
            with pytest.raises(NotAllowed):
                list(read(actor))
        with pytest.raises(NotAllowed):
            queries.sheet_of_entries(actor, Wanted())
        assert list_of_history(house, part) == {}
        return
    wanted = Wanted(verb="publish_edition")
    assert {one.member for one in queries.entries(actor, wanted)} == seen
    assert {one.member for one in queries.sheet_of_entries(actor, wanted).entries} == seen
    assert ("publish_edition" in queries.verbs_in_audit(actor)) == bool(seen)
    assert list_of_history(house, part).keys() == {member or "7" for member in seen}


def list_of_history(house: Cast, part: str) -> dict[str, int]:
    """Return how many entries an actor finds of each edition; others are not there for it."""
    found, codes = {}, set()
    for key in ("northshore", "southshore", "7", "nowhere"):
        try:
            rows = queries.history(house[part], Reference("atlas", "edition", key))
        except NotFound as refusal:
            codes.add(refusal.code)
        else:
            found[key] = len(rows)
    assert codes == {"no_history"}
    return found


def test_entries_are_found_by_what_is_known_of_them(house: Cast) -> None:
    key = house["north_officer"].key

    def found(**wanted: Any) -> int:
        return len(list(queries.entries(LOCAL, Wanted(**wanted))))

    whole = AuditEntry.objects.count()
    assert found() == whole > 3
    assert found(actor=key) == found(actor="林北") == found(verb="publish_edition") == 3
    assert found(subject=str(EDITION)) == found(actor=key, member="northshore") == 1
    last = AuditEntry.objects.order_by("-number")[0].at
    assert found(since=last) < whole
    assert found(since=last) + found(until=last) == whole


def test_a_mandate_for_an_organisation_stands_in_the_list_of_its_member(cast: Cast) -> None:
    institute, office = (cast.organisations[key].pk for key in ("institute", "office"))
    for giver, organisation in (("north_administrator", institute), ("operator", office)):
        given = operations.grant_mandate(
            actor=cast[giver],
            person=cast.person("nobody").pk,
            role="viewer",
            organisation=organisation,
            reason="轮岗",
        )
        operations.revoke_mandate(actor=cast[giver], key=given.pk, reason="期满")

    def scopes(part: str) -> list[tuple[str, str]]:
        return [
            (one.verb, one.details["scope"])
            for one in queries.entries(cast[part])
            if one.verb in ("grant_mandate", "revoke_mandate")
        ]

    of_institute = [
        (verb, f"organisation:{institute}") for verb in ("grant_mandate", "revoke_mandate")
    ]
    of_office = [(verb, f"organisation:{office}") for verb in ("grant_mandate", "revoke_mandate")]
    assert scopes("north_officer") == of_institute
    assert scopes("south_officer") == []
    assert scopes("office_officer") == [*of_institute, *of_office]


def test_sheets_lead_through_all_entries_and_back(house: Cast) -> None:
    with change():
        for _ in range(130):
            record(actor=LOCAL, verb="load_region", subject=EDITION)
    wanted, numbers, before = Wanted(), [], None
    while True:
        sheet = queries.sheet_of_entries(LOCAL, wanted, before=before)
        numbers += [one.number for one in sheet.entries]
        if sheet.older is None:
            break
        before = sheet.older
    assert numbers == list(range(AuditEntry.objects.count(), 0, -1))
    newer = queries.sheet_of_entries(LOCAL, wanted, after=numbers[-1])
    assert [one.number for one in newer.entries] == list(range(51, 1, -1))
    assert (newer.newer, newer.older) == (51, 2)


PAGES = ("/audit/", "/audit/export.jsonl", "/audit/export.xlsx", "/api/v1/region/audit")


@pytest.mark.parametrize("part", ["north_officer", "office_officer", "north_viewer", "reader"])
def test_the_doors_ask_the_same_table(house: Cast, client: Client, part: str) -> None:
    if part != "reader":
        signed_in(client, house.person(part))
    allowed = READERS[part] is not None
    for address in PAGES:
        shut = 403 if part != "reader" else 401 if address.startswith("/api/") else 302
        assert client.get(address).status_code == (200 if allowed else shut), address
    if not allowed:
        # Whoever reads no audit at all is not told whether there is anything to read.
        shut = 302 if part == "reader" else 403
        for subject in ("northshore", "nowhere"):
            assert client.get(f"/audit/of/atlas:edition:{subject}/").status_code == shut
        return
    own, other = (
        client.get("/audit/of/atlas:edition:northshore/"),
        client.get("/audit/of/atlas:edition:southshore/"),
    )
    assert own.status_code == 200
    assert other.status_code == (200 if part == "office_officer" else 404)
    whole = client.get("/api/v1/region/audit/head").status_code
    assert whole == (200 if part == "office_officer" else 403)
    nowhere = client.get("/api/v1/region/audit/of/atlas:edition:nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "no_history")
    malformed = client.get("/api/v1/region/audit/of/nothing")
    assert (malformed.status_code, malformed.json()["code"]) == (400, "no_reference")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_say_who_changed_what(house: Cast, client: Client, language: str) -> None:
    signed_in(client, house.person("office_officer"))
    start = "" if language == "zh-hans" else "/en"
    body = client.get(f"{start}/audit/?verb=publish_edition").content.decode()
    with translation.override(language):
        words = words_of("publish_edition")
    assert body.count(f'<td class="title">{words}<br>') == 2
    assert "林北舟" in body
    assert f'href="{start}/audit/of/atlas:edition:7/"' in body
    assert "=HYPERLINK(northshore)" in body
    assert "load_region" not in re.sub(r'value="\w+"', "", body)
    history = client.get(f"{start}/audit/of/atlas:edition:7/").content.decode()
    entry = AuditEntry.objects.get(subject=str(EDITION))
    assert entry.hash in history
    assert '<code title="draft">draft</code> → <code title="published">published</code>' in history
    nothing = client.get(f"{start}/audit/?subject=atlas:edition:nowhere").content.decode()
    assert "<tbody>" not in nothing
    odd = "?before=x&after=-1&since=9999-99-99&until=9999-12-31&member=%00"
    assert client.get(f"{start}/audit/{odd.replace('%00', 'x')}").status_code == 200
    assert client.get(f"{start}/audit/export.csv").status_code == 404


def test_the_api_pages_and_narrows(house: Cast, client: Client) -> None:
    signed_in(client, house.person("office_officer"))
    told = client.get("/api/v1/region/audit", {"verb": "publish_edition"}).json()
    assert [one["member"] for one in told["entries"]] == ["", "southshore", "northshore"]
    assert told["older"] is None
    for one in told["entries"]:
        assert hashlib.sha256(one["body"].encode()).hexdigest() == one["hash"]
    assert client.get("/api/v1/region/audit", {"since": "2999-01-01"}).json()["entries"] == []
    head = client.get("/api/v1/region/audit/head")
    assert queries.read_head(head.content, "head").head.number == AuditEntry.objects.count()


def test_a_workbook_holds_texts_and_no_formulas(house: Cast, tmp_path: Path) -> None:
    path = tmp_path / "audit.xlsx"
    assert write_audit(LOCAL, Wanted(verb="publish_edition"), path) == 3
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert len(rows) == 4
    assert [row[7] for row in rows[1:]] == [f"=HYPERLINK({member})" for member in MEMBERS]
    assert rows[1][11] == AuditEntry.objects.filter(verb="publish_edition")[0].hash
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".xlsx"] == ["audit.xlsx"]


def test_an_export_that_cannot_be_written_leaves_nothing(house: Cast, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="export_form_unknown"):
        write_audit(LOCAL, Wanted(), tmp_path / "audit.pdf")
    with pytest.raises(Refusal, match="export_not_written"):
        write_audit(LOCAL, Wanted(), tmp_path / "nowhere" / "audit.jsonl")
    assert not [each for each in tmp_path.iterdir() if each.name != "home"]


def test_only_who_reads_all_of_it_gets_the_head(house: Cast) -> None:
    lines = [json.loads(line) for line in json_lines(house["office_officer"], Wanted())]
    assert set(lines[-1]) == {"head"}
    for part, wanted in (("north_officer", Wanted()), ("operator", Wanted(verb="load_region"))):
        told = [json.loads(line) for line in json_lines(house[part], wanted)]
        assert told
        assert all(set(line) == {"hash", "body"} for line in told)


def program() -> str:
    """Return the program that docs/methods/audit-chain.md gives to whoever checks elsewhere."""
    page = (ROOT / "docs/methods/audit-chain.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```py\n(.*?)```", page, re.DOTALL)
    assert block.count("\n") <= 30
    return str(block)


def elsewhere(path: Path, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program(), str(path), key], capture_output=True, text=True
    )


def test_an_export_is_verified_elsewhere_by_the_program_of_the_docs(
    house: Cast, tmp_path: Path
) -> None:
    path = tmp_path / "audit.jsonl"
    entries = AuditEntry.objects.count()
    assert run("audit", "export", str(path)).stdout == f"{path}\t{entries}\n"
    key = run("node", "show").stdout.split()[1]
    told = elsewhere(path, key)
    assert (told.returncode, told.stdout) == (0, f"{entries} entries, whole, signed\n"), told.stderr
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    broken = {
        "a letter": [*lines[:-2], lines[-2].replace("published", "publisheD"), lines[-1]],
        "an entry": [*lines[:1], *lines[2:]],
        "two swapped": [lines[1], lines[0], *lines[2:]],
        "the tail": [*lines[:-2], lines[-1]],
        "no head": lines[:-1],
    }
    for what, changed in broken.items():
        path.write_text("".join(changed), encoding="utf-8")
        assert elsewhere(path, key).returncode != 0, what
    path.write_text("".join(lines), encoding="utf-8")
    assert elsewhere(path, "00" * 32).returncode != 0


def test_the_command_shows_a_record(house: Cast) -> None:
    told = run("audit", "show", "atlas:edition:7").stdout.rstrip("\n").split("\t")
    assert told[2:] == ["林北舟", "published the edition", "draft → published", "=HYPERLINK()"]
    assert run("audit", "show", "atlas:edition:99", expect=2).stderr.startswith("no_history: ")
    assert run("audit", "show", "what", expect=2).stderr.startswith("no_reference: ")


def verbs_recorded(package: Path) -> Iterator[tuple[str, str]]:
    """Give (file, verb) of each verb that operations write, as far as it stands there."""
    for path in sorted(package.glob("*/operations/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            for word in node.keywords:
                if word.arg == "verb":
                    for each in ast.walk(word.value):
                        if isinstance(each, ast.Constant) and isinstance(each.value, str):
                            yield path.relative_to(package).as_posix(), each.value


def test_every_verb_has_words_in_both_languages() -> None:
    recorded = {verb: file for file, verb in verbs_recorded(PACKAGE)}
    assert {"load_region", "publish_edition", "note_node_key"} <= recorded.keys()
    assert {verb: file for verb, file in recorded.items() if verb not in known_verbs()} == {}
    with translation.override("zh-hans"):
        untold = [verb for verb, words in known_verbs().items() if words_of(verb) == words]
    assert untold == []


def test_a_verb_without_words_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "plan" / "operations" / "schemes.py"
    path.parent.mkdir(parents=True)
    path.write_text('record(verb="planted" if x else "other")')
    assert {verb for _, verb in verbs_recorded(tmp_path)} == {"planted", "other"}
    assert words_of("planted") == "planted"
