"""What has become of each cluster between two editions, by the counties that they share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

ClusterKind = Literal[
    "appeared", "vanished", "grew", "shrank", "split", "merged", "crossing", "not_crossing"
]


@dataclass(frozen=True, slots=True)
class Seen:
    """A cluster as an edition shows it."""

    key: str
    industry: str
    places: frozenset[str]
    units: int
    members: frozenset[str]

    @property
    def crossing(self) -> bool:
        """Whether it lies in more than one member."""
        return len(self.members) > 1


@dataclass(frozen=True, slots=True)
class ClusterChange:
    """One thing that happened to clusters of an industry, the largest first on either side.

    `jaccard` is the share of counties in common among all counties of both, where one cluster
    became one.
    """

    kind: ClusterKind
    industry: str
    before: tuple[Seen, ...]
    after: tuple[Seen, ...]
    jaccard: float | None = None


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the counties in common over all counties of both.

    >>> jaccard(frozenset("abc"), frozenset("bcd"))
    0.5
    """
    return len(one & other) / len(one | other)


def compare_clusters(before: Iterable[Seen], after: Iterable[Seen]) -> tuple[ClusterChange, ...]:
    """Return what became of the clusters, industry by industry.

    An industry's clusters share no county in one edition. A cluster belongs to the one of the
    other edition in which more than half of its counties lie, so to one at most. Two or more that
    belong to one were split from it, or merged into it; two whose counties are in common by more
    than half (Jaccard), or of which one belongs to the other, are the same, grown or shrunk. What
    remains appeared or vanished.

    >>> whole = Seen("i@a", "i", frozenset("abcd"), 40, frozenset("x"))
    >>> parts = [Seen("i@a", "i", frozenset("ab"), 25, frozenset("x")),
    ...          Seen("i@c", "i", frozenset("cd"), 15, frozenset("x"))]
    >>> [change.kind for change in compare_clusters([whole], parts)]
    ['split']
    """
    old, new = _by_industry(before), _by_industry(after)
    changes: list[ClusterChange] = []
    for industry in sorted(old | new):
        changes.extend(_of_industry(industry, old.get(industry, []), new.get(industry, [])))
    return tuple(changes)


def _by_industry(clusters: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(clusters, key=_largest):
        found[one.industry].append(one)
    return dict(found)


def _largest(one: Seen) -> tuple[int, str]:
    return -one.units, one.key


def _of_industry(
    industry: str, old: Sequence[Seen], new: Sequence[Seen]
) -> Iterable[ClusterChange]:
    split = {one.key: _belonging(new, one) for one in old}
    merged = {one.key: _belonging(old, one) for one in new}
    gone: set[str] = set()
    made: set[str] = set()
    for one in old:
        parts = split[one.key]
        if len(parts) > 1:
            yield ClusterChange("split", industry, (one,), parts)
            yield from _crossing(industry, (one,), parts)
            gone.add(one.key)
            made.update(part.key for part in parts)
    for one in new:
        parts = merged[one.key]
        if len(parts) > 1:
            yield ClusterChange("merged", industry, parts, (one,))
            yield from _crossing(industry, parts, (one,))
            made.add(one.key)
            gone.update(part.key for part in parts)
    for one, other in _same(old, new, gone, made):
        gone.add(one.key)
        made.add(other.key)
        yield from _continued(industry, one, other)
    for one in old:
        if one.key not in gone:
            yield ClusterChange("vanished", industry, (one,), ())
    for one in new:
        if one.key not in made:
            yield ClusterChange("appeared", industry, (), (one,))


def _belonging(many: Sequence[Seen], whole: Seen) -> tuple[Seen, ...]:
    return tuple(one for one in many if 2 * len(one.places & whole.places) > len(one.places))


def _same(
    old: Sequence[Seen], new: Sequence[Seen], gone: set[str], made: set[str]
) -> list[tuple[Seen, Seen]]:
    """Return pairs that are one cluster, the closest first; each cluster is in one at most."""
    pairs = sorted(
        (
            (-jaccard(one.places, other.places), one.key, other.key, one, other)
            for one in old
            for other in new
            if one.key not in gone
            and other.key not in made
            and (_belonging([one], other) or _belonging([other], one))
        ),
        key=lambda pair: pair[:3],
    )
    found: list[tuple[Seen, Seen]] = []
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    for *_, one, other in pairs:
        if one.key not in taken_old and other.key not in taken_new:
            taken_old.add(one.key)
            taken_new.add(other.key)
            found.append((one, other))
    return found


def _continued(industry: str, one: Seen, other: Seen) -> Iterable[ClusterChange]:
    common = jaccard(one.places, other.places)
    if one.units != other.units or one.places != other.places:
        kind: ClusterKind = "grew" if _size(other) > _size(one) else "shrank"
        yield ClusterChange(kind, industry, (one,), (other,), common)
    yield from _crossing(industry, (one,), (other,))


def _size(one: Seen) -> tuple[int, int]:
    return one.units, len(one.places)


def _crossing(
    industry: str, before: tuple[Seen, ...], after: tuple[Seen, ...]
) -> Iterable[ClusterChange]:
    was, is_ = any(one.crossing for one in before), any(one.crossing for one in after)
    if was != is_:
        yield ClusterChange("crossing" if is_ else "not_crossing", industry, before, after)
