"""Objections: how people are told, how they answer, and how they reach the dialer."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Fault
from sim.scenario.checks.bounds import highest
from sim.scenario.checks.durations import LONGEST_WAIT_MS, too_long
from sim.scenario.checks.reactions import takes
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.played import played


@rule("message", "reactions")
def notice_of_objection(subject: Subject) -> Iterator[Fault]:
    """What belongs to a notice of objection needs such a notice, now or as a reaction."""
    message, reactions = subject.strategy.message, subject.strategy.reactions
    if message.opt_out == "none" and not takes(reactions, "objection_first"):
        for name in ("opt_out_notice", "opt_out_key"):
            if getattr(message, name):
                yield subject.fault(
                    "needs a notice of objection: message.opt_out is none",
                    ("message", name),
                    ("message", "opt_out"),
                )
    if message.opt_out_key_within is not None and not message.opt_out_key:
        yield subject.fault(
            "needs message.opt_out_key: no key is offered",
            ("message", "opt_out_key_within"),
            ("message", "opt_out_key"),
        )


@rule("message", "world.opting_out")
def key_that_people_press(subject: Subject) -> Iterator[Fault]:
    """A key that lists a number needs people who press it, or do not."""
    if subject.strategy.message.opt_out_key and subject.world.opting_out is None:
        yield subject.fault(
            "the world does not say how many press this key: give world.opting_out",
            ("message", "opt_out_key"),
        )


@rule("campaign", "dialing", "amd", "message")
def number_in_a_voicemail(subject: Subject) -> Iterator[Fault]:
    """A number to call back stands in a message that is left."""
    message = subject.strategy.message
    if not message.call_back:
        return
    later = played(subject.strategy)
    if all(at.message.voicemail is None for at in later):
        yield subject.fault(
            "the number would stand in the voicemail, but there is no message.voicemail",
            ("message", "call_back"),
            ("message", "voicemail"),
        )
    elif all(at.amd.on_machine != "leave_message" for at in later):
        yield subject.fault(
            "the number would stand in the voicemail, but amd.on_machine is hang_up",
            ("message", "call_back"),
            ("amd", "on_machine"),
        )


@rule("message", "inbound", "world.call_back")
def callers_back(subject: Subject) -> Iterator[Fault]:
    """Who calls back, and lines for them, go together."""
    message, lines = subject.strategy.message, subject.strategy.inbound.lines
    if not message.call_back:
        # An overlay that takes the number out of the message need not take the lines away too.
        off = subject.own(("message", "call_back")) and not subject.own(("inbound", "lines"))
        if lines and not off:
            yield subject.warning(
                "has no effect: message.call_back is false, so nobody has the number",
                ("inbound", "lines"),
            )
        return
    if subject.world.call_back is None:
        yield subject.warning(
            "nobody calls back in this world: world.call_back is left out", ("message", "call_back")
        )
    elif not lines:
        yield subject.warning(
            "every caller back is blocked: inbound.lines is 0",
            ("message", "call_back"),
            ("inbound", "lines"),
        )


@rule("suppression")
def suppression_delays(subject: Subject) -> Iterator[Fault]:
    """Objections are not kept waiting longer than the longest campaign."""
    for name in ("key_press", "refresh"):
        ms = getattr(subject.strategy.suppression, name)
        if ms is not None and ms > LONGEST_WAIT_MS:
            yield subject.fault(too_long(ms, LONGEST_WAIT_MS), ("suppression", name))


@rule("suppression", "world.households")
def households_to_suppress(subject: Subject) -> Iterator[Fault]:
    """Objections for a household need households."""
    if subject.strategy.suppression.household and subject.world.households is None:
        yield subject.warning(
            "has no effect: in this world every line is a household of its own",
            ("suppression", "household"),
        )


@rule(
    "suppression", "message", "inbound", "attempts", "world.call_back", "world.complaints",
    "world.households",
)  # fmt: skip
def objections_that_never_arrive(subject: Subject) -> Iterator[Fault]:
    """Objections that the dialer does not see for itself reach it by a refresh.

    Where no line is called after an objection, it does not matter.
    """
    strategy, world = subject.strategy, subject.world
    suppression = strategy.suppression
    called_again = strategy.attempts.lifetime > 1 or (
        suppression.household and world.households is not None
    )
    means = []
    if strategy.message.call_back and strategy.inbound.lines and world.call_back is not None:
        means.append("call-back")
    if world.complaints is not None and highest(world.complaints.opts_out) > 0:
        means.append("complaint")
    if called_again and means and suppression.refresh is None:
        yield subject.warning(
            f"left out, so objections by {' and '.join(means)} never reach the dialer, and lines "
            "are called again",
            ("suppression", "refresh"),
        )
