"""No file that a door gives holds a cell that a sheet program runs, or a field that Word fills.

Which doors give files is not listed here: every page and operation that is read is knocked at, in
each form that any of them knows, and whatever comes back to be saved is looked through.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from python_calamine import CalamineWorkbook

from access.house import NORTH, House, body_of
from access.knocks import Knock, knock_for
from access.test_matrix import of_web
from atlas.registers import write_csv
from xietong.atlas import operations as atlas
from xietong.atlas.models import Correction, RegisterVersion
from xietong.atlas.queries import rows
from xietong.desk.operations.running import run
from xietong.engine.tables.write import harmless
from xietong.portal.access import Door
from xietong.region import operations as region
from xietong.region.models import Mandate, Organisation, Person
from xietong.region.rules import LOCAL

pytestmark = [pytest.mark.operations, pytest.mark.django_db]
STARTS = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", " =")
FORMS = ("csv", "xlsx", "docx", "jsonl")
# Who is let in somewhere; the first who is given a file is enough.
WHO = ("north_administrator", "north_officer", "office_administrator", "office_officer")
# What is given to be saved and is no table and no document: each with why nothing of it runs.
NO_SHEET = {
    "application/json": "no sheet program opens it",
    "application/geo+json": "no sheet program opens it",
    "application/x-ndjson": "no sheet program opens it",
    "application/jsonl": "no sheet program opens it",
    "application/pdf": "set from data, without forms or scripts",
    "application/toml": "no sheet program opens it",
    "text/plain": "recovery codes, which are ours",
}
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def planted(what: str, at: int = 0) -> str:
    """Return a hostile text that says what it is."""
    return f"{STARTS[at % len(STARTS)]}cmd|' /C calc'!{what}"


@pytest.fixture
def hostile(house: House) -> House:
    """Put texts that run into everything that people write."""
    headings = ("Name", "Registration number", "Business scope", "Address", "Registered capital")
    table = [
        (
            *(planted("firm", at), f"8102021{at:05}", planted("scope", at), "北岸省桤林市"),
            planted("capital", at),
        )
        for at in range(len(STARTS))
    ]
    about = atlas.About(title_zh=planted("title"), title_en=planted("title"))
    path = write_csv(house.grown.home.parent / "hostile.csv", table, headings)
    atlas.import_register(
        actor=LOCAL, member=NORTH, path=path, about=about, although=planted("although")
    )
    officer = house.cast["north_officer"]
    draft = atlas.begin_draft(
        actor=officer,
        member=NORTH,
        stream=io.BytesIO(path.read_bytes() + b"=bad,,,,=1\n"),
        name=planted("file") + ".csv",
    )
    draft = atlas.map_draft(actor=officer, member=NORTH, number=draft.pk, columns=draft.columns)
    run(atlas.check_draft(actor=officer, member=NORTH, number=draft.pk).pk, beside=False)
    run(
        atlas.mark_draft(actor=officer, member=NORTH, number=draft.pk, language="zh-hans").pk,
        beside=False,
    )
    draft.refresh_from_db()
    assert draft.state in ("ready", "checked")
    found = rows.rows(LOCAL, NORTH, rows.Filters())
    for at, one in enumerate(found.rows[:3]):
        atlas.correct_unit(
            actor=officer,
            member=NORTH,
            unit=str(one["unit"]),
            field="industry",
            value="1220",
            reason=planted("correction", at),
        )
    for at, body in enumerate(Organisation.objects.order_by("pk")):
        region.change_organisation(
            actor=LOCAL,
            key=body.pk,
            about=region.About(name_zh=planted(f"organisation{at}", at), kind=body.kind),
        )
    for at, person in enumerate(Person.objects.order_by("pk")):
        region.rename_person(actor=LOCAL, key=person.pk, name=planted(f"person{at}", at))
    revoked = Mandate.objects.get(person=house.cast.person("north_analyst"))
    region.revoke_mandate(actor=LOCAL, key=revoked.pk, reason=planted("revocation"))
    assert Correction.objects.filter(reason__contains="cmd|").count() == 3
    newest = RegisterVersion.objects.filter(register__member__code=NORTH).latest("number")
    keys = house.keys | {"ready": draft.pk, "version": newest.number}
    return replace(house, keys=keys)


def in_each_form(knock: Knock) -> list[Knock]:
    """Return a knock once for each form of file that its address may name."""
    for name in ("format", "kind"):
        if name in knock.names:
            return [replace(knock, names=knock.names | {name: form}) for form in FORMS]
    if "format=" in knock.query:
        return [
            replace(knock, query=re.sub(r"format=\w+", f"format={form}", knock.query))
            for form in FORMS
        ]
    return [knock]


def files_of(door: Door, house: House) -> list[tuple[str, bytes]]:
    """Return the kind and content of each file that a door gives."""
    knock = knock_for(door, house)
    assert knock is not None, f"nobody says how to knock at {door.name}"
    found = []
    for one in in_each_form(knock):
        for part in WHO:
            answer: Any = house.seated(part).get(one.address(door))
            content = body_of(answer)
            kind = (answer.get("Content-Type") or "").partition(";")[0]
            saved = "attachment" in (answer.get("Content-Disposition") or "")
            if answer.status_code == 200:
                if saved or kind in (SHEET, WORD, "text/csv"):
                    found.append((kind, content))
                break
            if answer.status_code in (400, 422) or b"no_such_format" in content:
                break
    return found


def cells_of(kind: str, content: bytes) -> list[str]:
    """Return every text of a file, after it has been held that none of them runs."""
    if kind == "text/csv":
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        texts = [cell for row in table for cell in row]
        assert [cell for cell in texts if harmless(cell) != cell] == []
        return texts
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    if kind == WORD:
        words = b"".join(parts[name] for name in parts if name.endswith(".xml"))
        for runs in (b"<w:instrText", b"<w:fldSimple", b"<w:hyperlink", b"vbaProject"):
            assert runs not in words
        root = ElementTree.fromstring(parts["word/document.xml"])  # noqa: S314
        return ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("}p")]
    for name, part in parts.items():
        assert not re.search("externalLink|vbaProject|macrosheets|connections", name), name
        if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
            continue
        root = ElementTree.fromstring(part)  # noqa: S314  (ours)
        assert not list(root.iter(f"{NS}f")), f"{name} has a formula"
        assert not list(root.iter(f"{NS}hyperlink")), f"{name} has a link"
        kinds = {cell.get("t", "n") for cell in root.iter(f"{NS}c")}
        assert kinds <= {"s", "inlineStr", "n", "b"}, kinds
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str)
    ]


def test_no_door_gives_a_file_that_runs(hostile: House) -> None:
    given: dict[str, set[str]] = defaultdict(set)
    unknown, seen = [], ""
    for door in of_web():
        if door.method != "GET":
            continue
        for kind, content in files_of(door, hostile):
            given[door.name].add(kind)
            if kind in ("text/csv", SHEET, WORD):
                seen += "\n".join(cells_of(kind, content))
            elif kind not in NO_SHEET and door.name != "desk:file":
                unknown.append((door.name, kind))
    assert unknown == [], "say in NO_SHEET why nothing of it runs, or look through it here"
    tables = {name for name, kinds in given.items() if kinds & {"text/csv", SHEET, WORD}}
    print(len(tables), "doors give tables or documents:", *sorted(tables))  # noqa: T201
    # The texts were there to be found, each in some file.
    for what in (
        *("firm", "scope", "title", "although", "correction", "revocation"),
        *("organisation0", "person0"),
    ):
        assert f"!{what}" in seen, what
    # Doors that must be among them, so that the search itself is seen to work.
    assert tables >= {
        *("atlas:export", "atlas:clusters_export", "atlas:brief", "atlas:comparison_export"),
        *("region:people_export", "region:organisations_export", "region:mandates_export"),
        *("region:audit_export", "region:organisations_template"),
    }
