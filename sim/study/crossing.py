"""Few runs, read many times: numbers over draws of what places calls, crossed with readings.

Row ``i`` of an array is a run, each column one of its readings; readings of different runs are
different points. The runs are few, so what is told of all values together is about as sure as the
runs are many. How sure, is told by leaving out one of the scramblings at a time
(:mod:`sim.study.points`): each is a study of its own, with an eighth of the runs (the grouped
jackknife of Quenouille 1956). That works because many readings make quantiles smooth; without any,
quantiles have intervals between order statistics instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.special import stdtrit
from sim.study.intervals import SCRAMBLINGS, quantile_interval
from sim.study.sensitivity import FEWEST_IN_A_CLASS, Driver, drivers

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], float]
FEWEST_RUNS = 2 * SCRAMBLINGS
"""Runs from which an error is told."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number and how far it may be off for want of runs."""

    value: float
    error: float | None
    """Its standard error; None where none can be told."""
    reach: float | None
    """Half of the length of its interval of 95 % confidence; None where none can be told."""


def degrees_of_freedom(n: int) -> int:
    """Degrees of freedom of an error that ``n`` runs tell by leaving out groups of them.

    At most one less than there are groups, and fewer for fewer runs: a quantile far out moves in
    leaps where few runs reach it, so that its error is less sure than the number of groups says.
    Two, and one more for every 32 runs, is what makes intervals of 95 % hold the true 5 % and 95 %
    points of normal values in 94-96 % of studies of 32, 64 and 96 runs, and the median in more;
    with seven throughout it would be 89-93 % (``make verify`` measures it).
    """
    return min(SCRAMBLINGS - 1, 2 + n // 32)


def estimate(values: Floats, statistic: Statistic) -> Estimate:
    """A statistic of all values, with its error.

    Parameters
    ----------
    values : (n, ...) float64
        By run, in order from draw 1 on.
    statistic
        Of values of some runs.
    """
    whole = statistic(values)
    n = len(values)
    if n < FEWEST_RUNS:
        return Estimate(whole, None, None)
    group = np.arange(n) % SCRAMBLINGS
    without = np.array([statistic(values[group != left]) for left in range(SCRAMBLINGS)])
    spread = float(((without - without.mean()) ** 2).sum())
    error = float(np.sqrt((SCRAMBLINGS - 1) / SCRAMBLINGS * spread))
    return Estimate(whole, error, float(stdtrit(degrees_of_freedom(n), 0.975)) * error)


def quantile_of(share: float) -> Statistic:
    """The quantile of all values together."""
    return lambda values: float(np.quantile(values, share))


def quantile_estimate(values: Floats, share: float) -> Estimate:
    """A quantile of all values, with its error.

    Parameters
    ----------
    values : (n, r) float64
        By run, in order from draw 1 on, and reading.
    share
        Which quantile, 0–1.

    Returns
    -------
    Estimate
        Of runs that were read once each it has no standard error: half of the interval is that
        between order statistics, free of any distribution, and None for too few runs.
    """
    if values.shape[1] > 1:
        return estimate(values, quantile_of(share))
    found = quantile_interval(values[:, 0], share)
    value = quantile_of(share)(values)
    return Estimate(value, None, None if found is None else found.half_width)


def driving(
    values: Floats, runs: Mapping[str, Floats], readings: Mapping[str, Floats]
) -> tuple[Driver, ...]:
    """Inputs by the share of the spread that each explains by itself, the strongest first.

    Parameters
    ----------
    values : (n, r) float64
        By run and reading; logarithms where they span factors.
    runs
        By path of an input that differs from run to run: its uniform in each, (n,).
    readings
        By path of an input that differs from reading to reading: its uniform in each, (n, r).

    Raises
    ------
    ValueError
        For fewer runs than sensitivity needs.
    """
    n = len(values)
    if n < 4 * FEWEST_IN_A_CLASS:
        raise ValueError(f"{n} runs; sensitivity needs at least {4 * FEWEST_IN_A_CLASS}")
    whole = float(values.var())
    if not whole:
        return ()
    means = values.mean(axis=1)
    between = min(1.0, float(means.var()) / whole)
    found = [
        Driver(one.path, one.share * between, one.by_chance * between)
        for one in drivers(means, runs)
    ]
    if values.shape[1] > 1 and readings:
        flat = {path: uniform.ravel() for path, uniform in readings.items()}
        found += drivers(values.ravel(), flat)
    return tuple(sorted(found, key=lambda one: -one.share))
