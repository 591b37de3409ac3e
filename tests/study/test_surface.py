"""Surfaces: exact where the truth is a quadratic, honest where it is not, refused where far off."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.law import Law
from sim.study.points import uniforms
from sim.study.surface import FEWEST_DRAWS, Refused, Surface, coordinate, fit, terms

PATHS = [f"input.{letter}" for letter in "abcdefgh"]


def points(n: int, seed: int = 3) -> dict[str, np.ndarray]:
    """Coordinates of eight inputs, each −1 to 1."""
    return dict(zip(PATHS, (2 * uniforms(seed, PATHS, range(n)) - 1).T, strict=True))


def quadratic(at: dict[str, np.ndarray]) -> np.ndarray:
    a, b, c = (at[path] for path in PATHS[:3])
    return np.exp(13 + 0.4 * a - 0.3 * b + 0.1 * c - 0.2 * a * b + 0.05 * b * b)


def test_a_quadratic_of_three_inputs_among_eight_is_found_exactly() -> None:
    at = points(32)
    found = fit(quadratic(at), at)
    assert isinstance(found, Surface)
    assert set(found.paths) == set(PATHS[:3])
    assert found.error < 1e-9
    new = points(200, seed=4)
    assert found(new) == pytest.approx(quadratic(new), rel=1e-9)
    known = dict(zip(map(frozenset, _names(found.paths)), found.coefficients, strict=True))
    assert known[frozenset()] == pytest.approx(13)
    assert known[frozenset({"input.a", "input.b"})] == pytest.approx(-0.2)


def _names(paths: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What each coefficient stands before; a square by its name and a second word."""
    singles = [(path,) for path in paths]
    pairs = [
        (one, two) if one != two else (one, "squared")
        for i, one in enumerate(paths)
        for two in paths[i:]
    ]
    return [(), *singles, *pairs]


def test_the_error_is_that_of_points_it_has_not_seen() -> None:
    """A cubic part, which no quadratic follows: told against true errors over eight studies."""

    def truth(x: dict[str, np.ndarray]) -> np.ndarray:
        return quadratic(x) * np.exp(0.03 * (2.5 * x[PATHS[0]] ** 3 - 1.5 * x[PATHS[0]]))

    new = points(2_000, seed=99)
    told, true = [], []
    for seed in range(8):
        at = points(64, seed=seed)
        found = fit(truth(at), at)
        assert isinstance(found, Surface)
        told.append(found.error)
        true.append(np.sqrt(np.mean((found(new) / truth(new) - 1) ** 2)))
    # The cubic's own root mean square is 0.03 / sqrt(7): no quadratic is better.
    assert min(true) > 0.03 / 7**0.5
    assert np.mean(told) == pytest.approx(np.mean(true), rel=0.1)


def test_noise_alone_is_no_surface() -> None:
    at = points(64)
    value = np.exp(np.random.default_rng(5).normal(10, 0.3, 64))
    found = fit(value, at)
    assert isinstance(found, Refused)
    assert found.error is not None
    # Nothing explains it: left out, each is off by the whole spread (relative, of a log-normal).
    assert 0.25 < found.error < 0.5


def test_above_two_per_cent_there_is_none() -> None:
    at = points(64)
    step = np.where(at[PATHS[0]] > 0.3, 1.2, 1.0) * 1e6
    assert isinstance(fit(step, at), Refused)


def test_too_few_draws_or_none_reached() -> None:
    at = points(FEWEST_DRAWS - 1)
    assert fit(quadratic(at), at) == Refused(None, FEWEST_DRAWS - 1)
    at = points(32)
    value = quadratic(at)
    value[4] = 0
    assert fit(value, at) == Refused(None, 32)


def test_a_constant_needs_no_input() -> None:
    at = points(32)
    found = fit(np.full(32, 6e6), at)
    assert isinstance(found, Surface)
    assert found.paths == ()
    assert found(points(3)) == pytest.approx([6e6])


def test_coordinates_by_hand() -> None:
    share = Law(0.2, 0.5, 0.8, "two-piece", "share")
    assert coordinate(share, np.array([0.2, 0.5, 0.8])) == pytest.approx([-1, 0, 1])
    factor = Law(1, 2, 8, "two-piece", "number")
    assert coordinate(factor, np.array([1.0, 2, 8])) == pytest.approx([-2 / 3, 0, 4 / 3])
    edge = Law(0, 2, 4, "two-piece", "number")
    assert coordinate(edge, np.array([0.0, 2, 3])) == pytest.approx([-1, 0, 0.5])


def test_terms_by_hand() -> None:
    found = terms([np.array([2.0]), np.array([3.0])])
    assert found.tolist() == [[1, 2, 3, 4, 6, 9]]
