"""The law of a number of complaints whose mean and variance are known.

Clusters of complaints are few and of uneven size, and so is a negative binomial number: it stands
for the number of complaints given everything but luck, Poisson where the variance is no larger.
Its chances are off from those of the exact law (:func:`sim.measure.cascade.cluster`) by a tenth at
most where two complaints are expected and one in thirty breeds six, by a fiftieth where sixty are
(tested).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.special import betainc, pdtr

Floats = NDArray[np.float64]


def at_most(k: int, mean: Floats, variance: Floats) -> Floats:
    """Chance of so many or fewer, (n,).

    Parameters
    ----------
    k
        How many.
    mean, variance : (n,) float64
        Not negative; the variance counts for the mean where it is smaller.
    """
    spread = variance > mean * (1 + 1e-9)
    chance = np.ones(len(mean))
    plain = ~spread & (mean > 0)
    chance[plain] = pdtr(k, mean[plain])
    m, v = mean[spread], variance[spread]
    chance[spread] = betainc(m * m / (v - m), k + 1, m / v)
    return chance
