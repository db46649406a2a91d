"""Outlines are read with every fault told, and dissolve and adjoin as their parts do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from engine.placing.planted import table
from real_data import REAL_DATA, needs_real_data
from xietong.engine.boundaries import (
    LEAST_BORDER,
    Outlines,
    adjacency,
    area_km2,
    as_geojson,
    dissolved,
    outline_of,
    read_outlines,
    simplified,
)
from xietong.engine.coordinates import from_wgs84, to_wgs84
from xietong.engine.problems import ProblemsFound

CELL = 0.1
SIDE = 4
# A small map: each cell of a square grid belongs to one of a few counties.
MAPS = st.lists(st.sampled_from("abcdef"), min_size=SIDE * SIDE, max_size=SIDE * SIDE)


def cell(at: int) -> BaseGeometry:
    row, column = divmod(at, SIDE)
    west, south = 120 + CELL * column, 30 + CELL * row
    return shapely.box(west, south, west + CELL, south + CELL)


def drawn(cells: list[str]) -> Outlines:
    """The counties of a map, each cell joined to the next by hand."""
    whole = {
        code: reduce(
            lambda one, other: one.union(other),
            [cell(at) for at, owner in enumerate(cells) if owner == code],
        )
        for code in sorted(set(cells))
    }
    return Outlines(whole)


def collection(outlines: Mapping[str, BaseGeometry], **more: Any) -> str:
    features = [
        {"type": "Feature", "properties": {"adcode": code}, "geometry": shapely.geometry.mapping(g)}
        for code, g in outlines.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def faults(text: str, expected: str = "ab") -> list[tuple[str, int | None, object]]:
    with pytest.raises(ProblemsFound) as found:
        read_outlines(text, code_property="adcode", expected=expected)
    return [(one.code, one.row, one.params.get("code")) for one in found.value.problems]


A, B = shapely.box(120, 30, 121, 31), shapely.box(121, 30, 122, 31)
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def test_what_is_written_is_read() -> None:
    read = read_outlines(collection({"b": B, "a": A}), code_property="adcode", expected="ab")
    assert list(read.by_code) == ["a", "b"]
    assert read.by_code["a"].equals(A)


def test_a_code_written_as_a_number_counts() -> None:
    features = json.loads(collection({"a": A, "b": B}))
    for feature, code in zip(features["features"], (310101, 310104.0), strict=True):
        feature["properties"]["adcode"] = code
    read = read_outlines(
        json.dumps(features), code_property="adcode", expected=["310101", "310104"]
    )
    assert list(read.by_code) == ["310101", "310104"]


def test_heights_are_dropped() -> None:
    high = shapely.force_3d(A, 12.5)
    read = read_outlines(collection({"a": high}), code_property="adcode", expected="a")
    assert not read.by_code["a"].has_z


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": {}}',
        '{"type": "FeatureCollection", "features": [1]}',
        '{"type": "Feature", "features": []}',
        "[" * 100_000,
    ],
)
def test_what_is_no_geojson(text: str) -> None:
    assert faults(text) == [("not_geojson", None, None)]


def test_every_fault_is_told_at_once() -> None:
    whole = json.loads(collection({"a": A, "c": B, "": A, "b": BOW_TIE}))
    whole["features"].append(whole["features"][0])
    whole["features"].append({"type": "Feature", "properties": None, "geometry": None})
    whole["features"].append({"type": "Feature", "properties": ["a"], "geometry": None})
    assert faults(json.dumps(whole), "abd") == [
        ("outline_unknown", 2, "c"),
        ("outline_without_code", 3, None),
        ("outline_invalid", 4, "b"),
        ("outline_twice", 5, "a"),
        ("outline_without_code", 6, None),
        ("outline_without_code", 7, None),
        ("outline_missing", None, "d"),
    ]


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[["x", 0], [1, 1], [1, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, float("nan")], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, float("inf")], [0, 0]]]},
        {"type": "Point", "coordinates": [120, 30]},
        {"type": "LineString", "coordinates": [[120, 30], [121, 31]]},
        {"type": "Circle", "coordinates": [120, 30]},
        {"type": "GeometryCollection", "geometries": []},
        [],
        "POLYGON",
    ],
)
def test_a_broken_outline_is_a_fault_and_no_crash(geometry: object) -> None:
    whole = json.loads(collection({"a": A, "b": B}))
    whole["features"][1]["geometry"] = geometry
    assert faults(json.dumps(whole)) == [("outline_invalid", 2, "b")]


def test_metres_are_no_degrees_nor_is_latitude_first() -> None:
    metres = shapely.box(13_358_338, 3_503_549, 13_469_658, 3_632_749)
    turned = shapely.transform(B, lambda points: points[:, ::-1])
    assert faults(collection({"a": metres, "b": turned})) == [
        ("outline_not_in_degrees", 1, "a"),
        ("outline_not_in_degrees", 2, "b"),
    ]


@pytest.mark.parametrize(
    "other", [shapely.box(120.5, 30, 122, 31), A, shapely.box(120.2, 30.2, 120.8, 30.8)]
)
def test_outlines_that_lie_over_each_other(other: BaseGeometry) -> None:
    assert faults(collection({"a": A, "b": other})) == [("outlines_overlap", None, "a")]


def test_an_enclave_in_its_hole_overlaps_nothing() -> None:
    hole = shapely.box(120.2, 30.2, 120.8, 30.8)
    outlines = {"a": A.difference(hole), "b": hole}
    read = read_outlines(collection(outlines), code_property="adcode", expected="ab")
    assert adjacency(read) == (("a", "b"),)


def test_a_shifted_system_is_carried_to_wgs84() -> None:
    shifted = shapely.transform(
        A, lambda points: np.column_stack(from_wgs84(points[:, 0], points[:, 1], "gcj02"))
    )
    read = read_outlines(
        collection({"a": shifted}),
        code_property="adcode",
        expected="a",
        convert=lambda x, y: to_wgs84(x, y, "gcj02"),
    )
    assert shapely.equals_exact(read.by_code["a"].normalize(), A.normalize(), tolerance=1e-8)
    assert not shapely.equals_exact(shifted.normalize(), A.normalize(), tolerance=1e-3)


@given(MAPS)
@settings(max_examples=60, deadline=None)
def test_counties_adjoin_where_two_of_their_cells_share_an_edge(cells: list[str]) -> None:
    by_hand = set()
    for at, owner in enumerate(cells):
        right, above = at + 1, at + SIDE
        for beside in ([right] if right % SIDE else []) + ([above] if above < SIDE**2 else []):
            if cells[beside] != owner:
                by_hand.add(tuple(sorted((owner, cells[beside]))))
    assert set(adjacency(drawn(cells))) == by_hand


@given(MAPS, st.lists(st.sampled_from("xyz"), min_size=6, max_size=6))
@settings(max_examples=60, deadline=None)
def test_a_parents_outline_is_all_of_its_counties_cells(
    cells: list[str], parents: list[str]
) -> None:
    parent_of = dict(zip("abcdef", parents, strict=True))
    found = dissolved(drawn(cells), parent_of)
    above = [parent_of[code] for code in cells]
    assert list(found.by_code) == sorted(set(above))
    for code, outline in found.by_code.items():
        owned = [cell(at) for at, owner in enumerate(above) if owner == code]
        assert outline.area == pytest.approx(len(owned) * CELL**2)
        assert all(outline.buffer(1e-9).contains(one) for one in owned)


@given(MAPS, st.sets(st.sampled_from("abcdef"), min_size=1))
@settings(max_examples=60, deadline=None)
def test_the_outline_of_a_cluster_is_the_union_of_its_members(
    cells: list[str], members: set[str]
) -> None:
    parts = [drawn(cells).by_code[code] for code in sorted(members & set(cells))]
    if not parts:
        return
    outline, bounds = outline_of([shapely.geometry.mapping(part) for part in parts])
    whole = reduce(lambda one, other: one.union(other), parts)
    assert shapely.geometry.shape(outline).symmetric_difference(whole).area < 1e-9
    assert bounds == pytest.approx(whole.bounds, abs=5e-5)


def test_touching_at_a_corner_or_along_a_hair_is_no_border() -> None:
    corner = shapely.box(121, 31, 122, 32)
    assert adjacency(Outlines({"a": A, "b": corner})) == ()
    hair = shapely.box(121, 31 - LEAST_BORDER / 2, 122, 32)
    assert adjacency(Outlines({"a": A, "b": hair})) == ()
    enough = shapely.box(121, 31 - LEAST_BORDER * 2, 122, 32)
    assert adjacency(Outlines({"a": A, "b": enough})) == (("a", "b"),)


def test_a_border_drawn_twice_by_a_hair_apart_is_one() -> None:
    for edge in (121 - 1e-6, 121 + 1e-6):
        beside = shapely.box(edge, 30, 122, 31)
        assert adjacency(Outlines({"a": A, "b": beside})) == (("a", "b"),)
    assert adjacency(Outlines({"a": A, "b": shapely.box(121.001, 30, 122, 31)})) == ()
    assert adjacency(Outlines({})) == ()


def test_both_sides_of_a_border_are_simplified_alike() -> None:
    wave = [(121 + 0.0001 * (at % 2), 30 + at / 200) for at in range(201)]
    left = shapely.Polygon([(120, 30), *wave, (120, 31)])
    right = shapely.Polygon([*wave, (122, 31), (122, 30)])
    plain = simplified(Outlines({"a": left, "b": right}))
    a, b = plain.by_code.values()
    assert a.intersection(b).area < 1e-12
    assert a.union(b).area == pytest.approx(left.union(right).area)
    assert shapely.get_num_coordinates(a) < shapely.get_num_coordinates(left) / 2
    assert adjacency(plain) == (("a", "b"),)


def test_a_square_degree_at_the_equator_and_the_whole_sphere() -> None:
    # One degree of the sphere is 111.19 km along and nearly across.
    assert area_km2(shapely.box(0, 0, 1, 1)) == pytest.approx(12_363.7, rel=1e-3)
    assert area_km2(shapely.box(-180, -90, 180, 90)) == pytest.approx(510_065_622, rel=1e-6)


def test_a_feature_carries_its_code_and_four_decimals() -> None:
    whole = as_geojson(
        Outlines({"a": shapely.box(120.123456, 30, 121, 31)}), {"a": {"name_zh": "甲县"}}
    )
    feature = whole["features"][0]
    assert feature["id"] == "a"
    assert feature["properties"] == {"code": "a", "name_zh": "甲县"}
    flat = np.array(feature["geometry"]["coordinates"]).ravel().tolist()
    assert min(flat[::2]) == 120.1235
    json.dumps(whole)


@needs_real_data
def test_the_real_counties_are_whole_and_adjoin_as_brute_force_says() -> None:
    path = REAL_DATA / "yrd-boundaries-2019-osm" / "county.geojson"
    text = path.read_text(encoding="utf-8")
    stated = {
        feature["properties"]["adcode"]: feature["properties"]["area_km2_geom"]
        for feature in json.loads(text)["features"]
    }
    expected = [
        row["code"]
        for row in table("places")
        if row["level"] == "county"
        and row["kind"] == "civil"
        and int(row["valid_from"] or 0) <= 2019 <= int(row["valid_to"] or 9999)
    ]
    outlines = read_outlines(text, code_property="adcode", expected=expected)
    for code, outline in outlines.by_code.items():
        assert area_km2(outline) == pytest.approx(float(stated[code]), rel=0.01)
    shanghai = {code: one for code, one in outlines.by_code.items() if code.startswith("31")}
    by_hand = {
        (one, other)
        for one in shanghai
        for other in shanghai
        if one < other
        and shanghai[one].buffer(1e-7).intersection(shanghai[other].boundary).length > LEAST_BORDER
    }
    assert {pair for pair in adjacency(outlines) if set(pair) <= set(shanghai)} == by_hand
    assert ("310115", "310230") not in by_hand
    # Across the members' borders: 昆山 and 嘉定, 吴江 and 嘉善.
    assert {("310114", "320583"), ("320509", "330421")} <= set(adjacency(outlines))
