"""Intervals of shares: peers' values, exact coverage by enumeration, families."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xietong.engine.measures.intervals import share_bounds, simultaneous_level


def bounds(hits: float, trials: float, level: float = 0.95, family: int = 1) -> tuple[float, float]:
    low, high = share_bounds(np.array([hits]), np.array([trials]), level=level, family=family)
    return float(low[0]), float(high[0])


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.8, 0.95, 0.99]))
def test_one_interval_is_jeffreys(hits: int, misses: int, level: float) -> None:
    misses = misses if hits else max(misses, 1)
    low, high = bounds(hits, max(hits + misses, 1), level)
    tail = (1 - level) / 2
    wanted_low = stats.beta.ppf(tail, hits + 0.5, misses + 0.5) if hits else 0
    wanted_high = stats.beta.ppf(1 - tail, hits + 0.5, misses + 0.5) if misses else 1
    assert (low, high) == pytest.approx((wanted_low, wanted_high), abs=1e-10)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(2, 10_000))
def test_an_interval_of_a_family_is_clopper_and_pearsons(
    hits: int, misses: int, family: int
) -> None:
    trials = max(hits + misses, 1)
    peer = stats.binomtest(hits, trials).proportion_ci(simultaneous_level(0.95, family), "exact")
    assert bounds(hits, trials, family=family) == pytest.approx((peer.low, peer.high), abs=1e-9)


def held(trials: int, shares: np.ndarray, level: float, family: int) -> np.ndarray:
    """How often the interval holds each share: exact, over all outcomes of `trials` draws."""
    hits = np.arange(trials + 1.0)
    low, high = share_bounds(hits, np.full(trials + 1, float(trials)), level=level, family=family)
    chance = stats.binom.pmf(hits[None, :], trials, shares[:, None])
    inside = (low[None, :] <= shares[:, None]) & (shares[:, None] <= high[None, :])
    return np.asarray((chance * inside).sum(axis=1))


@pytest.mark.parametrize("trials", [10, 20, 100])
def test_jeffreys_interval_holds_its_level_on_average(trials: int) -> None:
    shares = (np.arange(4_000) + 0.5) / 4_000
    assert held(trials, shares, 0.95, 1).mean() == pytest.approx(0.95, abs=0.006)


@pytest.mark.parametrize("family", [2, 50])
@pytest.mark.parametrize("trials", [1, 7, 40])
def test_an_interval_of_a_family_never_holds_less_than_its_level(trials: int, family: int) -> None:
    shares = (np.arange(999) + 1) / 1_000
    assert held(trials, shares, 0.95, family).min() >= simultaneous_level(0.95, family)


@given(st.floats(0.0, 500.0), st.floats(0.1, 500.0), st.floats(0.5, 0.99), st.integers(1, 1_000))
def test_an_interval_holds_its_share_and_widens_with_level_and_family(
    hits: float, misses: float, level: float, family: int
) -> None:
    trials = hits + misses
    low, high = bounds(hits, trials, level, family)
    assert 0 <= low <= hits / trials <= high <= 1
    wider = bounds(hits, trials, 1 - (1 - level) / 2, family)
    assert wider[0] <= low
    assert wider[1] >= high
    larger = bounds(hits, trials, level, family + 1)
    assert larger[0] <= low + 1e-12
    assert larger[1] >= high - 1e-12


def test_nothing_and_everything_bound_at_the_ends() -> None:
    assert bounds(0, 10)[0] == 0
    assert bounds(10, 10)[1] == 1
    # No hit in n trials: the rule that 1 - (tail)^(1/n) bounds the share.
    assert bounds(0, 10, family=2)[1] == pytest.approx(1 - (0.05 / 4) ** (1 / 10))


def test_bonferronis_level() -> None:
    assert simultaneous_level(0.95, 1) == pytest.approx(0.95)
    assert simultaneous_level(0.95, 100) == pytest.approx(0.9995)


@pytest.mark.parametrize(("level", "family"), [(0, 1), (1, 1), (95, 1), (0.95, 0)])
def test_a_level_or_a_family_that_cannot_be_is_refused(level: float, family: int) -> None:
    with pytest.raises(ValueError):
        simultaneous_level(level, family)
