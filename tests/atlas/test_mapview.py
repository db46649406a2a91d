"""The address of a view, and the colours of its classes."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xietong.atlas.pages.mapview import MapView
from xietong.atlas.pages.shades import histogram, shades, tokens
from xietong.atlas.schemas import Cell, IndustryIndices, IndustryOut, LayerOut, Names

NAME = Names(zh="甲", en="A")


def layer(values: list[float], breaks: list[float], *, diverging: bool = True) -> LayerOut:
    """Return a layer of places with these values, and one place of each other state."""
    states = ["ok"] * len(values) + ["zero", "withheld", "insufficient"]
    cells = [
        Cell(
            code=str(at),
            name=NAME,
            parent=NAME,
            member="a",
            state=state,  # type: ignore[arg-type]
            n=None,
            value=values[at] if state == "ok" else 0.0 if state == "zero" else None,
            low=None,
            high=None,
            significant=None,
            rank=None,
        )
        for at, state in enumerate(states)
    ]
    return LayerOut(
        edition=1,
        industry=IndustryOut(
            key="d1", kind="division", code="1", name=NAME, short=NAME, parent=None, n=9,
            clusters=0, crossing_clusters=0, enabled=True, why_disabled=None,
        ),
        level="county",
        measure="lq" if diverging else "n",
        counted="n",
        unit=Names(zh="", en=""),
        breaks=breaks,
        diverging=diverging,
        total=None,
        counts={"ok": len(values), "zero": 1, "withheld": 1, "insufficient": 1},
        indices=IndustryIndices(
            n=None, hhi=None, ellison_glaeser=None, eg_by_chance=None,
            maurel_sedillot=None, why=None,
        ),
        cells=cells,
    )  # fmt: skip


views = st.builds(
    MapView,
    industry=st.sampled_from(["d39", "s-integrated_circuits.design"]),
    level=st.sampled_from(["province", "prefecture", "county"]),
    measure=st.sampled_from(["lq", "n"]),
    counted=st.sampled_from(["n", "capital"]),
    crossing=st.booleans(),
    compare=st.none() | st.just("d26"),
    place=st.none() | st.just("320500"),
    sort=st.sampled_from(["rank", "value", "n", "name"]),
    at=st.none() | st.just("6.25/31.2000/119.8000"),
    edition=st.none() | st.integers(1, 99),
)


@given(views)
def test_an_address_gives_its_view_back(view: MapView) -> None:
    assert MapView.of(dict(parse_qsl(view.query()[1:]))) == view


@pytest.mark.parametrize(
    "query",
    [{"level": "street"}, {"measure": "growth"}, {"at": "<script>"}, {"edition": "-1"}, {"x": "y"}],
)
def test_nonsense_leaves_the_view_as_it_opens(query: dict[str, str]) -> None:
    assert MapView.of(query) == MapView()


def test_capital_has_no_symmetric_quotient() -> None:
    assert MapView.of({"counted": "capital", "measure": "symmetric"}).measure == "lq"


def test_colours_turn_at_the_neutral_value() -> None:
    found = tokens(layer([], [0.5, 0.8, 1.0, 1.25, 2.0, 4.0]))
    assert found == ["b3", "b2", "b1", "a1", "a2", "a3", "a4"]
    assert tokens(layer([], [2.0, 5.0], diverging=False)) == ["s1", "s3", "s6"]


def test_a_value_on_a_limit_belongs_to_the_upper_class() -> None:
    counts = [one.count for one in shades(layer([0.2, 1.0, 1.1, 9.0], [1.0, 2.0]))]
    assert counts == [1, 2, 1]


@given(st.lists(st.floats(0.01, 50), min_size=2, max_size=60))
def test_histogram_draws_within_its_frame(values: list[float]) -> None:
    for bar in histogram(layer(values, [0.5, 1.0, 2.0])):
        assert 0 <= float(bar.y) <= 100
        assert float(bar.x) + float(bar.width) <= 100
        assert float(bar.y) + float(bar.height) == pytest.approx(100, abs=0.02)
