"""The distribution of complaints against closed forms, its exact law and a direct simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.document.quantity import FactorRange
from sim.measure.cascade import Course, moments
from sim.measure.chapters.call_backs.erlang import erlang_b, lines_for
from sim.measure.chapters.complaints.risk import EXACT, MOST, THRESHOLDS, Risk, exceedance, level
from sim.measure.counts import at_most
from sim.record.feedback import Channel
from sim.scenario.complaints import Complaints


def one_cell(mean: float, bred: float = 0.0) -> Course:
    """No time and one channel."""
    one = np.ones(1)
    return Course(np.array([0.0, 1.0]), mean * one, np.ones((1, 1)), one, bred * one)


def unfolding(mean: float = 12.0) -> Course:
    """Six cells of time, four channels of which the rarest breeds most, half of all called."""
    founders = mean * np.array([0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
    joining = np.triu(np.full((6, 6), 0.09)) + np.diag(np.full(6, 0.05))
    channels, bred = np.array([0.2, 0.5, 0.27, 0.03]), np.array([0.05, 0.0, 0.5, 12.0])
    return Course(np.arange(7.0), founders, joining, channels, bred)


@pytest.mark.parametrize("mean", [0.01, 3.0, 250.0, 9_900.0])
def test_without_contagion_complaints_are_poisson(mean: float) -> None:
    found = exceedance(Risk(one_cell(mean)), THRESHOLDS)
    assert found == pytest.approx(stats.poisson.sf(np.array(THRESHOLDS) - 1, mean), abs=1e-8)


def test_reports_to_one_channel_are_a_thinned_poisson() -> None:
    what = unfolding()
    alone = Course(what.edges_ms, what.founders, what.joining, what.channels, 0 * what.bred)
    mean, variance = moments(alone, alone.counted(Channel.REGULATOR))
    assert (mean, variance) == pytest.approx((0.2 * 12, 0.2 * 12))
    found = exceedance(Risk(alone, Channel.REGULATOR), [1, 2, 5, 10])
    assert found == pytest.approx(stats.poisson.sf(np.array([0, 1, 4, 9]), 0.2 * 12), abs=1e-8)


def generalised_poisson(mean: float, bred: float, most: int) -> np.ndarray:
    """Chances of 0 … most - 1 where each of a Poisson number founds a Borel-Tanner cluster."""
    k = np.arange(most)
    log = np.log(mean) + (k - 1) * np.log(mean + k * bred) - mean - k * bred
    return np.exp(log - np.array([math.lgamma(n + 1) for n in k]))


@pytest.mark.parametrize(("mean", "bred"), [(5.0, 0.5), (40.0, 0.9), (100.0, 0.35), (1.0, 0.99)])
def test_one_cell_and_channel_give_borel_tanner_clusters(mean: float, bred: float) -> None:
    chances = generalised_poisson(mean, bred, 10_000)
    thresholds = [threshold for threshold in THRESHOLDS if threshold <= EXACT]
    expected = [1 - chances[:threshold].sum() for threshold in thresholds]
    found = exceedance(Risk(one_cell(mean, bred)), thresholds)
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("mean", "near_by"), [(2.0, 0.1), (12.0, 0.05), (60.0, 0.02)])
@pytest.mark.parametrize("channel", [None, Channel.REGULATOR])
def test_the_negative_binomial_law_is_near_the_exact_one(
    mean: float, near_by: float, channel: Channel | None
) -> None:
    what = unfolding(mean)
    thresholds = (1, 2, 3, 10, 20, 30, 100, 200, 300)
    exact = np.array(exceedance(Risk(what, channel), thresholds))
    m, v = moments(what, what.counted(channel))
    near = [1 - at_most(t - 1, np.array([m]), np.array([v]))[0] for t in thresholds]
    assert np.abs(near - exact).max() < near_by


def simulated(what: Course, runs: int, rng: np.random.Generator) -> np.ndarray:
    """(runs, 4) Complaints by channel, drawn cell by cell from the first to the last."""
    total = np.zeros((runs, 4), dtype=np.int64)
    waiting = rng.poisson(what.founders, (runs, len(what.founders)))
    for i in range(len(what.founders)):
        now = waiting[:, i]
        while now.any():
            by_channel = rng.multinomial(now, what.channels)
            total += by_channel
            bred = by_channel @ what.bred
            for j in range(i + 1, len(what.founders)):
                waiting[:, j] += rng.poisson(bred * what.joining[i, j])
            now = rng.poisson(bred * what.joining[i, i])
    return total


def test_a_whole_cascade_against_a_direct_simulation() -> None:
    """4.5 standard errors: a false alarm in 10,000 tests of 14 thresholds."""
    what, runs = unfolding(), 40_000
    total = simulated(what, runs, np.random.default_rng(5))
    thresholds = (1, 3, 10, 20, 30, 100, 300)
    for channel, counted in ((None, total.sum(axis=1)), (Channel.REGULATOR, total[:, 0])):
        found = np.array(exceedance(Risk(what, channel), thresholds))
        seen = np.array([np.mean(counted >= threshold) for threshold in thresholds])
        tolerance = 4.5 * np.sqrt(found * (1 - found) / runs) + 1e-4
        assert (np.abs(found - seen) < tolerance).all(), (channel, found, seen)


def test_the_level_alone_against_its_quantiles() -> None:
    """With a large mean the count is the level: its 5 %, 50 % and 95 % points come back."""
    found = exceedance(Risk(one_cell(1_000.0), low=0.5, high=4.0), (500, 1_000, 4_000))
    # Poisson noise shifts the median a little, where the two pieces have different slopes.
    assert found == pytest.approx([0.95, 0.5, 0.05], abs=0.01)


def test_a_heavy_tail() -> None:
    found = exceedance(Risk(one_cell(1e6), low=0.001, high=1_000.0), (1, 10_000))
    z = math.log(10_000 / 1e6) / (math.log(1_000) / 1.6448536)
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[1] == pytest.approx(stats.norm.sf(z), abs=2e-3)


def test_the_largest_threshold() -> None:
    mean = 99_900.0
    (found,) = exceedance(Risk(one_cell(mean)), (MOST,))
    assert found == pytest.approx(stats.poisson.sf(MOST - 1, mean), abs=1e-6)


def test_chances_fall_and_nobody_complains_of_no_call() -> None:
    found = exceedance(Risk(unfolding(30.0), None, 1 / 16, 16.0), THRESHOLDS)
    assert found == sorted(found, reverse=True)
    assert all(0 <= chance <= 1 for chance in found)
    none = exceedance(Risk(unfolding(0.0), None, 1 / 16, 16.0), THRESHOLDS)
    assert none == pytest.approx([0.0] * len(THRESHOLDS), abs=1e-12)


def test_the_level_of_a_world() -> None:
    ranged = {"low": 4, "central": 16, "high": 80}
    known = Complaints.model_construct(per_million=_quantity(ranged))
    assert level(known) == (0.25, 5.0)
    assert level(Complaints.model_construct(per_million=_quantity({"central": 16}))) == (1.0, 1.0)


def _quantity(values: dict[str, float]) -> FactorRange:
    return FactorRange(**values)  # type: ignore[arg-type]


# ── Inbound lines ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("load", "lines"), [(0.5, 1), (10.0, 18), (93.0, 100)])
def test_erlang_b_is_the_sum_that_defines_it(load, lines):
    terms = [load**n / math.factorial(n) for n in range(lines + 1)]
    assert erlang_b(load, lines) == pytest.approx(terms[-1] / sum(terms))


def test_fewest_lines():
    # From printed tables of the formula: 10 lines carry 4.46 erlang at 1 %, 100 lines 84.1.
    assert lines_for(4.46, 0.01) == 10
    assert lines_for(4.47, 0.01) == 11
    assert lines_for(84.0, 0.01) == 100
    assert lines_for(0.0, 0.01) == 0
    for load in (0.1, 3.0, 47.0):
        lines = lines_for(load, 0.01)
        assert erlang_b(load, lines) <= 0.01 < erlang_b(load, lines - 1)
