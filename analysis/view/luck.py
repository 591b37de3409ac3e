"""What chance alone makes of one run: complaints are few, and a run draws them once.

A run's complaints are one realisation of a law. Two strategies' differ by that chance, whatever
they do, so a difference that it explains is not told. What is to be expected stands in the verdict.
"""

from __future__ import annotations

import math
from typing import Final

from analysis.view import RunView
from sim.measure.metric import Heading
from sim.measure.metrics import METRICS
from sim.study.luck import NOISY, heading_of, variance

REALISED: Final = {"Complaints": "drawn once", "Regulator": "drawn once"}
"""By group of metrics: what its numbers are, where they are no more than that."""
NOISE: Final = "noise"
"""Stands for a difference that chance explains."""


def within_noise(run: RunView, strategy: str, name: str) -> bool:
    """Whether the chance of one run explains how a metric differs from the base strategy's.

    Complaints that others bred come in clusters, see :mod:`sim.study.luck`. What a regulator did,
    and when, hangs on a few of them and is never told apart.
    """
    if heading_of(name) != Heading.COMPLAINTS:
        return heading_of(name) == Heading.REGULATOR
    value, base = run.metric(strategy, name), run.metric(run.base, name)
    if value is None or base is None:
        return True
    of, of_base = (run.metric(one, "complaints") or 0 for one in (strategy, run.base))
    shared, unit = (value, base), METRICS[name].unit
    if unit != "complaints" and not (of and of_base):
        # None at all in one of them: the rate tells what their number does.
        return unit == "share" or within_noise(run, strategy, "complaints")
    if unit == "share":
        pooled = (value * of + base * of_base) / (of + of_base)
        shared = (pooled, pooled)
    one, other = (
        variance(name, at, n, _dispersion(run, whose))
        for at, n, whose in zip(shared, (of, of_base), (strategy, run.base), strict=True)
    )
    return abs(value - base) <= NOISY * math.sqrt((one or 0.0) + (other or 0.0))


def run_variance(run: RunView, strategy: str, name: str) -> float | None:
    """The variance of a metric over the luck of the run, as simulated; None where none is told."""
    value = run.metric(strategy, name)
    if value is None:
        return None
    spread = _dispersion(run, strategy)
    return variance(name, float(value), run.metric(strategy, "complaints"), spread)


def _dispersion(run: RunView, strategy: str) -> float:
    """Variance over mean of a strategy's complaints at central inputs; 1 where it is not known."""
    law = run.of("readings", strategy)
    mean, variance = law["complaints"], law["complaints_variance"]
    if not len(mean) or not mean[0] > 0:
        return 1.0
    return max(1.0, float(variance[0] / mean[0]))
