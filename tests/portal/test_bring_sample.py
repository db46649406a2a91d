"""What `xietong up` brings in: the sample where it lies ready, else a twin; one's own stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from houses import DATA, Lakes
from xietong.atlas import operations, queries
from xietong.kit.progress import silent
from xietong.portal.commands import bring_sample
from xietong.region import queries as region
from xietong.region.rules import LOCAL

pytestmark = pytest.mark.operations


def newest() -> dict[str, tuple[str, bool]]:
    """Each member's newest register: its file and whether it is synthetic."""
    return {
        one.register.member.code: (one.source_name, one.synthetic)
        for one in queries.newest_versions(LOCAL)
    }


SAMPLE = {"northshore": ("northshore.csv", False), "southshore": ("southshore.csv", False)}
TWIN = {"northshore": ("northshore.parquet", True), "southshore": ("southshore.csv", True)}


@pytest.fixture
def nowhere(settings: Any, tmp_path: Path) -> Path:
    """A data folder that is not there."""
    return tmp_path / "nowhere"


def test_the_sample_where_it_lies_ready(lakes: Lakes) -> None:
    bring_sample(lakes.pack, silent)
    assert newest() == SAMPLE
    assert not region.newest_boundaries(LOCAL).schematic


def test_a_twin_where_it_does_not_and_the_sample_once_it_is_there(
    lakes: Lakes, settings: Any, nowhere: Path
) -> None:
    settings.XIETONG_DATA = nowhere
    bring_sample(lakes.pack, silent)
    assert newest() == TWIN
    bring_sample(lakes.pack, silent)
    assert len(queries.register_versions(LOCAL)) == 2
    settings.XIETONG_DATA = DATA
    bring_sample(lakes.pack, silent)
    assert newest() == SAMPLE
    # And gone again, it is not replaced by something made up.
    settings.XIETONG_DATA = nowhere
    bring_sample(lakes.pack, silent)
    assert newest() == SAMPLE


@pytest.mark.parametrize("with_data", [False, True])
def test_a_members_own_register_stays(
    lakes: Lakes, settings: Any, nowhere: Path, tmp_path: Path, with_data: bool
) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes(lakes.registers["southshore"].read_bytes())
    settings.XIETONG_DATA = DATA if with_data else nowhere
    bring_sample(lakes.pack, silent)
    operations.import_register(
        actor=LOCAL, member="southshore", path=own, about=operations.About(title_zh="自己的名录")
    )
    bring_sample(lakes.pack, silent)
    expected = SAMPLE if with_data else TWIN
    assert newest() == {**expected, "southshore": ("own.csv", False)}
