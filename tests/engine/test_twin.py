"""The twin's truth: planted clusters are found, noise has none, the same recipe gives the same."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine.recipes import delta, lakes, rows, toml, weaker
from engine.test_schematic import DELTA, pack_drawn
from real_data import REAL_DATA, REGIONS, needs_real_data
from xietong.engine.boundaries import adjacency, read_outlines, simplified
from xietong.engine.clusters import Cluster, grow_clusters
from xietong.engine.edition.nodes import industry_nodes
from xietong.engine.twin import Plant, Recipe, Scene, settle

PROVINCES = ("310000", "320000", "330000", "340000")
# How often, in twenty scenes of noise, one cluster may turn up: the family-wise 5 %.
NOISE_SEEDS, NOISE_ALLOWED = range(20), 1


@cache
def borders() -> tuple[tuple[str, str], ...]:
    """The pairs of adjoining counties of the drawn map."""
    outlines, _, _ = pack_drawn(DELTA, 2019)
    return adjacency(outlines)


def found_in(scene: Scene) -> tuple[Cluster, ...]:
    """The clusters of a scene of the Delta, from its true table."""
    counts = scene.counts()
    at = {code: column for column, code in enumerate(scene.places)}
    return grow_clusters(
        counts,
        industries=scene.codes,
        places=scene.places,
        members=[code[:2] for code in scene.places],
        neighbours=[(at[one], at[other]) for one, other in borders()],
        place_totals=counts.sum(axis=0),
        publishable=np.ones(counts.shape, dtype=bool),
    )


def cells_planted(scene: Scene) -> set[tuple[str, str]]:
    return {(code, place) for one in scene.planted for code in one.codes for place in one.places}


def cells_found(clusters: tuple[Cluster, ...]) -> set[tuple[str, str]]:
    return {(one.industry, place) for one in clusters for place in one.places}


def fingerprint(recipe: Recipe) -> str:
    """One hash over every cell of every register."""
    scene = recipe.scene()
    whole = hashlib.sha256()
    for province in recipe.parts:
        register = recipe.register(scene, province)
        whole.update(repr(register.table().to_pydict()).encode())
        whole.update(repr((register.place.tolist(), register.trade.tolist())).encode())
    return whole.hexdigest()


def test_the_same_recipe_gives_the_same_twin_and_another_seed_another() -> None:
    recipe = lakes()
    assert fingerprint(recipe) == fingerprint(recipe)
    assert fingerprint(recipe) != fingerprint(replace(recipe, seed=recipe.seed + 1))


def test_a_scene_is_the_same_whatever_the_order_of_its_places() -> None:
    recipe = delta()
    one = recipe.scene()
    other = replace(recipe, parts=dict(reversed(list(recipe.parts.items())))).scene()
    assert one.places == other.places
    assert np.array_equal(one.place, other.place)
    assert np.array_equal(one.trade, other.trade)


def test_the_deltas_planted_clusters_are_found_and_nothing_else() -> None:
    """29 clusters over 99 counties, 11 of them across members: all found, each as planted."""
    scene = delta().scene()
    found = found_in(scene)
    planted = {(code, one.places) for one in scene.planted for code in one.codes}
    assert len(planted) == len(scene.planted) == 29
    assert sum(len({place[:2] for place in places}) > 1 for _, places in planted) == 11
    assert {(one.industry, one.places) for one in found} == planted
    assert cells_found(found) == cells_planted(scene)  # recall 1, precision 1
    truth = {(one.codes[0], one.places): (one.units, one.share) for one in scene.planted}
    for one in found:
        assert truth[one.industry, one.places] == (one.units, pytest.approx(one.share))


@pytest.mark.parametrize(("factor", "least"), [(0.5, 0.95), (0.3, 0.8), (0.15, 0.3)])
def test_weaker_clusters_are_found_less_often_and_still_nothing_else(
    factor: float, least: float
) -> None:
    """Half as strong: 99 % of the planted counties found; .3: 90 %; .15: 42 %; .05: 1 %."""
    scenes = [weaker(delta(), factor, seed).scene() for seed in range(3)]
    planted = [cells_planted(scene) for scene in scenes]
    found = [cells_found(found_in(scene)) for scene in scenes]
    pairs = list(zip(planted, found, strict=True))
    recall = sum(len(one & other) for one, other in pairs) / sum(map(len, planted))
    precision = sum(len(one & other) for one, other in pairs) / sum(map(len, found))
    assert recall >= least
    assert precision >= 0.97


def test_noise_has_no_clusters() -> None:
    scene = delta().scene()
    assert found_in(scene)
    noisy = [len(found_in(scene.shuffled(seed))) for seed in NOISE_SEEDS]
    assert sum(map(bool, noisy)) <= NOISE_ALLOWED


def test_shuffling_keeps_every_places_and_every_trades_number() -> None:
    scene = lakes().scene()
    counts, noise = scene.counts(), scene.shuffled(1).counts()
    assert np.array_equal(counts.sum(axis=0), noise.sum(axis=0))
    assert np.array_equal(counts.sum(axis=1), noise.sum(axis=1))
    assert not np.array_equal(counts, noise)
    assert scene.shuffled(1).planted == ()


def test_counts_are_those_of_counting_one_by_one() -> None:
    scene = lakes().scene()
    slow = np.zeros((len(scene.codes), len(scene.places)), dtype=int)
    for trade, place in zip(scene.trade.tolist(), scene.place.tolist(), strict=True):
        slow[trade, place] += 1
    assert np.array_equal(scene.counts(), slow)
    for one in scene.planted:
        inside = [scene.places.index(place) for place in one.places]
        of_it = [scene.codes.index(code) for code in one.codes]
        assert one.units == slow[of_it][:, inside].sum()
        assert one.share == pytest.approx(one.units / slow[of_it].sum())


def test_the_twin_is_as_large_as_asked_and_each_member_has_its_part() -> None:
    recipe = delta()
    scene = recipe.scene()
    assert len(scene.place) == recipe.units == 80_000
    upper = np.array([code[:2] + "0000" for code in scene.places])[scene.place]
    for province in PROVINCES:
        part = recipe.parts[province] / sum(recipe.parts.values())
        assert abs((upper == province).mean() - part) < 0.03
    # Every county has establishments, and the largest many times those of the smallest.
    sizes = np.bincount(scene.place, minlength=len(scene.places))
    assert sizes.min() > 0
    assert sizes.max() > 20 * sizes.min()


def connected(places: tuple[str, ...], pairs: set[tuple[str, str]]) -> bool:
    inside, reached = set(places), {places[0]}
    while more := {
        other
        for one, other in pairs | {(b, a) for a, b in pairs}
        if one in reached and other in inside - reached
    }:
        reached |= more
    return reached == inside


def test_planted_places_hang_together_on_the_drawn_map() -> None:
    pairs = set(borders())
    for plant in delta().plants:
        for places, _ in plant.clusters:
            assert connected(places, pairs), (plant.industry, places)


@needs_real_data
def test_planted_places_hang_together_on_the_real_map() -> None:
    outlines, _, _ = pack_drawn(DELTA, 2019)
    path = REAL_DATA / "yrd-boundaries-2019-osm" / "county.geojson"
    text = path.read_text(encoding="utf-8")
    real = read_outlines(text, code_property="adcode", expected=outlines.by_code)
    pairs = set(adjacency(simplified(real)))
    for plant in delta().plants:
        for places, _ in plant.clusters:
            assert connected(places, pairs), (plant.industry, places)


def test_what_is_planted_counts_in_the_industry_that_shows_it() -> None:
    classes = rows(REGIONS / "china" / "classification" / "gbt4754-2017.csv")
    chains = toml(REGIONS / "yrd" / "chains.toml")["chain"]
    nodes = {
        node.key: node.codes
        for node in industry_nodes(
            {row["code"]: row["level"] for row in classes},
            {row["code"]: row["parent"] for row in classes},
            [
                (one["key"], [(part["key"], part["classes"]) for part in one["segment"]])
                for one in chains
            ],
        )
    }
    for plant in delta().plants:
        assert all(code.startswith(nodes[plant.industry]) for code in plant.codes), plant.industry


PLANT = Plant("g1", ("1",), 60, ((("a", "b"), 0.5),))


def test_a_plants_code_stands_nowhere_by_the_mix() -> None:
    mix = {"1": 1.0, "12": 1.0, "2": 1.0}
    scene = settle(dict.fromkeys("abc", 1.0), mix, [PLANT], units=600, seed=3)
    assert scene.codes == ("1", "2")
    assert scene.counts().sum(axis=1).tolist() == [60, 540]


@pytest.mark.parametrize(
    ("plants", "told"),
    [
        ([PLANT, PLANT], "twice"),
        ([replace(PLANT, clusters=((("a", "z"), 0.5),))], "not there"),
        ([replace(PLANT, clusters=((("a",), 0.6), (("b",), 0.5)))], "more than whole"),
    ],
)
def test_a_plant_that_cannot_stand_is_refused(plants: list[Plant], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        settle(dict.fromkeys("abc", 1.0), {"2": 1.0}, plants, units=600, seed=3)
