"""Statistical tests with a stated false-alarm rate.

Seeds are fixed, so a test that passes once passes always; the rate says how likely a correct model
was to fail when the seed was chosen. Each test plants a bias of 5 % and sees that it is caught: a
test that cannot fail proves nothing.
"""

from __future__ import annotations

import math

from scipy import stats

FALSE_ALARM = 1e-4
"""Chance that a correct model fails one test, two-sided."""
Z = float(stats.norm.isf(FALSE_ALARM / 2))
"""The bound that goes with it: 3.89 standard errors."""
BIAS = 1.05
"""Planted bias."""


def share_z(successes: int, trials: int, share: float) -> float:
    """Standard errors between a count and a binomial expectation."""
    return (successes - trials * share) / math.sqrt(trials * share * (1 - share))


def mean_z(mean: float, expected: float, sd: float, count: int) -> float:
    """Standard errors between a sample mean and its expectation."""
    return (mean - expected) / (sd / math.sqrt(count))
