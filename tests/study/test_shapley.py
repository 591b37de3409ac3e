"""Shapley effects, held against closed forms of Owen and of Owen and Prieur."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.special import ndtr

from sim.study.shapley import MOST_INPUTS, Quadratic, effects, explained, shapley


def linear(*b: float) -> Quadratic:
    return Quadratic(np.array(b), np.zeros((len(b), len(b))))


def pair(rho: float) -> np.ndarray:
    return np.array([[1.0, rho], [rho, 1.0]])


@pytest.mark.parametrize("rho", [0.0, 0.4, -0.7, 0.99])
def test_two_linked_inputs(rho: float) -> None:
    """Owen and Prieur (2017), section 3: φ1 = β1²(1 − ρ²/2) + ρβ1β2 + β2²ρ²/2."""
    one, two = 2.0, 1.0
    expected = [
        x * x * (1 - rho**2 / 2) + rho * x * y + y * y * rho**2 / 2
        for x, y in ((one, two), (two, one))
    ]
    assert effects(linear(one, two), pair(rho)) == pytest.approx(expected)


def test_an_input_that_is_the_other_gets_half() -> None:
    """Of two inputs of which one is a copy of the other, neither is in the formula more."""
    assert effects(linear(1.0, 0.0), pair(1.0)) == pytest.approx([0.5, 0.5])


def test_independent_inputs_share_what_they_do_together() -> None:
    """Owen (2014): main effects whole, an interaction in equal parts. Y = 3 Z1 + Z1 Z2 + Z3²:
    variances 9, 1 and 2, so 9.5, 0.5 and 2."""
    square = np.zeros((3, 3))
    square[0, 1] = square[1, 0] = 0.5
    square[2, 2] = 1.0
    found = effects(Quadratic(np.array([3.0, 0, 0]), square), np.eye(3))
    assert found == pytest.approx([9.5, 0.5, 2.0])


def test_as_defined_over_every_order() -> None:
    """The definition, order by order, beside the sum over sets."""
    rng = np.random.default_rng(4)
    half = rng.normal(size=(4, 4))
    cov = half @ half.T
    sd = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(sd, sd)
    square = rng.normal(size=(4, 4))
    model = Quadratic(rng.normal(size=4), (square + square.T) / 2)
    total = np.zeros(4)
    for order in permutations(range(4)):
        for at, one in enumerate(order):
            total[one] += explained(model, correlation, order[: at + 1]) - explained(
                model, correlation, order[:at]
            )
    assert effects(model, correlation) == pytest.approx(total / 24)


def test_what_a_set_explains_is_a_variance_of_means() -> None:
    """Y = Z1² with ρ = 0.6: E[Y | Z2] = ρ² Z2² + …, of variance 2 ρ⁴."""
    model = Quadratic(np.zeros(2), np.diag([1.0, 0.0]))
    assert explained(model, pair(0.6), [1]) == pytest.approx(2 * 0.6**4)
    assert explained(model, pair(0.6), [0, 1]) == pytest.approx(2.0)


def drawn(n: int, rho: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Scores of three inputs, the first two linked, and their uniforms."""
    z = np.random.default_rng(7).normal(size=(3, n))
    z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
    return z, {name: ndtr(row)[:, None] for name, row in zip("abc", z, strict=True)}


def matrix(rho: float) -> np.ndarray:
    out = np.eye(3)
    out[0, 1] = out[1, 0] = rho
    return out


def test_from_draws() -> None:
    """Y = 2 Z1 + Z2 + Z3, ρ = 0.5: φ = 4·(7/8) + 1 + 1/8, 7/8 + 1 + 4/8, 1, of 8."""
    z, uniforms = drawn(64, 0.5)
    found = shapley((2 * z[0] + z[1] + z[2])[:, None], uniforms, matrix(0.5))
    assert found is not None
    assert list(found.shares.values()) == pytest.approx([4.625 / 8, 2.375 / 8, 1 / 8], abs=1e-3)
    assert found.told > 0.999


def test_no_answer_where_no_polynomial_tells() -> None:
    z, uniforms = drawn(64, 0.5)
    assert shapley(np.sin(9 * z[0])[:, None], uniforms, matrix(0.5)) is None
    assert shapley(np.ones((64, 1)), uniforms, matrix(0.5)) is None


def test_too_many_inputs() -> None:
    with pytest.raises(ValueError, match="9 inputs"):
        effects(linear(*[1.0] * (MOST_INPUTS + 1)), np.eye(MOST_INPUTS + 1))
