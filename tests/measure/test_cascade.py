"""Complaints that breed others up to a horizon: closed forms, and a simulation written apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.measure.cascade import (
    Course,
    accumulated,
    cells,
    cluster,
    falls,
    means,
    moments,
)

HOUR = 3_600_000.0


def exponential(mean: float):
    return accumulated(lambda p: -mean * np.log1p(-p), points=1 << 15)


def one_channel(bred: float, edges: NDArray[np.float64], joining: NDArray[np.float64]) -> Course:
    founders = np.zeros(len(edges) - 1)
    founders[0] = 1.0
    return Course(edges, founders, joining, np.array([1.0]), np.array([bred]))


# ── Cells of time ────────────────────────────────────────────────────────────────────────────────


def test_cells_are_even_to_the_cutoff_and_then_grow() -> None:
    edges = cells(96 * 3_600_000, 1_440 * 3_600_000)
    lengths = np.diff(edges)
    assert edges[0] == 0
    assert edges[48] == 96 * HOUR
    assert edges[-1] == 1_440 * HOUR
    assert np.allclose(lengths[:48], 2 * HOUR)
    assert lengths[48] == pytest.approx(2 * HOUR, rel=0.05)
    ratio = lengths[50:] / lengths[49:-1]
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]), rel=1e-6)
    assert (np.diff(lengths[48:]) > 0).all()


@pytest.mark.parametrize("horizon", [1.0, 48.0, 96.0, 97.0])
def test_a_horizon_at_or_before_the_cutoff_or_just_beyond(horizon: float) -> None:
    edges = cells(96 * 3_600_000, int(horizon * HOUR))
    assert edges[-1] == horizon * HOUR
    assert (np.diff(edges) > 0).all()


def test_the_integral_of_an_exponential_distribution() -> None:
    """∫ (1 - exp(-u / m)) du from 0 to x is x - m (1 - exp(-x / m))."""
    mean, x = 5.0, np.array([0.0, 0.3, 2.0, 9.0, 60.0, 500.0])
    want = x - mean * (1 - np.exp(-x / mean))
    assert exponential(mean)(x) == pytest.approx(want, rel=2e-4, abs=2e-4)


def test_a_constant_delay_falls_where_it_must() -> None:
    """By hand: cells of one hour, a delay of 90 minutes: half of it one cell on, half two."""
    delay = accumulated(lambda p: np.full_like(p, 1.5 * HOUR))
    found = falls(delay, np.arange(5) * HOUR)
    want = np.zeros((4, 4))
    for i in range(4):
        for j, share in ((i + 1, 0.5), (i + 2, 0.5)):
            if j < 4:
                want[i, j] = share
    assert found == pytest.approx(want, abs=1e-9)


# ── Closed forms ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [0.3, 0.8])
def test_an_exponential_cascade_up_to_a_horizon(n: float) -> None:
    """One complaint at 0 has 1 + n (1 - exp(-(1-n) T/m)) / (1 - n) by T (Hawkes 1971)."""
    mean, horizon = 10 * HOUR, 40 * HOUR
    edges = np.concatenate([[0.0, 1.0], np.linspace(2.0, horizon, 400)])
    course = one_channel(n, edges, falls(exponential(mean), edges))
    want = 1 + n * (1 - math.exp(-(1 - n) * horizon / mean)) / (1 - n)
    assert means(course).sum() == pytest.approx(want, rel=1e-3)
    assert moments(course, course.counted())[0] == pytest.approx(means(course).sum(), rel=1e-9)


def test_without_a_horizon_the_size_is_borels() -> None:
    """P(size = k) = exp(-nk) (nk)^(k-1) / k!, mean 1/(1-n), variance n/(1-n)^3."""
    n, edges = 0.6, np.array([0.0, 1.0, 1e9])
    joining = np.array([[0.0, 1.0], [0.0, 1.0]])
    course = one_channel(n, edges, joining)
    mean, square = moments(course, course.counted())
    assert mean == pytest.approx(1 / (1 - n))
    assert square == pytest.approx(n / (1 - n) ** 3 + 1 / (1 - n) ** 2)
    points = 1024
    circle = np.exp(-2j * np.pi * np.arange(points) / points)
    sizes = np.fft.ifft(cluster(course, circle, course.counted()) + 1).real
    for k in range(1, 8):
        borel = math.exp(-n * k) * (n * k) ** (k - 1) / math.factorial(k)
        assert sizes[k] == pytest.approx(borel, rel=1e-6)


def test_halving_the_cells_moves_no_mean() -> None:
    days = 24 * 3_600_000
    totals = []
    for cut in (1, 2):
        edges = cells(4 * days, 60 * days, within=48 * cut, after=48 * cut)
        middle = (edges[1:] + edges[:-1]) / 2
        coverage = np.minimum(1.0, middle / (3.5 * days))
        joining = falls(exponential(20 * HOUR), edges) * coverage
        founders = np.where(middle < 4 * days, np.diff(edges), 0.0) * 60 / (4 * days)
        course = Course(edges, founders, joining, np.array([0.5, 0.5]), np.array([0.2, 1.4]))
        totals.append(means(course).sum())
    assert totals[0] == pytest.approx(totals[1], rel=1e-4)


# ── A simulation, event by event ─────────────────────────────────────────────────────────────────

CUTOFF, HORIZON = 50.0, 300.0
SHARES, BRED = (0.7, 0.3), (0.1, 1.8)
MEAN_DELAY, FOUNDERS = 12.0, 20.0


def simulated(chance: np.random.Generator) -> tuple[int, int]:
    """All complaints, and those to channel 0 before the cutoff, of one campaign (times in h)."""
    todo = list(chance.uniform(0, CUTOFF, chance.poisson(FOUNDERS)))
    every = early = 0
    while todo:
        at = todo.pop()
        channel = int(chance.random() >= SHARES[0])
        every += 1
        early += channel == 0 and at < CUTOFF
        for _ in range(chance.poisson(BRED[channel])):
            then = at + chance.exponential(MEAN_DELAY)
            called = chance.uniform(0, CUTOFF) <= then  # called evenly over the campaign
            if then < HORIZON and called:
                todo.append(then)
    return every, early


def test_a_simulation_written_apart_agrees() -> None:
    """20,000 campaigns: two means, two variances, a whole law. False-alarm rate 1e-4 each."""
    chance = np.random.default_rng(20)
    runs = 20_000
    found = np.array([simulated(chance) for _ in range(runs)])
    edges = cells(int(CUTOFF * HOUR), int(HORIZON * HOUR))
    middle = (edges[1:] + edges[:-1]) / 2
    coverage = np.minimum(1.0, middle / (CUTOFF * HOUR))
    course = Course(
        edges,
        np.where(middle < CUTOFF * HOUR, np.diff(edges), 0) * FOUNDERS / (CUTOFF * HOUR),
        falls(exponential(MEAN_DELAY * HOUR), edges) * coverage,
        np.array(SHARES),
        np.array(BRED),
    )
    masks = (course.counted(), course.counted(0, CUTOFF * HOUR))
    for counts, mask in zip(found.T, masks, strict=True):
        mean, variance = moments(course, mask)
        assert abs(counts.mean() - mean) < 3.9 * math.sqrt(variance / runs)
        error = np.std((counts - counts.mean()) ** 2) / math.sqrt(runs)
        assert abs(counts.var() - variance) < 3.9 * error
    points = 1024
    circle = np.exp(-2j * np.pi * np.arange(points) / points)
    law = np.fft.ifft(np.exp(cluster(course, circle, masks[0]))).real
    for most in (20, 40, 60, 100, 160):
        below = law[:most].sum()
        error = math.sqrt(below * (1 - below) / runs)
        assert abs((found[:, 0] < most).mean() - below) < 3.9 * error


def test_counting_before_a_moment_that_is_no_edge_is_refused() -> None:
    course = one_channel(0.5, np.array([0.0, 1.0, 2.0]), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="no edge"):
        course.counted(before_ms=1.5)
