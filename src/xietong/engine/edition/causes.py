"""Why a place's rank has changed: an exact account, from published numbers alone.

The numbers behind a league fall into four blocks, each of which may be taken from the edition
before or from the one after: sixteen leagues, all of them possible, the first being the edition
before and the last the edition after. docs/methods/comparing-editions.md works one through.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np

from xietong.engine.edition.league import ranking
from xietong.engine.edition.tables import PUBLISHED, EditionTables, Floats, Ints
from xietong.engine.measures import location_quotients

# The place's units in the industry; its other units; the other places in the league; all else in
# the region (other places, and what is placed no closer), which counts by its totals only.
BLOCKS = ("own", "own_other", "places", "rest")
ALL = frozenset(BLOCKS)


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A place that changed sides: it stood before ours in one edition and behind in the other."""

    place: str
    n_before: int
    n_after: int


@dataclass(frozen=True, slots=True)
class RankCauses:
    """Why a rank went from `before` to `after`.

    `parts` say how many ranks each block is worth, up counted positive: they add up to
    `before - after` exactly (Shapley's value over the four blocks). `sole` is the one block that
    alone brings the place as far as it went, and without which it would not have moved that way;
    None where there is no such block, and no “because” may be said. `passed` are those that a
    rising place overtook, or that overtook a falling one, ranked in both editions; `entered` those
    that stand before a falling one without a rank in the edition before, `left` those that stood
    before a rising one and have none in the edition after. All begin with those nearest to it.
    """

    before: int
    after: int
    parts: dict[str, Fraction]
    sole: str | None
    passed: tuple[Overtaken, ...]
    entered: tuple[str, ...]
    left: tuple[str, ...]
    own: tuple[int, int]
    own_other: tuple[int, int]


def why_rank(
    before: EditionTables,
    after: EditionTables,
    *,
    industry: str,
    level: str,
    place: str,
    interval_permille: int,
) -> RankCauses | None:
    """Return why a place's rank changed; None where published numbers do not tell.

    They do not where the place is unranked in one of the editions, where a total behind the league
    is withheld, or where the leagues do not follow from the published numbers by today's method.

    Source: Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games
    II, 307-317.
    """
    sides = [_League.of(tables, industry, level, place) for tables in (before, after)]
    if None in sides:
        return None
    old, new = (one for one in sides if one is not None)
    confidence = interval_permille / 1000
    rank = {
        blocks: _rank(old, new, blocks, confidence)
        for size in range(len(BLOCKS) + 1)
        for blocks in map(frozenset, combinations(BLOCKS, size))
    }
    first, last = rank[frozenset()], rank[ALL]
    if (first, last) != (old.rank, new.rank):
        return None
    changed = _changed(old, new, confidence)
    return RankCauses(
        before=first,
        after=last,
        parts={block: _share(block, rank) for block in BLOCKS},
        sole=next((block for block in BLOCKS if _alone(block, rank)), None),
        passed=tuple(
            Overtaken(code, old.units[code], new.units[code])
            for code in changed
            if code in old.units and code in new.units
        ),
        entered=tuple(code for code in changed if code not in old.units),
        left=tuple(code for code in changed if code not in new.units),
        own=(old.own, new.own),
        own_other=(old.own_other, new.own_other),
    )


