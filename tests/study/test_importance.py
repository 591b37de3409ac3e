"""What each input does, held against functions whose indices are published."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.stats import norm, qmc

from sim.study.importance import Importance, importance, normal_scores, resamples


def points(n: int, d: int, seed: int = 3) -> np.ndarray:
    return qmc.Sobol(d, seed=seed).random(n)


def of(value: np.ndarray, u: np.ndarray) -> Importance:
    """Of an input to a column, each differing from run to run."""
    inputs = {name: u[:, at] for at, name in enumerate("abcdefgh"[: u.shape[1]])}
    return importance(value[:, None], inputs, {}, seed=5)


def effect(found: Importance, path: str):
    return next(one for one in found.effects if one.path == path)


def ishigami(u: np.ndarray) -> np.ndarray:
    """With a = 7, b = 0.1."""
    x = (2 * u - 1) * pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


@pytest.fixture(scope="module")
def found() -> Importance:
    u = points(2048, 3)
    return of(ishigami(u), u)


def test_first_order_of_ishigami(found: Importance) -> None:
    """0.3139, 0.4424 and 0 (Ishigami and Homma 1990; Saltelli and others 2008, p. 179)."""
    for path, published in (("a", 0.3139), ("b", 0.4424), ("c", 0.0)):
        one = effect(found, path).first
        assert one.low - 0.01 <= published <= one.high + 0.01
        assert one.value == pytest.approx(published, abs=0.03)


def test_delta_of_ishigami(found: Importance) -> None:
    """Half of the area between densities, by counting a million points in 64 by 32 cells; and what
    SALib 1.6 tells of 16,384 points (0.224, 0.370, 0.170), with fewer classes."""
    u = points(2**20, 3, seed=9)
    y = ishigami(u)
    cell = np.searchsorted(np.quantile(y, np.linspace(0, 1, 33)[1:-1]), y)
    for at, (path, salib) in enumerate((("a", 0.224), ("b", 0.370), ("c", 0.170))):
        flat = np.floor(u[:, at] * 64).astype(int) * 32 + cell
        share = np.bincount(flat, minlength=2048).reshape(64, 32) / 2**14
        counted = 0.5 * np.abs(share - 1 / 32).sum(axis=1).mean()
        value = effect(found, path).delta.value
        assert value == pytest.approx(counted, abs=0.06)
        assert value == pytest.approx(salib, abs=0.04)


def test_delta_sees_what_a_variance_does_not(found: Importance) -> None:
    """Ishigami's third input moves no mean, yet widens the law: the reason to have δ."""
    third = effect(found, "c")
    assert third.first.high < 0.03
    assert third.delta.low > found.dummies[0].delta.high
    assert found.beyond(third)


def test_the_g_function() -> None:
    """Sobol's, with a = 0, 1, 4.5, 9, 99: V_i = 1/3/(1+a)², shares of Π(1 + V_i) − 1."""
    a = np.array([0, 1, 4.5, 9, 99])
    u = points(4096, 5)
    found = of(np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=1), u)
    part = 1 / 3 / (1 + a) ** 2
    published = part / (np.prod(1 + part) - 1)
    for path, share in zip("abcde", published, strict=True):
        assert effect(found, path).first.value == pytest.approx(share, abs=0.025)
    assert [one.path for one in found.effects][:2] == ["a", "b"]


def test_delta_of_a_sum_of_normals() -> None:
    """Y = X1 + 2 X2: given X1 = x, Y ~ N(x, 4), against N(0, 5), integrated on a grid."""
    u = points(2048, 2)
    found = of(norm.ppf(u[:, 0]) + 2 * norm.ppf(u[:, 1]), u)
    grid = np.linspace(-14, 14, 4001)
    for path, own, rest in (("a", 1.0, 4.0), ("b", 4.0, 1.0)):
        x = norm.ppf((np.arange(400) + 0.5) / 400) * np.sqrt(own)
        apart = np.abs(norm.pdf(grid, x[:, None], np.sqrt(rest)) - norm.pdf(grid, 0, np.sqrt(5)))
        expected = 0.5 * np.trapezoid(apart, grid, axis=1).mean()
        assert effect(found, path).delta.value == pytest.approx(expected, abs=0.045)


def test_an_input_that_does_nothing_stands_with_the_dummy() -> None:
    u = points(256, 3)
    found = of(u[:, 0], u)
    assert effect(found, "a").first.value > 0.95
    for path in "bc":
        assert not found.beyond(effect(found, path))
    assert [dummy.path for dummy in found.dummies] == [""]


def test_runs_and_readings_divide_a_spread() -> None:
    """Value = run + reading, variances 1 and 4: first-order shares of 1/5 and 4/5."""
    n, r = 256, 16
    u, v = points(n, 1)[:, 0], np.random.default_rng(8).random((n, r))
    value = norm.ppf(u)[:, None] + 2 * norm.ppf(v)
    found = importance(value, {"run": u}, {"reading": v}, seed=1)
    assert effect(found, "run").places
    assert not effect(found, "reading").places
    assert effect(found, "run").first.value == pytest.approx(0.2, abs=0.03)
    assert effect(found, "reading").first.value == pytest.approx(0.8, abs=0.03)
    assert {dummy.places for dummy in found.dummies} == {True, False}


def test_intervals_hold_what_they_promise() -> None:
    """First order of a sum of two uniforms, 0.2 and 0.8, in 40 studies of 128 runs: of 95 %
    intervals at least 34 hold it (fewer has a chance below 2 %)."""
    held = 0
    for seed in range(40):
        u = np.random.default_rng(seed).random((128, 2))
        one = effect(of(u[:, 0] + 2 * u[:, 1], u), "b").first
        held += one.low <= 0.8 <= one.high
    assert held >= 34


def test_the_same_whatever_the_scale_and_again() -> None:
    """δ is of ranks; resamples are keyed."""
    u = points(64, 2)
    y = u[:, 0] + 0.5 * u[:, 1]
    one, other = of(y, u), of(np.exp(5 * y), u)
    assert [e.delta for e in one.effects] == [e.delta for e in other.effects]
    assert one == of(y, u)


def test_a_number_that_does_not_move_is_no_input_s_doing() -> None:
    u = points(64, 2)
    assert all(e.delta.high == e.first.high == 0.0 for e in of(np.ones(64), u).effects)


def test_too_few_runs() -> None:
    u = points(16, 1)
    with pytest.raises(ValueError, match="16 runs; at least 32 are needed"):
        of(u[:, 0], u)


def test_resamples_draw_every_run_alike() -> None:
    """200 resamples of 50 runs: 10,000 draws, so each run 200 times with a deviation of 14."""
    drawn = resamples(3, 50)
    assert (drawn[0] == 1).all()
    assert (drawn.sum(axis=1) == 50).all()
    assert np.abs(drawn[1:].sum(axis=0) - 200).max() < 4.5 * 14


def test_equal_values_have_equal_scores() -> None:
    scores = normal_scores(np.array([[3.0, 1.0], [1.0, 2.0]]))
    assert scores[0, 1] == scores[1, 0] == pytest.approx(norm.ppf(0.25))
    assert scores[1, 1] == pytest.approx(norm.ppf(0.625))
