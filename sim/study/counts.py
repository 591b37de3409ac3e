"""What may be said of a number of complaints over draws and luck together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.measure.counts import at_most

Floats = NDArray[np.float64]


class Count(NamedTuple):
    """One number of complaints in n draws."""

    mean: Floats
    """(n,) Expected, given the draw."""
    variance: Floats
    """(n,) Of the luck that is left, given the draw."""


def quantile(count: Count, share: float) -> int:
    """A quantile over draws and luck together: the smallest number with that much at or below it.

    Given a draw, the number counts as negative binomial with its mean and variance (Poisson where
    the variance is no larger): clusters are few and of uneven size, and so is that law.
    """
    low = high = max(int(np.quantile(count.mean, share)), 0)  # about there: few chances to work out
    step = 1
    if _at_most(count, high) < share:
        while _at_most(count, high := low + step) < share:
            low, step = high, 2 * step
    else:
        while _at_most(count, low := max(high - step, -1)) >= share:
            high, step = low, 2 * step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _at_most(count, middle) >= share else (middle, high)
    return high


def at_least(count: Count, k: int) -> float:
    """The chance of so many or more, over draws and luck; by the law of :func:`quantile`."""
    return 1 - _at_most(count, k - 1) if k > 0 else 1.0


def none(count: Count) -> float:
    """The chance of no complaint at all, over draws and luck."""
    return _at_most(count, 0)


def _at_most(count: Count, k: int) -> float:
    return float(at_most(k, count.mean, count.variance).mean()) if k >= 0 else 0.0
