"""Quantiles of a number of complaints, against looking at every number in turn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.study.counts import Count, quantile


@pytest.mark.parametrize("share", [0.001, 0.05, 0.5, 0.95, 0.999])
@pytest.mark.parametrize("level", [0.0, 0.02, 0.7, 30.0, 900.0])
def test_the_smallest_number_with_so_much_at_or_below(share: float, level: float) -> None:
    """Draws whose means spread over a factor of a thousand; some are Poisson, others wider."""
    chance = np.random.default_rng(3)
    mean = level * np.exp(2.0 * chance.normal(size=40))
    wider = np.where(np.arange(40) % 3 == 0, 1.0, 4.0)
    found = quantile(Count(mean, mean * wider), share)

    def at_most(k: int) -> float:
        """Each draw by SciPy's own laws."""
        chances = [
            stats.poisson.cdf(k, m) if w == 1 or m == 0 else stats.nbinom.cdf(k, m / (w - 1), 1 / w)
            for m, w in zip(mean, wider, strict=True)
        ]
        return float(np.mean(chances))

    assert at_most(found) >= share
    assert found == 0 or at_most(found - 1) < share
