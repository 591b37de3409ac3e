"""The plan: one strategy in one world, reduced to integers. What both engines read.

Nothing here depends on an engine. Times are int64 milliseconds since the campaign's start, in UTC;
intervals are half-open; shares have become uint32 thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.engine.plan.feedback_plan import FeedbackPlan
from sim.record.log import Outcome
from sim.streams import Key
from sim.world.population import Population


@dataclass(frozen=True, slots=True)
class Step:
    """A value in force from a moment on."""

    at_ms: int
    channels: int
    calls_per_second: Fraction


@dataclass(frozen=True, slots=True)
class Calling:
    """A territory's calendar."""

    open_ms: NDArray[np.int64]
    """(k, 2) Intervals in which its lines may be dialled, cut at its cutoff; ordered, disjoint."""
    cutoff_ms: int
    """No call to it starts at or after this moment."""
    row_from_ms: NDArray[np.int64]
    """(m,) Moments at which its local quarter-hour changes; the first is 0."""
    row: NDArray[np.int16]
    """(m,) Local quarter-hour of the week from each such moment, 0 (Monday 00:00) to 671."""

    @property
    def day_from_ms(self) -> NDArray[np.int64]:
        """(days,) Moments from which the local calendar shows another day; the first is 0.

        A day lasts until a later one is shown first: a clock that is put back across midnight does
        not bring the day before back.
        """
        weekday = self.row.astype(np.int64) // 96
        ahead = (np.diff(weekday, prepend=weekday[:1]) + 3) % 7 - 3
        day = np.maximum.accumulate(np.cumsum(ahead))
        return self.row_from_ms[np.diff(day, prepend=-1) > 0]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that may be dialled at the same times: those of a territory, or of a slot in it."""

    territory: int
    """Whose clock and cutoff they have."""
    open_ms: NDArray[np.int64]
    """(k, 2) Intervals in which they may be dialled, cut at the cutoff; ordered, disjoint."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A rolling cap: at most so many calls to a line in any so long a time."""

    calls: int
    window_ms: int
    lines: NDArray[np.bool_]
    """(lines,) Lines that it binds."""


@dataclass(frozen=True, slots=True)
class Posture:
    """What a reaction to the regulator, or a change of the message on a date, makes of calls."""

    tables: CallTables
    """How calls turn out. Only what depends on the message differs between postures."""
    open_ms: tuple[NDArray[np.int64], ...]
    """By group: (k, 2) intervals in which its lines may be dialled, cut at the cutoff."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an engine needs."""

    key: Key
    population: Population
    tables: CallTables
    class_of: NDArray[np.uint16]
    """(lines,) By line id: its class in the threshold rows."""
    order: NDArray[np.int32]
    """(n,) The list: line ids in dialling order. Lines that are not on the list are absent."""
    calling: tuple[Calling, ...]
    """By territory: its clock, its cutoff, and when the strategy calls there at all."""
    groups: tuple[Group, ...]
    """By group of lines: when its lines may be dialled."""
    group: NDArray[np.uint16]
    """(lines,) By line id: its group."""
    steps: tuple[Step, ...]
    """Capacity over time: in order of time, the first at 0."""
    cutoff_ms: int
    """The campaign's cutoff."""
    lifetime: int
    """Most attempts per line."""
    retry_delay_ms: NDArray[np.int64]
    """(16,) By outcome: end of call to the retry falling due, at least the least gap; 0 where it is
    not retried."""
    live_thresholds_ms: tuple[int, ...]
    """Listening times that outcomes tell apart, rising."""
    reached_live_ms: int
    """The one of them that means *delivered live*."""
    start_utc_ms: int
    """The campaign's start, ms since 1970 UTC."""
    postures: tuple[Posture, ...]
    """Each different message and hours that the strategy may take: for each message that holds from
    a date on, one a stance, in the same order; the first is that of ``tables`` and ``groups``. One
    stance is the campaign's own, others are those of reactions to the regulator."""
    carriers: tuple[tuple[Step, ...], ...] = ()
    """By carrier: what it takes over time, as ``steps``; empty where one takes all."""
    message_from_ms: tuple[int, ...] = (0,)
    """Moments from which another message is played, rising; the first is 0."""
    caps: tuple[Cap, ...] = ()
    """Rolling caps that the dialer keeps."""
    per_day: int = 0
    """Most attempts to a line on one day of its territory's calendar; 0 for no limit."""
    turns: tuple[int, int] = (1, 0)
    """Where a due retry and an open fresh line both wait: so many retries, so many fresh lines, and
    again. (1, 0) is retries first, (0, 1) fresh lines first."""
    until_ms: NDArray[np.int64] | None = None
    """(lines,) No call to a line starts at or after this moment; None where none has one."""
    key_press_ms: int = 0
    """End of a call with the opt-out key to the line's being left alone, ms."""
    partner: NDArray[np.int32] | None = None
    """(lines,) The other line of the household for which an objection holds too, or -1; None where
    objections hold for their own line alone."""
    numbers: int = 1
    """Caller numbers whose standing is kept; 1 where none is."""
    feedback: FeedbackPlan | None = None
    """What acts back on the campaign; None where nothing does and nobody complains."""

    def listed(self) -> NDArray[np.bool_]:
        """(lines,) Whether each line is on the list."""
        lines = self.population.lines
        if len(self.order) == lines:  # each stands there once
            return np.ones(lines, dtype=np.bool_)
        listed = np.zeros(lines, dtype=np.bool_)
        listed[self.order] = True
        return listed

    @property
    def capacity(self) -> tuple[Step, ...]:
        """Capacity over time, of dialer and carriers together: the lower of the two."""
        if not self.carriers:
            return self.steps
        moments = {step.at_ms for steps in (self.steps, *self.carriers) for step in steps}
        found = []
        for at in sorted(moments):
            own, *each = (
                [step for step in steps if step.at_ms <= at][-1]
                for steps in (self.steps, *self.carriers)
            )
            channels = min(own.channels, sum(step.channels for step in each))
            pace = min(own.calls_per_second, sum((s.calls_per_second for s in each), Fraction(0)))
            found.append(Step(at, channels, pace))
        return tuple(found)

    @property
    def stances(self) -> int:
        """Postures of each message."""
        return len(self.postures) // len(self.message_from_ms)

    @property
    def watches(self) -> bool:
        """Whether a line can come up for a call when it must be left alone.

        Objections matter for later calls alone: to the line itself where it is called again, or to
        the other line of its household.
        """
        if self.until_ms is not None:
            return True
        again = self.lifetime > 1
        household = self.partner is not None
        keyed = any(posture.tables.opt_out_key for posture in self.postures)
        delays = self.retry_delay_ms[Outcome.HUMAN_AT_GATE : Outcome.FAILED]
        people_again = again and bool((delays > 0).any())
        refreshed = self.feedback is not None and len(self.feedback.refresh_ms) > 0
        return (keyed and (people_again or household)) or (refreshed and (again or household))
