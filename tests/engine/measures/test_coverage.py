"""Intervals hold the truth as often as they say, and the table in the docs is what was measured."""

from __future__ import annotations

import re

import pytest

from engine.measures.coverage import CASES, COUNTS, Case, coverage, row_of, together
from real_data import ROOT

PAGE = ROOT / "docs" / "methods" / "location-quotient.md"


def test_intervals_of_counts_hold_their_level() -> None:
    bands = coverage(COUNTS, draws=60)
    for band in bands:
        assert 0.935 < band.held < 0.985, row_of(band)
        assert band.too_high < 0.035, row_of(band)
        assert band.too_low < 0.035, row_of(band)


def test_intervals_of_amounts_need_the_counts_to_hold_their_level() -> None:
    skewed = Case("", 1.9, with_counts=True)
    told, untold = coverage(skewed, draws=20), coverage(Case("", 1.9), draws=20)
    assert min(band.held for band in told) > 0.92
    assert max(band.held for band in untold) < 0.92


def test_all_intervals_of_a_family_hold_at_once() -> None:
    both, lower = together(draws=60)
    assert both >= 0.9
    assert lower >= both


@pytest.mark.deep
def test_the_table_of_the_docs_is_what_was_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for case in CASES:
        part = page.split(f"**{case.name}**", 1)[1].split("**", 1)[0]
        printed = [figures(line) for line in part.splitlines() if re.match(r"\| \d", line)]
        measured = [figures(row_of(band)) for band in coverage(case)]
        assert len(printed) == len(measured), case.name
        for row, wanted in zip(printed, measured, strict=True):
            assert row == pytest.approx(wanted, abs=0.35), case.name


def figures(line: str) -> list[float]:
    return [float(cell) for cell in line.split("|")[2:-1]]


@pytest.mark.deep
def test_a_family_holds_at_once_over_many_tables() -> None:
    both, _ = together(draws=1_500)
    assert both >= 0.95
