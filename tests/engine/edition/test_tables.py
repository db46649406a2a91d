"""What an edition publishes comes back from its file as it went in, and the same file each time."""

from __future__ import annotations

import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xietong.engine.edition.tables import EditionTables, LevelTable, YearTable, load, save


def level(places: list[str], industries: int) -> LevelTable:
    """A level's table in which no two figures are alike."""
    shape = (industries, len(places))
    draw = np.random.default_rng(len(places))
    made: dict[str, object] = {"places": np.array(places, dtype=np.str_)}
    for part in fields(LevelTable)[1:]:
        one_row = part.name in ("hhi", "ellison_glaeser", "eg_deviation", "maurel_sedillot")
        values = draw.random(industries if one_row else shape) * 100
        values[0] = np.nan
        kinds = {"Marks": np.uint8, "Ints": np.int64, "Flags": np.bool_}
        kind = kinds.get(str(part.type), np.float64)
        made[part.name] = values if kind is np.float64 else np.nan_to_num(values).astype(kind)
    return LevelTable(**made)  # type: ignore[arg-type]


def tables() -> EditionTables:
    return EditionTables(
        industries=np.array(["all", "d39", "s-集成.设计"]),
        totals=np.array([9, 2**62, 0]),
        total_status=np.array([1, 1, 2], dtype=np.uint8),
        levels={"county": level(["310115", "320583"], 3), "province": level(["310000"], 3)},
        years=YearTable(
            places=np.array(["310000"]),
            industries=np.array(["all"]),
            years=np.array([1999, 2000]),
            status=np.ones((1, 1, 2), dtype=np.uint8),
            n=np.array([[[5, 7]]]),
        ),
        insufficient=np.array([], dtype=np.str_),
        coverage_places=np.array(["310100"]),
        coverage=np.array([0.9]),
    )


def test_the_tables_come_back_as_they_went(tmp_path: Path) -> None:
    before = tables()
    save(before, tmp_path / "tables.npz")
    after = load(tmp_path / "tables.npz")
    assert list(after.levels) == list(before.levels)
    parts = [*same(EditionTables, before, after), *same(YearTable, before.years, after.years)]
    for name in before.levels:
        parts += same(LevelTable, before.levels[name], after.levels[name])
    assert len(parts) == 6 + len(fields(YearTable)) + 2 * len(fields(LevelTable))


def same(kind: type[Any], mine: object, yours: object) -> list[str]:
    """Hold every array of two tables against each other; return the arrays' names."""
    names = [part.name for part in fields(kind) if isinstance(getattr(mine, part.name), np.ndarray)]
    for name in names:
        one, other = getattr(mine, name), getattr(yours, name)
        assert one.dtype == other.dtype, name
        np.testing.assert_array_equal(one, other, err_msg=name)
    return names


def test_what_was_published_cannot_be_changed_by_a_reader(tmp_path: Path) -> None:
    save(tables(), tmp_path / "tables.npz")
    published = load(tmp_path / "tables.npz")
    with pytest.raises(ValueError, match="read-only"):
        published.levels["county"].n[0, 0] = 1


def test_the_same_tables_make_the_same_file_at_another_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tables(), tmp_path / "one.npz")
    later = time.time() + 4_000
    monkeypatch.setattr(time, "time", lambda: later)
    save(tables(), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
