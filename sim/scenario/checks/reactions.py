"""Reactions to the regulator: possible together, complete, and with an effect."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Path
from sim.errors import Fault
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.regulator import STAGES
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.checks.windows import order_faults, overlap_faults
from sim.scenario.dialing import CallTimes
from sim.scenario.reactions import Reactions

ALONE = ("carry_on", "stop")
"""Reactions beside which no other makes sense."""
_WINDOWS: Path = ("reactions", "narrow_call_times")


def takes(reactions: Reactions, word: str) -> bool:
    """Whether the campaign reacts in this way at some step."""
    return any(word in getattr(reactions, stage) for stage in STAGES)


@rule("reactions")
def reactions_together(subject: Subject) -> Iterator[Fault]:
    """Each reaction stands once, and carrying on and stopping stand alone."""
    for stage in STAGES:
        words = getattr(subject.strategy.reactions, stage)
        for index, word in enumerate(words):
            path: Path = ("reactions", stage, index)
            if word in words[:index]:
                yield subject.fault(f"'{word}' stands twice", path)
            elif word in ALONE and set(words) != {word}:
                others = ", ".join(dict.fromkeys(other for other in words if other != word))
                yield subject.fault(f"'{word}' stands alone; found beside it: {others}", path)


@rule("reactions")
def reactions_complete(subject: Subject) -> Iterator[Fault]:
    """A suspension has a length, narrowed hours have windows, and neither is said in vain."""
    reactions = subject.strategy.reactions
    for word, key, what in (
        ("suspend", "suspend_for", "how long the suspension lasts"),
        ("narrow_hours", "narrow_call_times", "the windows that are left"),
    ):
        given = getattr(reactions, key) is not None
        if given and not takes(reactions, word):
            yield subject.warning(f"has no effect: no reaction is {word}", ("reactions", key))
        for stage in STAGES:
            words = getattr(reactions, stage)
            if word in words and not given:
                yield subject.fault(
                    f"{word} needs reactions.{key}, {what}",
                    ("reactions", stage, words.index(word)),
                    ("reactions", key),
                )
    if reactions.suspend_for is not None and reactions.suspend_for > LONGEST_WAIT_MS:
        message = too_long(reactions.suspend_for, LONGEST_WAIT_MS)
        yield subject.fault(message, ("reactions", "suspend_for"))


@rule("reactions")
def narrow_windows(subject: Subject) -> Iterator[Fault]:
    """The windows of `narrow_hours` are in order and apart."""
    windows = subject.strategy.reactions.narrow_call_times
    if windows is not None:
        yield from order_faults(subject, windows, _WINDOWS)
        yield from overlap_faults(subject, windows, _WINDOWS)


@rule("reactions", "dialing")
def narrow_windows_leave_some(subject: Subject) -> Iterator[Fault]:
    """Some of the calling windows is left."""
    reactions, call_times = subject.strategy.reactions, subject.strategy.dialing.call_times
    left = reactions.narrow_call_times
    if left is None or not takes(reactions, "narrow_hours"):
        return
    if not any(_meet(one, other) for one in left for other in call_times):
        yield subject.warning(
            "none of these windows meets dialing.call_times, so narrow_hours ends all calls",
            _WINDOWS,
            ("dialing", "call_times"),
        )


def _meet(one: CallTimes, other: CallTimes) -> bool:
    same_day = not set(one.days).isdisjoint(other.days)
    return same_day and max(one.opens, other.opens) < min(one.closes, other.closes)


@rule("reactions", "message", "world.regulator")
def reactions_with_effect(subject: Subject) -> Iterator[Fault]:
    """There is a regulator to react to, and something to change."""
    reactions, message = subject.strategy.reactions, subject.strategy.message
    if subject.world.regulator is None:
        if reactions != Reactions():
            yield subject.warning("has no effect: the world has no regulator", ("reactions",))
        return
    for stage in STAGES:
        words = getattr(reactions, stage)
        if "objection_first" not in words or message.opt_out != "start":
            continue
        path: Path = ("reactions", stage, words.index("objection_first"))
        # An overlay that puts the notice first need not take inherited reactions away too.
        if subject.own(path) or not subject.own(("message", "opt_out")):
            yield subject.warning("changes nothing: message.opt_out is start already", path)
