"""The distribution of complaints against closed forms and against a direct simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.measure.chapters.call_backs.erlang import erlang_b, lines_for
from sim.measure.chapters.complaints.risk import (
    MOST,
    THRESHOLDS,
    Cascade,
    cascade,
    exceedance,
)
from sim.record.feedback import Channel
from sim.scenario.complaints import Complaints

ALONE = (0.0, 1.0, 0.0, 0.0)
"""All complaints go to the operator."""
NONE = (0.0,) * 4


def generalised_poisson(mean: float, bred: float, most: int) -> np.ndarray:
    """Chances of 0 … most - 1 where each of a Poisson number founds a Borel-Tanner cluster."""
    k = np.arange(most)
    log = np.log(mean) + (k - 1) * np.log(mean + k * bred) - mean - k * bred
    return np.exp(log - np.array([math.lgamma(n + 1) for n in k]))


@pytest.mark.parametrize("mean", [0.01, 3.0, 250.0, 9_900.0])
def test_without_contagion_complaints_are_poisson(mean):
    found = exceedance(Cascade(mean, ALONE, NONE), THRESHOLDS)
    assert found == pytest.approx(stats.poisson.sf(np.array(THRESHOLDS) - 1, mean), abs=1e-8)


@pytest.mark.parametrize("mean", [2.0, 150.0])
def test_reports_to_one_channel_are_a_thinned_poisson(mean):
    what = Cascade(mean, (0.15, 0.6, 0.24, 0.01), NONE)
    found = exceedance(what, THRESHOLDS, Channel.REGULATOR)
    expected = stats.poisson.sf(np.array(THRESHOLDS) - 1, 0.15 * mean)
    assert found == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("mean", "bred"), [(5.0, 0.5), (40.0, 0.9), (900.0, 0.35), (1.0, 0.99)])
def test_one_channel_gives_borel_tanner_clusters(mean, bred):
    chances = generalised_poisson(mean, bred, 10_000)
    expected = [1 - chances[:threshold].sum() for threshold in THRESHOLDS]
    found = exceedance(Cascade(mean, ALONE, (9.0, bred, 9.0, 9.0)), THRESHOLDS)
    assert found == pytest.approx(expected, abs=1e-7)


def simulated(what: Cascade, runs: int, rng: np.random.Generator) -> np.ndarray:
    """(runs, 4) Complaints by channel, drawn generation by generation."""
    spread = np.log([1 / what.low, what.high]) / 1.6448536
    z = rng.standard_normal(runs)
    level = np.exp(np.where(z < 0, spread[0], spread[1]) * z)
    now = np.stack([rng.poisson(what.mean * level * p) for p in what.channels], axis=1)
    total = now.copy()
    while now.any():
        bred = rng.poisson(now @ np.array(what.bred))
        now = rng.multinomial(bred, what.channels)
        total += now
    return total


def test_a_whole_cascade_against_a_direct_simulation():
    what = Cascade(12.0, (0.2, 0.5, 0.27, 0.03), (0.05, 0.0, 0.5, 12.0), low=0.2, high=5.0)
    runs = 60_000
    total = simulated(what, runs, np.random.default_rng(5))
    thresholds = (1, 3, 10, 30, 100, 300, 1_000)
    for channel, counted in ((None, total.sum(axis=1)), (Channel.REGULATOR, total[:, 0])):
        found = exceedance(what, thresholds, channel)
        seen = np.array([np.mean(counted >= threshold) for threshold in thresholds])
        tolerance = 4.5 * np.sqrt(np.array(found) * (1 - np.array(found)) / runs) + 5e-4
        assert (np.abs(np.array(found) - seen) < tolerance).all(), (channel, found, seen)


def test_the_level_alone_against_its_quantiles():
    """With a large mean the count is the level: its 5 %, 50 % and 95 % points come back."""
    what = Cascade(1_000.0, ALONE, NONE, low=0.5, high=4.0)
    found = exceedance(what, (500, 1_000, 4_000))
    # Poisson noise shifts the median a little, where the two pieces have different slopes.
    assert found == pytest.approx([0.95, 0.5, 0.05], abs=0.01)


def test_a_heavy_tail_does_not_fold_back():
    """Most of the mass beyond the last point of the circle."""
    found = exceedance(Cascade(1e6, ALONE, NONE, low=0.001, high=1_000.0), (1, 10_000))
    z = math.log(10_000 / 1e6) / (math.log(1_000) / 1.6448536)
    assert found[0] == pytest.approx(1.0, abs=1e-3)
    assert found[1] == pytest.approx(stats.norm.sf(z), abs=2e-3)


def test_the_largest_threshold() -> None:
    mean = 99_900.0
    (found,) = exceedance(Cascade(mean, ALONE, NONE), (MOST,))
    assert found == pytest.approx(stats.poisson.sf(MOST - 1, mean), abs=1e-6)


def test_chances_fall_and_nobody_complains_of_no_call():
    what = Cascade(30.0, (0.15, 0.6, 0.24, 0.01), (0.05, 0.0, 0.4, 25.0), 1 / 16, 16.0)
    found = exceedance(what, THRESHOLDS)
    assert found == sorted(found, reverse=True)
    assert all(0 <= chance <= 1 for chance in found)
    few = exceedance(what, THRESHOLDS, Channel.REGULATOR)
    assert all(a < b for a, b in zip(few, found, strict=True))
    none = Cascade(0.0, what.channels, what.bred, what.low, what.high)
    assert exceedance(none, THRESHOLDS) == pytest.approx([0.0] * len(THRESHOLDS), abs=1e-12)


def test_the_cascade_of_a_world():
    effects = {
        "unanswered": 0.05, "voicemail": 0.5, "consented": 0.1, "opposed": 2, "night": 5,
        "meal": 1.5, "repeat": 2, "after_opt_out": 5, "objection_first": 0.8, "silence": 2,
        "labelled": 1.3, "blocked": 1.6,
    }  # fmt: skip
    world = {
        "per_million": {"low": 4, "central": 16, "high": 80},
        "casebook_effect": 0.2,
        "effects": effects,
        "night": {"from": "21:00", "to": "08:00"},
        "delay": {"law": "exponential", "mean": "3 d"},
        "channels": {"regulator": 0.15, "operator": 0.6, "social": 0.24, "press": 0.01},
        "contagion": {
            "regulator": 0.05, "operator": 0, "social": {"low": 0.1, "central": 0.4, "high": 0.8},
            "press": 25, "delay": "36 h",
        },
    }  # fmt: skip
    found = cascade(Complaints.model_validate(world), mean=7.0, coverage=0.5)
    assert found.channels == (0.15, 0.6, 0.24, 0.01)
    assert found.bred == pytest.approx((0.025, 0.0, 0.2, 12.5))
    assert (found.mean, found.low, found.high) == (7.0, 0.25, 5.0)
    plain = {**world, "per_million": 16, "contagion": None}
    found = cascade(Complaints.model_validate(plain), mean=7.0, coverage=0.5)
    assert (found.low, found.high, found.bred) == (1.0, 1.0, NONE)


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
