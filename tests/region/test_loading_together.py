"""Two first loads at the same moment: both end well, and the region is loaded once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from houses import household
from real_data import REGIONS

pytestmark = [pytest.mark.deep, pytest.mark.operations]


@pytest.mark.parametrize("attempt", range(3))
def test_two_first_loads_at_once_are_one(tmp_path: Path, attempt: int) -> None:
    ways: dict[str, Any] = {"XIETONG_REGIONS": str(REGIONS), "XIETONG_REGION": "yrd"}
    with household(tmp_path, **ways) as house:
        house.run("manage", "migrate", "--verbosity", "0")
        both = [house.start("region", "load") for _ in range(2)]
        told = [one.communicate(timeout=120) for one in both]
        assert [one.returncode for one in both] == [0, 0], told
        said = sorted(out.rsplit(": ")[-1].strip() for out, _ in told)
        assert said == ["loaded", "unchanged"]
        assert house.rows("SELECT count(*) FROM region_region") == [(1,)]
        assert house.rows("SELECT count(*) FROM region_auditentry") == [(1,)]
