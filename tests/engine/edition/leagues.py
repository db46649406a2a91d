"""Editions of one industry in a handful of places, straight from counts; nothing is protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from xietong.engine.edition.tables import (
    PUBLISHED,
    WITHHELD,
    ZERO,
    EditionTables,
    LevelTable,
    YearTable,
)
from xietong.engine.measures import location_quotients

LEVEL = "county"
INDUSTRY = "i"


def edition_of(
    units: Mapping[str, tuple[int, int]],
    *,
    elsewhere: tuple[int, int] = (0, 0),
    withheld: Sequence[str] = (),
    thin: Sequence[str] = (),
) -> EditionTables:
    """Give an edition; `units` are a place's units in the industry, and its other ones."""
    own = np.array([one for one, _ in units.values()] + [elsewhere[0]], dtype=np.int64)
    total = np.array([sum(both) for both in units.values()] + [sum(elsewhere)], dtype=np.int64)
    n = np.vstack([total, own])
    found = location_quotients(n, place_totals=total)
    n = n[:, :-1]
    status = np.where(n > 0, PUBLISHED, ZERO).astype(np.uint8)
    hidden = np.isin(list(units), list(withheld))
    status[1, hidden] = WITHHELD
    told = status == PUBLISHED
    nothing = np.full(n.shape, np.nan)
    by_row = np.full(2, np.nan)

    def cut(values: np.ndarray) -> np.ndarray:
        return np.where(told, values[:, :-1], np.nan)

    table = LevelTable(
        places=np.array(list(units)),
        status=status,
        n=np.where(told, n, 0),
        lq=cut(found.value),
        low=cut(found.low),
        high=cut(found.high),
        symmetric=nothing,
        standardised=nothing,
        significant=np.zeros(n.shape, dtype=np.bool_),
        capital_status=np.zeros(n.shape, dtype=np.uint8),
        capital=np.zeros(n.shape, dtype=np.int64),
        capital_lq=nothing,
        capital_low=nothing,
        capital_high=nothing,
        hhi=by_row,
        ellison_glaeser=by_row,
        eg_deviation=by_row,
        maurel_sedillot=by_row,
    )
    totals = np.array([total.sum(), own.sum()], dtype=np.int64)
    years = YearTable(
        places=np.array([], dtype=np.str_),
        industries=np.array(["all"]),
        years=np.array([], dtype=np.int64),
        status=np.zeros((0, 1, 0), dtype=np.uint8),
        n=np.zeros((0, 1, 0), dtype=np.int64),
    )
    return EditionTables(
        industries=np.array(["all", INDUSTRY]),
        totals=totals,
        total_status=np.where(totals > 0, PUBLISHED, ZERO).astype(np.uint8),
        levels={LEVEL: table},
        years=years,
        insufficient=np.array(list(thin), dtype=np.str_),
        coverage_places=np.array([], dtype=np.str_),
        coverage=np.array([], dtype=np.float64),
    )


def with_hidden_total(tables: EditionTables, place: str) -> EditionTables:
    """Give the same edition with a place's sum over all industries withheld."""
    table = tables.levels[LEVEL]
    status = table.status.copy()
    status[0, table.places == place] = WITHHELD
    return replace(tables, levels={LEVEL: replace(table, status=status)})
