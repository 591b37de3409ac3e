"""Level and delay of complaints given that fewer than so many reports had come by some moment.

Before that was known the level has the casebook's law and the delay the scenario's range, apart.
Given it, a high level and a fast delay can no longer both be: they are one law of two numbers,
which is told by the level's three points and by the correlation of normal scores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analysis.validation.campaign import Figures, delay_at
from analysis.validation.clusters import by_hour, reports
from analysis.validation.level import Count, Level
from sim.scenario.scenario import Scenario

Floats = NDArray[np.float64]
DELAYS = 24
"""Laws of the delay, evenly over its range."""
LEVELS = 500
"""Levels, evenly over their law."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known afterwards."""

    chance: float
    """Of what became known, before it was."""
    low: float
    """5 % point of the level, complaints to the regulator per million dials."""
    central: float
    """Its median."""
    high: float
    """Its 95 % point."""
    delay: float
    """Median of the delay's uniform: 0.5 before, higher where slower laws became likelier."""
    correlation: float
    """Of the normal scores of level and slowness."""


def given_few(scenario: Scenario, found: Figures, level: Level, hour: int, fewer: int) -> Given:
    """Level and delay given fewer reports to the regulator than so many before an hour.

    Parameters
    ----------
    scenario
        The scenario of the run.
    found
        From :func:`analysis.validation.campaign.run`.
    level
        The level's law before that was known.
    hour
        Hours since the campaign's start.
    fewer
        There were fewer reports than this.
    """
    complaints = scenario.world.complaints
    if complaints is None:
        raise ValueError(f"{scenario.name}: the world has no complaints")
    shares = (np.arange(LEVELS) + 0.5) / LEVELS
    levels = level.quantile(shares)
    slow = (np.arange(DELAYS) + 0.5) / DELAYS
    weight = np.empty((DELAYS, LEVELS))
    for row, quantile in enumerate(slow.tolist()):
        delay = by_hour(delay_at(scenario, quantile), hour)
        central = reports(complaints, found.weight, found.made, found.called, delay, hour)
        means = central.mean * levels / complaints.per_million.central
        weight[row] = Count(means, central.dispersion).each_at_most(fewer - 1)
    chance = float(weight.mean())
    weight /= weight.sum()
    of_level, of_delay = weight.sum(axis=0), weight.sum(axis=1)
    low, central_, high = np.exp(
        np.interp([0.05, 0.5, 0.95], _middles(of_level), np.log(levels))
    ).tolist()
    scores = np.outer(ndtri(_middles(of_delay)), ndtri(_middles(of_level)))
    return Given(
        chance=chance,
        low=low,
        central=central_,
        high=high,
        delay=float(np.interp(0.5, _middles(of_delay), slow)),
        correlation=float((weight * scores).sum()),
    )


def _middles(chance: Floats) -> Floats:
    """Chance up to the middle of each entry, in (0, 1) where rounding would lead out of it."""
    middle = np.cumsum(chance) - chance / 2
    return np.asarray(np.clip(middle, 1e-12, 1 - 1e-12), dtype=np.float64)
