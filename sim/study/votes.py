"""What votes gained cost, over draws of an effect that may be none.

A cost for each vote has no mean and no upper end where the effect may be none or adverse. So it is
told by quantiles of its inverse, votes for each unit of money, which has both: where so many votes
as a quantile says are none, the quantile of the cost has no bound.
"""

from __future__ import annotations

from typing import Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from sim.study.intervals import P5, P50, P95

Floats = NDArray[np.float64]
NONE: Final = "consistent with none"
"""What is said of an effect whose interval holds 0."""


class PerVote(TypedDict):
    """Something for each vote gained; None where it has no bound."""

    p5: float | None
    p50: float | None
    p95: float | None


class Worth(TypedDict):
    """What votes gained are, and what each costs."""

    p5: float
    p50: float
    p95: float
    none_or_lost: float
    """Share of draws in which no vote is gained, or some are lost; 0–1."""
    consistent_with_none: bool
    """Whether P5–P95 holds 0."""
    cost_per_vote: PerVote | None
    """None where nothing has a price."""
    complaints_per_vote: PerVote | None
    """None where the world has no complaints."""


def worth(votes: Floats, cost: Floats | None, complaints: Floats | None) -> Worth:
    """What votes gained are worth.

    Parameters
    ----------
    votes
        Votes gained in each draw and reading, below 0 where lost; any shape.
    cost, complaints
        What was paid and what was complained of, of a shape that goes with it; None for none.
    """
    low, middle, high = np.quantile(votes, (P5, P50, P95)).tolist()
    return Worth(
        p5=low,
        p50=middle,
        p95=high,
        none_or_lost=float((votes <= 0).mean()),
        consistent_with_none=low <= 0 <= high,
        cost_per_vote=None if cost is None else per_vote(cost, votes),
        complaints_per_vote=None if complaints is None else per_vote(complaints, votes),
    )


def per_vote(paid: Floats, votes: Floats) -> PerVote | None:
    """Quantiles of what is paid for each vote gained; None where something is free throughout."""
    if not (paid > 0).all():
        return None
    bought = np.quantile(votes / paid, (P95, P50, P5)).tolist()
    low, middle, high = (1.0 / each if each > 0 else None for each in bought)
    return PerVote(p5=low, p50=middle, p95=high)
