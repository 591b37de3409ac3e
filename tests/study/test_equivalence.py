"""The test by ranks: how often it calls different what is not, and what it notices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from sim.study.equivalence import FALSE_ALARMS, FIRST, MOST, Numbers, deviations, judged

TRIALS = 1_500
COUNTS = (4_000.0, 900.0, 60.0, 5.0, 1.0, 0.1)


def numbers(values: Sequence[float]) -> Numbers:
    return {("a", str(i)): value for i, value in enumerate(values)}


def drawn(dice: np.random.Generator, more: float = 0.0) -> Numbers:
    """Counts that hang together, rare ones among them, and one that never moves."""
    shared = math.exp(0.02 * dice.standard_normal())
    counts = dice.poisson([shared * mean for mean in COUNTS]).astype(float)
    return numbers([counts[0] + more * math.sqrt(COUNTS[0]), *counts[1:], 250.0])


def test_false_alarms_are_as_rare_as_is_said() -> None:
    """Of 1,500 trials at most 1 % may be false; three standard deviations of chance beside."""
    dice = np.random.default_rng(17)
    alarms = 0
    for _ in range(TRIALS):
        found = judged(drawn(dice), lambda some: [drawn(dice) for _ in some])
        alarms += not found.equivalent
    assert FALSE_ALARMS == 0.01
    allowed = FALSE_ALARMS * TRIALS
    assert alarms <= allowed + 3 * math.sqrt(allowed)


def test_most_are_told_after_the_first_look() -> None:
    dice = np.random.default_rng(18)
    runs = [judged(drawn(dice), lambda some: [drawn(dice) for _ in some]).runs for _ in range(200)]
    assert min(runs) == FIRST
    assert sum(made == FIRST for made in runs) >= 170  # 19 of 20 are to be expected


@pytest.mark.parametrize("more", [12.0, 40.0])
def test_a_number_that_moved_is_noticed(more: float) -> None:
    """Its spread is 100 or so: √4,000 of luck and 2 % of 4,000; twelve times 63 is far outside."""
    dice = np.random.default_rng(19)
    found = judged(drawn(dice, more), lambda some: [drawn(dice) for _ in some])
    assert not found.equivalent
    assert found.runs == MOST
    assert found.worst == ("a", "0")


def test_what_never_moves_may_not_move() -> None:
    """The list has as many lines under every luck."""
    dice = np.random.default_rng(20)
    one = {**drawn(dice), ("a", str(len(COUNTS))): 251.0}
    assert not judged(one, lambda some: [drawn(dice) for _ in some]).equivalent


def test_deviations_by_hand() -> None:
    """Others of 10 are 12, 14, 16: mean 14, standard deviation 2, so it is two of them off."""
    off = deviations(np.array([[10.0], [12.0], [14.0], [16.0]]))
    assert off[0, 0] == pytest.approx(2.0)
    assert off[3, 0] == pytest.approx(2.0)  # others 10, 12, 14
    assert off[1, 0] == pytest.approx((40 / 3 - 12) / np.std([10, 14, 16], ddof=1))


def test_a_rare_count_is_no_alarm_by_itself() -> None:
    """One where all others have none lies one off, not infinitely far."""
    off = deviations(np.array([[1.0], [0.0], [0.0], [0.0]]))
    assert off[0, 0] == pytest.approx(1.0)
