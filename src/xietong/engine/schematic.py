"""Schematic outlines: places drawn from one point each, where there are no surveyed ones."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import scipy  # its parts are loaded where they are first used, not at every start
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from xietong.engine.boundaries import DECIMALS, Outlines

Points = NDArray[np.float64]
Faces = NDArray[np.object_]

# Lengths are in parts of the points' median spacing, so that they fit any region.
# Where no other place stops it, a place reaches this share of the way to its second neighbour.
REACH, LEAST_REACH, MOST_REACH = 0.6, 0.4, 2.0
# Hollows between the places' reaches, and channels of the land, are filled up to twice this width.
HOLLOW, CHANNEL = 0.45, 0.06
# The outer edge is as angular as the borders inside: bays and capes smaller than this are cut off.
ANGULAR = 0.12
# A place whose point lies off the land is drawn as an island of this radius.
ISLAND = 0.25
GRID = 10.0**-DECIMALS


def draw(
    points: Mapping[str, tuple[float, float]], land: str, *, parents: Mapping[str, str]
) -> Outlines:
    """One valid outline a place from one point each, none overlapping, borders shared exactly.

    `points` are (longitude, latitude) in degrees of WGS84 by code, `land` a GeoJSON
    FeatureCollection of the coast, `parents` the code above each place. A place is what lies closer
    to its point than to any other (its Voronoi cell), on the land, and no further out than its
    neighbours are apart. A piece cut off by water goes to a neighbour that it adjoins, one under
    the same parent first; a place off the land is drawn as a small island. Corners lie on the grid
    of rounded coordinates. The order of the points changes nothing.

    What comes out looks like a map and is none: areas mean nothing, one border in six is missing
    and as many are invented, and the places under one parent need not hang together. Raises
    ValueError for fewer than three points, for points on one line, and for two places at one point.

    Source: Aurenhammer, F. (1991). Voronoi diagrams: a survey of a fundamental geometric data
    structure. ACM Computing Surveys 23 (3), 345-405.
    """
    codes = sorted(points)
    degrees = np.array([points[code] for code in codes], dtype=np.float64).reshape(-1, 2)
    if len(np.unique(degrees, axis=0)) != len(codes):
        raise ValueError("two places have one point")
    if len(codes) < 3 or np.linalg.matrix_rank(degrees - degrees.mean(axis=0), tol=GRID) < 2:
        raise ValueError("outlines need three points that lie on no line")
    # A plane in which a degree is about as long to the east as to the north.
    scale = np.array([np.cos(np.radians(degrees[:, 1].mean())), 1.0])
    plane = degrees * scale
    tree = scipy.spatial.cKDTree(plane)
    second = tree.query(plane, 3)[0][:, 2]
    spacing = float(np.median(second))
    coast = shapely.transform(_land(land), lambda corners: corners * scale)
    ground = _ground(plane, second, spacing, coast)
    borders = [*_borders(plane, spacing), shapely.boundary(ground)]
    faces = _faces(shapely.transform(borders, lambda corners: corners / scale))
    inner = shapely.get_coordinates(shapely.point_on_surface(faces)) * scale
    inside = shapely.contains_xy(ground, *inner.T)
    faces, inner = faces[inside], inner[inside]
    owner = tree.query(inner)[1].astype(np.int64)
    owner = _joined(faces, owner, shapely.points(degrees), [parents[code] for code in codes])
    return Outlines({code: shapely.union_all(faces[owner == at]) for at, code in enumerate(codes)})


def _land(text: str) -> BaseGeometry:
    features = json.loads(text)["features"]
    return shapely.union_all([shape(feature["geometry"]) for feature in features])


def _ground(
    plane: Points, second: NDArray[np.float64], spacing: float, coast: BaseGeometry
) -> BaseGeometry:
    """What the places cover together: land within reach of their points, and their islands."""
    reach = np.clip(REACH * second, LEAST_REACH * spacing, MOST_REACH * spacing)
    centres = shapely.points(plane)
    region = _filled(shapely.union_all(shapely.buffer(centres, reach)), HOLLOW * spacing, np.inf)
    land = _filled(coast, CHANNEL * spacing, spacing**2)
    dry = shapely.intersection(shapely.simplify(region, ANGULAR * spacing), land)
    islands = shapely.buffer(
        centres[~shapely.contains(dry, centres)], ISLAND * spacing, quad_segs=3
    )
    return shapely.union_all([dry, *islands])


def _filled(area: BaseGeometry, width: float, hole: float) -> BaseGeometry:
    """The area without hollows up to twice the width, and without holes up to the area `hole`."""
    closed = shapely.buffer(shapely.buffer(area, width), -width)
    return shapely.union_all(
        [
            shapely.Polygon(
                part.exterior,
                [ring for ring in part.interiors if shapely.Polygon(ring).area > hole],
            )
            for part in shapely.get_parts(closed)
        ]
    )


def _borders(plane: Points, spacing: float) -> NDArray[np.object_]:
    """The edges between Voronoi cells; four points far away make all of them finite."""
    low, high = plane.min(axis=0), plane.max(axis=0)
    far = 10 * (np.ptp(plane, axis=0).max() + spacing)
    middle = (low + high) / 2
    ghosts = middle + far * np.array([[-1.0, 0.0], [1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
    cells = scipy.spatial.Voronoi(np.vstack([plane, ghosts]))
    edges = np.array([edge for edge in cells.ridge_vertices if min(edge) >= 0])
    return shapely.linestrings(cells.vertices[edges])


def _faces(lines: NDArray[np.object_]) -> Faces:
    """The faces between lines, all corners on the grid, so that neighbours share every corner."""
    noded = shapely.union_all(lines, grid_size=GRID)
    return shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))


def _joined(
    faces: Faces, owner: NDArray[np.int64], points: Faces, parents: list[str]
) -> NDArray[np.int64]:
    """Give every piece that is cut off from its point to a neighbour that it adjoins.

    An island that holds no point stays whole, with the place that most of it lies closest to.
    """
    size = shapely.area(faces)
    chief: dict[int, int] = {}
    for face in np.lexsort((size, shapely.contains(faces, points[owner]))).tolist():
        chief[int(owner[face])] = face  # the last is the one with the point, else the largest
    settled = set(chief.values())
    open_ = sorted(set(range(len(faces))) - settled, key=lambda face: (-size[face], face))
    pieces = np.array(open_, dtype=np.int64)
    here, near = shapely.STRtree(faces).query(faces[pieces], predicate="touches")
    edges = shapely.intersection(
        shapely.boundary(faces[pieces[here]]), shapely.boundary(faces[near])
    )
    beside: dict[int, list[tuple[int, float]]] = {face: [] for face in open_}
    for at, other, length in zip(here, near.tolist(), shapely.length(edges), strict=True):
        if length > 0:
            beside[open_[at]].append((other, float(length)))
    joined = owner.copy()
    while open_:
        # The largest piece that adjoins a settled one; where none does, the largest is an island.
        face = next((one for one in open_ if settled & {other for other, _ in beside[one]}), -1)
        if face < 0:
            face = open_[0]
        else:
            own = parents[owner[face]]
            offers = [(other, length) for other, length in beside[face] if other in settled]
            best = max(offers, key=lambda one: (parents[joined[one[0]]] == own, one[1], -one[0]))
            joined[face] = joined[best[0]]
        settled.add(face)
        open_.remove(face)
    return joined
