"""The real registers: agreement with the registering authority, and coverage without a guess."""

from __future__ import annotations

import pytest

from engine.placing.registers import MEMBERS, agreement, place, register
from real_data import needs_real_data

# Agreement of addresses with authorities that the source's own author measured.
AGREEMENT = 0.974
# What docs/methods/placing.md says of all rows.
AGREEMENTS = {"shanghai": 0.9807, "jiangsu": 0.9874, "zhejiang": 0.9833, "anhui": 0.9910}
# Street-only addresses name no county; Anhui's registers are full of them.
COVERAGE = {"shanghai": 0.9917, "jiangsu": 0.9425, "zhejiang": 0.9681, "anhui": 0.7205}
TENTH = 10


@needs_real_data
@pytest.mark.parametrize("member", MEMBERS)
def test_a_tenth_of_the_rows_agrees_with_the_registering_authority(member: str) -> None:
    found = agreement(member, TENTH)
    assert found.share >= AGREEMENT
    assert found.compared.total() > 0.4 * found.rows
    assert found.coverage == pytest.approx(COVERAGE[member], abs=0.02)


@needs_real_data
@pytest.mark.deep
@pytest.mark.parametrize("member", MEMBERS)
def test_agreement_and_coverage_are_what_the_page_says(member: str) -> None:
    found = agreement(member)
    assert found.share == pytest.approx(AGREEMENTS[member], abs=0.001)
    assert found.coverage == pytest.approx(COVERAGE[member], abs=0.001)
    assert found.compared.total() > 0.4 * found.rows


@needs_real_data
@pytest.mark.deep
def test_every_reason_holds_the_bar_on_all_rows() -> None:
    found = [agreement(member) for member in MEMBERS]
    assert sum(one.rows for one in found) == 288_865
    for reason in ("address", "name", "city"):
        compared = sum(one.compared[reason] for one in found)
        assert compared > 1_000
        assert sum(one.agreed[reason] for one in found) / compared >= AGREEMENT


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
