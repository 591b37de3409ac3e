"""What is told of an input that was drawn."""

from __future__ import annotations

import numpy as np

from sim.jobs.readings import _shares


def test_chance_is_no_cause() -> None:
    """A number that hangs on one input of thirty: the others explain nothing.

    One try of twenty may favour some other input; that it happens in four or more of ten has
    a chance of 0.1 %.
    """
    chance = np.random.default_rng(11)
    taken = 0
    for _ in range(10):
        drawn = {f"other {i}": chance.random(1024) for i in range(29)} | {"x": chance.random(1024)}
        found = _shares(np.exp(drawn["x"]), drawn)
        assert found.pop("x") > 0.99
        taken += any(found.values())
    assert taken <= 3


def test_a_number_that_does_not_move_tells_nothing() -> None:
    assert _shares(np.full(64, 3.0), {"x": np.linspace(0.01, 0.99, 64)}) == {}
