"""Northshore's register with doubtful rows, in a house where the whole cast acts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas.registers import write_csv
from cast import Cast
from houses import Lakes
from xietong.atlas import operations
from xietong.atlas.models import RegisterVersion
from xietong.region.rules import LOCAL

HEADINGS = ("Name", "Registration number", "Business scope", "Address", "Registered capital")
BELLS, KITES = "风铃", "纸鸢"
# Name, number, scope, address, capital: makers of things that no pack knows, some boats, and rows
# that say too little.
ROWS = [
    *[
        (
            f"{town}{BELLS}厂",
            f"81020210{at:03}",
            f"制造{BELLS}",
            "北岸省桤林市桨渡县湖滨路",
            f"{at}00万",
        )
        for at, town in enumerate("甲乙丙丁戊己庚辛", 1)
    ],
    *[
        (f"{town}划艇厂", f"81020310{at:03}", "制造划艇", "北岸省桤林市帆湾县灯塔路", "50万")
        for at, town in enumerate("子丑寅卯辰巳", 1)
    ],
    ("午商行", "810101100001", "经营", "北岸省鹭洲市", "20000万"),
    ("未商行", "810101100002", "经营", "", "3万"),
    ("申灯具厂", "810101100003", "制造灯具", "北岸省鹭洲市鹭东县湖滨路", "10万"),
    ("申灯具厂", "810101100004", "制造灯具", "北岸省鹭洲市鹭东县灯塔路", "10万"),
]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The house, its cast, the file and the version that came of it."""

    house: Lakes
    cast: Cast
    path: Path
    version: RegisterVersion

    def unit(self, name: str) -> str:
        """Return who a row is, by its name."""
        from xietong.atlas.queries import rows

        found = rows.rows(LOCAL, "northshore", rows.Filters(q=name)).rows
        return str(found[0]["unit"])


@pytest.fixture
def doubtful(lakes: Lakes, cast: Cast, tmp_path: Path) -> Doubtful:
    """Import the register of Northshore."""
    path = write_csv(tmp_path / "doubtful.csv", ROWS, HEADINGS)
    version, _ = operations.import_register(
        actor=LOCAL, member="northshore", path=path, about=operations.About()
    )
    return Doubtful(lakes, cast, path, version)
