"""How many complaints a campaign may bring: the distribution behind the one number of a run.

A run draws one outcome. What decides it is rare, comes in clusters, and has a level that nobody
knows well, so its chance of passing a threshold is worked out here.

* Complaints about calls found clusters, which grow up to the horizon and on lines that have been
  called by then. Given the level, the generating function of the whole is known
  (:mod:`sim.measure.cascade`); it is that of the central level to the power of the level.
* The level is log-normal in two pieces that meet at the median.

Probabilities come from the generating function at the points of a circle by a Fourier transform
(Abate and Whitt 1992). The circle is smaller than the unit circle, so that what lies beyond the
last point is damped and does not fold back, however heavy the tail. Above :data:`EXACT` complaints
the points would be many, and the level decides nearly all: there the number counts as negative
binomial given the level (:mod:`sim.measure.counts`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.measure.cascade import Course, cluster, moments
from sim.measure.cases import Cases
from sim.measure.counts import at_most
from sim.measure.founding import course
from sim.record.feedback import Channel
from sim.scenario.complaints import Complaints
from sim.scenario.world import World
from sim.special import ndtr

Complexes = NDArray[np.complex128]
THRESHOLDS: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
"""Numbers of complaints whose chance is told."""
MOST: Final = 100_000
"""Largest number whose chance is told."""

EXACT: Final = 300
"""Largest number whose chance is exact; above it, given the level, the law is near it."""

_P95: Final = 1.6448536269514722
"""Standard normal 95 % point."""
_DAMPING: Final = 1e-9
"""What the circle leaves of a probability that would fold back."""
_STEPS: Final = 48
"""Levels in each doubling: they lie 1.5 to 2 % apart where a step would matter most."""
_FURTHEST: Final = 5.5
"""Standard deviations of the level beyond which nothing is weighed."""
_LEVELS: Final = 2_401
"""Levels that are weighed."""


@dataclass(frozen=True, slots=True)
class Risk:
    """A number of complaints before anything is drawn."""

    course: Course
    """How complaints unfold at the central level."""
    channel: Channel | None = None
    """Count those to this channel alone; None for all."""
    low: float = 1.0
    """5 % point of the level, the median being 1."""
    high: float = 1.0
    """95 % point of the level."""


def risk(cases: Cases, world: World, channel: Channel | None = None) -> Risk:
    """Complaints that a log leads to, all or those to one channel, up to the horizon.

    Raises
    ------
    ValueError
        Where the world has no complaints.
    """
    unfolds = course(cases, world)
    assert world.complaints is not None
    return Risk(unfolds, channel, *level(world.complaints))


def level(complaints: Complaints) -> tuple[float, float]:
    """5 % and 95 % point of the level of complaints, the median being 1."""
    known = complaints.per_million
    low, high = (
        1.0 if end is None or end <= 0 or known.central <= 0 else end / known.central
        for end in (known.low, known.high)
    )
    return low, high


def exceedance(what: Risk, thresholds: Sequence[int]) -> list[float]:
    """Chances that there are so many complaints or more, one a threshold of 1 or more."""
    small = [threshold for threshold in thresholds if threshold <= EXACT]
    chance = dict(zip(small, _exactly(what, small), strict=True))
    large = [threshold for threshold in thresholds if threshold > EXACT]
    chance |= dict(zip(large, _about(what, large), strict=True))
    return [min(1.0, max(0.0, chance[threshold])) for threshold in thresholds]


def _exactly(what: Risk, thresholds: Sequence[int]) -> list[float]:
    """By the generating function on a circle."""
    if not thresholds:
        return []
    most = max(thresholds)
    points = 1 << max(8, math.ceil(math.log2(1.2 * most)))
    radius = _DAMPING ** (1 / points)
    circle = radius * np.exp(-2j * np.pi * np.arange(points // 2 + 1) / points)
    founded = cluster(what.course, circle, what.course.counted(what.channel))
    chance = np.fft.irfft(_over_levels(what, founded), points)
    chance = chance[:most] * radius ** -np.arange(most, dtype=np.float64)
    below = np.concatenate(([0.0], np.cumsum(chance)))
    return [float(1 - below[threshold]) for threshold in thresholds]


def _about(what: Risk, thresholds: Sequence[int]) -> list[float]:
    """By mean and variance, which grow in step with the level."""
    if not thresholds:
        return []
    mean, variance = moments(what.course, what.course.counted(what.channel))
    levels, weights = np.ones(1), np.ones(1)
    if not what.low == what.high == 1.0:
        z = np.linspace(-_FURTHEST, _FURTHEST, _LEVELS)
        below, above = np.log([1 / what.low, what.high]) / _P95
        levels = np.exp(np.where(z < 0, below, above) * z)
        weights = np.exp(-(z**2) / 2)
        weights /= weights.sum()
    mean_at, variance_at = mean * levels, variance * levels
    fewer = (weights @ at_most(threshold - 1, mean_at, variance_at) for threshold in thresholds)
    return [float(1 - chance) for chance in fewer]


def _over_levels(what: Risk, founded: Complexes) -> Complexes:
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
