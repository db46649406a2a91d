"""A small drill: a house is backed up, destroyed and restored, and its audit is whole again."""

from __future__ import annotations

import shutil
from pathlib import Path

from houses import household

HASHES = "SELECT hash FROM region_auditentry ORDER BY number"


def test_a_small_house_comes_back(tmp_path: Path) -> None:
    kept = tmp_path / "kept.backup"
    with household(tmp_path) as house:
        house.settle()
        before = house.rows(HASHES)
        assert before
        house.run("backup", str(kept))
        for path in house.home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        house.run("restore", str(kept))
        after = house.rows(HASHES)
        # The restoring stands in the audit too.
        assert after[: len(before)] == before
        assert len(after) == len(before) + 1
        house.run("audit", "verify")
        assert (house.home / "boundaries").is_dir()
