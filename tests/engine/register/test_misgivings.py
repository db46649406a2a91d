"""What makes one doubt that a file is the right one: each threshold, at it and beside it."""

from __future__ import annotations

from typing import Any

import pytest

from xietong.engine.register.difference import Difference
from xietong.engine.register.misgivings import misgivings

QUALITY = {
    "rows": 100,
    "placed_county": 90,
    "placed_prefecture": 5,
    "placed_province": 0,
    "coded": 90,
    "missing": {"scope": 0, "address": 0},
}
NAMES = {"south": ("南岸", "Southshore"), "west": ("西岸", "Westshore")}


def difference(before: int = 100, after: int = 100, **told: Any) -> Difference:
    """Two versions of which every row is the same but for what is told."""
    told = {"added": 0, "removed": 0, "changed": 0, "moved": 0, "recoded": 0, **told}
    same = before - told["removed"] - told["changed"]
    return Difference(before=before, after=after, unchanged=same, **told)


def codes(it: Difference, **more: Any) -> dict[str, dict[str, Any]]:
    given = {"before": QUALITY, "after": QUALITY, "elsewhere": {}, "names": NAMES, **more}
    return {one.code: dict(one.params) for one in misgivings(it, **given)}


def test_a_version_that_says_the_same_changes_nothing() -> None:
    assert codes(difference()) == {"nothing_changes": {}}
    assert codes(difference(moved=1)) == {}
    assert codes(difference(recoded=1)) == {}
    assert codes(difference(changed=1)) == {}
    assert codes(difference(0, 100, added=100), before=None) == {}


@pytest.mark.parametrize(("removed", "told"), [(29, False), (30, True)])
def test_a_third_of_the_rows_must_vanish(removed: int, told: bool) -> None:
    found = codes(difference(90, 90 - removed, removed=removed))
    assert ("rows_vanish" in found) is told
    if told:
        assert found["rows_vanish"] == {"rows": 30, "before": 90, "percent": 33}


@pytest.mark.parametrize(("outside", "told"), [(40, False), (41, True)])
def test_more_than_half_of_what_was_placed_must_lie_elsewhere(outside: int, told: bool) -> None:
    # Of 100 rows 20 lie nowhere: 80 were placed.
    it = difference(changed=1, places={"": (20, 20), "a": (80, 80)})
    found = codes(it, elsewhere={"west": 10, "south": outside - 10})
    wanted = {"percent": 51, "name": "南岸 Southshore"}
    assert found == ({"rows_of_another_member": wanted} if told else {})


@pytest.mark.parametrize(("name", "code"), [("placed_county", "placing"), ("coded", "coding")])
def test_a_share_falls_by_more_than_a_tenth(name: str, code: str) -> None:
    def after(count: int) -> dict[str, dict[str, Any]]:
        return codes(difference(changed=1), after={**QUALITY, name: count})

    assert after(81) == {}
    assert after(79) == {f"{code}_falls": {"before": 90, "after": 79}}


def test_a_column_that_was_mostly_filled_is_missed() -> None:
    def missing(before: int, after: int) -> dict[str, dict[str, Any]]:
        sides = ({**QUALITY, "missing": {"scope": count}} for count in (before, after))
        return codes(difference(changed=1), **dict(zip(("before", "after"), sides, strict=True)))

    assert missing(49, 100) == {"columns_vanish": {"columns": "scope"}}
    assert missing(50, 100) == missing(0, 99) == {}


def test_a_first_file_that_can_hardly_be_placed_is_doubted() -> None:
    def first(county: int) -> dict[str, dict[str, Any]]:
        quality = {**QUALITY, "placed_county": county, "placed_prefecture": 5}
        return codes(difference(0, 100, added=100), before=None, after=quality)

    assert first(45) == {}
    assert first(44) == {"few_placed": {"percent": 49}}
