"""Which rows of a register are worth a look first: how doubtful, times how much it matters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from xietong.engine.register.corrections import CORRECTED

# A coding this sure is not doubted.
SURE = 0.7
# How doubtful a place is: none at all, one that coordinates and words tell differently, one outside
# the register's member, one known no closer than its prefecture or province.
UNPLACED, CONFLICT, OUTSIDE, COARSE = 1.0, 0.7, 0.5, 0.5
DECIDED = ("stated", CORRECTED)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Doubts:
    """The parts of each row's score, one entry a row of the table.

    `size` is 1 + log10(1 + capital in ten thousands) + log10(1 + persons); `reach` between 0 and 1
    how many rows state the same city. `score` is size times (doubt of the industry + doubt of the
    place times (1 + reach) / 2), to three decimals.
    """

    size: Floats
    industry: Floats
    place: Floats
    reach: Floats
    score: Floats


def doubts(rows: pa.Table, within: Collection[str]) -> Doubts:
    """Score the rows of a placed and coded register; `within` are the codes of the member's places.

    What a row states itself and what an officer corrected is not doubted.
    """
    capital = _floats(rows["capital_wan"])
    persons = _floats(rows["employees"])
    size = 1 + np.log10(1 + np.maximum(capital, 0)) + np.log10(1 + np.maximum(persons, 0))
    confidence = _floats(rows["confidence"])
    decided = _flags(pc.is_in(rows["coded_by"], pa.array(DECIDED)))
    industry = np.where(decided | (confidence >= SURE), 0.0, 1 - confidence)
    place = np.zeros(rows.num_rows)
    inside = _flags(pc.is_in(rows["place"], pa.array(sorted(within), pa.string())))
    for flags, doubt in (
        (~inside, OUTSIDE),
        (_flags(pc.is_in(rows["precision"], pa.array(["prefecture", "province"]))), COARSE),
        (_flags(pc.not_equal(rows["place_in_words"], "")), CONFLICT),
        (_flags(pc.equal(rows["precision"], "none")), UNPLACED),
    ):
        place = np.where(flags, doubt, place)
    place = np.where(_flags(pc.equal(rows["reason"], CORRECTED)), 0.0, place)
    reach = _reach(rows["city"])
    score = np.round(size * (industry + place * (1 + reach) / 2), 3)
    return Doubts(size, industry, place, reach, score)


def _reach(cities: pa.ChunkedArray) -> Floats:
    """Return for each row the share, on a logarithmic scale, of rows that state the same city."""
    coded = cities.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    at = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(at[at >= 0], minlength=len(coded.dictionary) + 1).astype(np.float64)
    alike = np.where(at >= 0, counts[at], 0.0)
    return np.asarray(np.log10(1 + alike) / np.log10(1 + max(len(cities), 1)))


def _floats(column: pa.ChunkedArray) -> Floats:
    return np.asarray(pc.fill_null(pc.cast(column, pa.float64()), 0.0).to_numpy())


def _flags(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False), dtype=bool)
