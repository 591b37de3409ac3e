"""Moments of few lines are what an array of all of them would be."""

from __future__ import annotations

import numpy as np
import pytest

from sim.record.never import NEVER
from sim.world.moments import Moments, moments_of


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_they_are_an_array_s_moments(share: float) -> None:
    rng = np.random.default_rng(3)
    full = np.where(rng.random(500) < share, rng.integers(0, 1000, 500), NEVER)
    some = np.flatnonzero(full != NEVER).astype(np.int32)
    few = Moments(500, some, full[some])
    assert few.nbytes == 12 * len(some)
    assert len(few) == 500
    np.testing.assert_array_equal(few, full)
    for chosen in (rng.integers(0, 500, 60), full < 400, slice(20, 90), slice(None, None, 7)):
        np.testing.assert_array_equal(few[chosen], full[chosen])
    assert [int(few[line]) for line in range(500)] == full.tolist()
    np.testing.assert_array_equal(few <= 300, full <= 300)
    np.testing.assert_array_equal(few != NEVER, full != NEVER)
    np.testing.assert_array_equal(np.where(few == NEVER, 0, few), np.where(full == NEVER, 0, full))
    np.testing.assert_array_equal(np.asarray(few, dtype=np.float64), full.astype(np.float64))
    for either in (few, full):
        line, at = moments_of(either)
        assert line.dtype == np.dtype(np.int32)
        assert at.dtype == np.dtype(np.int64)
        np.testing.assert_array_equal(line, some)
        np.testing.assert_array_equal(at, full[some])
