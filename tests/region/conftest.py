"""Tests of the region may stand in the lakes, or before them: the pack read and nothing laid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cast import cast
from houses import DATA, LAKES, lakes
from xietong.region.packs import RegionPack, read_pack

__all__ = ["cast", "lakes", "pack"]


@pytest.fixture
def pack(db: None, settings: Any, tmp_path: Path) -> RegionPack:
    """Read the pack of the lakes, in a home where nothing has been loaded."""
    settings.XIETONG_HOME = tmp_path / "home"
    settings.XIETONG_DATA = DATA
    settings.XIETONG_REGIONS = LAKES
    settings.XIETONG_REGION = "lakes"
    return read_pack(LAKES, "lakes")
