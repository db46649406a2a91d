"""Coordinates as Chinese maps and registers give them, carried to WGS84 and back.

Three systems meet in practice. CGCS2000, the national one, agrees with WGS84 to a few centimetres
and is taken as equal. GCJ-02 shifts WGS84 by up to some hundred metres with sines of the position;
BD-09 shifts GCJ-02 again. The shifts are published as formulas only one way; the way back is found
by iteration, exact to less than 1e-9 degrees, not by the usual single step (metres off).

Source of the formulas: the open description "Restrictions on geographic data in China" (Wikipedia)
and the reference implementation eviltransform (Apache-2.0), which agree with each other.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]

SYSTEMS = ("wgs84", "cgcs2000", "gcj02", "bd09")

# The Krasovsky 1940 ellipsoid, with which GCJ-02 is defined.
_RADIUS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_BD_TURN = np.pi * 3000.0 / 180.0
_ROUNDS = 30
# Outside this box GCJ-02 is not defined and positions are published unshifted.
_BOX = (72.004, 137.8347, 0.8293, 55.8271)


def to_wgs84(longitude: ArrayLike, latitude: ArrayLike, system: str) -> tuple[Degrees, Degrees]:
    """Return longitude and latitude in WGS84 degrees from a named coordinate system.

    `system` is one of `SYSTEMS`. Inputs are degrees of any one shape; NaN stays NaN. Raises
    ValueError for an unknown system.

    >>> longitude, latitude = to_wgs84([116.404], [39.915], "bd09")
    >>> f"{longitude[0]:.4f} {latitude[0]:.4f}"
    '116.3914 39.9073'
    """
    there = _forward(system)
    if there is None:
        return _pair(longitude, latitude)
    return _invert(there, *_pair(longitude, latitude))


def from_wgs84(longitude: ArrayLike, latitude: ArrayLike, system: str) -> tuple[Degrees, Degrees]:
    """Return WGS84 longitude and latitude in degrees of a named coordinate system.

    The forward way of `to_wgs84`, with the same shapes and errors.

    >>> longitude, latitude = from_wgs84([116.3914], [39.9073], "gcj02")
    >>> f"{longitude[0]:.4f} {latitude[0]:.4f}"
    '116.3976 39.9087'
    """
    there = _forward(system)
    longitude, latitude = _pair(longitude, latitude)
    return (longitude, latitude) if there is None else there(longitude, latitude)


def _forward(system: str) -> Callable[[Degrees, Degrees], tuple[Degrees, Degrees]] | None:
    if system in ("wgs84", "cgcs2000"):
        return None
    if system == "gcj02":
        return _gcj02
    if system == "bd09":
        return _bd09
    raise ValueError(f"unknown coordinate system {system!r}; known: {', '.join(SYSTEMS)}")


def _pair(longitude: ArrayLike, latitude: ArrayLike) -> tuple[Degrees, Degrees]:
    return np.array(longitude, dtype=np.float64), np.array(latitude, dtype=np.float64)


def _gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """WGS84 to GCJ-02."""
    x, y = longitude - 105.0, latitude - 35.0
    root = np.sqrt(np.abs(x))
    shared = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared
    north_m += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared
    east_m += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    slope = np.radians(latitude)
    flat = 1.0 - _ECCENTRICITY_SQUARED * np.sin(slope) ** 2
    meridian_m = _RADIUS_M * (1.0 - _ECCENTRICITY_SQUARED) / (flat * np.sqrt(flat))
    parallel_m = _RADIUS_M / np.sqrt(flat) * np.cos(slope)
    west, east, south, north = _BOX
    inside = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    return (
        np.where(inside, longitude + np.degrees(east_m / parallel_m), longitude),
        np.where(inside, latitude + np.degrees(north_m / meridian_m), latitude),
    )


def _bd09(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """WGS84 to BD-09, by way of GCJ-02."""
    x, y = _gcj02(longitude, latitude)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _invert(
    there: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]],
    longitude: Degrees,
    latitude: Degrees,
) -> tuple[Degrees, Degrees]:
    """The position whose forward image is the given one, by fixed-point iteration.

    The shift changes by less than a thousandth of a degree per degree almost everywhere, so each
    round gains two digits or more; thirty leave only rounding.
    """
    x, y = longitude.copy(), latitude.copy()
    for _ in range(_ROUNDS):
        image_x, image_y = there(x, y)
        miss_x, miss_y = longitude - image_x, latitude - image_y
        x, y = x + miss_x, y + miss_y
        if not np.any(np.abs(miss_x) + np.abs(miss_y) > 1e-12):
            break
    return x, y
