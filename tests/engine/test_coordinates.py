"""Coordinates carried between the country's systems and WGS84."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.engine.coordinates import SYSTEMS, from_wgs84, to_wgs84

# Published pairs (longitude, latitude) of the eviltransform test suite: WGS84 and GCJ-02.
PUBLISHED_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]

LONGITUDES = st.floats(73.5, 134.5)
LATITUDES = st.floats(4.0, 53.0)


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED_GCJ02)
def test_gcj02_gives_the_published_pairs(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert np.allclose(from_wgs84(*wgs84, "gcj02"), gcj02, rtol=0, atol=1e-11)
    assert np.allclose(to_wgs84(*gcj02, "gcj02"), wgs84, rtol=0, atol=1e-9)


@given(LONGITUDES, LATITUDES, st.sampled_from(SYSTEMS))
def test_there_and_back_is_exact(longitude: float, latitude: float, system: str) -> None:
    back = to_wgs84(*from_wgs84(longitude, latitude, system), system)
    assert np.allclose(back, (longitude, latitude), rtol=0, atol=1e-9)


@given(LONGITUDES, LATITUDES, st.sampled_from(["gcj02", "bd09"]))
def test_the_shift_is_some_hundred_metres(longitude: float, latitude: float, system: str) -> None:
    x, y = from_wgs84(longitude, latitude, system)
    limit = 0.012 if system == "gcj02" else 0.025
    assert 1e-5 < abs(x - longitude) + abs(y - latitude) < 2 * limit


def test_bd09_of_a_gcj02_position_is_the_published_formula() -> None:
    gcj02, wanted = (116.404, 39.915), (116.41036949371, 39.92133699351)
    wgs84 = to_wgs84(*gcj02, "gcj02")
    assert np.allclose(from_wgs84(*wgs84, "bd09"), wanted, rtol=0, atol=1e-8)


def test_cgcs2000_is_wgs84() -> None:
    given_ = np.array([121.5, 118.8]), np.array([31.2, 32.0])
    assert np.array_equal(to_wgs84(*given_, "cgcs2000"), given_)


def test_positions_abroad_and_missing_ones_are_kept() -> None:
    longitude, latitude = np.array([2.35, np.nan]), np.array([48.85, 31.0])
    x, y = to_wgs84(longitude, latitude, "gcj02")
    assert (x[0], y[0]) == (2.35, 48.85)
    assert np.isnan(x[1])


def test_the_callers_arrays_are_left_alone() -> None:
    longitude, latitude = np.array([121.5]), np.array([31.2])
    to_wgs84(longitude, latitude, "bd09")
    to_wgs84(longitude, latitude, "wgs84")[0][0] = 0
    assert (longitude[0], latitude[0]) == (121.5, 31.2)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ValueError, match="gcj02"):
        to_wgs84([121.5], [31.2], "gcj-02")


def test_an_array_gives_what_its_positions_give_one_by_one() -> None:
    random = np.random.default_rng(3)
    longitude, latitude = random.uniform(116, 123, 1000), random.uniform(27, 36, 1000)
    x, y = to_wgs84(longitude, latitude, "bd09")
    for at in range(0, 1000, 97):
        single = to_wgs84(longitude[at], latitude[at], "bd09")
        assert np.allclose(single, (x[at], y[at]), rtol=0, atol=1e-12)
