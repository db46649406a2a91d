"""What an edition may show of each cell: small counts and dominated amounts are withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xietong.engine.disclosure import (
    AmountRules,
    Nodes,
    Protection,
    Status,
    protect_amounts,
    protect_counts,
)
from xietong.engine.edition.nodes import IndustryNode
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.rollup import REGION, Leaves, MapPlace, summed
from xietong.engine.edition.tables import PUBLISHED, WITHHELD, ZERO, Ints, Marks

# How dear a cell is beside a county's cell of a group: what carries a map, and totals most of all.
WORTH_OF_PLACES = {REGION: 10.0, "province": 6.0, "prefecture": 3.0, "county": 1.0}
WORTH_OF_INDUSTRIES = {
    "total": 20.0,
    "chain": 20.0,
    "segment": 5.0,
    "division": 6.0,
    "group": 1.0,
}
# Amounts are told for these: in groups one establishment dominates nearly every county.
KINDS_WITH_CAPITAL = ("total", "division", "chain", "segment")


class Unprotected(Exception):
    """No table could be found that hides a sensitive cell: nothing may be published."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Every cell [place node, industry node]: its numbers as they are, and how it may be told."""

    counts: Ints
    marks: Marks
    capital: Ints
    capital_marks: Marks


def protect(
    leaves: Leaves,
    of_places: Nodes,
    places: Sequence[MapPlace],
    of_industries: Nodes,
    nodes: Sequence[IndustryNode],
    parameters: Parameters,
) -> Shown:
    """Decide what may be shown. Raises Unprotected where a cell cannot be hidden.

    Industries of fewer than `industry_units` are no part of the map: all their cells are withheld,
    so that they need no hiding and hide others. An industry whose units in the region are withheld
    is withheld whole, and so is a place whose total is, since every measure would need that number.
    """
    level_of = {one.code: one.level for one in places} | {REGION: REGION}
    row_worth = np.array([WORTH_OF_PLACES[level_of[key]] for key in of_places.keys])
    worth = np.array([WORTH_OF_INDUSTRIES[node.kind] for node in nodes])
    region = of_places.keys.index(REGION)
    counts = summed(leaves.n, of_places, of_industries)
    drawn = np.flatnonzero(counts[region] >= parameters.industry_units)
    found = protect_counts(
        leaves.n,
        of_places,
        _columns(of_industries, drawn),
        minimum=parameters.minimum_cell,
        row_worth=row_worth,
        column_worth=worth[drawn],
    )
    _proven(found.unproven)
    marks = np.where(counts == 0, ZERO, WITHHELD).astype(np.uint8)
    marks[:, drawn] = marks_of(found)
    # An empty cell of an industry that is not drawn tells nothing only if all are empty.
    small = (counts[region] > 0) & (counts[region] < parameters.industry_units)
    marks[:, small | (marks[region] == WITHHELD)] = WITHHELD
    marks[marks[:, 0] == WITHHELD] = WITHHELD

    with_capital = np.array([node.kind in KINDS_WITH_CAPITAL for node in nodes])
    amounts = drawn[with_capital[drawn] & (marks[region, drawn] == PUBLISHED)]
    capital = protect_amounts(
        leaves.capital,
        leaves.n,
        leaves.capital_max,
        of_places,
        _columns(of_industries, amounts),
        rules=AmountRules(
            parameters.minimum_cell, parameters.dominance_permille, parameters.p_permille
        ),
        withheld_already=marks[:, amounts] == WITHHELD,
        row_worth=row_worth,
        column_worth=worth[amounts],
    )
    _proven(capital.unproven)
    capital_marks = np.full(marks.shape, WITHHELD, dtype=np.uint8)
    told = np.where(capital.amounts == 0, ZERO, PUBLISHED).astype(np.uint8)
    told[capital.withheld | (marks[:, amounts] == WITHHELD)] = WITHHELD
    capital_marks[:, amounts] = told
    return Shown(counts, marks, summed(leaves.capital, of_places, of_industries), capital_marks)


def marks_of(found: Protection) -> Marks:
    """What is protected for another cell's sake reads as withheld: why is nobody's business."""
    marks = np.full(found.status.shape, WITHHELD, dtype=np.uint8)
    marks[found.status == Status.ZERO] = ZERO
    marks[found.status == Status.PUBLISHED] = PUBLISHED
    return marks


def _columns(nodes: Nodes, which: Ints) -> Nodes:
    return Nodes(tuple(nodes.keys[at] for at in which), nodes.leaves, nodes.inside[which])


def _proven(unproven: tuple[tuple[int, int], ...]) -> None:
    if unproven:
        raise Unprotected(f"{len(unproven)} cells cannot be hidden, the first: {unproven[0]}")
