"""Outlines of places: read, checked, simplified alike on both sides of a border, and dissolved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from xietong.engine.problems import Problem, ProblemsFound

Points = NDArray[np.float64]
Convert = Callable[[Points, Points], tuple[Points, Points]]

# Degrees: about 110 m, below what the map shows at the scale of a region.
TOLERANCE = 0.001
DECIMALS = 4
# Degrees: two outlines that share less than some 50 m of border only touch.
LEAST_BORDER = 0.0005
# Degrees, about 1 m: two digitisations of one line may lie so far apart.
HAIR = 0.00001
# Square degrees: some 1 km² of two outlines lying over each other is a fault of the file.
OVERLAP = 0.0001
EARTH_RADIUS_KM = 6371.0072


@dataclass(frozen=True, slots=True)
class Outlines:
    """One outline a place, by code, in degrees of WGS84 (longitude, latitude)."""

    by_code: Mapping[str, BaseGeometry]


def read_outlines(
    text: str,
    *,
    code_property: str,
    expected: Iterable[str],
    convert: Convert | None = None,
) -> Outlines:
    """The outlines of a GeoJSON FeatureCollection, one for each expected place code.

    `convert` takes (longitude, latitude) arrays of the file's coordinates to WGS84; None where they
    are WGS84 already. Raises ProblemsFound with every fault: `not_geojson`, `outline_without_code`,
    `outline_twice`, `outline_unknown`, `outline_missing`, `outline_invalid`,
    `outline_not_in_degrees` (metres of some projection, most often) and `outlines_overlap`.
    """
    features = _features(text)
    wanted = set(expected)
    problems: list[Problem] = []
    found: dict[str, BaseGeometry] = {}
    for position, feature in enumerate(features, start=1):
        code = _code(feature, code_property)
        if not code:
            problems.append(Problem("outline_without_code", position, code_property))
        elif code in found:
            problems.append(Problem("outline_twice", position, code_property, {"code": code}))
        elif code not in wanted:
            problems.append(Problem("outline_unknown", position, code_property, {"code": code}))
        else:
            geometry = _geometry(feature)
            if geometry is None:
                problems.append(Problem("outline_invalid", position, None, {"code": code}))
            elif not _in_degrees(geometry):
                problems.append(Problem("outline_not_in_degrees", position, None, {"code": code}))
            else:
                found[code] = geometry if convert is None else _converted(geometry, convert)
    known = {problem.params["code"] for problem in problems if "code" in problem.params}
    problems += [
        Problem("outline_missing", None, code_property, {"code": code})
        for code in sorted(wanted - set(found) - known)
    ]
    problems += _overlaps(found)
    if problems:
        raise ProblemsFound(problems)
    return Outlines(dict(sorted(found.items())))


def _features(text: str) -> list[dict[str, Any]]:
    try:
        whole = json.loads(text)
        features = whole["features"]
        if whole["type"] != "FeatureCollection" or not isinstance(features, list):
            raise TypeError
        if not all(isinstance(feature, dict) for feature in features):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ProblemsFound([Problem("not_geojson")]) from None
    return features


def _code(feature: dict[str, Any], code_property: str) -> str:
    """A feature's place code; a whole number counts, as many programs write codes so."""
    properties = feature.get("properties")
    code = properties.get(code_property) if isinstance(properties, dict) else None
    if isinstance(code, float) and code.is_integer():
        code = int(code)
    return str(code or "").strip()


def _geometry(feature: dict[str, Any]) -> BaseGeometry | None:
    try:
        # NumPy warns of what is no number; such an outline is invalid below.
        with np.errstate(invalid="ignore"):
            geometry = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ShapelyError):
        return None
    polygonal = geometry.geom_type in ("Polygon", "MultiPolygon")
    if not polygonal or not geometry.is_valid or geometry.is_empty:
        return None
    return shapely.force_2d(geometry)


def _in_degrees(geometry: BaseGeometry) -> bool:
    west, south, east, north = geometry.bounds
    return bool(west >= -180 and east <= 180 and south >= -90 and north <= 90)


def _converted(geometry: BaseGeometry, convert: Convert) -> BaseGeometry:
    def move(points: Points) -> Points:
        return np.column_stack(convert(points[:, 0], points[:, 1]))

    return shapely.transform(geometry, move)


