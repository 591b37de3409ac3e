"""The standing of caller numbers: burdens that integers hold, and numbers that have a standing."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Path
from sim.errors import Fault
from sim.scenario.checks.bounds import bounds_fault
from sim.scenario.checks.consent import MOST_ODDS
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.subject import Subject, rule

MOST_CALLS = 1_000_000_000
"""Largest allowance or limit of burden, in calls."""
MOST_BURDEN = 10_000
"""Largest burden of one call or complaint, in calls: sums of thousandths fit 64 bits."""
_REPUTATION: Path = ("world", "reputation")


@rule("world.reputation")
def reputation_bounds(subject: Subject) -> Iterator[Fault]:
    """Burdens and odds lie within their bounds; a label needs some burden."""
    reputation = subject.world.reputation
    if reputation is None:
        return
    for name, most, positive in (
        ("allowed_per_day", MOST_CALLS, False),
        ("short_call", MOST_BURDEN, False),
        ("report", MOST_BURDEN, False),
        ("label_at", MOST_CALLS, True),
        ("labelled_odds", MOST_ODDS, True),
    ):
        quantity, path = getattr(reputation, name), (*_REPUTATION, name)
        yield from bounds_fault(subject, quantity, path, most, positive=positive)
    for name in ("update", "half_life"):
        ms = getattr(reputation, name)
        if ms > LONGEST_WAIT_MS:
            yield subject.fault(too_long(ms, LONGEST_WAIT_MS), (*_REPUTATION, name))


@rule("caller_numbers", "world.reputation")
def numbers_without_standing(subject: Subject) -> Iterator[Fault]:
    """A count of caller numbers needs a world in which they have a standing."""
    stated = "caller_numbers" in subject.strategy.model_fields_set
    if stated and subject.world.reputation is None:
        yield subject.warning(
            "has no effect: caller numbers have no standing in this world; see world.reputation",
            ("caller_numbers", "numbers"),
        )
