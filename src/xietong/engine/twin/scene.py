"""Where made-up establishments stand: by chance over the places, and by plan in a few clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Counties differ in size by about this much (the deviation of the logarithm).
SPREAD = 0.7


@dataclass(frozen=True, slots=True)
class Plant:
    """What to plant: an industry's codes, its units in all, and the share in each cluster.

    `industry` is the key of the map's industry that shows it; `clusters` are (places, share).
    """

    industry: str
    codes: tuple[str, ...]
    units: int
    clusters: tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth of one planted cluster; `units` and `share` are what the scene really holds."""

    industry: str
    codes: tuple[str, ...]
    places: tuple[str, ...]
    units: int
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One made-up establishment a row: its place and its trade, as positions in two lists."""

    places: tuple[str, ...]
    codes: tuple[str, ...]
    place: Ints
    trade: Ints
    planted: tuple[Planted, ...]

    def counts(self) -> Ints:
        """Return the establishments by [trade, place]."""
        table = np.zeros((len(self.codes), len(self.places)), dtype=np.int64)
        np.add.at(table, (self.trade, self.place), 1)
        return table

    def shuffled(self, seed: int) -> Scene:
        """Return the same places and the same trades, dealt to each other by chance.

        Every place keeps its number of establishments and so does every trade: what a search
        finds here is noise.
        """
        dealt = np.random.default_rng([seed, 9]).permutation(self.trade)
        return Scene(self.places, self.codes, self.place, dealt, ())


def settle(
    parts: Mapping[str, float],
    mix: Mapping[str, float],
    plants: Sequence[Plant],
    *,
    units: int,
    seed: int,
) -> Scene:
    """Settle about `units` establishments: by `mix` everywhere, by `plants` in their clusters.

    `parts` weighs the places; each is larger or smaller than its weight by chance. `mix` weighs the
    codes that may stand anywhere; what it weighs of a planted code is left out, so that a plant's
    units are all there is of it. Rows come sorted by place, then by trade. Raises ValueError for a
    plant whose shares exceed one, whose places are unknown or whose code another plant has.
    """
    chance = np.random.default_rng([seed, 1])
    listed = [code for plant in plants for code in plant.codes]
    own = tuple(sorted(set(listed)))
    if len(own) < len(listed):
        raise ValueError("a code is planted twice")
    codes = tuple(sorted({code for code in mix if not code.startswith(own)} | set(own)))
    names = tuple(sorted(parts))
    at = {name: column for column, name in enumerate(names)}
    size = np.array([parts[name] for name in names])
    size *= np.exp(chance.normal(0.0, SPREAD, len(names)))
    size /= size.sum()
    table = np.zeros((len(codes), len(names)), dtype=np.int64)
    for plant in plants:
        _refuse(plant, at)
        table[[codes.index(code) for code in plant.codes]] += _planted(plant, at, size, chance)
    left = max(units - int(table.sum()), 0)
    weights = np.array([0.0 if code in listed else mix[code] for code in codes])
    if left and weights.sum():
        per_place = chance.multinomial(left, size)
        table += chance.multinomial(per_place, weights / weights.sum()).T
    column, row = np.nonzero(table.T)
    times = table[row, column]
    truth = tuple(
        _truth(plant, place_codes, table, codes, at)
        for plant in plants
        for place_codes, _ in plant.clusters
    )
    return Scene(names, codes, np.repeat(column, times), np.repeat(row, times), truth)


def _refuse(plant: Plant, at: Mapping[str, int]) -> None:
    unknown = [code for places, _ in plant.clusters for code in places if code not in at]
    if unknown:
        raise ValueError(f"{plant.industry} is planted in places that are not there: {unknown}")
    if sum(share for _, share in plant.clusters) > 1:
        raise ValueError(f"{plant.industry} is planted more than whole")


def _planted(
    plant: Plant, at: Mapping[str, int], size: Floats, chance: np.random.Generator
) -> Ints:
    """The plant's units by [code, place]: large places take more, but less than in proportion."""
    where = np.zeros(len(size))
    for places, share in plant.clusters:
        columns = [at[code] for code in places]
        pull = np.sqrt(size[columns]) * np.exp(chance.normal(0.0, 0.2, len(columns)))
        where[columns] += share * pull / pull.sum()
    where += max(1.0 - where.sum(), 0.0) * size
    by_place = chance.multinomial(plant.units, where / where.sum())
    even = np.full(len(plant.codes), 1 / len(plant.codes))
    return chance.multinomial(by_place, even).T


def _truth(
    plant: Plant,
    places: Sequence[str],
    table: Ints,
    codes: Sequence[str],
    at: Mapping[str, int],
) -> Planted:
    rows = [codes.index(code) for code in plant.codes]
    units = int(table[np.ix_(rows, [at[place] for place in places])].sum())
    return Planted(
        plant.industry,
        plant.codes,
        tuple(sorted(places)),
        units,
        units / max(int(table[rows].sum()), 1),
    )
