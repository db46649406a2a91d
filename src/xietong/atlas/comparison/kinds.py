"""The kinds of change between two editions, and how much each matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xietong.atlas.schemas import Names
from xietong.engine.edition.comparison import CellChange, CellKind
from xietong.engine.edition.lineage import ClusterChange, ClusterKind

FactKind = Literal["register", "parameter", "method", "boundaries", "words", "industry", "place"]
Kind = FactKind | CellKind | ClusterKind
Group = Literal["added", "removed", "moved", "changed"]

GROUPS: dict[str, Group] = {
    "appeared": "added",
    "published": "added",
    "crossing": "added",
    "vanished": "removed",
    "withheld": "removed",
    "insufficient": "removed",
    "not_crossing": "removed",
    "rank": "moved",
}
# What matters first; docs/rooms/atlas-comparison.md gives the order in words.
FACTS, LEADS, TURNS, RANKS, SIZES, QUOTIENTS, READINGS = range(7)
CLASSES = {
    **dict.fromkeys(("rank",), RANKS),
    **dict.fromkeys(("appeared", "vanished", "split", "merged", "crossing", "not_crossing"), TURNS),
    **dict.fromkeys(("grew", "shrank"), SIZES),
    "quotient": QUOTIENTS,
    **dict.fromkeys(("published", "withheld", "insufficient"), READINGS),
}
# Of equal class, what people know by name comes first.
BY_INDUSTRY = {"total": 0, "division": 1, "chain": 1, "segment": 2, "group": 3}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was one and is another: a register, a parameter, the words beside numbers."""

    name: Names
    before: Names
    after: Names


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the changelog; `members` are those whose places or registers it concerns."""

    kind: Kind
    industry: str | None
    members: frozenset[str]
    what: CellChange | ClusterChange | Fact

    @property
    def group(self) -> Group:
        """Whether something was added, removed, moved in a league, or changed otherwise."""
        return GROUPS.get(self.kind, "changed")

    @property
    def level(self) -> str | None:
        """The level of places that it is about; clusters are of counties."""
        if isinstance(self.what, CellChange):
            return self.what.level
        return "county" if isinstance(self.what, ClusterChange) else None


def weight(change: Change, kind_of_industry: str) -> tuple[int, int, int, str]:
    """Return where a change stands in the changelog: the lower, the sooner."""
    what = change.what
    if isinstance(what, Fact):
        return FACTS, 0, 0, ""
    step = BY_INDUSTRY[kind_of_industry]
    if isinstance(what, ClusterChange):
        units = max(one.units for one in (*what.before, *what.after))
        return CLASSES[change.kind], step, -units, what.industry
    lead = change.kind == "rank" and 1 in (what.before.rank, what.after.rank)
    units = max(what.before.n or 0, what.after.n or 0)
    place = f"{what.industry} {what.level} {what.place}"
    return LEADS if lead else CLASSES[change.kind], step, -units, place
