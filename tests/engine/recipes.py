"""Recipes of twins from the packs in the tree, as the product makes them."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from real_data import REGIONS, ROOT
from xietong.engine.coding import merged
from xietong.engine.twin import Plant, Recipe

LAKES = ROOT / "tests" / "region_lakes"


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def vocabulary(country: Path) -> dict[str, Any]:
    return merged(toml(path) for path in sorted((country / "coding").glob("*.toml")))


@cache
def recipe_of(region: Path, country: Path) -> Recipe:
    """The recipe of a region's pack."""
    facts = toml(country / "pack.toml")
    return Recipe.of_packs(
        planting=toml(region / "twin.toml"),
        speech=toml(country / "twin.toml"),
        vocabulary=vocabulary(country),
        placing=toml(country / "placing.toml"),
        places=rows(region / "places.csv"),
        changes=rows(region / "code_changes.csv"),
        aliases=rows(region / "aliases.csv"),
        streets=rows(region / "streets.csv"),
        vintage=toml(region / "pack.toml")["pack"]["vintage"],
        credit_codes=facts["credit_code"]["rule"] != "none",
    )


def delta() -> Recipe:
    return recipe_of(REGIONS / "yrd", REGIONS / "china")


def lakes() -> Recipe:
    return recipe_of(LAKES / "lakes", LAKES / "lakeland")


def weaker(recipe: Recipe, factor: float, seed: int) -> Recipe:
    """The same recipe with every cluster's share cut down, from another seed."""
    plants = tuple(
        Plant(
            one.industry,
            one.codes,
            one.units,
            tuple((places, share * factor) for places, share in one.clusters),
        )
        for one in recipe.plants
    )
    return replace(recipe, plants=plants, seed=seed)
