"""Outlines drawn from points: whole, apart, sharing borders, and fairly like the real ones."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from real_data import REAL_DATA, REGIONS, ROOT, needs_real_data
from xietong.engine.boundaries import (
    DECIMALS,
    Outlines,
    adjacency,
    as_geojson,
    dissolved,
    read_outlines,
    simplified,
)
from xietong.engine.schematic import draw

LAKES = ROOT / "tests" / "region_lakes"
DELTA = REGIONS / "yrd"
Point = tuple[float, float]


def land(*rings: list[Point]) -> str:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [r]}}
        for r in rings
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def box(west: float, south: float, east: float, north: float) -> list[Point]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def drawn(points: dict[str, Point], ground: str) -> Outlines:
    return draw(points, ground, parents=dict.fromkeys(points, ""))


def places_of(pack: Path, vintage: int) -> list[dict[str, str]]:
    """The places of a pack in the map's year."""
    with (pack / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["kind"] == "civil"
            and int(row["valid_from"] or 0) <= vintage <= int(row["valid_to"] or 9999)
        ]


def pack_drawn(pack: Path, vintage: int) -> tuple[Outlines, dict[str, str], dict[str, Point]]:
    """A pack's counties drawn, the code above each place, and the points."""
    rows = places_of(pack, vintage)
    points = {
        row["code"]: (float(row["longitude"]), float(row["latitude"]))
        for row in rows
        if row["level"] == "county"
    }
    parents = {row["code"]: row["parent"] for row in rows}
    ground = (pack / "land.geojson").read_text(encoding="utf-8")
    return draw(points, ground, parents=parents), parents, points


def shapes(outlines: Outlines) -> Any:
    return np.array(list(outlines.by_code.values()))


SCATTERED = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=5, max_size=25, unique=True
).map(lambda cells: {f"{at:02d}": (x / 20, 40 + y / 20) for at, (x, y) in enumerate(cells)})
# A coast through the middle, an islet, and a river between them.
COAST = land(box(-1, 39, 1.52, 44), box(1.57, 40.5, 2.2, 42.1), box(2.4, 41, 2.5, 41.1))


def on_one_line(points: dict[str, Point]) -> bool:
    corners = np.array(list(points.values()))
    return bool(np.linalg.matrix_rank(corners - corners[0], tol=1e-9) < 2)


@given(SCATTERED)
@settings(max_examples=60, deadline=None)
def test_every_place_is_whole_and_borders_are_one_line(points: dict[str, Point]) -> None:
    if on_one_line(points):
        return
    outlines = drawn(points, COAST)
    found = shapes(outlines)
    assert list(outlines.by_code) == sorted(points)
    assert set(shapely.get_type_id(found)) <= {3, 6}  # Polygon, MultiPolygon
    assert shapely.is_valid(found).all()
    assert (shapely.area(found) > 0).all()
    assert shapely.coverage_is_valid(found)
    corners = shapely.get_coordinates(found)
    assert np.abs(corners - np.round(corners, DECIMALS)).max() < 1e-9


