"""Codes of every year lead to the map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.placing.planted import delta_gazetteer, table
from xietong.engine.placing import CodeHistory

HISTORY = delta_gazetteer().history


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("320583", "320583"),
        ("320500", "320500"),
        ("3205", "320500"),
        ("32", "320000"),
        ("320583100", "320583"),
        ("320583100200", "320583"),
        ("330227", "330212"),
        ("330181", "330109"),
        ("330121", "330109"),
        ("310225", "310115"),
        ("310103", "310101"),
        ("310108", "310106"),
        ("310230", "310151"),
        ("320586", "320500"),
        ("320524", "320500"),
        ("320283", "320200"),
        ("320304", "320300"),
        ("340823", "340722"),
        ("341521", "340422"),
        ("341402", "340181"),
        ("341422", "340281"),
        ("320683", "320612"),
        ("330621", "330603"),
        ("320823", "321322"),
        ("332627", "331083"),
        # newer than the map
        ("320613", "320600"),
        ("320614", "320684"),
        ("330113", "330110"),
        ("330114", "330100"),
        ("340210", "340221"),
        ("340209", "340200"),
        # offices and zones
        ("320576", "320508"),
        ("340177", "340100"),
        ("320191", "320100"),
        # nothing to hold on to
        ("110101", ""),
        ("", ""),
        ("昆山", ""),
        ("3", ""),
    ],
)
def test_a_code_of_any_year_has_its_place(code: str, place: str) -> None:
    found = HISTORY.resolve(code).place
    assert (found.code if found else "") == place


def test_a_divided_county_names_its_heirs() -> None:
    assert HISTORY.resolve("320586").candidates == ("320506", "320507")
    assert HISTORY.resolve("330114").candidates == ("330104", "330109")


@pytest.mark.parametrize("code", sorted({row["old_code"] for row in table("code_changes")}))
def test_each_heir_lies_in_the_resolved_place(code: str) -> None:
    found = HISTORY.resolve(code)
    assert found.place is not None
    for heir in found.candidates:
        place = HISTORY.places[heir]
        assert found.place.code in (place.code, place.prefecture, place.province)


def test_the_map_of_another_year_turns_the_codes_round() -> None:
    history = CodeHistory(table("places"), table("code_changes"), vintage=2023)
    for old, new in {"330103": "330105", "320684": "320614", "340222": "340212"}.items():
        found = history.resolve(old).place
        assert found is not None
        assert found.code == new
    assert history.resolve("330104").candidates == ("330102", "330114")


@given(st.text(max_size=14))
def test_any_text_resolves_to_a_place_of_the_map_or_to_none(code: str) -> None:
    found = HISTORY.resolve(code)
    assert found.place is None or HISTORY.places[found.place.code] == found.place
    assert all(heir in HISTORY.places for heir in found.candidates)


@given(st.sampled_from(sorted(HISTORY.places)))
def test_a_code_of_the_map_is_itself(code: str) -> None:
    found = HISTORY.resolve(code).place
    assert found is not None
    assert found.code == code
