"""What acts back on a campaign, reduced to integers: the part of the plan that feedback reads.

Complaints, call-backs, the regulator and the standing of caller numbers follow from placed calls
and are drawn after them. They reach the dialer only at control events. Times are int64 ms since the
campaign's start, shares uint32 thresholds; docs/model.md has the laws.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.behaviour.calling_back import CallBackTables
from sim.behaviour.complaining import ComplaintTables
from sim.behaviour.reputation import ReputationPlan


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the campaign does when the regulator reaches a stage."""

    stance: int
    """Which of each message's postures it takes, from then on."""
    suspend_ms: int
    """No call starts for so long; 0 for no suspension."""
    stop: bool
    """No call starts any more."""


@dataclass(frozen=True, slots=True)
class RegulatorPlan:
    """When the regulator looks, and what follows."""

    review_ms: tuple[int, ...]
    """Moments of review, rising, up to the horizon of complaints."""
    registration_ms: int
    """A review at T counts reports with time + registration < T."""
    thresholds: tuple[int, int, int]
    """Reports from which the stage is contact, reminder, order."""
    reactions: tuple[Reaction, Reaction, Reaction]
    """By stage, from contact."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackPlan:
    """All that acts back; parts that are None do not exist."""

    complaints: ComplaintTables | None = None
    call_back: CallBackTables | None = None
    regulator: RegulatorPlan | None = None
    reputation: ReputationPlan | None = None
    refresh_ms: tuple[int, ...] = ()
    """Moments at which objections by call-back and complaint reach the dialer's list, rising,
    before the cutoff."""
