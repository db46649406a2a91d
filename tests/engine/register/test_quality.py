"""How good a register is: counts that a person would get by hand."""

from __future__ import annotations

import json
from pathlib import Path

from engine.register.rows import check, code, written
from xietong.engine.register import SCHEMA
from xietong.engine.register.quality import Quality

ROWS = [
    {"name": "甲", "credit_code": code(1), "registered_on": "1998", "capital": "5万美元"},
    {"name": "乙", "registered_on": "2004-12-31", "capital": "7万", "address": "某路"},
    {"name": "丙", "registered_on": "昨天", "address": "某街"},
    {"name": "丙", "registered_on": "昨天", "address": "某街"},
    {"name": "合计"},
]


def test_what_is_missing_and_what_came_twice(tmp_path: Path) -> None:
    quality = check(written(tmp_path / "a.csv", ROWS)).quality
    assert (quality["rows"], quality["repeated"], quality["skipped"]) == (3, 1, 1)
    assert quality["currencies"] == {"CNY": 1, "USD": 1}
    assert (quality["first_registered"], quality["last_registered"]) == ("1998-01-01", "2004-12-31")
    assert quality["problems"] == {"date_unreadable": 2, "row_not_a_record": 1, "row_twice": 1}
    missing = quality["missing"]
    assert list(missing) == SCHEMA.names[1:]
    assert {name: count for name, count in missing.items() if count < 3} == {
        "name": 0, "credit_code": 2, "registered_on": 1, "capital_wan": 1, "currency": 1,
        "address": 1,
    }  # fmt: skip
    assert json.loads(json.dumps(quality)) == quality


def test_nothing_is_nothing() -> None:
    facts = Quality().facts(counts={}, repeated=0, skipped=0)
    assert facts["rows"] == 0
    assert facts["first_registered"] is None
    assert set(facts["missing"].values()) == {0}