@given(SCATTERED, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_points_changes_nothing(points: dict[str, Point], chance: Any) -> None:
    if on_one_line(points):
        return
    turned = list(points.items())
    chance.shuffle(turned)
    one, other = drawn(points, COAST), drawn(dict(turned), COAST)
    assert [shape.wkb for shape in one.by_code.values()] == [
        shape.wkb for shape in other.by_code.values()
    ]


def test_where_nothing_cuts_it_off_every_spot_belongs_to_the_nearest_point() -> None:
    random = np.random.default_rng(5)
    spots = np.unique(random.integers(0, 200, (60, 2)), axis=0) / 100
    points = {f"{at:02d}": (float(x), float(y)) for at, (x, y) in enumerate(spots)}
    outlines = drawn(points, land(box(-9, -9, 9, 9)))
    scale = np.array([np.cos(np.radians(spots[:, 1].mean())), 1.0])
    probes = random.uniform(0.3, 1.7, (4000, 2))  # away from the edge
    distance = np.linalg.norm((probes[:, None] - spots) * scale, axis=2)
    order = np.sort(distance, axis=1)
    clear = order[:, 1] - order[:, 0] > 0.001  # nearer than the rounding of a border's corners
    nearest = np.argmin(distance, axis=1)
    found = shapes(outlines)
    inside = shapely.contains_xy(shapely.union_all(found), *probes.T) & clear
    assert inside.sum() > 3500
    assert shapely.contains_xy(found[nearest[inside]], *probes[inside].T).all()


def test_a_region_ends_near_its_outermost_points() -> None:
    points = {f"{x}{y}": (x / 2, y / 2) for x in range(6) for y in range(6)}
    found = shapely.union_all(shapes(drawn(points, land(box(-90, -60, 90, 60)))))
    west, south, east, north = found.bounds
    assert -0.5 < west < -0.2
    assert -0.5 < south < -0.2
    assert 2.7 < east < 3.0
    assert 2.7 < north < 3.0
    assert len(found.interiors) == 0


def test_a_place_off_the_land_is_an_island() -> None:
    points = {"a": (0.1, 0.1), "b": (0.5, 0.1), "c": (0.1, 0.5), "d": (0.5, 0.5), "e": (1.5, 0.3)}
    outlines = drawn(points, land(box(-1, -1, 0.8, 1.6)))
    assert outlines.by_code["e"].contains(shapely.Point(1.5, 0.3))
    assert outlines.by_code["e"].area < outlines.by_code["a"].area
    assert not any("e" in pair for pair in adjacency(outlines))


def test_a_piece_across_the_water_goes_to_the_neighbour_there_and_kin_come_first() -> None:
    # Low on the south bank of a wide river, "s" is nearest to a strip of the north bank as well.
    points = {"s": (0.5, 0.0), "s1": (0.0, -0.3), "s2": (1.0, -0.3), "n1": (0.0, 0.9)}
    points["n2"] = (1.0, 0.9)
    banks = land(box(-3, -3, 4, 0.1), box(-3, 0.32, 4, 4))
    strip = shapely.Point(0.5, 0.34)
    for kin in ("n1", "n2"):
        parents = dict.fromkeys(points, "")
        parents["s"] = parents[kin] = "kin"
        outlines = draw(points, banks, parents=parents)
        assert outlines.by_code[kin].contains(strip)
        assert outlines.by_code["s"].geom_type == "Polygon"


def test_a_narrow_channel_parts_nobody() -> None:
    points = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 1.0), "d": (1.0, 1.0)}
    for width, together in ((0.05, True), (0.4, False)):
        middle = (0.5 - width / 2, 0.5 + width / 2)
        banks = land(box(-3, -3, 4, middle[0]), box(-3, middle[1], 4, 4))
        assert (("a", "c") in adjacency(drawn(points, banks))) is together


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ({"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 0.0)}, "one point"),
        ({"a": (0.0, 0.0), "b": (1.0, 0.0)}, "three points"),
        ({"a": (0.0, 0.0), "b": (1.0, 1.0), "c": (2.0, 2.0)}, "no line"),
        ({}, "three points"),
    ],
)
def test_points_that_make_no_map_are_refused(points: dict[str, Point], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        drawn(points, land(box(-9, -9, 9, 9)))


def test_the_lakes_grid_comes_out_as_its_invented_outlines() -> None:
    outlines, parents, _ = pack_drawn(LAKES / "lakes", 2018)
    text = (LAKES / "data" / "lakes-outlines" / "county.geojson").read_text(encoding="utf-8")
    invented = read_outlines(text, code_property="code", expected=outlines.by_code)
    assert adjacency(outlines) == adjacency(invented)
    above = dissolved(outlines, parents)
    assert adjacency(above) == adjacency(dissolved(invented, parents))
    assert {shape.geom_type for shape in above.by_code.values()} == {"Polygon"}


def test_the_deltas_counties_are_all_drawn_around_their_points() -> None:
    outlines, parents, points = pack_drawn(DELTA, 2019)
    assert len(outlines.by_code) == 307
    for code, outline in outlines.by_code.items():
        assert outline.is_valid
        assert outline.covers(shapely.Point(points[code])), code
    assert shapely.coverage_is_valid(shapes(outlines))
    members = dissolved(dissolved(outlines, parents), parents)
    assert len(members.by_code) == 4
    # Islands apart, a member is one piece of land.
    for outline in members.by_code.values():
        largest = max(part.area for part in shapely.get_parts(outline))
        assert largest > 0.85 * outline.area
    text = json.dumps(as_geojson(outlines, {code: {} for code in outlines.by_code}))
    assert len(text) < 300_000


def test_a_packs_land_is_small_and_says_whose_it_is() -> None:
    path = DELTA / "land.geojson"
    assert path.stat().st_size < 200_000
    assert "public domain" in json.loads(path.read_text(encoding="utf-8"))["source"]


@needs_real_data
def test_the_deltas_drawn_borders_agree_with_the_real_ones() -> None:
    """Of 817 real pairs of neighbours 84 % are drawn; 84 % of those drawn are real."""
    outlines, _, _ = pack_drawn(DELTA, 2019)
    path = REAL_DATA / "yrd-boundaries-2019-osm" / "county.geojson"
    real = simplified(
        read_outlines(
            path.read_text(encoding="utf-8"), code_property="adcode", expected=outlines.by_code
        )
    )
    pairs, truth = set(adjacency(outlines)), set(adjacency(real))
    assert len(pairs & truth) / len(truth) > 0.82
    assert len(pairs & truth) / len(pairs) > 0.82
    ours, theirs = shapely.union_all(shapes(outlines)), shapely.union_all(shapes(real))
    assert ours.intersection(theirs).area / ours.union(theirs).area > 0.93
