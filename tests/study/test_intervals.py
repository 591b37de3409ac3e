"""Intervals hold the truth as often as they say, where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from sim.study.intervals import (
    FEWEST_BOTH_TAILS,
    FEWEST_ONE_TAIL,
    mean_interval,
    quantile_interval,
    spread,
)
from sim.study.points import SCRAMBLINGS, uniforms


def within_band(hits: int, trials: int, nominal: float) -> bool:
    """Whether a coverage lies in its binomial band; false-alarm rate 1e-4, two-sided."""
    low, high = binom.ppf((5e-5, 1 - 5e-5), trials, nominal)
    return bool(low <= hits <= high)


def test_fewest_draws_for_a_bound() -> None:
    assert 0.95**FEWEST_ONE_TAIL < 0.05 < 0.95 ** (FEWEST_ONE_TAIL - 1)
    n = FEWEST_BOTH_TAILS
    assert 2 * 0.95**n - 0.9**n < 0.05 < 2 * 0.95 ** (n - 1) - 0.9 ** (n - 1)


def test_a_spread_by_hand() -> None:
    found = spread(np.arange(101.0))
    assert (found.p5, found.p50, found.p95, found.n) == (5.0, 50.0, 95.0, 101)
    with pytest.raises(ValueError, match="at least one"):
        spread(np.empty(0))


def test_a_mean_of_scrambled_points_is_covered() -> None:
    """500 studies of 64 draws, mean of exp(u): e - 1. Nominal 95 %."""
    hits = 0
    for seed in range(500):
        value = np.exp(uniforms(seed, ["x"], range(64))[:, 0])
        found = mean_interval(value)
        hits += found.low <= math.e - 1 <= found.high
    assert within_band(hits, 500, 0.95)


def test_an_interval_of_a_mean_by_hand() -> None:
    """Scramblings with means 0 … 7: standard error √6/√8, t(7; 0.975) = 2.364624."""
    value = np.tile(np.arange(float(SCRAMBLINGS)), 4)
    found = mean_interval(value)
    assert found.estimate == 3.5
    assert found.half_width == pytest.approx(2.3646243 * math.sqrt(6) / math.sqrt(8), rel=1e-6)
    with pytest.raises(ValueError, match="at least 8"):
        mean_interval(value[:7])


@pytest.mark.parametrize(("share", "n"), [(0.5, 64), (0.05, 200), (0.95, 400)])
def test_a_quantile_is_covered_whatever_the_law(share: float, n: int) -> None:
    """2,000 samples: at least nominal, and no more than the steps of order statistics give away."""
    chance = np.random.default_rng(7)
    hits = 0
    for _ in range(2_000):
        found = quantile_interval(chance.random(n) ** 3, share)
        assert found is not None
        hits += found.low <= share**3 <= found.high
    exact = hits / 2_000
    assert binom.cdf(hits, 2_000, 0.95) > 1e-4
    assert exact < 0.985


def test_too_few_draws_for_a_tail_give_no_interval() -> None:
    value = np.arange(64.0)
    assert quantile_interval(value, 0.95) is None
    assert quantile_interval(value, 0.05) is None
    assert quantile_interval(value, 0.5) is not None
