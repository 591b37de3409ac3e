"""Reach over attempts against the binomial, without frailty and with it."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour.answering import cohort_odds
from sim.engine import fast
from sim.engine.plan.build import build_plan
from sim.record.log import LogChunk, Outcome
from sim.scenario.scenario import Scenario
from tests.statistics import BIAS, Z, share_z
from tests.worlds import plain

LINES = 200_000
P = 0.2


def scenario(attempts: int, frailty: dict[str, float] | None = None) -> Scenario:
    """Somebody answers with chance P or the line rings out and is dialled again."""
    return plain(
        world={"lines": LINES},
        answering={"human": P, "frailty": frailty},
        attempts={"lifetime": attempts},
        recycle={"no_answer": {"delay": "1 min"}},
        dialing={"channels": 10_000, "calls_per_second": "1000"},
    )


def lines_reached(of: Scenario) -> int:
    """Lines on which a person answered at least once."""
    reached = np.zeros(LINES, dtype=bool)

    def sink(chunk: LogChunk) -> None:
        reached[chunk.line[chunk.outcome >= Outcome.HUMAN_TAKEN_FOR_MACHINE]] = True

    fast.run(build_plan(of, "only"), sink)
    return int(reached.sum())


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_reach_without_frailty(k: int) -> None:
    """1 - (1 - p)^k; false-alarm rate 1e-4."""
    found = lines_reached(scenario(k))
    assert abs(share_z(found, LINES, 1 - (1 - P) ** k)) < Z
    assert abs(share_z(found, LINES, 1 - (1 - P * BIAS) ** k)) > Z


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_reach_with_frailty_is_the_finite_mixture(k: int) -> None:
    """1 - mean over cohorts of (1 - p_c)^k, with p_c from a bisection of its own."""
    sd, cohorts = 1.5, 8
    of = scenario(k, {"sd": sd, "cohorts": cohorts})
    odds = cohort_odds(of.world.line_types["landline"].answering, cohorts)

    def chances(base: float) -> np.ndarray:
        return base * odds / (1 + base * odds)

    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if chances(middle).mean() < P else (low, middle)
    p = chances(low)
    found = lines_reached(of)
    expected = 1 - ((1 - p) ** k).mean()
    assert abs(share_z(found, LINES, expected)) < Z
    assert abs(share_z(found, LINES, 1 - ((1 - p * BIAS) ** k).mean())) > Z
    if k > 1:  # the lines that are left answer less: reach falls behind the plain binomial
        assert share_z(found, LINES, 1 - (1 - P) ** k) < -Z


def test_attempts_of_a_line_are_correlated_by_frailty_alone() -> None:
    """Share answering the second attempt among those who did not answer the first.

    Without frailty it is p. With it, it is the mixture's, lower.
    """
    for frailty in (None, {"sd": 1.5, "cohorts": 8}):
        once = lines_reached(scenario(1, frailty))
        twice = lines_reached(scenario(2, frailty))
        z = share_z(twice - once, LINES - once, P)
        assert abs(z) < Z if frailty is None else z < -Z
