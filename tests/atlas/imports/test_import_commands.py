"""The steps at the machine, as the operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atlas.imports.conftest import NORTH, Counter, part
from commands import run
from xietong.atlas.models import RegisterVersion

pytestmark = pytest.mark.operations
MEMBER = ("--member", NORTH)


def upload(path: Path) -> str:
    return run("register", "draft", "upload", str(path), *MEMBER).stdout.split()[0]


def test_from_upload_to_restore(counter: Counter, tmp_path: Path) -> None:
    source = counter.house.registers[NORTH]
    first = counter.by_command(source)
    number = upload(part(source, tmp_path / "less.csv", range(first.rows - 1)))
    run("register", "draft", "map", number, *MEMBER)
    assert run("register", "draft", "check", number, *MEMBER).stdout.split() == [number, "ready"]
    told = run("register", "draft", "show", number, *MEMBER).stdout
    assert "0\tName\tname\tknown" in told
    assert json.loads(told.splitlines()[-1])["summary"]["removed"] == 1
    assert number in run("register", "draft", "list", *MEMBER).stdout
    told = run("register", "draft", "commit", number, *MEMBER).stdout
    assert told == f"northshore version 2: {first.rows - 1} rows\n"
    run("register", "restore", "1", *MEMBER, "--reason", "漏报一户")
    assert RegisterVersion.objects.get(number=3).digest == first.digest
    told = run("register", "versions", *MEMBER).stdout
    assert [line.split("\t")[5] for line in told.splitlines()] == ["restores 1", "–", "–"]
    told = run("register", "restore", "3", *MEMBER, "--reason", "x", expect=2).stderr
    assert "is_newest" in told


def test_faults_are_listed_and_marked_up(counter: Counter, tmp_path: Path) -> None:
    path = tmp_path / "faulty.csv"
    path.write_text("Firm,Where\n,北岸省\n甲厂,北岸省\n", encoding="utf-8")
    number = upload(path)
    for choice, code in (
        ((), "columns_missing"),
        (("-c", "name"), "columns_unclear"),
        (("-c", "name=7"), "columns_unclear"),
    ):
        told = run("register", "draft", "map", number, *MEMBER, *choice, expect=2)
        assert code in told.stderr
    run("register", "draft", "map", number, *MEMBER, "-c", "name=0", "-c", "address=1")
    run("register", "draft", "check", number, *MEMBER, expect=2)
    told = run("register", "draft", "problems", number, *MEMBER)
    assert told.stdout == (
        "Row 2, column `name`: the name is missing. Fill in the name, or take the row out.\n"
    )
    book = tmp_path / "marked.xlsx"
    run("register", "draft", "mark", number, *MEMBER, "--in", "en", "-o", str(book))
    assert book.read_bytes().startswith(b"PK")
    run("register", "draft", "discard", number, *MEMBER)
    told = run("register", "draft", "commit", number, *MEMBER, expect=2)
    assert "draft_discarded" in told.stderr
    assert run("register", "draft", "list", *MEMBER).stdout == ""
