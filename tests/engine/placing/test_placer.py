"""The order of evidence, coordinates, and what is told about doubtful rows."""

from __future__ import annotations

import json
import math
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.placing.planted import delta_gazetteer, table
from real_data import REAL_DATA, needs_real_data
from xietong.engine.placing import BoundaryIndex, Placer

# Squares around the county's own points: enough to tell coordinates from the rest.
KUNSHAN, PUDONG = (120.98, 31.38), (121.54, 31.22)


@cache
def squares() -> BoundaryIndex:
    return BoundaryIndex(
        (code, shapely.box(x - 0.05, y - 0.05, x + 0.05, y + 0.05))
        for code, (x, y) in {"320583": KUNSHAN, "310115": PUDONG}.items()
    )


@pytest.fixture(scope="module")
def placer() -> Placer:
    return Placer(delta_gazetteer(), squares())


ROW = {
    "longitude": KUNSHAN[0],
    "latitude": KUNSHAN[1],
    "county_code": "310115",
    "address": "浙江省宁波市海曙区中山西路1号",
    "name": "利辛县自来水公司",
    "city": "温州",
    "province": "浙江",
    "authority_code": "330282",
    "credit_code": "91330281MA2A0CFR9T",
}
# Taking away the strongest evidence each time leaves the next.
ORDER = [
    ((), ("320583", "point", "coordinates")),
    (("longitude",), ("310115", "county", "code")),
    (("county_code",), ("330203", "county", "address")),
]


def test_the_strongest_evidence_decides(placer: Placer) -> None:
    row: dict[str, object] = dict(ROW)
    for dropped, expected in ORDER:
        for column in dropped:
            del row[column]
        found = placer.place(**row)  # type: ignore[arg-type]
        assert (found.place, found.precision, found.reason) == expected


def test_a_name_outweighs_the_authority_which_outweighs_the_city(placer: Placer) -> None:
    row = {"address": "人民路1号", "city": "宁波", "authority_code": "330282"}
    named = placer.place(name="余姚市永达纺织厂", **row)  # type: ignore[arg-type]
    assert (named.place, named.precision, named.reason) == ("330281", "county", "name")
    office = placer.place(name="永达纺织厂", **row)  # type: ignore[arg-type]
    assert (office.place, office.precision, office.reason) == ("330282", "county", "authority")
    row["authority_code"] = "330200"
    city = placer.place(name="永达纺织厂", **row)  # type: ignore[arg-type]
    assert (city.place, city.precision, city.reason) == ("330200", "prefecture", "city")


def test_an_authority_elsewhere_or_of_a_city_places_no_county(placer: Placer) -> None:
    elsewhere = placer.place(address="宁波市人民路1号", authority_code="320583")
    assert (elsewhere.place, elsewhere.precision) == ("330200", "prefecture")
    city = placer.place(authority_code="340100")
    assert (city.place, city.precision, city.reason) == ("340100", "prefecture", "authority")
    bureau = placer.place(authority_code="310000")
    assert (bureau.place, bureau.precision) == ("310000", "province")


def test_the_credit_code_names_its_authority(placer: Placer) -> None:
    found = placer.place(credit_code="91330281MA2A0CFR9T")
    assert (found.place, found.reason) == ("330281", "authority")
    assert placer.place(credit_code="91330281").precision == "none"


def test_a_divided_code_leaves_the_choice_to_the_address(placer: Placer) -> None:
    alone = placer.place(county_code="320586", address="人民路1号")
    assert (alone.place, alone.precision, alone.reason) == ("320500", "prefecture", "code")
    told = placer.place(county_code="320586", address="黄埭镇春申路1号")
    assert (told.place, told.precision, told.reason) == ("320507", "county", "address")


def test_nothing_said_is_unplaced(placer: Placer) -> None:
    found = placer.place(member="310000")
    assert (found.place, found.precision, found.reason) == ("", "none", "none")


def test_coordinates_outside_or_swapped_are_told_by_row(placer: Placer) -> None:
    placed = placer.place_many(
        {
            "longitude": [KUNSHAN[0], PUDONG[1], 2.35, None, 116.4],
            "latitude": [KUNSHAN[1], PUDONG[0], 48.85, 31.2, 39.9],
            "address": ["", "", "上海市浦东新区世纪大道1号", "昆山市人民路1号", ""],
        },
        member="310000",
    )
    assert placed.place.to_pylist() == ["320583", "310115", "310115", "320583", ""]
    assert placed.precision.to_pylist() == ["point", "point", "county", "county", "none"]
    assert placed.place_reason.to_pylist() == [
        "coordinates",
        "coordinates",
        "address",
        "address",
        "none",
    ]
    assert placed.outside.tolist() == [True, False, False, True, False]
    told = [(problem.code, problem.row) for problem in placed.problems]
    assert told == [
        ("coordinates_swapped", 3),
        ("coordinates_outside_region", 4),
        ("coordinates_outside_region", 6),
    ]
    assert placed.problems[1].params == {"longitude": "2.35", "latitude": "48.85"}


def test_a_table_without_any_known_column_is_refused(placer: Placer) -> None:
    with pytest.raises(KeyError, match="address"):
        placer.place_many({"colour": ["red"]})


def test_a_shared_border_goes_to_one_county_whatever_the_order() -> None:
    left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    for outlines in ([("a", left), ("b", right)], [("b", right), ("a", left)]):
        index = BoundaryIndex(outlines)
        found = index.locate(np.array([1.0, 0.5, 1.5, 3.0, math.nan]), np.full(5, 0.5))
        names = [index.codes[at] if at >= 0 else "" for at in found]
        assert names == ["a", "a", "b", "", ""]


@given(st.lists(st.tuples(st.floats(120.8, 121.7), st.floats(31.1, 31.5)), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_the_index_agrees_with_asking_every_outline(points: list[tuple[float, float]]) -> None:
    outlines = {"320583": KUNSHAN, "310115": PUDONG}
    found = squares().locate(*map(np.array, zip(*points, strict=True)))
    for at, (x, y) in zip(found, points, strict=True):
        inside = [
            code
            for code, (a, b) in outlines.items()
            if shapely.box(a - 0.05, b - 0.05, a + 0.05, b + 0.05).intersects(shapely.Point(x, y))
        ]
        assert (squares().codes[at] if at >= 0 else "") == (min(inside) if inside else "")


@needs_real_data
def test_each_countys_own_point_is_placed_in_it() -> None:
    path = REAL_DATA / "yrd-boundaries-2019-osm" / "county.geojson"
    index = BoundaryIndex(
        (feature["properties"]["adcode"], shapely.geometry.shape(feature["geometry"]))
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
    )
    rows = [row for row in table("places") if row["code"] in index.codes]
    placed = Placer(delta_gazetteer(), index).place_many(
        {
            "longitude": [float(row["longitude"]) for row in rows],
            "latitude": [float(row["latitude"]) for row in rows],
        }
    )
    assert placed.place.to_pylist() == [row["code"] for row in rows]
    assert not placed.problems
