"""One level of the map: what is measured of every industry in every place, where it is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xietong.engine.disclosure import Nodes
from xietong.engine.edition.parameters import Parameters
from xietong.engine.edition.protection import Shown
from xietong.engine.edition.rollup import REGION, Leaves, MapPlace, summed
from xietong.engine.edition.tables import PUBLISHED, WITHHELD, Floats, Ints, LevelTable, Marks
from xietong.engine.measures import (
    LocationQuotients,
    concentration,
    location_quotients,
    weighted_location_quotients,
    z_scores,
)

# Three decimals of an index over fifty units, ten of its cells or none withheld, leave each of
# those cells more than one value.
INDEX_DECIMALS = 3
INDEX_WITHHELD = 10


def level_table(
    level: str,
    shown: Shown,
    leaves: Leaves,
    of_places: Nodes,
    places: Sequence[MapPlace],
    of_industries: Nodes,
    parameters: Parameters,
) -> LevelTable:
    """Measure one level; a number that is withheld, or needs a withheld one, is not in the result.

    Quotients compare with the whole region, rows that are placed no closer among it, so they
    follow from published numbers alone and a county's can be compared with its prefecture's.
    """
    own = [one.code for one in places if one.level == level]
    at = [of_places.keys.index(code) for code in own]
    region = of_places.keys.index(REGION)
    confidence = parameters.interval_permille / 1000
    counts, status = shown.counts[at].T, shown.marks[at].T
    told = status == PUBLISHED
    cells = with_elsewhere(counts, shown.counts[region])
    found = location_quotients(cells, place_totals=cells[0], level=confidence)
    sure = location_quotients(
        cells,
        place_totals=cells[0],
        level=parameters.cluster_permille / 1000,
        family=family_of(counts, shown.marks[region]),
    )
    amounts, capital_status = shown.capital[at].T, shown.capital_marks[at].T
    capital_told = capital_status == PUBLISHED
    squares = summed(leaves.capital_sq, of_places, of_industries)
    capital = _capital_quotients(
        with_elsewhere(amounts, shown.capital[region]),
        with_elsewhere(squares[at].T, squares[region]),
        cells,
        confidence,
    )
    # A square sum over few establishments tells an insider what the others have.
    many = capital_told & (counts >= parameters.interval_units)
    units = counts.sum(axis=1)
    indices = concentration(counts, units, place_weights=counts[0], fourths=units)
    firm = _tellable(status, counts, parameters)

    def index(values: Floats) -> Floats:
        return np.where(firm, np.round(values, INDEX_DECIMALS), np.nan)

    return LevelTable(
        places=np.array(own, dtype=np.str_),
        status=status,
        n=np.where(told, counts, 0),
        lq=_cut(found.value, told),
        low=_cut(found.low, told),
        high=_cut(found.high, told),
        symmetric=_cut(found.symmetric, told),
        standardised=_cut(z_scores(_cut(found.value, status != WITHHELD)), told),
        significant=told & (np.nan_to_num(sure.low[:, :-1]) > 1),
        capital_status=capital_status,
        capital=np.where(capital_told, amounts, 0),
        capital_lq=_cut(capital.value, capital_told),
        capital_low=_cut(capital.low, many),
        capital_high=_cut(capital.high, many),
        hhi=index(indices.place_hhi),
        ellison_glaeser=index(indices.ellison_glaeser),
        # Units and the places' totals are published, and nothing else goes into it.
        eg_deviation=np.where(firm, np.sqrt(indices.eg_variance), np.nan),
        maurel_sedillot=index(indices.maurel_sedillot),
    )


def with_elsewhere(table: Ints, region: Ints) -> Ints:
    """The table [industry, place] with one more column: what lies in none of the places."""
    return np.column_stack([table, region - table.sum(axis=1)])


def family_of(counts: Ints, total_marks: Marks) -> int:
    """How many cells are judged together: every industry of the map in every place with units."""
    return max(int((total_marks == PUBLISHED).sum()) * int((counts[0] > 0).sum()), 1)


def _capital_quotients(
    amounts: Ints, squares: Ints, counts: Ints, level: float
) -> LocationQuotients:
    return weighted_location_quotients(
        amounts,
        squares,
        place_weights=amounts[0],
        place_squares=squares[0],
        counts=counts,
        place_counts=counts[0],
        level=level,
    )


def _cut(values: Floats, told: Marks) -> Floats:
    """The values of the places themselves, where they are told."""
    return np.where(told, values[:, : told.shape[1]], np.nan)


def _tellable(status: Marks, counts: Ints, parameters: Parameters) -> Marks:
    withheld = (status == WITHHELD).sum(axis=1)
    enough = counts.sum(axis=1) >= parameters.industry_units
    return np.asarray(enough & ((withheld == 0) | (withheld >= INDEX_WITHHELD)))