@dataclass(frozen=True, slots=True)
class _League:
    """One edition's numbers behind the rank of a place, `at` being where it stands in the order."""

    rank: int
    own: int
    own_other: int
    others: tuple[str, ...]
    n: Ints  # units in the industry of the other ranked places
    other: Ints  # their other units
    rest: int  # units in the industry that stand in no ranked place
    rest_other: int
    at: int  # how many of the others stand before the place in the table

    @property
    def units(self) -> dict[str, int]:
        """The other ranked places' units in the industry."""
        return dict(zip(self.others, self.n.tolist(), strict=True))

    @classmethod
    def of(cls, tables: EditionTables, industry: str, level: str, place: str) -> _League | None:
        table = tables.levels[level]
        rows = tables.industries.tolist()
        if industry not in rows or place not in table.places:
            return None
        row, everything = rows.index(industry), rows.index("all")
        totals = tables.total_status
        if totals[row] != PUBLISHED or totals[everything] != PUBLISHED:
            return None
        readable = ~np.isin(table.places, tables.insufficient)
        shown = readable & (table.status[row] == PUBLISHED)
        order = ranking(table.lq[row], table.low[row], shown)
        if (table.status[everything, order] != PUBLISHED).any():
            return None
        column = int(np.flatnonzero(table.places == place)[0])
        if column not in order:
            return None
        ranked = np.sort(order)
        others = ranked[ranked != column]
        n, total = table.n[row], table.n[everything]
        return cls(
            rank=int(np.flatnonzero(order == column)[0]) + 1,
            own=int(n[column]),
            own_other=int(total[column] - n[column]),
            others=tuple(table.places[others].tolist()),
            n=n[others],
            other=total[others] - n[others],
            rest=int(tables.totals[row] - n[ranked].sum()),
            rest_other=int(
                tables.totals[everything] - tables.totals[row] - (total[ranked] - n[ranked]).sum()
            ),
            at=int((others < column).sum()),
        )


def _rank(old: _League, new: _League, blocks: frozenset[str], confidence: float) -> int:
    """Return the place's rank where these blocks are taken from the edition after."""
    value, low, at = _quotients(old, new, blocks, confidence)
    order = ranking(value, low, np.ones(len(value), dtype=np.bool_))
    found = np.flatnonzero(order == at)
    # Without a unit of its own the place stands behind all that have one.
    return int(found[0]) + 1 if len(found) else len(order) + 1


def _quotients(
    old: _League, new: _League, blocks: frozenset[str], confidence: float
) -> tuple[Floats, Floats, int]:
    """Return quotients and lower ends of all in the league, and where ours stands among them."""
    own = (new if "own" in blocks else old).own
    own_other = (new if "own_other" in blocks else old).own_other
    places = new if "places" in blocks else old
    rest = new if "rest" in blocks else old
    n = np.insert(places.n, places.at, own)
    other = np.insert(places.other, places.at, own_other)
    found = location_quotients(
        [[*n.tolist(), rest.rest]],
        place_totals=[*(n + other).tolist(), rest.rest + rest.rest_other],
        level=confidence,
    )
    return found.value[0, :-1], found.low[0, :-1], places.at


def _share(block: str, rank: dict[frozenset[str], int]) -> Fraction:
    """Return how many ranks a block is worth: what it adds, over every order of the blocks."""
    whole = Fraction(0)
    many = len(BLOCKS)
    for blocks, place in rank.items():
        if block not in blocks:
            weight = Fraction(factorial(len(blocks)) * factorial(many - len(blocks) - 1), 1)
            whole += weight * (place - rank[blocks | {block}])
    return whole / factorial(many)


def _alone(block: str, rank: dict[frozenset[str], int]) -> bool:
    """Return whether a block brings the change by itself, and nothing brings it without."""
    first, last = rank[frozenset()], rank[ALL]
    only, without = rank[frozenset({block})], rank[ALL - {block}]
    if last < first:
        return only <= last and without >= first
    return last > first and only >= last and without <= first


def _changed(old: _League, new: _League, confidence: float) -> list[str]:
    """Return those who make the move, nearest to the place now first: who stood before it and do
    no longer where it rises, who do now and did not where it falls."""
    ahead, nearness = [], dict[str, int]()
    for league, blocks in ((old, frozenset[str]()), (new, ALL)):
        value, low, at = _quotients(old, new, blocks, confidence)
        order = ranking(value, low, np.ones(len(value), dtype=np.bool_)).tolist()
        own = order.index(at)
        names = [*league.others[:at], "", *league.others[at:]]
        ahead.append({names[one] for one in order[:own]})
        nearness |= {names[one]: abs(spot - own) for spot, one in enumerate(order)}
    moved = ahead[0] - ahead[1] if new.rank < old.rank else ahead[1] - ahead[0]
    return sorted(moved, key=lambda code: (nearness[code], code))
