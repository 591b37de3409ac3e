"""The regulator: something to review, reviews that happen, and thresholds that rise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sim.document.node import Path
from sim.errors import Fault
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.moments import zone_fault
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.clock import DAY
from sim.scenario.regulator import RegulatorThresholds

STAGES = tuple(RegulatorThresholds.model_fields)
"""Steps of a regulator, in their order: contact, reminder, order."""
_REGULATOR: Path = ("world", "regulator")


@rule("world.regulator", "world.complaints")
def something_to_review(subject: Subject) -> Iterator[Fault]:
    """A regulator needs complaints."""
    if subject.world.regulator is not None and subject.world.complaints is None:
        yield subject.fault(
            "there is nothing to review: nobody complains in this world; give world.complaints",
            _REGULATOR,
        )


@rule("world.regulator")
def thresholds_rise(subject: Subject) -> Iterator[Fault]:
    """Each threshold lies above the one before."""
    regulator = subject.world.regulator
    if regulator is None:
        return
    for before, after in pairwise(STAGES):
        less, more = (getattr(regulator.thresholds, stage) for stage in (before, after))
        if more <= less:
            yield subject.fault(
                f"found {more:_}; more than the {less:_} of `{before}` is wanted",
                (*_REGULATOR, "thresholds", after),
            )


@rule("world.regulator")
def reviews_happen(subject: Subject) -> Iterator[Fault]:
    """Reviews have a clock and an hour, and complaints get registered at last."""
    regulator = subject.world.regulator
    if regulator is None:
        return
    path: Path = (*_REGULATOR, "reviews")
    yield from zone_fault(subject, regulator.reviews.timezone, (*path, "timezone"))
    if regulator.reviews.at == DAY:
        yield subject.fault(
            "found 24:00; for the next day's first minute write 00:00", (*path, "at")
        )
    if regulator.registration > LONGEST_WAIT_MS:
        message = too_long(regulator.registration, LONGEST_WAIT_MS)
        yield subject.fault(message, (*_REGULATOR, "registration"))
