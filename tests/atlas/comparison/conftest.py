"""Two published editions of the grown lakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.comparison.two_editions import Two, made
from editions import Grown


@pytest.fixture
def two(grown_apart: Grown, tmp_path: Path) -> Two:
    """Give both editions, in a home of this test's own."""
    return made(grown_apart, tmp_path)
