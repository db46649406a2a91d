"""The furnished house of the access tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.house import House, furnish
from cast import Cast, cast
from editions import Grown, grown, grown_apart, grown_photograph

__all__ = ["cast", "grown", "grown_apart", "grown_photograph"]


@pytest.fixture
def house(grown_apart: Grown, cast: Cast, tmp_path: Path) -> House:
    """Furnish a house with something of everything."""
    return furnish(grown_apart, cast, tmp_path)
