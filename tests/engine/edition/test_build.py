"""An edition tells only what may be told, and every measure follows from what is told."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.disclosure.attack import Attacker
from engine.edition.made import PARAMETERS, Made, made
from xietong.engine.disclosure import Nodes
from xietong.engine.edition import protection
from xietong.engine.edition.build import BuiltEdition, build_edition
from xietong.engine.edition.protection import Unprotected
from xietong.engine.edition.rollup import (
    LEVELS,
    REGION,
    industry_sets,
    leaves_of,
    place_nodes,
    summed,
)
from xietong.engine.edition.tables import PUBLISHED, WITHHELD, ZERO, EditionTables, LevelTable
from xietong.engine.measures import location_quotients

SEEDS = st.integers(0, 500)


def truth(one: Made) -> tuple[np.ndarray, Nodes, Nodes]:
    """The counts that nobody is shown [place node, industry node], and the nodes."""
    of_places = place_nodes(one.places)
    codes = sorted(set(one.cells["industry"].to_pylist()))
    of_industries = industry_sets(one.nodes, codes)
    return (
        summed(leaves_of(one.cells, of_places, codes).n, of_places, of_industries),
        of_places,
        (of_industries),
    )


def all_shown(built: BuiltEdition, of_places: Nodes) -> tuple[np.ndarray, np.ndarray]:
    """Marks and counts of all levels and the region together [place node, industry node]."""
    tables = built.tables
    shape = (len(of_places.keys), len(tables.industries))
    marks, counts = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.int64)
    for table in tables.levels.values():
        rows = [of_places.keys.index(str(code)) for code in table.places]
        marks[rows], counts[rows] = table.status.T, table.n.T
    region = of_places.keys.index(REGION)
    marks[region], counts[region] = tables.total_status, tables.totals
    return marks, counts


@given(SEEDS)
@settings(max_examples=6, deadline=None)
def test_nothing_below_the_minimum_follows_from_a_whole_edition(seed: int) -> None:
    one = made(seed)
    built = one.built()
    real, of_places, of_industries = truth(one)
    marks, counts = all_shown(built, of_places)
    told = marks != WITHHELD
    assert (counts[told] == real[told]).all()
    assert not told[(real > 0) & (real < PARAMETERS.minimum_cell)].any()
    attacker = Attacker.of(counts, told, of_places, of_industries)
    rng = np.random.default_rng(seed)
    hidden = np.argwhere(~told & (real > 0) & (real < PARAMETERS.minimum_cell))
    for row, column in rng.permutation(hidden)[:60]:
        low, high = attacker.interval(int(row), int(column))
        assert low <= 1 + 1e-6
        assert high >= PARAMETERS.minimum_cell - 1 - 1e-6


@given(SEEDS, st.booleans())
@settings(max_examples=10, deadline=None)
def test_what_is_withheld_is_not_in_the_tables(seed: int, thin: bool) -> None:
    built = made(seed, thin=thin).built()
    for table in built.tables.levels.values():
        hidden, without_capital = table.status != PUBLISHED, table.capital_status != PUBLISHED
        assert (table.n[hidden] == 0).all()
        assert (table.capital[without_capital] == 0).all()
        assert not table.significant[hidden].any()
        for part in fields(LevelTable):
            values = getattr(table, part.name)
            if values.shape == hidden.shape and values.dtype == np.float64:
                mask = without_capital if part.name.startswith("capital") else hidden
                assert np.isnan(values[mask]).all(), part.name
    gone = built.tables.total_status != PUBLISHED
    assert (built.tables.totals[gone] == 0).all()
    assert (built.tables.years.n[built.tables.years.status != PUBLISHED] == 0).all()


@given(SEEDS)
@settings(max_examples=6, deadline=None)
def test_every_quotient_follows_from_what_is_told(seed: int) -> None:
    """Whoever has the published numbers alone can compute it, interval and all."""
    tables = made(seed).built().tables
    everything = int(tables.totals[0])
    for table in tables.levels.values():
        for row, at in np.argwhere(table.status == PUBLISHED):
            n, ground, whole = table.n[row, at], table.n[0, at], tables.totals[row]
            found = location_quotients([[n, whole - n]], place_totals=[ground, everything - ground])
            for name, part in (("lq", found.value), ("low", found.low), ("high", found.high)):
                assert getattr(table, name)[row, at] == pytest.approx(part[0, 0]), name


def test_levels_agree_and_places_nest() -> None:
    one = made(7)
    tables, (real, of_places, _) = one.built().tables, truth(one)
    assert set(tables.levels) == set(LEVELS)
    for level, table in tables.levels.items():
        assert table.places.tolist() == [each.code for each in one.places if each.level == level]
        assert (table.status[0] == PUBLISHED).all()
    assert (
        tables.totals[0] == real[of_places.keys.index(REGION), 0] == sum(one.cells["n"].to_pylist())
    )


def test_an_industry_of_too_few_units_is_withheld_everywhere() -> None:
    one = made(3)
    tables, (real, of_places, _) = one.built().tables, truth(one)
    units = real[of_places.keys.index(REGION)]
    few = (units > 0) & (units < PARAMETERS.industry_units)
    assert few.any()
    for table in tables.levels.values():
        assert (table.status[few] == WITHHELD).all()
        assert (table.capital_status[few] == WITHHELD).all()
    assert (tables.total_status[few] == WITHHELD).all()


def test_an_industry_that_nobody_has_is_none_and_not_withheld() -> None:
    one = made(3)
    kept = one.cells.filter(
        np.array([code != "1310" for code in one.cells["industry"].to_pylist()])
    )
    tables = Made(one.places, one.nodes, kept, one.adjacency).built().tables
    row = tables.industries.tolist().index("g131")
    assert all((table.status[row] == ZERO).all() for table in tables.levels.values())
    assert tables.total_status[row] == ZERO


def test_capital_is_told_of_no_group_and_never_where_one_holds_most() -> None:
    one = made(11)
    tables = one.built().tables
    groups = np.array([node.kind == "group" for node in one.nodes])
    for table in tables.levels.values():
        assert (table.capital_status[groups] == WITHHELD).all()
        assert (table.capital_status[table.status == WITHHELD] == WITHHELD).all()
        few = (table.capital_status == PUBLISHED) & (table.n < PARAMETERS.interval_units)
        assert np.isfinite(table.capital_lq[few]).all()
        assert np.isnan(table.capital_low[few]).all()
    assert (tables.levels["province"].capital_status[~groups] == PUBLISHED).any()


def test_the_gathered_industry_is_one_cluster_over_the_border() -> None:
    built = made(0).built()
    found = next(each for each in built.clusters if each.industry == "d21")
    assert found.members == ("1", "2")
    assert set(found.places) == {"124", "211"}
    assert 120 < found.units < 260
    assert 0 < found.share <= 1 < found.low < found.quotient < found.high


def test_a_county_in_a_cluster_is_marked_significant_on_the_map() -> None:
    built = made(0).built()
    table, keys = built.tables.levels["county"], built.tables.industries.tolist()
    for each in built.clusters:
        inside = np.isin(table.places, each.places)
        assert table.significant[keys.index(each.industry), inside].all()


def test_thin_prefectures_make_no_clusters_and_say_so() -> None:
    one = made(0, thin=True)
    built = one.built()
    assert built.tables.insufficient.tolist() == ["111", "112", "113", "114"]
    coverage = dict(
        zip(built.tables.coverage_places.tolist(), built.tables.coverage.tolist(), strict=True)
    )
    assert coverage["11"] < 0.8 < min(coverage["12"], coverage["21"], coverage["22"])
    assert not any({"111", "112", "113", "114"} & set(each.places) for each in built.clusters)


def test_a_card_speaks_only_of_what_is_told() -> None:
    built = made(0).built()
    cluster = next(each for each in built.clusters if each.industry == "d21")
    table = built.tables.levels["county"]
    columns = np.flatnonzero(np.isin(table.places, cluster.places))
    keys = built.tables.industries.tolist()
    for each in built.quotients_inside(cluster.places, keys):
        status = table.status[keys.index(each.key), columns]
        assert not (status == WITHHELD).any()
        assert each.absent == bool((status == ZERO).all())
        assert each.n == table.n[keys.index(each.key), columns].sum()
        assert (each.value > 0) == (each.n > 0)


def test_the_order_of_rows_changes_nothing() -> None:
    one = made(9)
    shuffled = one.cells.take(np.random.default_rng(0).permutation(one.cells.num_rows))
    again = Made(one.places, one.nodes, shuffled, one.adjacency[::-1]).built()
    built = one.built()
    assert again.clusters == built.clusters
    for part in fields(EditionTables):
        if part.name not in ("levels", "years"):
            first, second = getattr(built.tables, part.name), getattr(again.tables, part.name)
            assert np.array_equal(first, second), part.name
    for level, table in built.tables.levels.items():
        for part in fields(LevelTable):
            first = getattr(table, part.name)
            second = getattr(again.tables.levels[level], part.name)
            assert np.array_equal(first, second, equal_nan=first.dtype == np.float64), part.name


def test_nothing_is_built_where_a_cell_cannot_be_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    found = protection.protect_counts

    def leaky(*args: object, **kwargs: object) -> object:
        whole = found(*args, **kwargs)  # type: ignore[arg-type]
        return type(whole)(whole.status, whole.counts, ((0, 0),))

    monkeypatch.setattr(protection, "protect_counts", leaky)
    with pytest.raises(Unprotected, match="1 cells"):
        made(1).built()


def test_a_place_off_the_map_is_refused() -> None:
    one = made(1)
    with pytest.raises(KeyError):
        build_edition(
            cells=one.cells,
            places=one.places[:-1],
            nodes=one.nodes,
            adjacency=(),
            parameters=PARAMETERS,
        )
