"""The coder against people, on the real registers: floors, calibration, the chains' segments.

The floors are what was reached, less a row or two: nothing here is random, so that a fall below
them is a change of the coder. Only the fresh rows and the segments' are rows that no word was
chosen on.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pytest

from engine.coding.labelled import (
    HERE,
    MEMBERS,
    Labelled,
    coders_labels,
    interval,
    labels,
    register,
    rows_by_key,
)
from engine.coding.pack import china_coder, china_vocabulary
from real_data import REGIONS, needs_real_data
from xietong.engine.coding import Coding

FILES = ("fresh_labels.csv", "segment_labels.csv", "tuning_labels.csv")
CHAINS = REGIONS / "yrd" / "chains.toml"


@cache
def coded(row: Labelled) -> Coding:
    return china_coder().code(row.name, row.scope)


def share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found)


def exact(rows: Sequence[Labelled]) -> float:
    return share(row.right(coded(row).division) for row in rows)


def defensible(rows: Sequence[Labelled]) -> float:
    return share(row.defensible(coded(row).division) for row in rows)


def groups(rows: Sequence[Labelled]) -> float:
    return share(coded(row).group == row.group for row in rows if row.group)


@pytest.mark.parametrize("file", FILES)
def test_label_files_hold_keys_and_codes_alone(file: str) -> None:
    allowed = {
        "key": r"[0-9a-f]{16}",
        "pool": r"[a-z]+",
        "division": r"\d\d",
        "group": r"(\d{3})?",
        "class": r"(\d{4})?",
        "alternatives": r"(\d\d( \d\d)*)?",
        "sure": r"[123]",
    }
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        for column, value in row.items():
            assert re.fullmatch(allowed[column], value), (row["key"], column)
        for code in (row["division"], row["group"], row.get("class"), *row["alternatives"].split()):
            assert not code or code in china_vocabulary().codes
        assert row["group"].startswith(row["division"]) or not row["group"]
        assert row.get("class", "").startswith(row["group"]) or not row.get("class")


def test_no_row_is_judged_that_was_tuned_on() -> None:
    keys = []
    for file in FILES:
        with (HERE / file).open(encoding="utf-8", newline="") as lines:
            keys.append({row["key"] for row in csv.DictReader(lines)})
    fresh, segments, tuned = keys
    assert not fresh & tuned
    assert not segments & tuned
    assert not fresh & segments


@needs_real_data
def test_rows_that_nobody_tuned_to() -> None:
    rows = labels("fresh_labels.csv")
    assert len(rows) == 240
    assert exact(rows) >= 0.855
    assert defensible(rows) >= 0.965
    assert groups(rows) >= 0.90


@needs_real_data
def test_the_rows_of_two_coders() -> None:
    rows = coders_labels()
    assert len(rows) == 240
    assert exact(rows) >= 0.89
    assert defensible(rows) >= 0.96
    assert groups(rows) >= 0.84


@needs_real_data
def test_the_coders_agree_with_each_other_more_than_we_with_them() -> None:
    rows = coders_labels()
    assert share(one == other for one, other in (row.coders for row in rows)) > exact(rows)


@needs_real_data
def test_rows_that_words_were_chosen_on() -> None:
    rows = labels("tuning_labels.csv")
    drawn = [row for row in rows if row.pool == "random"]
    assert len(drawn) == 900
    assert exact(drawn) >= 0.885
    assert defensible(drawn) >= 0.97
    searched = [row for row in rows if row.pool != "random"]
    assert len(searched) == 200
    assert exact(searched) >= 0.78
    assert defensible(searched) >= 0.91


@needs_real_data
def test_four_bands_of_confidence_are_as_right_as_they_say() -> None:
    rows = sorted(labels("fresh_labels.csv"), key=lambda row: coded(row).confidence)
    for band in np.array_split(np.arange(len(rows)), 4):
        part = [rows[at] for at in band]
        stated = sum(coded(row).confidence for row in part) / len(part)
        low, high = interval(sum(row.right(coded(row).division) for row in part), len(part))
        assert low <= stated <= high


@needs_real_data
def test_the_sure_are_more_often_right_on_other_rows_too() -> None:
    rows = sorted(coders_labels(), key=lambda row: coded(row).confidence)
    assert exact(rows[120:]) > exact(rows[:120]) + 0.1


def judged(rows: Sequence[Labelled], classes: frozenset[str]) -> tuple[int, int, int]:
    """Return how many rows of a segment were found, wrongly put there, and missed.

    A row whose label is not deep enough to tell whether it belongs is left out.
    """
    found = wrong = missed = 0
    for row in rows:
        deepest = row.class_ or row.group or row.division
        if not row.class_ and any(code.startswith(deepest) for code in classes):
            continue
        said, true = coded(row).class_ in classes, row.class_ in classes
        found += said and true
        wrong += said and not true
        missed += true and not said
    return found, wrong, missed


@needs_real_data
def test_the_chains_segments() -> None:
    rows = labels("segment_labels.csv")
    assert Counter(row.pool for row in rows) == dict.fromkeys(
        ("chips", "display", "sensor", "software"), 25
    )
    assert exact(rows) >= 0.85
    assert defensible(rows) >= 0.94
    classes = [row for row in rows if row.class_]
    assert share(coded(row).class_ == row.class_ for row in classes) >= 0.75
    chains = tomllib.loads(CHAINS.read_text("utf-8"))["chain"]
    # Chains share segments (sensors stand in four), each of which counts once.
    segments = {frozenset(one["classes"]) for chain in chains for one in chain["segment"]}
    told = [judged(rows, segment) for segment in segments]
    found, wrong, missed = (sum(column) for column in zip(*told, strict=True))
    assert found / (found + wrong) >= 0.80
    assert found / (found + missed) >= 0.70


@needs_real_data
def test_a_row_of_traditional_characters_is_read_alike() -> None:
    opencc = pytest.importorskip("opencc")
    turn = opencc.OpenCC("s2t").convert
    rows = labels("fresh_labels.csv")
    other = [china_coder().code(turn(row.name), turn(row.scope)) for row in rows]
    same = share(coded(row) == one for row, one in zip(rows, other, strict=True))
    assert same >= 0.98


@needs_real_data
@pytest.mark.deep
def test_all_rows_of_the_registers() -> None:
    names: list[str] = []
    scopes: list[str] = []
    for member in MEMBERS:
        for _, name, scope in register(member):
            names.append(name)
            scopes.append(scope)
    assert len(names) == 288_865
    told = china_coder().code_many(names, scopes, processes=2)
    assert np.all((told.confidence >= 0) & (told.confidence <= 1))
    codes = china_vocabulary().codes
    for column in (told.division, told.group, told.class_):
        assert set(column.tolist()) - {""} <= codes
    coded_at_all = told.division != ""
    assert coded_at_all.mean() >= 0.999
    assert np.array_equal(told.confidence > 0, coded_at_all)
    assert (told.group != "").mean() >= 0.5
    assert (told.class_ != "").mean() >= 0.3
    shares = {
        code: count / len(names)
        for code, count in zip(*np.unique(told.division, return_counts=True), strict=True)
    }
    assert 0.15 <= shares["51"] <= 0.30
    assert 0.05 <= shares["52"] <= 0.20
    manufacture = sum(part for code, part in shares.items() if code and 13 <= int(code) <= 43)
    assert 0.30 <= manufacture <= 0.55
    for at in range(0, len(names), 9_973):
        alone = china_coder().code(names[at], scopes[at])
        assert (alone.division, alone.confidence) == (told.division[at], told.confidence[at])


@needs_real_data
def test_every_label_is_of_a_row_of_the_registers() -> None:
    for file in FILES:
        with (HERE / file).open(encoding="utf-8", newline="") as lines:
            assert {row["key"] for row in csv.DictReader(lines)} <= set(rows_by_key())
