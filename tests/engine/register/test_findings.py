"""A file of rotten rows fills no memory, and no warning crowds out what refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.engine.problems import Problem
from xietong.engine.register import findings
from xietong.engine.register.columns import REFUSING
from xietong.engine.register.findings import Findings


def test_each_kind_is_counted_and_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "KEPT", 3)
    found = Findings()
    found.add([Problem("date_unreadable", row) for row in range(2, 12)])
    assert not found.refused
    found.add([Problem("name_missing", 20)])
    found.add([Problem("capital_without_unit")])
    assert found.refused
    assert [(one.code, one.row) for one in found.problems()] == [
        ("capital_without_unit", None),
        ("problems_not_listed", None),
        ("date_unreadable", 2),
        ("date_unreadable", 3),
        ("date_unreadable", 4),
        ("name_missing", 20),
    ]
    assert found.problems()[1].params == {"problem": "date_unreadable", "count": 7}
    assert found.tally() == {"capital_without_unit": 1, "date_unreadable": 10, "name_missing": 1}


def test_the_bound_holds_at_its_own_size() -> None:
    found = Findings()
    found.add([Problem("date_unreadable", row) for row in range(findings.KEPT + 5)])
    found.add([Problem("row_too_long", row) for row in range(findings.KEPT + 7)])
    kept = [one for one in found.problems() if one.row is not None]
    assert len(kept) == 2 * findings.KEPT
    assert [one.params for one in found.problems() if one.row is None] == [
        {"problem": "date_unreadable", "count": 5},
        {"problem": "row_too_long", "count": 7},
    ]


PROBLEMS = st.lists(
    st.builds(
        Problem,
        st.sampled_from(["date_unreadable", "name_missing", "row_too_long", "credit_code_check"]),
        st.integers(2, 40),
        st.sampled_from([None, "name", "address"]),
    )
)


@given(PROBLEMS, st.integers(1, 5))
def test_nothing_is_lost_below_the_bound(problems: list[Problem], batch: int) -> None:
    ordered = sorted(problems, key=lambda one: one.row or 0)
    found = Findings()
    at = 0
    while at < len(ordered):
        end = at + batch
        # A row's problems always come together.
        while end < len(ordered) and ordered[end].row == ordered[end - 1].row:
            end += 1
        found.add(ordered[at:end])
        at = end
    assert sorted(found.problems(), key=str) == sorted(problems, key=str)
    assert sum(found.tally().values()) == len(problems)
    assert found.refused == any(one.code in REFUSING for one in problems)
    rows = [one.row for one in found.problems()]
    assert rows == sorted(row for row in rows if row is not None)
