"""Runs crossed with readings: errors that hold, drivers of both kinds where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from sim.streams import Purpose
from sim.study.crossing import FEWEST_RUNS, driving, estimate, quantile_estimate, quantile_of
from sim.study.points import uniforms

RUNS, READINGS = ["a", "b", "c"], ["x", "y"]


def study(n: int, r: int, seed: int) -> tuple[np.ndarray, dict, dict]:
    """Y = 2a + b + 2x, all standard normal: variance 9, of which a 4, b 1, x 4, c and y nothing."""
    runs = dict(zip(RUNS, uniforms(seed, RUNS, range(n)).T, strict=True))
    flat = uniforms(seed, READINGS, range(n * r), purpose=Purpose.PARAMETER_READ).T
    readings = {path: u.reshape(n, r) for path, u in zip(READINGS, flat, strict=True)}
    values = (2 * ndtri(runs["a"]) + ndtri(runs["b"]))[:, None] + 2 * ndtri(readings["x"])
    return values, runs, readings


def test_drivers_of_both_kinds() -> None:
    values, runs, readings = study(256, 8, 1)
    found = {one.path: one for one in driving(values, runs, readings)}
    assert found["a"].share == pytest.approx(4 / 9, abs=0.06)
    assert found["x"].share == pytest.approx(4 / 9, abs=0.06)
    assert found["b"].share == pytest.approx(1 / 9, abs=0.06)
    for dummy in ("c", "y"):
        assert found[dummy].share < 0.04
    # The fewer the runs, the more an input that differs from run to run may seem to explain.
    assert found["a"].by_chance > found["x"].by_chance


def test_too_few_runs_tell_no_driver() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        driving(*study(31, 4, 1))


def test_too_few_runs_tell_no_error() -> None:
    values, _, _ = study(FEWEST_RUNS - 1, 4, 1)
    assert estimate(values, quantile_of(0.5)).error is None


def test_runs_read_once_have_intervals_free_of_any_distribution() -> None:
    """Of 71 runs the ends do not bound both tails, of 72 they do: 2 · 0.95^72 - 0.9^72 < 5 %."""
    values, _, _ = study(72, 1, 1)
    found = quantile_estimate(values, 0.05)
    assert found.error is None
    assert found.reach is not None
    assert quantile_estimate(values[:71], 0.05).reach is None


@pytest.mark.parametrize(
    ("n", "t"), [(16, 4.303), (32, 3.182), (64, 2.776), (160, 2.365), (4096, 2.365)]
)
def test_few_runs_have_few_degrees_of_freedom(n: int, t: float) -> None:
    """Student's 97.5 % points of 2, 3, 4 and 7 degrees, from a printed table."""
    values, _, _ = study(n, 2, 1)
    found = quantile_estimate(values, 0.5)
    assert found.error is not None
    assert found.reach == pytest.approx(t * found.error, rel=1e-3)


def covered(n: int, readings: int, seeds: int) -> dict[float, float]:
    """Share of studies whose interval holds the true quantile, N(0, 9)."""
    hits = dict.fromkeys((0.05, 0.5, 0.95), 0)
    for seed in range(seeds):
        values, _, _ = study(n, readings, seed)
        for share in hits:
            found = quantile_estimate(values, share)
            assert found.reach is not None
            hits[share] += abs(found.value - norm.ppf(share, scale=3)) <= found.reach
    return {share: hit / seeds for share, hit in hits.items()}


def test_intervals_hold_the_truth() -> None:
    """Nominal 95 %. Of 80 studies at least 70 hold it: fewer with chance 1e-3 if 95 % do."""
    for share, part in covered(32, 16, 80).items():
        assert part >= 70 / 80, share


@pytest.mark.verify
@pytest.mark.parametrize(("n", "readings"), [(32, 16), (32, 64), (64, 16), (64, 64)])
def test_empirical_coverage(n: int, readings: int) -> None:
    """400 studies each: coverage within the binomial band of 95 %, or above it.

    One of the twelve numbers falls below 92 % by chance in 6 of 100 sets of seeds; these are fixed.
    """
    for share, part in covered(n, readings, 400).items():
        assert part >= 0.92, share
