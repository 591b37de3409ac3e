"""Limits on how often and how soon a line is dialled again: they hold, and have an effect."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.messages import unknown_name
from sim.document.node import Path
from sim.document.written import duration_text
from sim.errors import Fault
from sim.scenario.checks.attempts import RETRIED
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.moments import span_of
from sim.scenario.checks.subject import Subject, rule

_GAP: Path = ("attempts", "min_gap")
_LIFETIME: Path = ("attempts", "lifetime")


@rule("attempts", "caps")
def limits_not_too_long(subject: Subject) -> Iterator[Fault]:
    """No gap and no cap's stretch is longer than the longest campaign."""
    times = {_GAP: subject.strategy.attempts.min_gap}
    times |= {("caps", i, "within"): cap.within for i, cap in enumerate(subject.strategy.caps)}
    for path, ms in times.items():
        if ms > LONGEST_WAIT_MS:
            yield subject.fault(too_long(ms, LONGEST_WAIT_MS), path)


@rule("caps", "world.line_types")
def cap_line_types(subject: Subject) -> Iterator[Fault]:
    """A cap's line types exist."""
    known = subject.world.line_types
    for index, cap in enumerate(subject.strategy.caps):
        path: Path = ("caps", index, "line_types")
        if cap.line_types is not None and not cap.line_types:
            yield subject.fault("is empty, so no line is capped; leave it out to cap all", path)
        for place, name in enumerate(cap.line_types or ()):
            if name not in known:
                yield subject.fault(unknown_name("line type", name, known), (*path, place))


@rule("attempts", "caps")
def caps_beyond_the_lifetime(subject: Subject) -> Iterator[Fault]:
    """A cap allows fewer calls than a line's lifetime of attempts."""
    attempts = subject.strategy.attempts
    caps: dict[Path, int | None] = {("attempts", "per_day"): attempts.per_day}
    caps |= {("caps", i, "calls"): cap.calls for i, cap in enumerate(subject.strategy.caps)}
    for path, most in caps.items():
        if most is not None and most >= attempts.lifetime and not _given_up(subject, path[:2]):
            yield subject.warning(
                f"cannot bind: attempts.lifetime is {attempts.lifetime}", path, _LIFETIME
            )


def _given_up(subject: Subject, path: Path) -> bool:
    """Whether a strategy lowers the lifetime that the base strategy's limits are made for."""
    return subject.own(_LIFETIME) and not subject.own(path)


@rule("attempts", "caps", "recycle")
def caps_wider_than_the_delays(subject: Subject) -> Iterator[Fault]:
    """So many calls can come within a cap's time as it does not allow."""
    strategy = subject.strategy
    delays = _delays(subject)
    if not delays:
        return
    least = max(min(delays), strategy.attempts.min_gap)
    for index, cap in enumerate(strategy.caps):
        if cap.calls < strategy.attempts.lifetime and cap.within <= cap.calls * least:
            yield subject.warning(
                f"cannot bind: a line's calls are {duration_text(least)} apart at least, so no "
                f"more than {cap.calls} start within {duration_text(cap.within)}",
                ("caps", index, "within"),
            )


@rule("attempts", "recycle")
def gap_without_effect(subject: Subject) -> Iterator[Fault]:
    """A least gap puts some retry off."""
    attempts, delays = subject.strategy.attempts, _delays(subject)
    if not 0 < attempts.min_gap <= LONGEST_WAIT_MS or _given_up(subject, _GAP):
        return
    if attempts.lifetime == 1:
        message = "has no effect: attempts.lifetime is 1, so nothing is dialled again"
        yield subject.warning(message, _GAP, _LIFETIME)
    elif delays and attempts.min_gap <= min(delays):
        yield subject.warning(
            f"has no effect: each retry waits {duration_text(min(delays))} or longer", _GAP
        )


@rule("attempts", "recycle")
def order_without_effect(subject: Subject) -> Iterator[Fault]:
    """An order of retries and fresh lines meets retries."""
    path: Path = ("attempts", "order")
    once = subject.strategy.attempts.lifetime == 1
    if once and subject.strategy.attempts.turns != (1, 0) and not _given_up(subject, path):
        message = "has no effect: attempts.lifetime is 1, so nothing is dialled again"
        yield subject.warning(message, path, _LIFETIME)


@rule("campaign", "attempts", "recycle")
def gap_beyond_the_campaign(subject: Subject) -> Iterator[Fault]:
    """A line's second call can come before the cutoff."""
    span, attempts = span_of(subject), subject.strategy.attempts
    if span is None or attempts.lifetime == 1 or not _delays(subject):
        return
    length = (span[1] - span[0]) * 60_000
    if length <= attempts.min_gap <= LONGEST_WAIT_MS:
        yield subject.warning(
            f"no line is dialled again {duration_text(attempts.min_gap)} after its first call: the "
            f"campaign lasts {duration_text(length)}",
            _GAP,
            ("campaign", "cutoff"),
            ("campaign", "start"),
        )


def _delays(subject: Subject) -> list[int]:
    """Delays of the retry rules that there are, ms."""
    rules = (getattr(subject.strategy.recycle, name) for name in RETRIED)
    return [rule.delay for rule in rules if rule is not None]
