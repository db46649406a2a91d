"""Reading two editions for an actor, and finding what has changed between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from xietong.atlas.comparison.facts import facts
from xietong.atlas.comparison.kinds import Change, Group, weight
from xietong.atlas.queries import open_edition
from xietong.atlas.queries.editions import Opened
from xietong.atlas.queries.layers import industry_or_refusal
from xietong.atlas.schemas import IndustryOut, Level, Names
from xietong.engine.edition.causes import RankCauses, why_rank
from xietong.engine.edition.comparison import CellChange, compare_cells
from xietong.engine.edition.lineage import Seen, compare_clusters
from xietong.kit.refusals import N_, Refusal
from xietong.region.rules import Actor

# What the account of a rank is made by must be the same in both editions.
BEHIND_RANKS = ("interval_permille", "minimum_cell", "placed_at_county_permille")
ClusterNames = Mapping[tuple[str, frozenset[str]], Names]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which changes are asked for; None asks for all. A chain or division brings its parts."""

    industry: str | None = None
    level: Level | None = None
    member: str | None = None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two editions that an actor may see, and all that has changed, what matters most first."""

    before: Opened
    after: Opened
    changes: tuple[Change, ...]
    cluster_names: ClusterNames

    def industry(self, key: str) -> IndustryOut:
        """Return an industry of either edition."""
        return self.after.industries.get(key) or self.before.industries[key]

    def name_of(self, code: str) -> Names:
        """Return a place's name: the later edition's, where it has one."""
        return (self.after if code in self.after.places else self.before).names_of(code)

    def cluster_name(self, one: Seen) -> Names:
        """Return a cluster's name: the later edition's, where it has one."""
        return self.cluster_names[one.key, one.places]

    def causes(self, change: CellChange) -> RankCauses | None:
        """Return why a rank changed; None where what both editions publish does not tell."""
        before, after = self.before.row, self.after.row
        same = all(
            before.parameters.get(name) == after.parameters.get(name) for name in BEHIND_RANKS
        )
        if not same or _method(before) != _method(after):
            return None
        return why_rank(
            self.before.tables,
            self.after.tables,
            industry=change.industry,
            level=change.level,
            place=change.place,
            interval_permille=int(after.parameters["interval_permille"]),
        )


def compared(actor: Actor, before: int, after: int) -> Compared:
    """Return what has changed from one edition to another, for whoever may see both.

    Refuses `same_edition`, and what `open_edition` refuses.
    """
    one, other = open_edition(actor, before), open_edition(actor, after)
    if one.row.pk == other.row.pk:
        raise Refusal(
            "same_edition",
            N_("Edition {number} does not differ from itself."),
            way_out=N_("Choose two different editions."),
            field="to",
            number=before,
        )
    key = (one.row.files_digest, one.row.pk, other.row.files_digest, other.row.pk)
    # The state of an edition may have changed since its changes were found, its content not.
    return replace(_compared(key, _Kept(one, other)), before=one, after=other)


def found(whole: Compared, asked: Asked) -> list[Change]:
    """Return the changes that are asked for, in order. Refuses `no_such_industry`."""
    keys: set[str] | None = None
    if asked.industry is not None:
        if asked.industry not in whole.before.industries:
            industry_or_refusal(whole.after, asked.industry)
        known = {**whole.before.industries, **whole.after.industries}
        keys = {key for key, one in known.items() if asked.industry in (key, one.parent)}
    return [
        change
        for change in whole.changes
        if (keys is None or change.industry in keys)
        and (asked.level is None or change.level == asked.level)
        and (asked.member is None or asked.member in change.members)
        and (asked.group is None or change.group == asked.group)
    ]


class _Kept:
    """Carries two editions past the cache, whose key names their content."""

    def __init__(self, before: Opened, after: Opened) -> None:
        self.before, self.after = before, after

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=4)
def _compared(key: tuple[Any, ...], kept: _Kept) -> Compared:
    """Find all changes once a process; frozen editions do not change."""
    before, after = kept.before, kept.after
    whole = Compared(before, after, (), {**_cluster_names(before), **_cluster_names(after)})
    changes = [*facts(before, after), *_cells(before, after), *_clusters(before, after)]

    def place(one: Change) -> tuple[int, int, int, str]:
        return weight(one, "total" if one.industry is None else whole.industry(one.industry).kind)

    return replace(whole, changes=tuple(sorted(changes, key=place)))


def _cells(before: Opened, after: Opened) -> Iterator[Change]:
    for one in compare_cells(before.tables, after.tables):
        member = after.places[one.place]["member"]
        yield Change(one.kind, one.industry, frozenset({member}), one)


def _clusters(before: Opened, after: Opened) -> Iterator[Change]:
    for one in compare_clusters(_seen(before), _seen(after)):
        members = frozenset[str]().union(*(each.members for each in (*one.before, *one.after)))
        yield Change(one.kind, one.industry, members, one)


def _seen(opened: Opened) -> Iterable[Seen]:
    for row in opened.row.clusters.all():
        yield Seen(
            row.key, row.industry_key, frozenset(row.places), row.units, frozenset(row.members)
        )


def _cluster_names(opened: Opened) -> ClusterNames:
    return {
        (row.key, frozenset(row.places)): Names(zh=row.name_zh, en=row.name_en)
        for row in opened.row.clusters.all()
    }


def _method(row: Any) -> tuple[Any, ...]:
    methods = row.provenance.get("methods", {})
    return tuple(methods.get(name) for name in ("location_quotient", "disclosure", "placing"))
