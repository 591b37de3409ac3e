"""People reached in expectation: by hand, and against drawing every line and message."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sim.study.reach import Readings, lines_reached, people_reached


def readings(voters: float, heard: float, shared: float) -> Readings:
    return Readings(np.array([voters]), np.array([heard]), np.array([shared]))


def test_by_hand() -> None:
    """Four lines with a message: 4 · ½ · (0.2 · 1.5 + 0.8) = 2.2. Five live lines: 5 people.

    On two of these a message heard by all adds ½ · 0.2 · 0.5 each: 0.1.
    """
    lines = np.array([[10, 4], [3, 2]])
    assert people_reached(lines, readings(1.5, 0.5, 0.2))[0] == pytest.approx(7.3)
    assert lines_reached(lines, readings(1.5, 0.5, 0.2))[0] == pytest.approx(7.0)


def test_other_rules_of_reach() -> None:
    lines = np.array([[10, 4], [3, 2]])
    assert people_reached(lines, readings(1.5, 0.5, 0.2), "never")[0] == 5
    assert lines_reached(lines, readings(1.5, 0.5, 0.2), "left")[0] == 9
    # All messages count: 4 · 1.1 + 5 + 2 · 0.1.
    assert people_reached(lines, readings(1.5, 0.5, 0.2), "left")[0] == pytest.approx(9.6)


@pytest.mark.parametrize(
    ("voters", "heard", "shared", "none"),
    [(0.6, 0.5, 0.5, 0), (1.0, 0.3, 0.9, 0), (1.5, 0.6, 0.5, 0), (2.2, 0.9, 0.1, 0.2)],
)
def test_drawing_every_line_agrees(voters: float, heard: float, shared: float, none: float) -> None:
    """400,000 lines, drawn one by one as the model says. False-alarm rate 1e-4 each."""
    chance = np.random.default_rng(3)
    n = 400_000
    live = chance.random(n) < 0.3
    left = chance.integers(0, 4, n)
    behind = math.floor(voters) + (chance.random(n) < voters - math.floor(voters))
    if none:
        some = 1 + chance.poisson(voters / (1 - none) - 1, n)
        behind = np.where(chance.random(n) < none, 0, some)
    hears = (chance.random((n, 3)) < heard) & (np.arange(3) < left[:, None])
    further = chance.binomial(np.maximum(behind - 1, 0), shared)
    by_live = np.where(live, np.minimum(behind, 1), 0)
    by_message = (np.minimum(behind, 1) + further) * hears.any(axis=1)
    people = np.maximum(by_live, by_message)
    lines = np.array([np.bincount(left[live == flag], minlength=4) for flag in (False, True)])
    draws = replace(readings(voters, heard, shared), none=none)
    want = people_reached(lines, draws)[0]
    assert abs(people.sum() - want) < 3.9 * people.std() * math.sqrt(n)


def test_draws_do_not_mix() -> None:
    lines = np.array([[5, 7, 2], [1, 0, 4]])
    values = Readings(np.array([1.2, 2.0]), np.array([0.1, 0.8]), np.array([0.4, 0.6]))
    both = people_reached(lines, values)
    for i in range(2):
        one = Readings(values.voters[i : i + 1], values.heard[i : i + 1], values.shared[i : i + 1])
        assert people_reached(lines, one)[0] == both[i]
