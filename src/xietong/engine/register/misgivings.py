"""What makes one doubt that a file is the right one, though every row of it can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xietong.engine.problems import Problem
from xietong.engine.register.difference import Difference

# Whoever commits in spite of one of these says why.
GRAVE = frozenset({"rows_vanish", "rows_of_another_member"})
# A fall of the share that is placed or coded by more than this is told.
FALL = 0.1
# Below this share of placed rows the right file is in doubt even without one to compare it with.
FEW = 0.5


def misgivings(
    difference: Difference,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    elsewhere: Mapping[str, int],
    names: Mapping[str, tuple[str, str]],
) -> list[Problem]:
    """Return what should be answered before a version is made of this, the gravest first.

    `before` and `after` are the qualities of the two versions; `elsewhere` how many of the new rows
    lie in each other member, `names` those members' names in Chinese and English.
    """
    found = [
        *_of_another(difference, elsewhere, names),
        *_vanishing(difference),
        *_falling(before, after),
        *_columns_gone(before, after),
    ]
    placed = _share(after, "placed_county", "placed_prefecture", "placed_province")
    if placed is not None and placed < FEW:
        found.append(Problem("few_placed", params={"percent": round(100 * placed)}))
    same = difference.unchanged == difference.before == difference.after
    if same and before is not None and not difference.moved and not difference.recoded:
        found.append(Problem("nothing_changes"))
    return found


def _of_another(
    difference: Difference,
    elsewhere: Mapping[str, int],
    names: Mapping[str, tuple[str, str]],
) -> list[Problem]:
    placed = difference.after - difference.places.get("", (0, 0))[1]
    outside = sum(elsewhere.values())
    if not placed or outside * 2 <= placed:
        return []
    most = max(sorted(elsewhere), key=lambda code: elsewhere[code])
    zh, en = names[most]
    params: dict[str, str | int] = {
        "percent": round(100 * outside / placed),
        # A problem's words are plain: the name stands in both languages.
        "name": f"{zh} {en}",
    }
    return [Problem("rows_of_another_member", params=params)]


def _vanishing(difference: Difference) -> list[Problem]:
    if not difference.before or difference.removed * 3 < difference.before:
        return []
    params: dict[str, str | int] = {
        "rows": difference.removed,
        "before": difference.before,
        "percent": round(100 * difference.removed / difference.before),
    }
    return [Problem("rows_vanish", params=params)]


def _falling(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Problem]:
    found = []
    for code, counts in (("placing_falls", ("placed_county",)), ("coding_falls", ("coded",))):
        was, now = (None if one is None else _share(one, *counts) for one in (before, after))
        if was is not None and now is not None and was - now > FALL:
            params: dict[str, str | int] = {
                "before": round(100 * was),
                "after": round(100 * now),
            }
            found.append(Problem(code, params=params))
    return found


def _columns_gone(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[Problem]:
    if before is None or not before.get("rows") or not after.get("rows"):
        return []
    gone = [
        name
        for name, missing in after.get("missing", {}).items()
        if missing == after["rows"]
        and before.get("missing", {}).get(name, before["rows"]) * 2 < before["rows"]
    ]
    return [Problem("columns_vanish", params={"columns": ", ".join(gone)})] if gone else []


def _share(quality: Mapping[str, Any], *counts: str) -> float | None:
    rows = quality.get("rows")
    if not rows or any(name not in quality for name in counts):
        return None
    return float(sum(quality[name] for name in counts) / rows)