def _overlaps(found: Mapping[str, BaseGeometry]) -> list[Problem]:
    codes, shapes, left, right = _neighbours(found)
    # Not GEOS' own “overlaps”, which an outline that lies wholly within another does not fulfil.
    over = shapely.area(shapely.intersection(shapes[left], shapes[right])) > OVERLAP
    return [
        Problem("outlines_overlap", None, None, {"code": codes[i], "other": codes[j]})
        for i, j in sorted(zip(left[over].tolist(), right[over].tolist(), strict=True))
    ]


def _neighbours(
    found: Mapping[str, BaseGeometry], apart: float = 0.0
) -> tuple[list[str], NDArray[np.object_], NDArray[np.int64], NDArray[np.int64]]:
    """Codes, shapes, and the positions of each pair that is no further apart, once."""
    codes, shapes = sorted(found), np.array([found[code] for code in sorted(found)], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=apart)
    once = left < right
    return codes, shapes, left[once], right[once]


def adjacency(outlines: Outlines) -> tuple[tuple[str, str], ...]:
    """The pairs of places that share a border, sorted; touching at a point is not sharing.

    What counts is how much of one's border runs along or inside the other, give or take a hair:
    lines that are drawn twice never meet exactly.
    """
    codes, shapes, left, right = _neighbours(outlines.by_code, HAIR)
    borders = shapely.boundary(shapes)
    wider = shapely.buffer(shapes, HAIR, join_style="mitre")
    shared = np.maximum(
        shapely.length(shapely.intersection(borders[left], wider[right])),
        shapely.length(shapely.intersection(borders[right], wider[left])),
    )
    joined = shared > LEAST_BORDER
    pairs = zip(left[joined].tolist(), right[joined].tolist(), strict=True)
    return tuple(sorted((codes[i], codes[j]) for i, j in pairs))


def simplified(outlines: Outlines, tolerance: float = TOLERANCE) -> Outlines:
    """The outlines with fewer points, each border simplified once for both its sides."""
    shapes = shapely.coverage_simplify(np.array(list(outlines.by_code.values())), tolerance)
    return Outlines(dict(zip(outlines.by_code, shapes, strict=True)))


def dissolved(outlines: Outlines, parents: Mapping[str, str]) -> Outlines:
    """The outlines of the places above: `parents` maps each code to that of its parent."""
    groups: dict[str, list[BaseGeometry]] = {}
    for code, geometry in outlines.by_code.items():
        groups.setdefault(parents[code], []).append(geometry)
    return Outlines({code: shapely.union_all(groups[code]) for code in sorted(groups)})


def as_geojson(outlines: Outlines, properties: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, coordinates rounded, with each place's properties."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": code,
                "properties": {"code": code, **properties[code]},
                "geometry": rounded(geometry),
            }
            for code, geometry in outlines.by_code.items()
        ],
    }


def rounded(geometry: BaseGeometry) -> dict[str, Any]:
    """The geometry as GeoJSON, rounded to four decimals (about 11 m)."""

    def cut(value: Any) -> Any:
        return round(value, DECIMALS) if isinstance(value, float) else [cut(one) for one in value]

    whole = mapping(geometry)
    return {"type": whole["type"], "coordinates": cut(whole["coordinates"])}


def outline_of(
    geometries: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Any], tuple[float, float, float, float]]:
    """One outline around several GeoJSON geometries, and its bounds (west, south, east, north)."""
    whole = shapely.union_all([shape(geometry) for geometry in geometries])
    west, south, east, north = (round(float(edge), DECIMALS) for edge in whole.bounds)
    return rounded(whole), (west, south, east, north)


def area_km2(geometry: BaseGeometry) -> float:
    """The area on a sphere of the Earth's authalic radius, by Lambert's equal-area projection.

    Source: Snyder, J. P. (1987). Map projections: a working manual, USGS Professional Paper 1395,
    p. 85 (cylindrical equal-area).
    """

    def flat(points: Points) -> Points:
        radians = np.radians(points)
        return np.column_stack(
            [EARTH_RADIUS_KM * radians[:, 0], EARTH_RADIUS_KM * np.sin(radians[:, 1])]
        )

    return float(shapely.transform(geometry, flat).area)
