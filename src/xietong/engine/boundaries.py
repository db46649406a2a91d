"""Outlines of places: read, checked, simplified alike on both sides of a border, and dissolved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
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
    `outline_twice`, `outline_unknown`, `outline_missing`, `outline_invalid`, `outlines_overlap`.
    """
    features = _features(text)
    wanted = set(expected)
    problems: list[Problem] = []
    found: dict[str, BaseGeometry] = {}
    for position, feature in enumerate(features, start=1):
        code = str((feature.get("properties") or {}).get(code_property) or "")
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
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ProblemsFound([Problem("not_geojson")]) from None
    return [feature for feature in features if isinstance(feature, dict)]


def _geometry(feature: dict[str, Any]) -> BaseGeometry | None:
    try:
        geometry = shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, shapely.GEOSException):
        return None
    polygonal = geometry.geom_type in ("Polygon", "MultiPolygon")
    return geometry if polygonal and geometry.is_valid and not geometry.is_empty else None


def _converted(geometry: BaseGeometry, convert: Convert) -> BaseGeometry:
    def move(points: Points) -> Points:
        return np.column_stack(convert(points[:, 0], points[:, 1]))

    return shapely.transform(geometry, move)


def _overlaps(found: Mapping[str, BaseGeometry]) -> list[Problem]:
    codes, shapes = list(found), list(found.values())
    left, right = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    return [
        Problem("outlines_overlap", None, None, {"code": codes[i], "other": codes[j]})
        for i, j in zip(left.tolist(), right.tolist(), strict=True)
        if i < j and shapes[i].intersection(shapes[j]).area > OVERLAP
    ]


def adjacency(outlines: Outlines) -> tuple[tuple[str, str], ...]:
    """The pairs of places that share a border, sorted; touching at a point is not sharing."""
    codes, shapes = list(outlines.by_code), list(outlines.by_code.values())
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    one, other = np.array(shapes)[left[once]], np.array(shapes)[right[once]]
    borders = shapely.length(shapely.intersection(shapely.boundary(one), shapely.boundary(other)))
    # Outlines drawn apart by a hair share no line; where one reaches into the other, they adjoin.
    reach = shapely.area(shapely.intersection(one, other)) > 0
    joined = (borders > LEAST_BORDER) | reach
    pairs = zip(left[once][joined].tolist(), right[once][joined].tolist(), strict=True)
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
