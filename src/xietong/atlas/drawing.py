"""Outlines of places as drawings: flat paths for SVG, ready to be filled."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path

import shapely

WIDTH = 1000.0  # of the whole region, in the drawing's own units
TOLERANCE = 0.9  # how far a simplified border may stray
LEAST_WINDOW = 0.4  # of the region's longer side: less would show no neighbours
MARGIN = 0.35  # of the marked places' size, on each side


@dataclass(frozen=True, slots=True)
class Drawn:
    """One level of outlines: SVG path data and boxes (left, top, right, bottom) by code."""

    width: float
    height: float
    paths: dict[str, str]
    boxes: dict[str, tuple[float, float, float, float]]

    def window(self, codes: Iterable[str]) -> tuple[float, float, float, float]:
        """Return left, top, width and height of a view on some places and what lies around."""
        boxes = [self.boxes[code] for code in codes if code in self.boxes]
        if not boxes:
            return 0.0, 0.0, self.width, self.height
        left, top = min(one[0] for one in boxes), min(one[1] for one in boxes)
        right, bottom = max(one[2] for one in boxes), max(one[3] for one in boxes)
        size = max(right - left, bottom - top) * (1 + 2 * MARGIN)
        size = max(size, LEAST_WINDOW * max(self.width, self.height))
        width, height = min(size, self.width), min(size, self.height)
        x = min(max((left + right - width) / 2, 0.0), self.width - width)
        y = min(max((top + bottom - height) / 2, 0.0), self.height - height)
        return round(x, 1), round(y, 1), round(width, 1), round(height, 1)


@lru_cache(maxsize=8)
def drawn(path: Path) -> Drawn:
    """Read a GeoJSON file of outlines as a drawing, once a process; such files never change."""
    features = json.loads(path.read_bytes())["features"]
    codes = [one["properties"]["code"] for one in features]
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in features])
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)
    flat = shapely.transform(shapes, lambda xy: (xy - [west, north]) * [scale * squeeze, -scale])
    simple = shapely.simplify(flat, TOLERANCE)
    return Drawn(
        width=WIDTH,
        height=round((north - south) * scale, 1),
        paths={code: _path(shape) for code, shape in zip(codes, simple, strict=True)},
        boxes={
            code: (box[0], box[1], box[2], box[3])
            for code, box in zip(codes, shapely.bounds(flat).tolist(), strict=True)
        },
    )


def _path(shape: shapely.Geometry) -> str:
    lines = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [f"{x:.1f} {y:.1f}" for x, y in ring.coords]
            lines.append(f"M{'L'.join(points)}Z")
    return "".join(lines)
