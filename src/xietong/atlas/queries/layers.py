"""One view of the map: an industry, a level, a measure, and what is counted."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from xietong.atlas.queries.editions import Opened, open_edition
from xietong.atlas.schemas import (
    Cell,
    CellState,
    Counted,
    IndustryIndices,
    IndustryOut,
    LayerOut,
    Level,
    MeasureName,
    Names,
)
from xietong.engine.edition.tables import PUBLISHED, ZERO, Floats, LevelTable, Marks
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region.rules import Actor

# Fixed limits keep the colours of two industries, levels and editions comparable.
BREAKS: dict[str, list[float]] = {
    "lq": [0.5, 0.8, 1.0, 1.25, 2.0, 4.0],
    "symmetric": [-0.5, -0.2, 0.0, 0.2, 0.5],
    "standardised": [-2.0, -1.0, 0.0, 1.0, 2.0],
}
QUANTILES = (0.2, 0.4, 0.6, 0.8, 0.95)
UNITS = {
    ("n", "n"): Names(zh="家", en="units"),
    ("n", "capital"): Names(zh="万元", en="10,000 CNY"),
}
RATIO = Names(zh="", en="")
SHARE = Names(zh="%", en="%")
NORMAL_95 = 1.959964


def industry_or_refusal(opened: Opened, key: str) -> IndustryOut:
    """Return an industry of the edition. Refuses `no_such_industry`."""
    known = opened.industries.get(key)
    if known is None:
        raise NotFound(
            "no_such_industry",
            N_("This edition has no industry “{key}”."),
            way_out=N_("Choose one from the list of industries and chains."),
            field="industry",
            key=key,
        )
    return known


def layer(
    actor: Actor,
    number: int | None = None,
    *,
    industry: str,
    level: Level = "county",
    measure: MeasureName = "lq",
    counted: Counted = "n",
) -> LayerOut:
    """Return the cells of one view, the best first, with limits of classes and the indices.

    Cells are ranked by the lower end of their interval, so that a place with three units does not
    lead one with three hundred. Refuses `no_such_industry` and `not_measured`.
    """
    opened = open_edition(actor, number)
    known = industry_or_refusal(opened, industry)
    table = opened.tables.levels[level]
    row = opened.industry_at[industry]
    value, low, high, status = _numbers(table, row, measure, counted, opened)
    cells = _ranked(_cells(opened, table, row, level, value, low, high, status))
    shown = np.array([cell.value for cell in cells if cell.value is not None])
    return LayerOut(
        edition=opened.row.number,
        industry=known,
        level=level,
        measure=measure,
        counted=counted,
        unit=SHARE if measure == "share" else UNITS.get((measure, counted), RATIO),
        breaks=BREAKS.get(measure) or amount_breaks(shown),
        diverging=measure in BREAKS,
        total=known.n,
        counts=_state_counts(cells),
        indices=_indices(known, table, row),
        cells=cells,
    )


def _numbers(
    table: LevelTable, row: int, measure: MeasureName, counted: Counted, opened: Opened
) -> tuple[Floats, Floats, Floats, Marks]:
    """Return value, low and high of every place, and how each may be read."""
    unbounded = np.full(len(table.places), np.nan)
    if counted == "capital":
        status = table.capital_status[row]
        if measure == "lq":
            return table.capital_lq[row], table.capital_low[row], table.capital_high[row], status
        if measure == "n":
            return table.capital[row].astype(float), unbounded, unbounded, status
        raise Refusal(
            "not_measured",
            N_("“{measure}” is not measured by capital."),
            way_out=N_("Count establishments, or choose the location quotient or the amount."),
            field="counted",
            measure=measure,
        )
    status = table.status[row]
    if measure == "lq":
        return table.lq[row], table.low[row], table.high[row], status
    if measure == "symmetric":
        low, high = _symmetric(table.low[row]), _symmetric(table.high[row])
        return table.symmetric[row], low, high, status
    if measure == "standardised":
        return table.standardised[row], unbounded, unbounded, status
    if measure == "share":
        total = opened.tables.totals[row]
        share = 100 * table.n[row] / total if total else unbounded
        return share, unbounded, unbounded, status
    return table.n[row].astype(float), unbounded, unbounded, status


def _symmetric(lq: Floats) -> Floats:
    return (lq - 1) / (lq + 1)


def _cells(
    opened: Opened,
    table: LevelTable,
    row: int,
    level: Level,
    value: Floats,
    low: Floats,
    high: Floats,
    status: Marks,
) -> list[Cell]:
    thin = set(opened.tables.insufficient.tolist())
    cells = []
    for at, code in enumerate(table.places.tolist()):
        place = opened.places[code]
        state = _state(code in thin and level == "county", int(status[at]))
        shown = state == "ok"
        counted_here = table.status[row, at] == PUBLISHED and state in ("ok", "withheld")
        cells.append(
            Cell(
                code=code,
                name=Names(**place["name"]),
                parent=opened.names_of(place["parent"]),
                member=place["member"],
                state=state,
                n=int(table.n[row, at]) if counted_here else 0 if state == "zero" else None,
                value=_number(value[at]) if shown else 0.0 if state == "zero" else None,
                low=_number(low[at]) if shown else None,
                high=_number(high[at]) if shown else None,
                significant=bool(table.significant[row, at]) if shown else None,
                rank=None,
            )
        )
    return cells


def _state(thin: bool, status: int) -> CellState:
    if thin:
        return "insufficient"
    if status == PUBLISHED:
        return "ok"
    return "zero" if status == ZERO else "withheld"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ranked(cells: list[Cell]) -> list[Cell]:
    """Order by the lower end of the interval, else by value; ties by code; the rest behind."""

    def merit(cell: Cell) -> tuple[float, float, str]:
        value = cell.value if cell.value is not None else -np.inf
        return (-(cell.low if cell.low is not None else value), -value, cell.code)

    order = {"ok": 0, "zero": 1, "withheld": 2, "insufficient": 3}
    ranked = sorted(cells, key=lambda cell: (order[cell.state], *merit(cell)))
    for rank, cell in enumerate((cell for cell in ranked if cell.state == "ok"), start=1):
        cell.rank = rank
    return ranked


def _state_counts(cells: list[Cell]) -> dict[CellState, int]:
    found = Counter(cell.state for cell in cells)
    states: tuple[CellState, ...] = ("ok", "zero", "withheld", "insufficient")
    return {state: found.get(state, 0) for state in states}


def amount_breaks(values: NDArray[np.float64]) -> list[float]:
    """Return up to five class limits at quantiles, rounded to two digits, ascending and distinct.

    >>> amount_breaks(np.arange(1.0, 101.0))
    [21.0, 41.0, 60.0, 80.0, 95.0]
    """
    if len(values) == 0:
        return []
    limits = {float(f"{limit:.2g}") for limit in np.quantile(values, QUANTILES)}
    return sorted(limit for limit in limits if limit > 0)


def _indices(known: IndustryOut, table: LevelTable, row: int) -> IndustryIndices:
    gamma, deviation = table.ellison_glaeser[row], table.eg_deviation[row]
    defined = np.isfinite(gamma)
    return IndustryIndices(
        n=known.n,
        hhi=_number(table.hhi[row]),
        ellison_glaeser=_number(gamma),
        eg_low=_number(gamma - NORMAL_95 * deviation),
        eg_high=_number(gamma + NORMAL_95 * deviation),
        maurel_sedillot=_number(table.maurel_sedillot[row]),
        why=None
        if defined
        else Names(zh="单位数过少，指数不予公布", en="Too few units for an index to be published"),
    )
