"""Which division a point lies in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry


class BoundaryIndex:
    """Outlines of the map's counties, ready to be asked for many points at once."""

    def __init__(self, outlines: Iterable[tuple[str, BaseGeometry]]) -> None:
        """Take (code, outline in WGS84 degrees) pairs; the codes are of the map's year."""
        ordered = sorted(outlines, key=lambda outline: outline[0])
        self.codes = tuple(code for code, _ in ordered)
        self._tree = shapely.STRtree([geometry for _, geometry in ordered])

    def locate(
        self, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Return for each point the position of its county in `codes`, -1 for none.

        A point on a shared border counts for the smaller code, whatever the order of the rows. A
        point with a NaN lies nowhere.
        """
        found = np.full(len(longitude), len(self.codes), dtype=np.int64)
        given = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
        points = shapely.points(longitude[given], latitude[given])
        rows, outlines = self._tree.query(points, predicate="intersects")
        np.minimum.at(found, given[rows], outlines)
        found[found == len(self.codes)] = -1
        return found
