"""The standing of caller numbers, in whole thousandths of a call.

Calls beyond those allowed, calls that people end at once, and complaints burden a number; a burden
is forgotten by half-lives; from some burden on the number bears a label. A label is pressure that a
campaign brings on itself: nothing here offers a way round it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.record.log import N_OUTCOMES, Outcome
from sim.scenario.reputation import Reputation


@dataclass(frozen=True, slots=True)
class ReputationPlan:
    """The standing of caller numbers in whole thousandths of a call."""

    update_ms: tuple[int, ...]
    """Moments of update, rising, before the cutoff."""
    allowed: int
    """Thousandths of calls per number and interval that burden it not at all."""
    short_call: int
    """Burden of a short call, thousandths."""
    report: int
    """Burden of a complaint about a call from the number, thousandths."""
    label_at: int
    """Burden from which the number bears a label, thousandths."""
    retain: int
    """Of 65,536: what an interval leaves of a burden; the rest is cut off."""


DAY_MS = 86_400_000
WHOLE = 65_536
"""A burden of which nothing is forgotten keeps so many of so many parts."""
SHORT_MS = 6_000
"""Whoever listens for less ended the call at once: 97 % listen longer (source P10)."""


def reputation_plan(reputation: Reputation, cutoff_ms: int) -> ReputationPlan:
    """Standing of caller numbers of a campaign that ends at ``cutoff_ms``."""
    update = reputation.update
    return ReputationPlan(
        update_ms=tuple(range(update, cutoff_ms, update)),
        allowed=round(1000 * reputation.allowed_per_day.central * update / DAY_MS),
        short_call=round(1000 * reputation.short_call.central),
        report=round(1000 * reputation.report.central),
        label_at=round(1000 * reputation.label_at.central),
        retain=int(WHOLE * 2.0 ** (-update / reputation.half_life)),
    )


def short_outcomes(live_thresholds_ms: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which outcomes are short calls: a person answered and listened for below 6 s. (16,) bool.

    An outcome tells which of the live thresholds, rising, were passed.
    """
    short = np.zeros(N_OUTCOMES, dtype=np.bool_)
    short[[Outcome.HUMAN_TAKEN_FOR_MACHINE, Outcome.HUMAN_AT_GATE]] = True
    below = sum(limit < SHORT_MS for limit in live_thresholds_ms)
    short[Outcome.HEARD : Outcome.HEARD + below + 1] = True
    return short


def burdens(
    plan: ReputationPlan,
    burden: NDArray[np.int64],
    calls: NDArray[np.int64],
    short: NDArray[np.int64],
    reports: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Burdens after an update, each (numbers,) int64, thousandths of a call.

    Parameters
    ----------
    plan
        The constants.
    burden
        Burdens after the update before.
    calls, short, reports
        Calls, short calls and complaints since.
    """
    kept = burden * plan.retain >> 16
    over = np.maximum(1000 * calls - plan.allowed, 0)
    return kept + over + short * plan.short_call + reports * plan.report
