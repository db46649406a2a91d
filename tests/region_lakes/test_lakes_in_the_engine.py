"""The engine places and codes an invented region by nothing but the pack's own words."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from xietong.engine.coding import Coder, read_vocabulary
from xietong.engine.placing.gazetteer import Gazetteer
from xietong.engine.placing.grammar import Grammar
from xietong.engine.placing.placer import Placer

LAKES = Path(__file__).resolve().parent
MEMBERS = {"northshore": "810000", "southshore": "820000"}


@dataclass(frozen=True)
class Row:
    name: str
    business: str
    address: str
    county: str
    class_: str


def table(name: str) -> list[dict[str, str]]:
    with (LAKES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def register(member: str) -> list[Row]:
    """A member's rows; the county is the one that the registration number was given in."""
    if member == "northshore":
        heads = ("Name", "Business scope", "Address", "Registration number", "Industry code")
    else:
        heads = ("Firm name", "Business", "Registered address", "Reg. no.", "Industry code")
    name, business, address, number, code = heads
    return [
        Row(row[name], row[business], row[address], row[number][2:8], row[code])
        for row in table(f"data/lakes-registers/{member}.csv")
    ]


@pytest.fixture(scope="module")
def coder() -> Coder:
    words = tomllib.loads((LAKES / "lakeland/coding/coding.toml").read_text(encoding="utf-8"))
    return Coder(read_vocabulary(words, table("lakeland/classification/lk2020.csv")))


@pytest.fixture(scope="module")
def placer() -> Placer:
    grammar = Grammar.build(
        tomllib.loads((LAKES / "lakeland/placing.toml").read_text(encoding="utf-8"))
    )
    places, changes, aliases, streets = (
        table(f"lakes/{name}.csv") for name in ("places", "code_changes", "aliases", "streets")
    )
    return Placer(Gazetteer.build(places, changes, aliases, streets, grammar, vintage=2018))


@pytest.mark.parametrize("member", MEMBERS)
def test_words_tell_the_industries(member: str, coder: Coder) -> None:
    coded = [row for row in register(member) if row.class_]
    assert len(coded) > 50
    told = [coder.code(row.name, row.business).class_ for row in coded]
    assert told == [row.class_ for row in coded]


@pytest.mark.parametrize("member", MEMBERS)
def test_addresses_and_names_lead_to_the_counties(member: str, placer: Placer) -> None:
    for row in register(member):
        by_address = placer.place(address=row.address, member=MEMBERS[member])
        by_name = placer.place(name=row.name, member=MEMBERS[member])
        assert (by_address.place, by_name.place) == (row.county, row.county), row


def test_old_codes_and_old_names_lead_to_todays_counties(placer: Placer) -> None:
    assert placer.place(county_code="810109", member="810000").place == "810103"
    assert placer.place(address="石镜市烛台县湖滨路1号", member="820000").place == "820203"
