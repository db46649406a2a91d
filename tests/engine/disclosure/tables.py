"""Small linked tables of every shape: trees of places, trees of industries, chains across them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xietong.engine.disclosure import Nodes, nodes_over


def places(rng: np.random.Generator, prefectures: int, most: int) -> Nodes:
    """Prefectures with counties; rows known only to lie in a prefecture are a leaf of their own."""
    leaves: list[str] = []
    sets: dict[str, list[str]] = {"region": []}
    for prefecture in range(prefectures):
        own = [f"{prefecture}.{county}" for county in range(int(rng.integers(1, most + 1)))]
        for county in own:
            sets[county] = [county]
        sets[f"{prefecture}"] = [*own, f"{prefecture}+"]
        leaves += sets[f"{prefecture}"]
    sets["region"] = leaves
    return nodes_over(leaves, sets)


def industries(rng: np.random.Generator, divisions: int, most: int, chains: int) -> Nodes:
    """Divisions with groups, a leaf for what is coded no closer, and chains over any groups."""
    leaves: list[str] = []
    sets: dict[str, list[str]] = {}
    for division in range(divisions):
        own = [f"{division}.{group}" for group in range(int(rng.integers(1, most + 1)))]
        for group in own:
            sets[group] = [group]
        sets[f"{division}"] = [*own, f"{division}+"]
        leaves += sets[f"{division}"]
    for chain in range(chains):
        size = int(rng.integers(1, len(leaves)))
        sets[f"c{chain}"] = [str(leaf) for leaf in rng.choice(leaves, size, replace=False)]
    sets["all"] = leaves
    return nodes_over(leaves, sets)


def counts(rng: np.random.Generator, rows: Nodes, columns: Nodes) -> NDArray[np.int64]:
    """Counts as registers have them: most cells empty or small, a few large."""
    mean = rng.gamma(0.4, 6.0, (len(rows.leaves), len(columns.leaves)))
    return rng.poisson(mean).astype(np.int64)
