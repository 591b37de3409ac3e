"""Roots of goals whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.study.solving import TOLERANCE, enough, root, share_at


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("at", [1.0, 1.5, 37.2, 99.9, 100.0])
def test_a_threshold_is_found(at: float, rising: bool) -> None:
    found = root(lambda v: v >= at if rising else v <= at, 1.0, 100.0, rising=rising, whole=False)
    assert found.value == pytest.approx(at, rel=2 * TOLERANCE)
    assert (found.value >= at) if rising else (found.value <= at)  # enough, not nearly
    assert found.turns <= 1


@pytest.mark.parametrize("at", range(1, 41))
def test_whole_numbers_are_found_exactly(at: int) -> None:
    assert root(lambda v: v >= at, 1, 40, rising=True, whole=True).value == at
    assert root(lambda v: v <= at, 1, 40, rising=False, whole=True).value == at


def test_few_values_are_tried() -> None:
    """1,800 whole numbers: two ends, and ten halvings at most."""
    assert len(root(lambda v: v >= 777, 1, 1800, rising=True, whole=True).tried) <= 12


def test_all_is_enough_or_nothing() -> None:
    assert root(lambda _: True, 2, 9, rising=True, whole=True).value == 2
    assert root(lambda _: True, 2, 9, rising=False, whole=True).value == 9
    assert root(lambda _: False, 2, 9, rising=True, whole=True).value == math.inf
    assert root(lambda _: False, 2, 9, rising=False, whole=True).value == -math.inf


def test_a_goal_that_changes_back_is_seen() -> None:
    """Held at 8 and up, and at 3: halving from 16 tries 8, 4, …, and more values tell."""
    found = root(lambda v: v >= 8 or v == 4, 1, 16, rising=True, whole=True)
    assert found.turns == 1 or found.turns == 3
    again = type(found)(found.value, (*found.tried, (4.0, True), (6.0, False)))
    assert again.turns == 3


def test_enough_in_so_many_draws() -> None:
    """Of 20 roots 1 to 20: 19 are enough in 95 %, 20 in all; falling, 2 and 1."""
    roots = list(range(1, 21))
    assert enough(roots, 0.95, rising=True) == 19
    assert enough(roots, 1.0, rising=True) == 20
    assert enough(roots, 0.95, rising=False) == 2
    assert enough([*roots[:18], math.inf, math.inf], 0.95, rising=True) == math.inf
    assert share_at(roots, 19, rising=True) == 0.95
    assert share_at(roots, 2, rising=False) == 0.95
    values = np.random.default_rng(1).random(64).tolist()
    for probability in (0.5, 0.9, 0.95):
        assert (
            share_at(values, enough(values, probability, rising=True), rising=True) >= probability
        )
