"""Message, detection, prices, and what counts as reached."""

from __future__ import annotations

from collections.abc import Iterator

from sim.document.node import Path
from sim.document.written import duration_text
from sim.errors import Fault
from sim.scenario.checks.durations import LONGEST_HOLD_MS, too_long
from sim.scenario.checks.subject import Subject, rule


@rule("message")
def message_lengths(subject: Subject) -> Iterator[Fault]:
    """No part of the message is longer than an hour."""
    for name in ("duration", "gate_timeout", "voicemail", "opt_out_notice", "opt_out_key_within"):
        ms = getattr(subject.strategy.message, name)
        if ms is not None and ms > LONGEST_HOLD_MS:
            yield subject.fault(too_long(ms, LONGEST_HOLD_MS), ("message", name))


@rule("dialing.changes")
def changed_lengths(subject: Subject) -> Iterator[Fault]:
    """Nor is it from a date on."""
    for index, change in enumerate(subject.strategy.dialing.changes):
        for name in type(change.message).model_fields if change.message is not None else ():
            ms = getattr(change.message, name)
            if ms is not None and ms > LONGEST_HOLD_MS:
                path: Path = ("dialing", "changes", index, "message", name)
                yield subject.fault(too_long(ms, LONGEST_HOLD_MS), path)


@rule("amd")
def analysis_time(subject: Subject) -> Iterator[Fault]:
    """Detection does not take an hour."""
    ms = subject.strategy.amd.analysis_time
    if ms > LONGEST_HOLD_MS:
        yield subject.fault(too_long(ms, LONGEST_HOLD_MS), ("amd", "analysis_time"))


@rule("amd", "message")
def message_to_leave(subject: Subject) -> Iterator[Fault]:
    """There is a message to leave where one is to be left."""
    amd, message = subject.strategy.amd, subject.strategy.message
    if amd.on_machine == "leave_message" and message.voicemail is None:
        yield subject.fault(
            "leave_message needs message.voicemail, the length of the message left",
            ("amd", "on_machine"),
            ("message", "voicemail"),
        )
    elif amd.on_machine == "leave_message" and not amd.enabled:
        yield subject.warning(
            "has no effect: amd.enabled is false", ("amd", "on_machine"), ("amd", "enabled")
        )


@rule("campaign", "dialing", "amd", "message")
def changed_message(subject: Subject) -> Iterator[Fault]:
    """A message that changes on a date is there to be left, and is another than before."""
    strategy = subject.strategy
    amd, message = strategy.amd, strategy.message
    on_machine, length, left = amd.on_machine, message.duration, message.voicemail
    for index, change in sorted(
        enumerate(strategy.dialing.changes), key=lambda numbered: numbered[1].at
    ):
        path: Path = ("dialing", "changes", index)
        before = (on_machine, length, left)
        if change.message is not None:
            length = change.message.duration or length
            left = change.message.voicemail or left
        if change.amd is not None:
            on_machine = change.amd.on_machine or on_machine
        said = change.message is not None or change.amd is not None
        if said and (on_machine, length, left) == before:
            part = "amd" if change.message is None else "message"
            yield subject.warning("has no effect: it is so already", (*path, part))
        if change.amd is not None and not amd.enabled:
            yield subject.warning("has no effect: amd.enabled is false", (*path, "amd"))
        elif change.amd is not None and on_machine == "leave_message" and left is None:
            yield subject.fault(
                "leave_message needs the length of the message left, in message.voicemail",
                (*path, "amd", "on_machine"),
                ("message", "voicemail"),
            )


@rule("dialing", "amd", "message")
def message_to_drop(subject: Subject) -> Iterator[Fault]:
    """A campaign whose lines do not ring leaves a message: nothing else of it would arrive."""
    strategy = subject.strategy
    if strategy.dialing.ring:
        return
    leaves = strategy.amd.enabled and strategy.amd.on_machine == "leave_message"
    if not (leaves and strategy.message.voicemail is not None):
        yield subject.fault(
            "found false; a message dropped into voicemail needs amd.on_machine: leave_message, "
            "with detection enabled, and message.voicemail",
            ("dialing", "ring"),
            ("amd", "on_machine"),
        )
    for index, change in enumerate(strategy.dialing.changes):
        if change.amd is not None and change.amd.on_machine == "hang_up":
            yield subject.fault(
                "nothing would arrive from then on: dialing.ring is false, so messages are dropped "
                "into voicemail; make it the campaign's cutoff",
                ("dialing", "changes", index, "amd", "on_machine"),
                ("dialing", "ring"),
            )


@rule("dialing", "message", "reached_when")
def reach_beyond_changes(subject: Subject) -> Iterator[Fault]:
    """No message of a later date is shorter than what counts as reached."""
    strategy = subject.strategy
    least = min(strategy.reached_when.live, strategy.message.duration)
    for index, change in enumerate(strategy.dialing.changes):
        length = None if change.message is None else change.message.duration
        if length is not None and length < least:
            yield subject.fault(
                f"found {duration_text(length)}; nobody would be reached from then on, for that "
                f"takes {duration_text(least)} (reached_when.live): make that shorter, or this "
                "longer",
                ("dialing", "changes", index, "message", "duration"),
                ("reached_when", "live"),
            )


@rule("message", "reached_when")
def reach_beyond_message(subject: Subject) -> Iterator[Fault]:
    """The message is as long as it must be heard."""
    live, duration = subject.strategy.reached_when.live, subject.strategy.message.duration
    if live > duration:
        yield subject.warning(
            f"{duration_text(live)} is longer than the message ({duration_text(duration)}), "
            "so only those who hear all of it count",
            ("reached_when", "live"),
            ("message", "duration"),
        )


@rule("prices")
def one_currency(subject: Subject) -> Iterator[Fault]:
    """All prices are in one currency."""
    prices = subject.strategy.prices
    named = {name: getattr(prices, name) for name in type(prices).model_fields}
    given = [(name, price) for name, price in named.items() if price is not None]
    for name, price in given[1:]:
        if price.currency != given[0][1].currency:
            yield subject.fault(
                f"is in {price.currency}, but {given[0][0]} is in {given[0][1].currency}; "
                "all prices are in one currency",
                ("prices", name),
                ("prices", given[0][0]),
            )
