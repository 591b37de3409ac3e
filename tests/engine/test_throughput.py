"""Throughput of a paced dialer: a formula against a loop that places one call after the other."""

from __future__ import annotations

import heapq
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import norm

from sim.engine.plan.throughput import Holding, equal_pace, holding_of, lost_share, throughput


def placed_per_second(channels: int, pace: float, holds: np.ndarray) -> float:
    """Calls per second by the laws of the dialer, written apart: pace without credit, channels."""
    gap = 1000 / pace
    busy: list[float] = []
    tat = start = 0.0
    for hold in holds:
        start = max(tat, start)
        if len(busy) == channels:
            start = max(start, busy[0])
        while busy and busy[0] <= start:
            heapq.heappop(busy)
        heapq.heappush(busy, start + hold)
        tat = max(tat, start) + gap
    return len(holds) / start * 1000


def mixed_holds(n: int) -> np.ndarray:
    """Holding times of a robocall: no answer, short listening, long messages."""
    chance = np.random.default_rng(5)
    kind = chance.random(n)
    return np.where(kind < 0.4, 25_000, np.where(kind < 0.7, chance.exponential(20_000, n), 55_000))


@pytest.mark.parametrize("relative", [0.8, 0.95, 1.0, 1.05, 1.3])
@pytest.mark.parametrize("channels", [18, 60, 180])
def test_the_formula_meets_a_loop(channels: int, relative: float) -> None:
    """Within 1 % at 18 channels, 0.5 % at more; the loop's own noise is about 0.1 %."""
    holds = mixed_holds(100_000)
    holding = holding_of(holds)
    pace = relative * channels / holding.mean_ms * 1000
    found = placed_per_second(channels, pace, holds)
    assert throughput(channels, pace, holding) == pytest.approx(
        found, rel=0.01 if channels < 60 else 0.005
    )


def test_spread_is_half_of_the_mean_difference() -> None:
    """By hand: of 1, 2 and 6 the nine pairs differ by 20 in all, so 20 / 9 / 2."""
    found = holding_of(np.array([6, 1, 2]))
    assert (found.mean_ms, found.spread_ms) == (3.0, pytest.approx(10 / 9))


def test_exponential_holding_times_spread_by_half_their_mean() -> None:
    sample = -1000 * np.log1p(-(np.arange(100_000) + 0.5) / 100_000)
    assert holding_of(sample).spread_ms == pytest.approx(500, rel=1e-3)


def test_the_tail_of_the_ratio_is_scipys() -> None:
    for channels, pace in ((1, 100.0), (10, 1.0), (50, 5.0), (2000, 45.0)):
        holding = Holding(40_000, 10_000)
        load, spread = pace * 40, math.sqrt(pace * 10)
        beta = (channels + 0.4 - load) / spread
        want = spread / load * math.exp(norm.logpdf(beta) - norm.logcdf(beta))
        assert lost_share(channels, pace, holding) == pytest.approx(min(1.0, want), rel=1e-6)


@pytest.mark.parametrize("relative", [0.5, 0.9, 1.0, 1.1, 3.0])
@pytest.mark.parametrize("scale", [Fraction(1, 100), Fraction(1, 10)])
def test_a_small_dialer_places_its_share(scale: Fraction, relative: float) -> None:
    holding = Holding(40_000, 10_000)
    pace = Fraction(round(relative * 1800 / 40 * 100), 100)
    fewer = int(1800 * scale)
    small = equal_pace(1800, pace, scale, fewer, holding)
    want = float(scale) * throughput(1800, float(pace), holding)
    assert throughput(fewer, float(small), holding) == pytest.approx(want, rel=1e-5)
    if relative <= 1:  # where pace binds; where channels do, the 0.4 speaks for the small one
        assert small >= pace * scale


def test_channels_in_plenty_leave_the_pace_as_it_is() -> None:
    found = equal_pace(100_000, Fraction(45), Fraction(1, 10), 10_000, Holding(40_000, 10_000))
    assert found == Fraction(9, 2)


def test_too_few_channels_give_what_they_can() -> None:
    """Rounded down to a third of what would be needed: no pace is enough."""
    holding = Holding(40_000, 10_000)
    found = equal_pace(45, Fraction(2), Fraction(1, 15), 1, holding)
    assert throughput(1, float(found), holding) < float(Fraction(1, 15)) * 45 / 40
    assert found > Fraction(2, 15)


def test_no_holding_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no holding time"):
        holding_of(np.empty(0, dtype=np.int64))
