"""Durations of the world make sense, and are short enough for the tables that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from sim.document.laws import Constant, DurationLaw, Exponential, LogNormal, Survival, Uniform
from sim.document.node import Path
from sim.document.quantity import DurationRange, ShareRange
from sim.document.units import parse_duration
from sim.document.written import duration_text, share_text
from sim.errors import Fault
from sim.scenario.checks.bounds import highest, lowest
from sim.scenario.checks.subject import Subject, rule

LONGEST_RING_MS = 600_000
"""Longest ring time-out."""
LONGEST_HOLD_MS = 3_600_000
"""Longest part of a call: so that a whole call stays below 2^27 ms."""
LONGEST_VOICEMAIL_DELAY_MS = 7 * 86_400_000
"""Longest time from message left to message heard: 32-bit tables of milliseconds hold it."""
LONGEST_CALL_BACK_DELAY_MS = 24 * 86_400_000
"""Longest time to a call back, and to the next try: 31 bits of milliseconds end at 24.8 days."""
LONGEST_WAIT_MS = 400 * 86_400_000
"""Longest of all other times that pass between things, such as a retry's delay: that of the
longest campaign. Tables of complaints' delays hold seconds."""
LONGEST_MS: dict[Path, int] = {
    ("voicemail", "delay"): LONGEST_VOICEMAIL_DELAY_MS,
    ("complaints", "delay"): LONGEST_WAIT_MS,
    ("complaints", "contagion", "delay"): LONGEST_WAIT_MS,
    ("call_back", "delay"): LONGEST_CALL_BACK_DELAY_MS,
    ("call_back", "redial_delay"): LONGEST_CALL_BACK_DELAY_MS,
}
"""Longest durations by the law's path in the world; all others are parts of a call.

A law that is new to the world is checked without a line here, as a part of a call.
"""


def too_long(found: int, longest: int) -> str:
    """What to say of a duration beyond its limit, both in milliseconds."""
    return f"found {duration_text(found)}; at most {duration_text(longest)} is allowed"


def ring_timeout_fault(subject: Subject, ms: int, path: Path) -> Iterator[Fault]:
    """A ring time-out of nothing, or a very long one."""
    if ms > LONGEST_RING_MS:
        yield subject.fault(too_long(ms, LONGEST_RING_MS), path)
    if ms == 0:
        yield subject.fault("is 0; a longer ring time is wanted", path)


def _laws(value: object, path: Path) -> Iterator[tuple[Path, DurationLaw]]:
    """Every duration law in a value of the world, however deep, with its path."""
    if isinstance(value, (Constant, Uniform, Exponential, LogNormal, Survival)):
        yield path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _laws(value.__dict__.get(name), (*path, info.alias or name))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _laws(entry, (*path, key))
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _laws(entry, (*path, index))


def _check_law(subject: Subject, path: Path, law: DurationLaw, longest: int) -> Iterator[Fault]:
    if isinstance(law, LogNormal) and law.p90.central <= law.median.central:
        yield subject.fault(
            f"p90 ({duration_text(law.p90.central)}) is not longer than the median "
            f"({duration_text(law.median.central)})",
            (*path, "p90"),
        )
    if isinstance(law, Uniform) and law.shortest.central > law.longest.central:
        yield subject.fault(
            f"longest ({duration_text(law.longest.central)}) is shorter than shortest "
            f"({duration_text(law.shortest.central)})",
            (*path, "longest"),
        )
    if isinstance(law, (Exponential, LogNormal)):
        middle = "mean" if isinstance(law, Exponential) else "median"
        value: DurationRange = getattr(law, middle)
        if value.central == 0 or value.low == 0:
            yield subject.fault("is 0; a longer duration is wanted", (*path, middle))
    if isinstance(law, Survival):
        yield from _check_points(subject, path, law, longest)
        return
    for name in type(law).model_fields:
        quantity = getattr(law, name)
        if isinstance(quantity, DurationRange):
            most = quantity.central if quantity.high is None else quantity.high
            if most > longest:
                # A constant may be written as one duration, without its `value`.
                at = path if isinstance(law, Constant) else (*path, name)
                yield subject.fault(too_long(most, longest), at)


def _ends(share: ShareRange) -> tuple[float, float, float]:
    """The central value, and the ends of the range that it may be."""
    return share.central, lowest(share), highest(share)


def _check_points(subject: Subject, path: Path, law: Survival, longest: int) -> Iterator[Fault]:
    previous: tuple[int, str, ShareRange] | None = None
    for key, share in law.points.items():
        at: Path = (*path, "points", key)
        try:
            ms = parse_duration(key)
        except ValueError as error:
            yield subject.fault(str(error), at, on_key=True)
            continue
        for end in dict.fromkeys(_ends(share)):
            if not 0.0 < end < 1.0:
                yield subject.fault(
                    f"found {share_text(end)}; more than 0 % and less than 100 % is allowed", at
                )
        if not 0 < ms <= longest:
            yield subject.fault(
                f"found the time {key}; more than 0 s and at most {duration_text(longest)} "
                "is allowed",
                at,
                on_key=True,
            )
        if previous is not None and ms <= previous[0]:
            yield subject.fault(f"{key} does not come after {previous[1]}", at, on_key=True)
        elif previous is not None:
            pairs = zip(_ends(share), _ends(previous[2]), strict=True)
            wrong = next(((now, then) for now, then in pairs if now >= then), None)
            if wrong is not None:
                yield subject.fault(
                    f"{share_text(wrong[0])} are still there after {key}, "
                    f"but fewer than {share_text(wrong[1])} must be (after {previous[1]})",
                    at,
                )
        previous = (ms, key, share)


@rule()
def duration_laws(subject: Subject) -> Iterator[Fault]:
    """Every duration law of the world makes sense and is short enough."""
    world = subject.world
    parts = {name.split(".")[1] for name in subject.known if name.startswith("world.")}
    for part in type(world).model_fields:
        if part in parts and part in world.__dict__:
            for path, law in _laws(getattr(world, part), ("world", part)):
                longest = LONGEST_MS.get(path[1:], LONGEST_HOLD_MS)
                yield from _check_law(subject, path, law, longest)


@rule("world.line_types.each")
def ring_timeouts(subject: Subject) -> Iterator[Fault]:
    """Answering was measured at a ring time-out that can be."""
    for name, line_type in subject.each("line_types", "answering.at_ring_timeout"):
        path: Path = ("world", "line_types", name, "answering", "at_ring_timeout")
        yield from ring_timeout_fault(subject, line_type.answering.at_ring_timeout, path)
