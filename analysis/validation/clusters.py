"""Reports to the regulator by some moment: mean and variance, from the laws of complaints.

The model's own cluster law (docs/model.md, "Contagion"), solved instead of simulated, hour by
hour. Let X be the reports by hour T of a cluster whose first complaint is made in hour s. It has a
channel at random, is itself a report where that channel is the regulator, and breeds a Poisson
number of complaints, by channel, each later by the breeding delay; one made at hour u exists with
chance C(u), the share of lines called by then, and starts a cluster of its own. So with r the
regulator's share, m(c) the mean bred by a complaint in channel c, p(c) its share, n = Σ p m, and
the operator (B f)(s) = Σ_k b_k C(s + k) f(s + k) over the breeding delay's hours k,

* mean      M = r + n · B M
* square    S = r + 2 r m(reg) · B M + Σ p m² · (B M)² + n · B S

both 0 from hour T on. Complaints about calls are independent and rare, hence Poisson: the sum over
them has mean Λ · E M and variance Λ · E S.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.complaining import branching_ratio
from sim.behaviour.laws import quantile_function
from sim.document.laws import DurationLaw
from sim.scenario.complaints import Complaints

Floats = NDArray[np.float64]

HOUR_MS = 3_600_000
_POINTS = 1 << 16


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and variance of a number of reports."""

    mean: float
    variance: float

    @property
    def dispersion(self) -> float:
        """Variance over mean, at least 1; does not depend on how many complaints there are."""
        return max(1.0, self.variance / self.mean) if self.mean > 0 else 1.0


def by_hour(law: DurationLaw, hours: int, *, times: float = 1.0) -> Floats:
    """Chance that a delay leads into the k-th hour after one in whose middle it begins.

    Parameters
    ----------
    law
        The delay.
    hours
        How many hours to tell apart; what comes later is left out.
    times
        What the delay is multiplied by.

    Returns
    -------
    (hours,) float64
    """
    p = (np.arange(_POINTS) + 0.5) / _POINTS
    hour = np.floor(quantile_function(law)(p) * times / HOUR_MS + 0.5)
    inside = hour[hour < hours].astype(np.intp)
    return np.bincount(inside, minlength=hours).astype(np.float64) / _POINTS


def reports(
    complaints: Complaints, weight: float, made: Floats, called: Floats, delay: Floats, until: int
) -> Moments:
    """Reports to the regulator made before an hour.

    Parameters
    ----------
    complaints
        The world's complaints, for channels and contagion.
    weight
        Mean number of complaints about calls, of all channels and whenever made.
    made : (hours,)
        Share of that weight by the hour of the call's end or the hearing; hours since the start.
    called : (hours,)
        Share of the world's lines called, by hour.
    delay : (hours,)
        From :func:`by_hour` of the delay of complaints about calls.
    until
        The hour before which reports count.
    """
    spread = np.convolve(made, delay)[:until]
    mean, square = clusters(complaints, called, until)
    return Moments(float(weight * (spread @ mean)), float(weight * (spread @ square)))


def clusters(complaints: Complaints, called: Floats, until: int) -> tuple[Floats, Floats]:
    """Mean number of reports by an hour in a cluster, and mean of its square.

    Returns
    -------
    (until,) float64
        By the hour of the cluster's first complaint: the mean M above.
    (until,) float64
        The mean square S.
    """
    channels, bred = complaints.channels, complaints.contagion
    share = np.array(
        [getattr(channels, name).central for name in ("regulator", "operator", "social", "press")]
    )
    if bred is None:
        one = np.full(until, share[0])
        return one, one.copy()
    means = np.array(
        [getattr(bred, name).central for name in ("regulator", "operator", "social", "press")]
    )
    n, pairs = branching_ratio(complaints), float(share @ means**2)
    delay = by_hour(bred.delay, until)
    mean, square = np.zeros(until), np.zeros(until)
    for s in range(until - 1, -1, -1):
        # What is bred in the same hour has the cluster that is being solved for.
        ahead = delay[1 : until - s] * called[s + 1 : until]
        same = delay[0] * called[s]
        mean[s] = (share[0] + n * (ahead @ mean[s + 1 :])) / (1 - n * same)
        bred_mean = (mean[s] - share[0]) / n if n > 0 else 0.0
        alone = share[0] + 2 * share[0] * means[0] * bred_mean + pairs * bred_mean**2
        square[s] = (alone + n * (ahead @ square[s + 1 :])) / (1 - n * same)
    return mean, square
