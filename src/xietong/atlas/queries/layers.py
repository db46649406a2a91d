"""One view of the map: an industry, a level, a measure, and what is counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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
from xietong.engine.edition.league import ranking
from xietong.engine.edition.protection import KINDS_WITH_CAPITAL
from xietong.engine.edition.tables import PUBLISHED, ZERO, Flags, Floats, LevelTable, Marks
from xietong.kit.refusals import N_, NotFound, Refusal
from xietong.region.rules import Actor

# Fixed limits keep the colours of two industries, levels and editions comparable.
BREAKS: dict[str, list[float]] = {
    "lq": [0.5, 0.8, 1.0, 1.25, 2.0, 4.0],
    "symmetric": [-0.5, -0.2, 0.0, 0.2, 0.5],
    "standardised": [-2.0, -1.0, 0.0, 1.0, 2.0],
}
# What each measure says of a place without any unit; None where that depends on the other places.
ZERO_VALUES: dict[MeasureName, float | None] = {
    "lq": 0.0,
    "symmetric": -1.0,
    "standardised": None,
    "n": 0.0,
    "share": 0.0,
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
    lead one with three hundred. Refuses `no_such_industry`, `capital_not_told` and
    `not_measured`.
    """
    return layer_of(
        open_edition(actor, number),
        industry=industry,
        level=level,
        measure=measure,
        counted=counted,
    )


def layer_of(
    opened: Opened,
    *,
    industry: str,
    level: Level = "county",
    measure: MeasureName = "lq",
    counted: Counted = "n",
) -> LayerOut:
    """Return the same from an edition that is open already."""
    known = industry_or_refusal(opened, industry)
    if counted == "capital" and known.kind not in KINDS_WITH_CAPITAL:
        raise Refusal(
            "capital_not_told",
            N_("Capital is not told for groups: in most places one firm holds nearly all of it."),
            way_out=N_("Choose the division or a chain, or count establishments."),
            field="counted",
        )
    table = opened.tables.levels[level]
    row = opened.industry_at[industry]
    numbers = _numbers(table, row, measure, counted, opened)
    cells = _cells(opened, table, row, numbers, ZERO_VALUES[measure])
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


def cell_of(opened: Opened, industry: str, level: Level, code: str) -> Cell:
    """Return one place of a layer of quotients, as the layer has it, without the others."""
    table = opened.tables.levels[level]
    row, at = opened.industry_at[industry], opened.place_at[level][code]
    place = opened.places[code]
    clear = readable(opened, table)
    state = _state(bool(clear[at]), int(table.status[row, at]))
    shown = state == "ok"
    order = ranking(table.lq[row], table.low[row], clear & (table.status[row] == PUBLISHED))
    found = np.flatnonzero(order == at)
    return Cell(
        code=code,
        name=opened.names_of(code),
        parent=opened.names_of(place["parent"]),
        member=place["member"],
        state=state,
        n=_count(table, row, at) if clear[at] else None,
        value=_number(table.lq[row, at]) if shown else 0.0 if state == "zero" else None,
        low=_number(table.low[row, at]) if shown else None,
        high=_number(table.high[row, at]) if shown else None,
        significant=bool(table.significant[row, at]) if shown else None,
        rank=int(found[0]) + 1 if len(found) else None,
    )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """One row of a table as it is asked for, an entry a place; `status` says how each may be read.

    `significant` marks the places whose share is surely above the region's.
    """

    value: Floats
    low: Floats
    high: Floats
    significant: Flags
    status: Marks


def _numbers(
    table: LevelTable, row: int, measure: MeasureName, counted: Counted, opened: Opened
) -> _Numbers:
    unbounded = np.full(len(table.places), np.nan)
    if counted == "capital":
        significant, status = table.capital_low[row] > 1, table.capital_status[row]
        if measure == "lq":
            low, high = table.capital_low[row], table.capital_high[row]
            return _Numbers(table.capital_lq[row], low, high, significant, status)
        if measure == "n":
            amount = table.capital[row].astype(float)
            return _Numbers(amount, unbounded, unbounded, significant, status)
        raise Refusal(
            "not_measured",
            N_("“{measure}” is not measured by capital."),
            way_out=N_("Count establishments, or choose the location quotient or the amount."),
            field="counted",
            measure=measure,
        )
    significant, status = table.significant[row], table.status[row]
    low, high = table.low[row], table.high[row]
    if measure == "lq":
        return _Numbers(table.lq[row], low, high, significant, status)
    if measure == "symmetric":
        return _Numbers(
            table.symmetric[row], _symmetric(low), _symmetric(high), significant, status
        )
    if measure == "standardised":
        return _Numbers(table.standardised[row], unbounded, unbounded, significant, status)
    if measure == "share":
        total = opened.tables.totals[row]
        share = 100 * table.n[row] / total if total else unbounded
        return _Numbers(share, unbounded, unbounded, significant, status)
    return _Numbers(table.n[row].astype(float), unbounded, unbounded, significant, status)


def _symmetric(lq: Floats) -> Floats:
    return (lq - 1) / (lq + 1)


def readable(opened: Opened, table: LevelTable) -> Flags:
    """Return which places of a level are placed well enough to be read."""
    return np.array([code not in opened.thin for code in table.places.tolist()], dtype=bool)


def _cells(
    opened: Opened, table: LevelTable, row: int, numbers: _Numbers, zero: float | None
) -> list[Cell]:
    clear = readable(opened, table)
    order = ranking(numbers.value, numbers.low, clear & (numbers.status == PUBLISHED))
    rank = {at: position for position, at in enumerate(order.tolist(), start=1)}
    cells = []
    for at, code in enumerate(table.places.tolist()):
        place = opened.places[code]
        state = _state(bool(clear[at]), int(numbers.status[at]))
        shown = state == "ok"
        cells.append(
            Cell(
                code=code,
                name=opened.names_of(code),
                parent=opened.names_of(place["parent"]),
                member=place["member"],
                state=state,
                n=_count(table, row, at) if clear[at] else None,
                value=_number(numbers.value[at]) if shown else zero if state == "zero" else None,
                low=_number(numbers.low[at]) if shown else None,
                high=_number(numbers.high[at]) if shown else None,
                significant=bool(numbers.significant[at]) if shown else None,
                rank=rank.get(at),
            )
        )
    return sorted(cells, key=_position)


def _position(cell: Cell) -> tuple[int, int, str]:
    behind = {"ok": 1, "zero": 2, "withheld": 3, "insufficient": 4}
    return (behind[cell.state], 0, cell.code) if cell.rank is None else (0, cell.rank, cell.code)


def _count(table: LevelTable, row: int, at: int) -> int | None:
    """Return the units of a cell; None where they are withheld."""
    return int(table.n[row, at]) if table.status[row, at] in (PUBLISHED, ZERO) else None


def _state(clear: bool, status: int) -> CellState:
    if not clear:
        return "insufficient"
    if status == PUBLISHED:
        return "ok"
    return "zero" if status == ZERO else "withheld"


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


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
        eg_by_chance=_number(NORMAL_95 * deviation),
        maurel_sedillot=_number(table.maurel_sedillot[row]),
        why=None
        if defined
        else Names(zh="单位数过少，指数不予公布", en="Too few units for an index to be published"),
    )
