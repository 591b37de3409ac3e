"""What a strategy says and nothing comes of: it cannot happen, or has no effect.

A run would obey without a word, and half of the reach may be gone. So each of these is a warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from statistics import NormalDist

from sim.document.laws import Constant, Exponential, LogNormal, Uniform
from sim.document.node import Path
from sim.document.written import clock_text, duration_text, share_text
from sim.errors import Fault
from sim.scenario import clock
from sim.scenario.calendars import day_windows
from sim.scenario.call_times import in_force, written
from sim.scenario.checks.durations import LONGEST_HOLD_MS
from sim.scenario.checks.moments import span_of
from sim.scenario.checks.people import MOST_VOTERS
from sim.scenario.checks.subject import Subject, rule
from sim.scenario.checks.windows import spans_in_force
from sim.scenario.played import played

FEW = 0.02
"""Chance of answering in time below which a warning says so: what is left is hardly a law."""
_NINE_IN_TEN = NormalDist().inv_cdf(0.9)
GREETING_MS = 60_000
"""A greeting longer than this is left out of account; few machines have one."""


@rule("campaign", "dialing", "amd", "message", "world.line_types.each")
def nobody_in_time(subject: Subject) -> Iterator[Fault]:
    """People, and machines on which a message is to be left, pick up before the dialer gives up."""
    dialing = subject.strategy.dialing
    if not dialing.ring:
        return
    wanted = {"people": "human_ring"}
    if any(at.leaves for at in played(subject.strategy)):
        wanted["machines"] = "machine_ring"
    for name, line_type in subject.each("line_types", "answering"):
        for who, key in wanted.items():
            chance = _before(dialing.ring_timeout, getattr(line_type.answering, key))
            if chance is None or chance >= FEW:
                continue
            few = f"no {who}" if chance == 0 else f"fewer than {share_text(FEW)} of {who}"
            yield subject.warning(
                f"the dialer gives up after {duration_text(dialing.ring_timeout)}: by then {few} "
                f"have picked up on {name} lines",
                ("dialing", "ring_timeout"),
                ("world", "line_types", name, "answering", key),
            )


def _before(limit_ms: int, law: object) -> float | None:
    """Chance of a duration shorter than a limit, at central values; None where not told here."""
    if limit_ms <= 0:
        return None
    if isinstance(law, Constant):
        return float(law.value.central < limit_ms)
    if isinstance(law, Uniform):
        low, high = law.shortest.central, law.longest.central
        if high <= low:
            return float(low < limit_ms)
        return min(max((limit_ms - low) / (high - low), 0.0), 1.0)
    if isinstance(law, Exponential) and law.mean.central > 0:
        return -math.expm1(-limit_ms / law.mean.central)
    if isinstance(law, LogNormal) and law.p90.central > law.median.central > 0:
        spread = math.log(law.p90.central / law.median.central) / _NINE_IN_TEN
        return NormalDist(math.log(law.median.central), spread).cdf(math.log(limit_ms))
    return None


@rule("campaign", "dialing", "amd", "message")
def message_never_left(subject: Subject) -> Iterator[Fault]:
    """A message for machines is left on machines, or the strategy itself says that it is not."""
    message = subject.strategy.message
    said = subject.own(("amd", "on_machine")) and not subject.own(("message", "voicemail"))
    ever = {at.amd.on_machine for at in played(subject.strategy)}
    if message.voicemail is not None and "leave_message" not in ever and not said:
        yield subject.warning(
            "has no effect: amd.on_machine is hang_up, so nothing is left on machines",
            ("message", "voicemail"),
            ("amd", "on_machine"),
        )


@rule("message")
def gate_keys_without_gate(subject: Subject) -> Iterator[Fault]:
    """What belongs to a gate stands beside one."""
    message = subject.strategy.message
    path: Path = ("message", "gate_timeout")
    told = subject.written(path) and message.gate_timeout <= LONGEST_HOLD_MS
    if message.gate == "none" and told and not subject.own(("message", "gate")):
        yield subject.warning("has no effect: message.gate is none", path, ("message", "gate"))


@rule("campaign", "dialing", "amd", "message")
def channels_never_filled(subject: Subject) -> Iterator[Fault]:
    """So many channels can be in use at this pace, were every call as long as the longest."""
    dialing, amd, message = subject.strategy.dialing, subject.strategy.amd, subject.strategy.message
    paces = [dialing.calls_per_second]
    paces += [c.calls_per_second for c in dialing.changes if c.calls_per_second is not None]
    each = [at.message for at in played(subject.strategy)]
    parts = (
        dialing.ring_timeout, amd.analysis_time, message.opt_out_notice, message.gate_timeout,
        max(max(one.duration, GREETING_MS + (one.voicemail or 0)) for one in each),
    )  # fmt: skip
    pace, longest = max(map(Fraction, paces)), sum(parts)
    most = math.ceil(pace * longest / 1000)
    paths = (("dialing", "channels"), ("dialing", "calls_per_second"))
    slower = subject.own(paths[1]) and not subject.own(paths[0])  # what a strategy sets out to do
    if dialing.channels > most and not slower:
        yield subject.warning(
            f"at {float(pace):g} calls a second no more than {most:_} channels are ever in use, "
            f"were every call as long as {duration_text(longest)}: more do nothing",
            *paths,
        )


@rule("world.lines", "world.voters_per_line", "world.electorate")
def more_voters_than_there_are(subject: Subject) -> Iterator[Fault]:
    """Voters behind all lines are no more than the electorate."""
    world = subject.world
    behind = world.lines * world.voters_per_line.central
    if world.electorate < behind <= MOST_VOTERS * world.lines:
        yield subject.warning(
            f"{world.lines:_} lines with {world.voters_per_line.central:g} voters each have "
            f"{round(behind):_} voters behind them, more than the electorate of "
            f"{world.electorate:_}",
            ("world", "voters_per_line"),
            ("world", "electorate"),
        )


@rule("campaign", "dialing", "world.territories")
def windows_never_met(subject: Subject) -> Iterator[Fault]:
    """Each window is open at some time of the campaign, somewhere."""
    span, dialing = span_of(subject), subject.strategy.dialing
    if span is None:
        return
    met: dict[tuple[Path, int], bool] = {}
    for name, place in subject.world.territories.items():
        if place.timezone not in clock.zone_names():
            continue
        times = in_force(dialing, name)
        for each, during in zip(times, spans_in_force(times, span, subject), strict=True):
            for index, window in enumerate(each.windows):
                alone = day_windows((window,), "normal", frozenset())
                opens = any(True for _ in clock.open_intervals(place.timezone, *during, alone))
                met[each.path, index] = met.get((each.path, index), False) or opens
    if not any(met.values()):
        return  # where no window at all is open, that is a fault
    for each in written(dialing):
        for index, window in enumerate(each.windows):
            if not met.get((each.path, index), True) and window.closes > window.opens:
                yield subject.warning(
                    f"is never open during the campaign ({clock_text(window.opens)} to "
                    f"{clock_text(window.closes)})",
                    (*each.path, index),
                    ("campaign", "cutoff"),
                )
