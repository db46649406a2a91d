"""What the pages of imports and versions show, made of what a dry run left in its draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from xietong.atlas.models import RegisterDraft
from xietong.atlas.naming import Codes
from xietong.engine.problems import Problem
from xietong.engine.register.misgivings import GRAVE
from xietong.kit.doors import said_problem

COVERAGE = ("placed_county", "placed_prefecture", "unplaced", "coded")


@dataclass(frozen=True, slots=True)
class Moved:
    """A place or division with its rows before and after."""

    name: str
    before: int
    after: int

    @property
    def by(self) -> str:
        """Return by how much, with its sign."""
        return f"{self.after - self.before:+,}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the rows before (None where there is no version) and after."""

    name: str
    before: float | None
    after: float


def dry_run(draft: RegisterDraft) -> dict[str, Any] | None:
    """Return the dry run of a draft in words and numbers; None where there is none."""
    summary = draft.summary
    if summary is None or draft.brought is None:
        return None
    codes = Codes()
    before = draft.base.quality if draft.base is not None else None
    after = draft.brought["quality"]
    doubts = [
        {**said_problem(Problem(one["code"], params=one["params"])), "grave": one["code"] in GRAVE}
        for one in summary["misgivings"]
    ]
    return {
        "counts": summary,
        "is_first": not summary["base"],
        "columns": sorted(summary["columns"].items(), key=lambda one: (-one[1], one[0])),
        "places": [Moved(codes.place(code), was, now) for code, was, now in summary["places"]],
        "divisions": [
            Moved(codes.industry(code), was, now) for code, was, now in summary["divisions"]
        ],
        "coverage": [
            Share(name, _share(before, name), _share(after, name) or 0.0) for name in COVERAGE
        ],
        "misgivings": doubts,
        "is_grave": any(one["grave"] for one in doubts),
    }


def _share(quality: Mapping[str, Any] | None, name: str) -> float | None:
    if quality is None or not quality.get("rows") or name not in quality:
        return None
    return float(quality[name] / quality["rows"])


def page_links(page: int, total: int, size: int, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return where a reader stands in a list, and the addresses of the pages around it."""
    pages = max(-(-total // size), 1)
    given = {name: text for name, text in asked.items() if text}

    def address(number: int) -> str:
        return "?" + urlencode({**given, "page": number})

    return {
        "page": page,
        "pages": pages,
        "previous": address(min(page - 1, pages)) if page > 1 else "",
        "next": address(page + 1) if page < pages else "",
    }
