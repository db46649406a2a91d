"""Another country's pack is placed by the same engine: nothing in it knows the Delta."""

from __future__ import annotations

import tomllib
from functools import cache

import pytest

from engine.placing.planted import read_csv
from real_data import ROOT
from xietong.engine.placing import Gazetteer, Grammar, Placer

LAKES = ROOT / "tests" / "region_lakes"


@cache
def placer() -> Placer:
    grammar = tomllib.loads((LAKES / "lakeland" / "placing.toml").read_text(encoding="utf-8"))
    places, changes, aliases, streets = (
        read_csv(LAKES / "lakes" / f"{name}.csv")
        for name in ("places", "code_changes", "aliases", "streets")
    )
    return Placer(Gazetteer.build(places, changes, aliases, streets, Grammar.build(grammar)))


@pytest.mark.parametrize(
    ("address", "place", "precision"),
    [
        ("北岸省鹭洲市鹭东县双鹭镇1号", "810101", "county"),
        ("鹭洲市荻花县2号", "810103", "county"),
        ("桤林市长桨乡3号", "810202", "county"),
        ("桤林市鹭洲路4号", "810200", "prefecture"),
        ("南岸省5号", "820000", "province"),
        ("上海市浦东新区世纪大道6号", "", "none"),
    ],
)
def test_a_lakeland_address_is_read(address: str, place: str, precision: str) -> None:
    found = placer().place(address=address)
    assert (found.place, found.precision) == (place, precision)


def test_an_old_code_leads_to_the_lakes_map() -> None:
    assert placer().place(county_code="820209").place == "820203"
