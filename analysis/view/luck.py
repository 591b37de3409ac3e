"""What chance alone makes of one run: complaints are few, and a run draws them once.

A run's complaints are one realisation of a law. Two strategies' differ by that chance, whatever
they do, so a difference that it explains is not told. What is to be expected stands in the verdict.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

from analysis.view import RunView
from sim.measure.metrics import METRICS, compared

REALISED: Final = {"Complaints": "drawn once", "Regulator": "drawn once"}
"""By group of metrics: what its numbers are, where they are no more than that."""
NOISE: Final = "noise"
"""Stands for a difference that chance explains."""
_WIDTH: Final = 2.0
"""Standard deviations up to which it does."""


def within_noise(run: RunView, strategy: str, name: str) -> bool:
    """Whether the chance of one run explains how a metric differs from the base strategy's.

    Complaints that others bred come in clusters: their variance is so many times their mean as the
    law of the strategy's complaints has it. What a regulator did, and when, hangs on a few of them
    and is never told apart.
    """
    if _group(name) != "Complaints":
        return _group(name) == "Regulator"
    value, base = run.metric(strategy, name), run.metric(run.base, name)
    of, of_base = (run.metric(one, "complaints") or 0 for one in (strategy, run.base))
    if value is None or base is None:
        return True
    spread, spread_base = _dispersion(run, strategy), _dispersion(run, run.base)
    unit = METRICS[name].unit
    if unit == "complaints":
        variance = spread * value + spread_base * base
    elif not of or not of_base:  # none at all in one of them: the rate tells what their number does
        return unit == "share" or within_noise(run, strategy, "complaints")
    elif unit == "share":
        pooled = (value * of + base * of_base) / (of + of_base)
        variance = pooled * (1 - pooled) * (spread / of + spread_base / of_base)
    else:  # complaints per so many of what is not drawn
        variance = spread * value**2 / of + spread_base * base**2 / of_base
    return abs(value - base) <= _WIDTH * math.sqrt(variance)


@cache
def _group(name: str) -> str:
    """The group of a metric in the table of all; empty for one that is in none."""
    groups = compared(more=True).items()
    return next((group for group, metrics in groups if name in metrics), "")


def _dispersion(run: RunView, strategy: str) -> float:
    """Variance over mean of a strategy's complaints at central inputs; 1 where it is not known."""
    law = run.of("readings", strategy)
    mean, variance = law["complaints"], law["complaints_variance"]
    if not len(mean) or not mean[0] > 0:
        return 1.0
    return max(1.0, float(variance[0] / mean[0]))
