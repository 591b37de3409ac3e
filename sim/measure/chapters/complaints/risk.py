"""How many complaints a campaign may bring: the distribution behind the one number of a run.

A run draws one outcome. What decides it is rare, comes in clusters, and has a level that nobody
knows well, so its chance of passing a threshold is computed here, exactly but for rounding.

* Complaints about calls are many independent small chances: Poisson, with the mean that the placed
  calls have at the central level.
* Each founds a cluster: it breeds a Poisson number of further complaints, with a mean that depends
  on its channel, and these breed in turn (Hawkes and Oakes 1974). With G the probability generating
  function of a cluster's size, ``G(s) = Σ_c p_c s exp(m_c (G(s) - 1))``; the total, given the
  level, has ``exp(mean · level · (G(s) - 1))``. Counting reports to one channel alone puts s to its
  members only.
* The level is log-normal in two pieces that meet at the median.

Probabilities come from the generating function at the points of a circle by a Fourier transform
(Abate and Whitt 1992). The circle is smaller than the unit circle, so that what lies beyond the
last point is damped and does not fold back, however heavy the tail.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sim.record.feedback import Channel
from sim.scenario.complaints import Complaints

THRESHOLDS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
"""Numbers of complaints whose chance is told."""
MOST = 100_000
"""Largest number whose chance is worked out: work and memory grow with it."""

_P95 = 1.6448536269514722
"""Standard normal 95 % point."""
_DAMPING = 1e-9
"""What the circle leaves of a probability that would fold back."""
_STEPS = 48
"""Levels in each doubling: they lie 1.5 to 2 % apart where a step would matter most."""
_FURTHEST = 5.5
"""Standard deviations of the level beyond which nothing is weighed."""

Complexes = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Cascade:
    """What complaints about calls grow to."""

    mean: float
    """Mean complaints about calls at the central level."""
    channels: tuple[float, ...]
    """By :class:`Channel`: share of complaints that go there; they sum to 1."""
    bred: tuple[float, ...]
    """By channel: mean further complaints after one, those who were not called left out."""
    low: float = 1.0
    """5 % point of the level, the median being 1."""
    high: float = 1.0
    """95 % point of the level."""


def cascade(complaints: Complaints, mean: float, coverage: float) -> Cascade:
    """The cascade of a campaign.

    Parameters
    ----------
    complaints
        The world's complaints.
    mean
        Mean complaints about the placed calls at the central level.
    coverage
        Lines called ÷ lines of the world: others do not join in.
    """
    names = [channel.name.lower() for channel in Channel]
    bred = complaints.contagion
    level = complaints.per_million
    low, high = (
        1.0 if end is None or end <= 0 or level.central <= 0 else end / level.central
        for end in (level.low, level.high)
    )
    return Cascade(
        mean=mean,
        channels=tuple(getattr(complaints.channels, name).central for name in names),
        bred=tuple(
            0.0 if bred is None else getattr(bred, name).central * coverage for name in names
        ),
        low=low,
        high=high,
    )


def exceedance(
    what: Cascade, thresholds: Sequence[int], channel: Channel | None = None
) -> list[float]:
    """Chances that there are so many complaints or more.

    Parameters
    ----------
    what
        The cascade.
    thresholds
        Numbers of complaints, 1 to :data:`MOST`.
    channel
        Count those to this channel alone; default all.

    Returns
    -------
    list of float
        One chance a threshold.
    """
    most = max(thresholds)
    points = 1 << max(8, math.ceil(math.log2(1.2 * most)))
    radius = _DAMPING ** (1 / points)
    circle = radius * np.exp(-2j * np.pi * np.arange(points // 2 + 1) / points)
    founded = what.mean * (cluster(what, circle, channel) - 1)
    chance = np.fft.irfft(_over_levels(what, founded), points)
    chance = chance[:most] * radius ** -np.arange(most, dtype=np.float64)
    below = np.concatenate(([0.0], np.cumsum(chance)))
    return [float(min(1.0, max(0.0, 1 - below[threshold]))) for threshold in thresholds]


def cluster(what: Cascade, s: Complexes, channel: Channel | None = None) -> Complexes:
    """The generating function of a cluster's size, or of its members of one channel.

    Newton's iteration from 0: the equation's right side is a power series without negative
    coefficients, so it converges on the whole disc (Pivoteau, Salvy and Soria 2012).
    """
    marked = np.stack(
        [
            share * (s if channel in (None, which) else np.ones_like(s))
            for which, share in zip(Channel, what.channels, strict=True)
        ]
    )
    bred = np.array(what.bred)[:, None]
    size = np.zeros_like(s)
    for _ in range(60):
        parts = marked * np.exp(bred * (size - 1))
        step = (parts.sum(axis=0) - size) / (1 - (bred * parts).sum(axis=0))
        size = size + step
        if float(np.abs(step).max()) < 1e-13:
            break
    return size


def _over_levels(what: Cascade, founded: Complexes) -> Complexes:
    """``exp(level · founded)`` in the mean over the level.

    Levels lie evenly in each doubling, so within one they are powers of one number: no exponential
    for each of them.
    """
    if what.low == what.high == 1.0:
        return np.exp(founded)
    spread = np.log([1 / what.low, what.high]) / _P95
    first = math.floor(-_FURTHEST * spread[0] / math.log(2))
    last = math.ceil(_FURTHEST * spread[1] / math.log(2))
    mean = np.zeros_like(founded)
    for doubling in range(first, last):
        edges = 2.0**doubling * (1 + np.arange(_STEPS + 1) / _STEPS)
        weights = np.diff(_below(edges, spread))
        # At the middles of the steps: start · factor ** k.
        width = edges[1] - edges[0]
        factor = np.exp(width * founded)
        sums = np.zeros_like(founded)
        for weight in weights[::-1]:
            sums *= factor
            sums += weight
        mean += sums * np.exp((edges[0] + width / 2) * founded)
    # The little beyond both ends, at the ends.
    ends = [2.0**first, 2.0**last]
    beyond = _below(np.array(ends), spread)
    mean += beyond[0] * np.exp(ends[0] * founded) + (1 - beyond[1]) * np.exp(ends[1] * founded)
    return mean


def _below(level: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chance that the level is below each value; ``spread`` has the two standard deviations."""
    log = np.log(level)
    sigma = np.where(log < 0, spread[0], spread[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(log == 0, 0.0, log / sigma)
    return np.asarray(ndtr(z), dtype=np.float64)
