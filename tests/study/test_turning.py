"""Regions in which a ranking turns, where it is known where it does."""

from __future__ import annotations

import numpy as np
import pytest

from sim.study.turning import FEWEST, Bound, turn

rng = np.random.default_rng(2)


def test_a_box_is_found() -> None:
    """Ahead where a > 0.8 and b < 0.5, a tenth of all; c has nothing to do with it."""
    table = {name: rng.random((1000, 1)) for name in "abc"}
    ahead = (table["a"] > 0.8) & (table["b"] < 0.5)
    found = turn(ahead, {}, table)
    (rule,) = found.rules
    at = {bound.path: bound for bound in rule.bounds}
    assert set(at) == {"a", "b"}
    assert at["a"].above
    assert not at["b"].above
    assert at["a"].at == pytest.approx(0.8, abs=0.02)
    assert at["b"].at == pytest.approx(0.5, abs=0.04)
    assert rule.density > 0.95
    assert rule.coverage > 0.95


def test_density_and_coverage_are_counts_of_the_draws() -> None:
    """Noisy: in the region 80 % are ahead, elsewhere 10 %."""
    a = rng.random((2000, 1))
    ahead = rng.random((2000, 1)) < np.where(a > 0.7, 0.8, 0.1)
    (rule, *_) = turn(ahead, {}, {"a": a}).rules
    (bound,) = rule.bounds
    inside = a > bound.at
    assert bound.above
    assert rule.draws == inside.sum()
    assert rule.density == pytest.approx(ahead[inside].mean())
    assert rule.coverage == pytest.approx(ahead[inside].sum() / ahead.sum())


@pytest.mark.parametrize("few", [0, FEWEST - 1])
def test_too_few_on_one_side(few: int) -> None:
    ahead = np.zeros((1000, 1), dtype=bool)
    ahead[:few] = True
    found = turn(ahead, {"a": rng.random(1000)}, {})
    assert not found.enough
    assert found.rules == ()
    assert found.sides == (few, 1000 - few)


def test_inputs_that_place_calls_need_runs_and_not_readings() -> None:
    """16 runs ahead, 16 not, each read 32 times: 512 readings a side say nothing of a run's input,
    and all of one that is read."""
    run = np.linspace(0.01, 0.99, 32)
    ahead = np.repeat(run[:, None] > 0.5, 32, axis=1)
    found = turn(ahead, {"run": run}, {"read": rng.random((32, 32))})
    assert found.sides == (16, 16)
    assert all(bound.path == "read" for rule in found.rules for bound in rule.bounds)
    assert not turn(ahead, {"run": run}, {}).enough


def test_two_halves_of_one_region_are_one_rule() -> None:
    """Above 0.5 of a, wherever b is: one rule of one bound, though trees may divide it further."""
    a, b = rng.random((800, 1)), rng.random((800, 1))
    (rule,) = turn(a > 0.5, {}, {"a": a, "b": b}).rules
    assert [(bound.path, bound.above) for bound in rule.bounds] == [("a", True)]
    assert isinstance(rule.bounds[0], Bound)


def test_the_same_again() -> None:
    a = rng.random((300, 2))
    ahead = a + rng.random((300, 2)) > 1.4
    assert turn(ahead, {}, {"a": a}) == turn(ahead, {}, {"a": a})
