"""The page of limits says what the code holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from xietong.atlas.operations import correction_tables
from xietong.desk import naming
from xietong.engine.tables import limits
from xietong.kit import surroundings
from xietong.portal import bodies
from xietong.portal.uploads import BESIDE_BYTES
from xietong.region.operations import organisation_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate" / "limits.md"


def row(mark: str) -> str:
    """Return the one row of the page that has a mark."""
    found = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if mark in line]
    assert len(found) == 1, (mark, found)
    return found[0]


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("| a request with a file", f"200 MB and {BESIDE_BYTES // 1_000_000} MB"),
        ("| a request without", f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6} MB"),
        ("| fields of a form", f"| {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} |"),
        ("| files of a form", f"| {settings.DATA_UPLOAD_MAX_NUMBER_FILES} |"),
        (
            "region/operations/organisation_tables.py",
            f"{organisation_tables.MOST_BYTES >> 20} MiB, {organisation_tables.MOST_ROWS:,} rows",
        ),
        (
            "atlas/operations/correction_tables.py",
            f"{correction_tables.MOST_BYTES // 10**6} MB, {correction_tables.MOST_ROWS:,} rows",
        ),
        ("desk/naming.py", f"| {naming.MOST_CHARACTERS} characters"),
        ("`MOST_COLUMNS`", f"| {limits.MOST_COLUMNS:,} |"),
        ("`MOST_CELLS`", f"| {limits.MOST_CELLS:,} |"),
        ("| characters of a cell |", f"| {limits.MOST_CHARACTERS:,} |"),
        ("| rows |", f"| {limits.MOST_ROWS:,} |"),
        ("`MOST_MEMBERS`", f"| {limits.MOST_MEMBERS:,} |"),
        ("`MOST_UNPACKED_BYTES`", f"| {limits.MOST_UNPACKED_BYTES >> 30} GiB |"),
        ("`MOST_RATIO`", f"| {limits.MOST_RATIO} : 1 |"),
    ],
)
def test_a_limit_is_what_the_page_says(mark: str, said: str) -> None:
    assert said in row(mark)


def test_every_fault_of_the_surroundings_stands_there_with_its_time() -> None:
    for made in (
        surroundings.busy,
        surroundings.away,
        surroundings.disk_full,
        surroundings.read_only,
    ):
        refusal = made()
        told = row(f"| `{refusal.code}`, {refusal.status} |")
        assert re.search(rf"\| {refusal.again_after} s \|", told)


def test_every_refusal_on_the_page_is_one() -> None:
    """Hold the codes against the list that is written from the code."""
    listed = (PAGE.parent.parent / "api" / "refusals.md").read_text(encoding="utf-8")
    listed += (PAGE.parent.parent.parent / "src/xietong/kit/words.py").read_text(encoding="utf-8")
    codes = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE.read_text(encoding="utf-8"))
    assert codes
    assert [code for code in codes if code not in listed] == []


def test_what_senders_are_told_stands_there() -> None:
    assert f"| {bodies.SENDERS} |" in row("| bodies that are waited for")
    assert f"| {bodies.PATIENCE_SECONDS:.0f} s" in row("| the time for a body")
    assert f"{bodies.SLOWEST_BYTES_A_SECOND:,} bytes" in row("| the time for a body")
    refusal = surroundings.crowded()
    assert f"`{refusal.code}`, {refusal.status}, again after {refusal.again_after} s" in row(
        "| bodies that are waited for"
    )
