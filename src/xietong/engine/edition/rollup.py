"""The base table summed up to the nodes of a map: every place by every industry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xietong.engine.disclosure import Nodes, nodes_over
from xietong.engine.edition.nodes import IndustryNode

Ints = NDArray[np.int64]
LEVELS = ("province", "prefecture", "county")
REGION = "region"
# A sum in floating point up to here is one in 64 bits too; the last digits differ.
MOST = 9.22e18


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A place of the map: its code, its level (one of LEVELS), and the code above it."""

    code: str
    level: str
    parent: str


def place_nodes(places: Sequence[MapPlace]) -> Nodes:
    """The places as sets of leaves: counties, and a leaf of its own for what is known no closer.

    A row that names only its prefecture lies in the leaf "320500+", which counts for the
    prefecture and its province but for no county; one that is placed nowhere lies in "+".

    >>> places = [MapPlace("1", "province", ""), MapPlace("11", "prefecture", "1"),
    ...           MapPlace("111", "county", "11")]
    >>> place_nodes(places).leaves
    ('111', '11+', '1+', '+')

    Raises ValueError for a code that stands twice, and for a place that does not lie in one of a
    higher level (or, a province, in none).
    """
    _refuse(places)
    by_level = {level: [one for one in places if one.level == level] for level in LEVELS}
    counties = [one.code for one in by_level["county"]]
    coarse = [f"{one.code}+" for level in ("prefecture", "province") for one in by_level[level]]
    leaves = [*counties, *coarse, "+"]
    above = {one.code: one.parent for one in places}
    sets: dict[str, list[str]] = {one.code: [] for one in places}
    for leaf in leaves:
        code = leaf.removesuffix("+")
        while code:
            sets[code].append(leaf)
            code = above[code]
    sets[REGION] = leaves
    return nodes_over(leaves, sets)


def _refuse(places: Sequence[MapPlace]) -> None:
    level_of = {one.code: LEVELS.index(one.level) for one in places}
    if len(level_of) != len(places) or "" in level_of:
        raise ValueError("a place stands twice, or has no code")
    for one in places:
        inside = level_of.get(one.parent, -1) if one.parent else -1
        if (one.parent and inside < 0) or inside >= level_of[one.code]:
            raise ValueError(f"{one.code} does not lie in a place of a higher level")


def industry_sets(nodes: Sequence[IndustryNode], codes: Sequence[str]) -> Nodes:
    """The industries as sets of the codes that occur; a code counts where a prefix of it is named.

    A row coded only to its division lies in the division and the total, in none of its groups.

    >>> nodes = [IndustryNode("all", "total", "", None, ("",)),
    ...          IndustryNode("d39", "division", "39", "all", ("39",))]
    >>> industry_sets(nodes, ["", "39", "3911", "40"]).inside.tolist()
    [[True, True, True, True], [False, True, True, False]]
    """
    return nodes_over(
        codes,
        {
            node.key: [code for code in codes if any(code.startswith(own) for own in node.codes)]
            for node in nodes
        },
    )


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaf tables [place leaf, industry leaf] of everything that is counted.

    Capital is the capped one: a few giants would otherwise be all that its sums show.
    """

    n: Ints
    capital: Ints
    capital_sq: Ints
    capital_max: Ints
    years: Ints  # the years that occur, ascending
    by_year: Ints  # [place leaf, year]


def leaves_of(cells: pa.Table, places: Nodes, codes: Sequence[str]) -> Leaves:
    """The base table as leaf tables.

    Raises KeyError for a place that the map does not have or an industry that is not in `codes`,
    and OverflowError where the sum of a whole column, so perhaps a node's, leaves 64 bits.
    """
    place_at = {leaf: at for at, leaf in enumerate(places.leaves)}
    code_at = {code: at for at, code in enumerate(codes)}
    place = _numbers(cells["place"], lambda code: place_at[_leaf(code, place_at)])
    industry = _numbers(cells["industry"], code_at.__getitem__)
    shape = (len(places.leaves), len(codes))

    def total(name: str) -> Ints:
        values = _column(cells, name)
        if values.sum(dtype=np.float64) > MOST:
            raise OverflowError(f"the sum of {name} does not fit 64 bits")
        table = np.zeros(shape, dtype=np.int64)
        np.add.at(table, (place, industry), values)
        return table

    largest = np.zeros(shape, dtype=np.int64)
    np.maximum.at(largest, (place, industry), _column(cells, "capped_max"))
    years, year_at = np.unique(_column(cells, "year"), return_inverse=True)
    by_year = np.zeros((len(places.leaves), len(years)), dtype=np.int64)
    np.add.at(by_year, (place, year_at), _column(cells, "n"))
    return Leaves(
        n=total("n"),
        capital=total("capped"),
        capital_sq=total("capped_sq"),
        capital_max=largest,
        years=years,
        by_year=by_year,
    )


def _leaf(code: str, known: Mapping[str, int]) -> str:
    """A county is its own leaf; anything coarser is the leaf of what is known no closer."""
    return code if code in known else f"{code}+"


def _numbers(texts: pa.ChunkedArray, number: Callable[[str], int]) -> Ints:
    """Each text's number; a text is looked up once, however often it stands there."""
    coded = texts.combine_chunks().dictionary_encode()
    numbers = np.array([number(text) for text in coded.dictionary.to_pylist()], dtype=np.int64)
    return numbers[coded.indices.to_numpy()]


def _column(cells: pa.Table, name: str) -> Ints:
    return np.asarray(cells[name].to_numpy(), dtype=np.int64)


def summed(table: Ints, rows: Nodes, columns: Nodes) -> Ints:
    """Node × node sums of a leaf table, exact in 64 bits."""
    left = np.array([table[inside].sum(axis=0) for inside in rows.inside], dtype=np.int64)
    return np.array([left[:, inside].sum(axis=1) for inside in columns.inside], dtype=np.int64).T


def largest(table: Ints, rows: Nodes, columns: Nodes) -> Ints:
    """Node × node maxima of a leaf table of values >= 0."""
    left = np.array([table[inside].max(axis=0, initial=0) for inside in rows.inside])
    return np.array([left[:, inside].max(axis=1, initial=0) for inside in columns.inside]).T
