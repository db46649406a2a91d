"""Clusters: adjoining places in which an industry stands surely above its expected share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy  # its parts are loaded where they are first used, not at every start
from numpy.typing import ArrayLike, NDArray

from xietong.engine.measures import location_quotients


@dataclass(frozen=True, slots=True)
class Cluster:
    """One connected group of places; everything in it is the industry's, inside those places.

    `key` is `industry` + "@" + the core's code, and stays the same between editions as long as
    the core does. `core` is the place with most units (first code among equals); `places` and
    `members` are sorted codes, `members` being the provinces that the cluster touches. `share` is
    the cluster's part of the industry's units, `quotient` its location quotient, taken as one
    place, with a 95 % interval for this cluster alone. `rank` counts from 1, by units.
    """

    key: str
    industry: str
    rank: int
    places: tuple[str, ...]
    core: str
    members: tuple[str, ...]
    units: int
    share: float
    quotient: float
    low: float
    high: float


def grow_clusters(
    counts: ArrayLike,
    *,
    industries: Sequence[str],
    places: Sequence[str],
    members: Sequence[str],
    neighbours: ArrayLike,
    place_totals: ArrayLike,
    publishable: ArrayLike,
    least_units: int = 10,
    level: float = 0.95,
    family: int | None = None,
) -> tuple[Cluster, ...]:
    """All industries' clusters, the largest first; where all is chance, none `level` of the time.

    `counts` [industry, place] are establishments; `industries`, `places` and `members` [place]
    name the rows, the columns and the province of each column. `neighbours` [pair, 2] are column
    numbers of adjoining places. `place_totals` [place] are all establishments of each place.
    `publishable` [industry, place] is False where a count is withheld: such a cell is neither
    tested nor merged, so that no cluster tells what the table hides.

    A place belongs to a cluster if the lower bound of its location quotient lies above 1, `family`
    cells judged together: left out, all of the table that could hold something. Adjoining such
    places merge; a group of fewer than `least_units` units is dropped. The order of rows, columns
    and pairs changes nothing.

    >>> counts = np.array([[60, 50, 10, 20], [940, 950, 990, 980]])
    >>> found = grow_clusters(counts, industries=["391", "17"], places=["a", "b", "c", "d"],
    ...     members=["A", "A", "B", "B"], neighbours=[[0, 1], [1, 2], [2, 3]],
    ...     place_totals=counts.sum(axis=0), publishable=np.ones((2, 4), bool))
    >>> [(each.key, each.places, each.units) for each in found]
    [('17@c', ('c', 'd'), 1970), ('391@a', ('a', 'b'), 110)]

    Raises ValueError for shapes that do not fit, names that repeat or pairs out of range.

    Source: family-wise bound by Bonferroni over exact binomial intervals, see
    xietong.engine.measures; merging as connected components of the adjacency.
    """
    n = np.asarray(counts, dtype=np.int64)
    totals = np.asarray(place_totals, dtype=np.int64)
    shown = np.asarray(publishable, dtype=np.bool_)
    pairs = np.asarray(neighbours, dtype=np.int64).reshape(-1, 2)
    _refuse(n, totals, shown, pairs, industries, places, members)
    # The family must not depend on what the cells happen to hold, or the bound would not.
    possible = int((n.sum(axis=1) > 0).sum()) * int((totals > 0).sum())
    together = max(possible, 1) if family is None else family
    bounds = location_quotients(n, place_totals=totals, level=level, family=together)
    above = shown & (np.nan_to_num(bounds.low, nan=0.0) > 1.0)
    found = [
        _describe(n, totals, int(row), columns, industries, places, members)
        for row in np.flatnonzero(above.any(axis=1))
        for columns in _components(above[row], pairs)
        if n[row, columns].sum() >= least_units
    ]
    found.sort(key=lambda each: (-each.units, each.key))
    return tuple(replace(each, rank=rank) for rank, each in enumerate(found, start=1))


def _components(inside: NDArray[np.bool_], pairs: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Groups of the columns in `inside` that the pairs connect without leaving it."""
    kept = pairs[inside[pairs].all(axis=1)]
    links = scipy.sparse.coo_array(
        (np.ones(len(kept)), (kept[:, 0], kept[:, 1])), (len(inside),) * 2
    )
    _, label = scipy.sparse.csgraph.connected_components(links.tocsr(), directed=False)
    columns = np.flatnonzero(inside)
    return [columns[label[columns] == each] for each in np.unique(label[columns])]


def _describe(
    n: NDArray[np.int64],
    totals: NDArray[np.int64],
    row: int,
    columns: NDArray[np.int64],
    industries: Sequence[str],
    places: Sequence[str],
    members: Sequence[str],
) -> Cluster:
    units, everywhere = int(n[row, columns].sum()), int(n[row].sum())
    ground = int(totals[columns].sum())
    as_one = location_quotients(
        [[units, everywhere - units]], place_totals=[ground, int(totals.sum()) - ground]
    )
    core = min((-int(n[row, column]), places[column]) for column in columns)[1]
    return Cluster(
        key=f"{industries[row]}@{core}",
        industry=industries[row],
        rank=0,
        places=tuple(sorted(places[column] for column in columns)),
        core=core,
        members=tuple(sorted({members[column] for column in columns})),
        units=units,
        share=units / everywhere,
        quotient=float(as_one.value[0, 0]),
        low=float(as_one.low[0, 0]),
        high=float(as_one.high[0, 0]),
    )


def _refuse(
    n: NDArray[np.int64],
    totals: NDArray[np.int64],
    shown: NDArray[np.bool_],
    pairs: NDArray[np.int64],
    industries: Sequence[str],
    places: Sequence[str],
    members: Sequence[str],
) -> None:
    if n.shape != (len(industries), len(places)) or shown.shape != n.shape:
        raise ValueError("expected counts and publishable as [industry, place]")
    if totals.shape != (len(places),) or len(members) != len(places):
        raise ValueError("expected one total and one member a place")
    if len(set(places)) != len(places) or len(set(industries)) != len(industries):
        raise ValueError("an industry or a place is named twice")
    if pairs.size and (pairs.min() < 0 or pairs.max() >= len(places)):
        raise ValueError("a pair names a place that is not there")
