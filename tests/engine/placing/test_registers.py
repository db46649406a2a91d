"""The real registers: agreement with the registering authority, and coverage without a guess."""

from __future__ import annotations

import pytest

from engine.placing.registers import MEMBERS, agreement, place, register
from real_data import needs_real_data

# Agreement of addresses with authorities that the source's own author measured.
AGREEMENT = 0.974
# Street-only addresses name no county; Anhui's registers are full of them.
COVERAGE = {"shanghai": 0.985, "jiangsu": 0.93, "zhejiang": 0.96, "anhui": 0.70}


@needs_real_data
def test_places_agree_with_the_registering_authority() -> None:
    found = [agreement(member) for member in MEMBERS]
    assert sum(a.agreed for a in found) / sum(a.compared for a in found) >= 0.983
    for one in found:
        assert one.agreed / one.compared >= AGREEMENT
        assert one.compared > 0.4 * one.rows


@needs_real_data
@pytest.mark.parametrize("member", MEMBERS)
def test_coverage_at_county_level_is_what_the_page_says(member: str) -> None:
    found = agreement(member)
    assert COVERAGE[member] <= found.placed / found.rows < COVERAGE[member] + 0.03


@needs_real_data
def test_without_authorities_nothing_else_changes() -> None:
    rows = register("anhui").slice(0, 8000)
    told = place(rows, "anhui")
    silent = place(rows.drop_columns(["authority_code", "credit_code"]), "anhui")
    for place_told, reason, place_silent, level in zip(
        told.place.to_pylist(),
        told.place_reason.to_pylist(),
        silent.place.to_pylist(),
        silent.precision.to_pylist(),
        strict=True,
    ):
        assert place_told == place_silent or (reason == "authority" and level != "county")


@needs_real_data
def test_shuffled_rows_are_placed_alike() -> None:
    rows = register("jiangsu").slice(0, 4000)
    backward = rows.take(list(range(rows.num_rows - 1, -1, -1)))
    assert place(rows, "jiangsu").place.to_pylist()[::-1] == (
        place(backward, "jiangsu").place.to_pylist()
    )
