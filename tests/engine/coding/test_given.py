"""Codes that registers bring: of which edition they are, and what they are in the one in use."""

from __future__ import annotations

import csv
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from real_data import REGIONS
from xietong.engine.coding import GivenCodes, read_concordance

# Two older editions of an invented classification: 12 became 14, 1301 was split, 1401 was new.
CONCORDANCE = read_concordance(
    [
        {"old1990": "1101", "mid2000": "1101", "new2010": "1101"},
        {"old1990": "1201", "mid2000": "1201", "new2010": "1411"},
        {"old1990": "1301", "mid2000": "1302", "new2010": "1312"},
        {"old1990": "1301", "mid2000": "1303", "new2010": "1511"},
        {"old1990": "0205", "mid2000": "0205", "new2010": "0205"},
        {"old1990": "", "mid2000": "", "new2010": "1401"},
    ],
    current="new2010",
)
CODES = frozenset(
    code[:depth]
    for code in ("0205", "1101", "1411", "1312", "1511", "1401", "2055")
    for depth in (2, 3, 4)
)


def given_codes(counts: dict[str, int], heading: str = "industry code") -> GivenCodes:
    return GivenCodes.of(counts, heading=heading, concordance=CONCORDANCE, codes=CODES)


def test_codes_in_use_are_kept_to_the_last_digit() -> None:
    codes = given_codes({"1101": 5, "1411": 2, "15": 1, "131": 1})
    assert codes.vintage == "new2010"
    assert [codes.today(code) for code in ("1101", "1411", "15", "131")] == [
        "1101",
        "1411",
        "15",
        "131",
    ]


def test_an_edition_that_alone_knows_the_codes_dates_the_register() -> None:
    assert given_codes({"1101": 90, "1201": 5}).vintage == "mid2000"
    assert given_codes({"1101": 90, "1301": 5}).vintage == "old1990"
    codes = given_codes({"1101": 90, "1201": 5, "1302": 5})
    assert (codes.vintage, codes.today("1201"), codes.today("1302")) == ("mid2000", "1411", "1312")


def test_a_few_slips_do_not_date_a_register() -> None:
    assert given_codes({"1101": 995, "1201": 5}).vintage == "new2010"
    assert given_codes({"1101": 985, "1201": 15}).vintage == "mid2000"


def test_the_heading_decides_where_it_names_a_year() -> None:
    assert given_codes({"1101": 1}, "industry code (2000)").vintage == "mid2000"
    assert given_codes({"1101": 1}, "Industry code, edition of 1990").vintage == "old1990"
    assert given_codes({"1201": 1}, "industry code (2010)").vintage == "new2010"
    assert given_codes({"1101": 1}, "industry code (2024)").vintage == "new2010"


def test_a_split_code_is_no_code_and_an_unknown_one_is_told() -> None:
    codes = given_codes({"1301": 5, "9999": 1}, "industry code (1990)")
    assert codes.today("1301") == ""  # 1312 and 1511 share nothing
    assert codes.today("9999") is None
    assert codes.today("1401") is None  # new: the old edition never had it


def test_longer_codes_and_filled_up_ones_count_by_their_beginning() -> None:
    codes = given_codes({"1101": 1})
    assert codes.today("110107") == "1101"
    assert codes.today("1300") == "13"
    assert codes.today("1310") == "131"
    assert codes.today("1109") is None


def test_zeros_that_a_sheet_ate_are_put_back() -> None:
    eaten = given_codes({"1101": 5, "205": 2, "1411": 1})
    assert eaten.zeros_lost is False  # 205 is a group of its own: nothing tells
    sure = {"020": 1, "205": 2}
    assert given_codes(sure).zeros_lost is False
    lost = GivenCodes.of(
        {"1101": 5, "205": 2},
        heading="",
        concordance=CONCORDANCE,
        codes=CODES - {"205", "2055"},
    )
    assert lost.zeros_lost
    assert lost.today("205") == "0205"
    assert lost.today("1101") == "1101"


@given(st.dictionaries(st.sampled_from(sorted(CODES)), st.integers(1, 50), min_size=1))
def test_a_register_of_codes_in_use_comes_back_as_it_is(counts: dict[str, int]) -> None:
    codes = given_codes(counts)
    if not codes.zeros_lost:
        assert {code: codes.today(code) for code in counts} == {code: code for code in counts}


@pytest.mark.parametrize("edition", ["gb2002", "gb2011", "gb2017"])
def test_the_real_editions_are_told_apart_and_carried_as_the_concordance_says(
    edition: str,
) -> None:
    with (REGIONS / "china/classification/concordance.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (REGIONS / "china/classification/gbt4754-2017.csv").open(encoding="utf-8") as file:
        codes = frozenset(row["code"] for row in csv.DictReader(file) if row["code"].isdigit())
    known = sorted({row[edition] for row in rows if row[edition]})
    draw = random.Random(2017)  # noqa: S311
    register = dict.fromkeys(draw.sample(known, 120), 1)
    read = GivenCodes.of(register, heading="", concordance=read_concordance(rows), codes=codes)
    assert read.vintage == edition
    for code in register:
        successors = {row["gb2017"] for row in rows if row[edition] == code and row["gb2017"]}
        today = read.today(code)
        assert today is not None
        assert all(one.startswith(today) for one in successors)
        if len(successors) == 1:
            assert today == successors.pop()
