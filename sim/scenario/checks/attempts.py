"""Retry rules that have an effect."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.written import duration_text
from sim.errors import Fault
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.moments import span_of
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.world import may_fail

RETRIED = ("busy", "no_answer", "machine", "human", "failed")
"""Dispositions that may be retried."""


@rule("attempts", "recycle")
def retries_without_effect(subject: Subject) -> Iterator[Fault]:
    """Retry rules and the number of attempts agree."""
    lifetime = subject.strategy.attempts.lifetime
    rules = [name for name in RETRIED if getattr(subject.strategy.recycle, name) is not None]
    if lifetime == 1:
        for name in rules:
            yield subject.warning(
                "has no effect: attempts.lifetime is 1, so nothing is dialled again",
                ("recycle", name),
                ("attempts", "lifetime"),
            )
    elif not rules:
        yield subject.warning(
            f"{lifetime} attempts are allowed, but no recycle rule makes a second",
            ("attempts", "lifetime"),
        )


@rule("recycle")
def retry_delays(subject: Subject) -> Iterator[Fault]:
    """No retry waits longer than the longest campaign."""
    for name in RETRIED:
        rule = getattr(subject.strategy.recycle, name)
        if rule is not None and rule.delay > LONGEST_WAIT_MS:
            message = too_long(rule.delay, LONGEST_WAIT_MS)
            yield subject.fault(message, ("recycle", name, "delay"))


@rule("recycle", "world.line_types")
def failures_that_never_come(subject: Subject) -> Iterator[Fault]:
    """A retry rule for calls that fail is for a world in which some do."""
    if subject.strategy.recycle.failed is not None and not may_fail(subject.world.line_types):
        yield subject.warning(
            "has no effect: no line type has `answering.failed`", ("recycle", "failed")
        )


@rule("campaign", "attempts", "recycle")
def retries_too_late(subject: Subject) -> Iterator[Fault]:
    """A retry can fall due before the cutoff."""
    span = span_of(subject)
    if span is None or subject.strategy.attempts.lifetime == 1:
        return
    length = (span[1] - span[0]) * 60_000
    for name in RETRIED:
        rule = getattr(subject.strategy.recycle, name)
        if rule is not None and length <= rule.delay <= LONGEST_WAIT_MS:
            yield subject.warning(
                f"a retry after {duration_text(rule.delay)} cannot happen: the campaign lasts "
                f"{duration_text(length)}",
                ("recycle", name, "delay"),
                ("campaign", "cutoff"),
                ("campaign", "start"),
            )
