"""The weekly times that consents name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sim.document.units import WEEKDAYS
from sim.scenario.consent import ConsentSlots
from sim.scenario.dialing import CallTimes
from sim.scenario.world import World

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class ConsentSlot:
    """One weekly time."""

    name: str
    """Such as ``tue 10:00-12:00``."""
    window: CallTimes
    """The same as a calling window."""


def consent_slots(world: World) -> tuple[ConsentSlot, ...]:
    """All times that a consent may name, in order of the week; empty where consents name none.

    On each day they follow one another from the first, as many as fit; a consent names one of them,
    all alike.
    """
    if world.consent is None or world.consent.slot is None:
        return ()
    return _slots(world.consent.slot)


@lru_cache(maxsize=32)
def _slots(rule: ConsentSlots) -> tuple[ConsentSlot, ...]:
    """The times that a rule gives."""
    length = rule.length // MINUTE_MS
    return tuple(
        ConsentSlot(
            f"{WEEKDAYS[day]} {_clock(start)}-{_clock(start + length)}",
            CallTimes.model_validate(
                {"days": [day], "from": _clock(start), "to": _clock(start + length)}
            ),
        )
        for day in rule.days
        for start in range(rule.opens, rule.closes - length + 1, length)
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
