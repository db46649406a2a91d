"""Headings are understood in both languages, with their units, and nothing is guessed."""

from __future__ import annotations

import pytest

from engine.tables.packs import LAKELAND, currencies, synonyms
from xietong.engine.register import COLUMNS
from xietong.engine.tables import Synonyms, Unit, propose_mapping
from xietong.engine.tables.headers import LONGEST_HEADING
from xietong.engine.tables.heading_rows import find_headings

REAL = [
    "name", "uscc", "regno", "reg_date", "etype", "capital_raw", "capital_10k", "currency",
    "scope", "province", "city", "prefecture_adcode", "county_adcode", "county_from", "reg_adcode",
    "address",
]  # fmt: skip
WORKBOOK = [
    "序号", "企业名称", "统一社会信用代码", "注册号", "成立日期", "企业类型",
    "注册资本（万元）", "币种", "经营范围", "所属省份", "所属城市", "区县代码",
    "登记机关代码", "行业代码", "从业人数", "经度", "纬度", "住所",
]  # fmt: skip


def test_the_pack_names_the_canonical_columns_in_order() -> None:
    assert synonyms().columns == COLUMNS


def test_a_register_of_open_data() -> None:
    mapping = propose_mapping(REAL, synonyms())
    assert mapping.headings == {
        "name": "name",
        "credit_code": "uscc",
        "registration_number": "regno",
        "registered_on": "reg_date",
        "legal_form": "etype",
        "capital": "capital_raw",
        "currency": "currency",
        "scope": "scope",
        "province": "province",
        "city": "city",
        "county_code": "county_adcode",
        "authority_code": "reg_adcode",
        "address": "address",
    }
    assert mapping.passed_over == ("capital_10k",)
    assert mapping.unknown == ()
    assert mapping.missing == ("industry_code", "employees", "longitude", "latitude")
    alone = propose_mapping([name for name in REAL if name != "capital_raw"], synonyms())
    assert (alone.headings["capital"], alone.unit) == ("capital_10k", Unit(10_000, None))


def test_a_workbook_of_every_column() -> None:
    mapping = propose_mapping(WORKBOOK, synonyms())
    assert tuple(mapping.columns) == COLUMNS
    assert mapping.unit == Unit(10_000, None)
    assert (mapping.missing, mapping.unknown, mapping.ambiguous) == ((), (), {})


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("統一社會信用代碼", "credit_code"),
        ("* 企业名称（必填）", "name"),
        ("Registered_Address:", "address"),
        ("ＣＯＭＰＡＮＹ　ＮＡＭＥ", "name"),
        ("成立\n日期", "registered_on"),
        ("经度（WGS84）", "longitude"),
        ("经度（GCJ-02）", None),
        ("百度经度", None),
        ("备注", None),
        ("", None),
    ],
)
def test_one_heading(heading: str, column: str | None) -> None:
    meaning = synonyms().meaning(heading)
    assert (meaning.column if meaning else None) == column


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("注册资本", Unit()),
        ("注册资本(万元)", Unit(10_000)),
        ("注册资金（单位：亿元）", Unit(10**8)),
        ("注册资本万美元", Unit(10_000, "USD")),
        ("Registered capital (million USD)", Unit(10**6, "USD")),
        ("注册资本(吨)", None),
    ],
)
def test_the_unit_of_the_capital(heading: str, unit: Unit | None) -> None:
    meaning = synonyms().meaning(heading)
    assert (meaning.unit if meaning else None) == unit


def test_one_name_twice_is_left_to_the_person() -> None:
    mapping = propose_mapping(["企业名称", "住所", "企业名称"], synonyms())
    assert mapping.ambiguous == {"name": ("企业名称", "企业名称")}
    assert "name" not in mapping.columns
    assert "name" not in mapping.missing


def test_the_person_may_choose() -> None:
    mapping = propose_mapping(["甲", "企业名称", "住所"], synonyms(), chosen={"name": "甲"})
    assert mapping.columns == {"name": 0, "address": 2}
    assert mapping.passed_over == ("企业名称",)
    with pytest.raises(KeyError):
        propose_mapping(["甲"], synonyms(), chosen={"name": "乙"})


def test_one_heading_cannot_mean_two_columns() -> None:
    facts = {
        "columns": {"name": {"en": ["firm"]}, "address": {"en": ["Firm"]}},
        "ignored": {"headings": []},
        "cells": {"blanks": [], "totals": [], "notes": []},
    }
    with pytest.raises(ValueError, match="means both"):
        Synonyms.build(facts, currencies())


def test_another_country_has_other_headings() -> None:
    mapping = propose_mapping(["Firm name", "Capital (thousand)"], synonyms(LAKELAND))
    assert (mapping.columns, mapping.unit) == ({"name": 0, "capital": 1}, Unit(1_000))
    assert propose_mapping(["企业名称"], synonyms(LAKELAND)).unknown == ("企业名称",)


def test_what_is_longer_than_any_heading_means_nothing() -> None:
    for blanks, known in ((LONGEST_HEADING - 20, 1), (LONGEST_HEADING, 0)):
        assert synonyms().known([f"注册资本{' ' * blanks}（万元）"]) == known


def test_titles_above_the_headings_are_passed() -> None:
    grid = [
        ["某市企业名录"],
        ["单位：万元", "", "2024年"],
        [],
        ["企业名称", "注册资本", "住所"],
        ["甲", "5", "某路"],
    ]
    found = find_headings(grid, synonyms())
    assert found is not None
    assert (found.first, found.last, found.names) == (3, 3, ("企业名称", "注册资本", "住所"))


def test_headings_in_two_rows() -> None:
    upper = ["企业名称", "注册资本", "", "住所"]
    lower = ["", "金额（万元）", "币种", ""]
    found = find_headings([["名录"], upper, lower, ["甲", "5", "美元", "某路"]], synonyms())
    assert found is not None
    assert (found.first, found.last) == (1, 2)
    assert found.names == ("企业名称", "注册资本 金额（万元）", "注册资本 币种", "住所")
    assert tuple(propose_mapping(found.names, synonyms()).columns) == (
        "name",
        "capital",
        "currency",
        "address",
    )


def test_a_first_record_with_blanks_is_no_second_heading() -> None:
    for record in (["甲公司", "", "某路"], ["", "经营", "某路"], ["甲", "", ""]):
        found = find_headings([["企业名称", "经营范围", "住所"], record], synonyms())
        assert found is not None
        assert (found.first, found.last) == (0, 0)


def test_without_synonyms_the_first_row_of_texts_is_taken() -> None:
    found = find_headings([["报表"], ["a", "b"], ["1", "2"]])
    assert found is not None
    assert found.names == ("a", "b")
    assert find_headings([[], ["", " "]]) is None
