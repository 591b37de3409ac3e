"""What chance alone makes of a number of one run: its variance, were the run made again.

Counts vary as if each call were by itself, which bounds what two strategies that meet the same
people differ by. Complaints that others bred come in clusters: their variance is so many times
their mean. What a regulator did, and when, hangs on a few of them and has no variance that could be
told.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sim.measure.metric import Heading
from sim.measure.metrics import METRICS, compared

NOISY: Final = 2.0
"""Standard deviations up to which chance explains a difference."""


def variance(
    metric: str, value: float, complaints: float | None = None, dispersion: float = 1.0
) -> float | None:
    """The variance of a metric over the luck of one run; None where nothing tells it.

    Parameters
    ----------
    metric
        Its name; of one that is not known, a count.
    value
        What the run found.
    complaints
        How many complaints the run had: shares and rates of them hang on that.
    dispersion
        Variance of their number over its mean.
    """
    known = METRICS.get(metric)
    if known is None:
        return value
    group = heading_of(metric)
    if group != Heading.COMPLAINTS:
        counted = known.is_count and group != Heading.REGULATOR
        return value if counted else None
    if known.unit == "complaints":
        return dispersion * value
    if not complaints:  # none at all: a share or a rate of them tells nothing by itself
        return None
    if known.unit == "share":
        return value * (1 - value) * dispersion / complaints
    return dispersion * value**2 / complaints  # complaints per so many of what is not drawn


@cache
def heading_of(name: str) -> Heading | None:
    """The heading of a metric in the table of all; None for one that is in none."""
    groups = compared(more=True).items()
    return next((heading for heading, metrics in groups if name in metrics), None)
