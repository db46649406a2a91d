"""The twin's registers read as real ones do: same columns, planted faults, and a truth to meet."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from engine.recipes import LAKES, delta, lakes, rows, toml, vocabulary
from real_data import REAL_DATA, REGIONS, needs_real_data
from xietong.engine.coding import Coder, read_vocabulary
from xietong.engine.identifiers import mod_31_3
from xietong.engine.placing import Gazetteer, Grammar, Placer
from xietong.engine.register import Check, Rules, check_register
from xietong.engine.tables import (
    Currencies,
    Synonyms,
    open_table,
    propose_mapping,
    write_table,
)
from xietong.engine.twin import Recipe, TwinRegister
from xietong.engine.twin.trades import trades_of, weights_of

CHINA = REGIONS / "china"
PROVINCES = ("310000", "320000", "330000", "340000")
PLACED_BY = ("county_code", "address", "name", "city", "province", "authority_code", "credit_code")


@cache
def register(province: str) -> TwinRegister:
    return delta().register(delta().scene(), province)


def column(one: TwinRegister, name: str) -> list[object]:
    return one.columns[delta().speech.columns[name]]


def texts(one: TwinRegister, name: str) -> list[str]:
    return [str(value) if value is not None else "" for value in column(one, name)]


@cache
def placer() -> Placer:
    places, changes, aliases, streets = (
        rows(REGIONS / "yrd" / f"{name}.csv")
        for name in ("places", "code_changes", "aliases", "streets")
    )
    grammar = Grammar.build(toml(CHINA / "placing.toml"))
    return Placer(Gazetteer.build(places, changes, aliases, streets, grammar))


@cache
def coder() -> Coder:
    classes = rows(CHINA / "classification" / "gbt4754-2017.csv")
    return Coder(read_vocabulary(vocabulary(CHINA), classes))


def check(path: Path, country: Path) -> Check:
    synonyms = Synonyms.build(
        toml(country / "headers.toml"), Currencies.build(toml(country / "currencies.toml"))
    )
    source = open_table(path, synonyms)
    rules = Rules.of_pack(toml(country / "pack.toml"), synonyms, today=datetime.date(2026, 1, 1))
    return check_register(source, propose_mapping(source.columns, synonyms), rules)


def written(one: TwinRegister, path: Path) -> Path:
    table = one.table()
    write_table(path, table.column_names, table.to_batches())
    return path


@needs_real_data
@pytest.mark.parametrize(("province", "name"), [("310000", "shanghai"), ("340000", "anhui")])
def test_the_columns_are_those_of_the_real_registers(province: str, name: str) -> None:
    path = REAL_DATA / "yrd-enterprises-1978-2004" / f"enterprises_{name}.parquet"
    real = pq.read_schema(path)
    ours = register(province).table().schema
    assert ours.names == real.names
    plain = {"large_string": "string"}
    assert [str(kind) for kind in ours.types] == [
        plain.get(str(kind), str(kind)) for kind in real.types
    ]


@pytest.mark.parametrize("province", PROVINCES)
def test_places_are_read_right(province: str) -> None:
    """100 % of all rows, and of those without a county code; the bar is 99 %."""
    one = register(province)
    table = {name: column(one, name) for name in PLACED_BY}
    found = np.array(placer().place_many(table, member=province).place.to_pylist())
    right = found == one.place
    bare = np.array([code is None for code in column(one, "county_code")])
    assert bare.sum() > 0.3 * len(bare)
    assert right.mean() >= 0.99
    assert right[bare].mean() >= 0.99


@pytest.mark.parametrize("province", PROVINCES)
def test_industries_are_read_right(province: str) -> None:
    """Division right in 99 % of rows, group in 94 %; the bar for divisions is 90 %."""
    one = register(province)
    some = np.random.default_rng(1).choice(len(one.trade), 1500, replace=False)
    names, scopes = texts(one, "name"), texts(one, "scope")
    found = coder().code_many([names[at] for at in some], [scopes[at] for at in some])
    true = one.trade[some]
    assert (found.division == np.array([code[:2] for code in true])).mean() >= 0.95
    deep = np.array([len(code) > 2 for code in true])
    groups = np.array([code[:3] for code in true])
    assert (found.group[deep] == groups[deep]).mean() >= 0.85


def test_only_the_thin_prefecture_is_thin() -> None:
    near: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for province in PROVINCES:
        one = register(province)
        prefectures = [code[:4] + "00" for code in one.county.tolist()]
        whole.update(prefectures)
        near.update(
            prefecture
            for prefecture, place in zip(prefectures, one.place.tolist(), strict=True)
            if place != prefecture
        )
    thin = {code for code in whole if near[code] < 0.8 * whole[code]}
    assert thin == set(delta().thin)


def test_a_made_up_firm_is_seen_to_be_one() -> None:
    mark, code_mark = delta().speech.mark, delta().speech.code_mark
    for province in PROVINCES:
        one = register(province)
        assert all(mark in name for name in texts(one, "name"))
        assert all(code_mark == code[8:12] for code in texts(one, "credit_code") if code)


def test_what_follows_the_mark_is_two_of_the_packs_syllables() -> None:
    speech = delta().speech
    own = {first + second for first in speech.first for second in speech.second}
    for province in PROVINCES:
        assert {name.split(speech.mark)[1][:2] for name in texts(register(province), "name")} <= own


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_register_enters_with_the_planted_faults_and_no_others(
    ending: str, tmp_path: Path
) -> None:
    recipe = delta()
    one = recipe.register(recipe.scene(), "340000", texts=ending == ".csv")
    found = check(written(one, tmp_path / f"twin{ending}"), CHINA)
    assert not found.refused
    told = found.quality["problems"]
    planted = one.faults
    # A row whose code is wrong tells no unit apart, and a repeated one repeats its fault too.
    again = int(one.repeated.sum())
    assert planted["repeated"] == again > 20
    assert len({code for code in np.array(texts(one, "credit_code"))[one.repeated] if code}) > 20
    assert found.quality["repeated"] == again
    assert told["credit_code_check"] - planted["credit_code_wrong"] in range(again + 1)
    assert set(told) <= {"credit_code_check", "credit_code_twice", "row_twice"}
    assert found.quality["rows"] == len(one.place) - again
    missing = found.quality["missing"]
    assert missing["credit_code"] == planted["credit_code_missing"] > 50
    assert missing["scope"] == planted["scope_missing"] > 20
    assert missing["capital_wan"] == planted["capital_missing"]
    assert found.quality["first_registered"].startswith("1978")
    assert found.quality["last_registered"].startswith("2004")
    assert {"CNY", "USD", "HKD", "JPY"} <= found.quality["currencies"].keys()


def test_capital_is_read_as_it_was_meant(tmp_path: Path) -> None:
    one = register("340000")
    money = Currencies.build(toml(CHINA / "currencies.toml"))
    figures, currencies = column(one, "capital_wan"), column(one, "currency")
    read = 0
    for text, figure, currency in zip(column(one, "capital"), figures, currencies, strict=True):
        if text is None:
            assert figure is None
            continue
        amount = money.amount(str(text))
        assert amount is not None, text
        assert (amount.currency or "CNY") == currency
        assert float(amount.value) == pytest.approx(10_000 * float(str(figure))), text
        read += 1
    assert read > 10_000


def test_capital_has_a_heavy_tail() -> None:
    figures = np.sort([float(str(one)) for one in column(register("320000"), "capital_wan") if one])
    largest = figures[-len(figures) // 100 :]
    assert largest.sum() > 0.35 * figures.sum()
    assert figures[-1] > 1000 * np.median(figures)


def test_later_years_have_more_registrations() -> None:
    years = [
        int(str(day)[:4]) for day in column(register("330000"), "registered_on") if day is not None
    ]
    counted = Counter(years)
    assert sorted(counted) == list(range(1978, 2005))
    assert counted[2004] > 5 * counted[1980]


def test_every_right_code_has_its_check_character() -> None:
    one = register("310000")
    given = np.array(texts(one, "credit_code"))[~one.repeated].tolist()
    codes = [code for code in given if code]
    wrong = [code for code in codes if mod_31_3(code[:-1]) != code[-1]]
    assert len(wrong) == one.faults["credit_code_wrong"] > 20
    assert len(set(codes)) == len(codes)


def test_old_names_old_codes_and_wide_digits_are_there() -> None:
    book = delta().book
    old_names = {name for county in book.counties.values() for name in county.old_names}
    old_codes = {code for county in book.counties.values() for code in county.old_codes}
    one = register("330000")
    assert sum(any(name in text for name in old_names) for text in texts(one, "address")) > 200
    assert sum(code in old_codes for code in texts(one, "county_code")) > 50
    assert sum(bool(re.search("[０-９]", text)) for text in texts(one, "address")) > 300
    assert sum(bool(re.search("[０-９]", text)) for text in texts(one, "capital")) > 300
    assert sum("亿" in text for text in texts(one, "capital")) > 10


def test_the_lakes_registers_are_made_of_the_lakes_own_words(tmp_path: Path) -> None:
    recipe = lakes()
    scene = recipe.scene()
    for province in recipe.parts:
        one = recipe.register(scene, province, texts=True)
        found = check(written(one, tmp_path / f"{province}.csv"), LAKES / "lakeland")
        assert not found.refused
        assert set(found.quality["problems"]) <= {"row_twice", "capital_without_unit"}
        assert found.quality["currencies"].keys() == {"XLK", "XST"}
        assert list(one.columns) == list(recipe.speech.columns.values())


def test_a_countys_words_lead_to_it_alone() -> None:
    book = delta().book
    history = placer()._history
    assert len(book.counties) == 307
    seen: set[tuple[str, str]] = set()
    for county in book.counties.values():
        ending = re.compile("(?:街道|镇|乡)$")
        towns = {(county.prefecture_code, ending.sub("", town)) for town in county.towns}
        assert not towns & seen, county.name
        seen |= towns
        for code in county.old_codes:
            assert history.resolve(code).candidates == (county.code,)
        for name in county.old_names:
            found = placer().place(address=county.prefecture + name, member=county.province_code)
            assert found.place == county.code, name


def test_a_thing_gives_words_to_its_maker_and_its_sellers() -> None:
    tables = {
        "products": {"111": "boats sails stuff", "12": "lamps"},
        "goods": {"212": "toys"},
        "activities": {"22": "repairs x", "33": "elsewhere"},
        "sold": {"11": "211", "12": "212"},
        "retailed": {"211": "231"},
        "faint": {"0.5": "stuff"},
    }
    trades = trades_of(tables, divisions=["11", "12", "21", "22", "23"])
    assert {code: (one.kind, one.words) for code, one in trades.items()} == {
        "111": ("make", ("boats", "sails")),
        "12": ("make", ("lamps",)),
        "211": ("wholesale", ("boats", "sails")),
        "212": ("wholesale", ("lamps", "toys")),
        "22": ("service", ("repairs",)),
        "231": ("retail", ("boats", "sails")),
    }
    shares = weights_of(trades, {"21": 1.0, "22": 3.0})
    assert shares == {"111": 0, "12": 0, "211": 0.5, "212": 0.5, "22": 3.0, "231": 0}


def test_a_recipe_without_words_is_refused() -> None:
    facts = toml(LAKES / "lakes" / "twin.toml")
    speech = toml(LAKES / "lakeland" / "twin.toml")
    country: dict[str, Any] = {
        "vocabulary": vocabulary(LAKES / "lakeland"),
        "placing": toml(LAKES / "lakeland" / "placing.toml"),
        "places": rows(LAKES / "lakes" / "places.csv"),
        "changes": [],
        "aliases": [],
        "streets": [],
        "vintage": 2018,
        "credit_codes": False,
    }
    wordless = facts | {"plant": [{**facts["plant"][0], "codes": ["9999"]}]}
    with pytest.raises(ValueError, match="9999"):
        Recipe.of_packs(planting=wordless, speech=speech, **country)
    silent = speech | {"scope": [one for one in speech["scope"] if one["kind"] != "service"]}
    with pytest.raises(ValueError, match="service"):
        Recipe.of_packs(planting=facts, speech=silent, **country)
    lacking = {name: part for name, part in speech.items() if name != "mix"}
    with pytest.raises(KeyError, match="mix"):
        Recipe.of_packs(planting=facts, speech=lacking, **country)
