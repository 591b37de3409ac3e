"""The reference engine: the same laws, one event at a time, written for reading.

This is the specification. A textbook SimPy model: one process per call, one for the dialer. There
are no blocks, no compiled code and no shared state with the fast engine. Who may start what and
when is decided by predicates on the plan at the moment in question, never by the order in which
SimPy happens to wake processes up.

The laws, by number (docs/model.md has them in full):

1. Time is whole milliseconds; intervals are half-open.
3. Pace is a rational clock; no credit builds up while idle.
4. A start needs ``busy(s) < channels(s)``; a call is busy from its start to just before its end.
5. Next is the due retry with the smallest (due, number of the call that made it); with none due,
   the open fresh line with the smallest list position.
6. A retry falls due at call end + delay, and is never moved. Windows and cutoffs are eligibility.
12. No call starts at or after its territory's cutoff.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import simpy

from sim.behaviour.answering import class_of
from sim.behaviour.calls import OUTCOME_BITS, OUTCOME_MASK, draw
from sim.engine.log import LogChunk, LogSink
from sim.engine.pace import rebase
from sim.engine.plan import Plan, Step
from sim.engine.result import EngineResult

Process = Generator[simpy.Event, Any, None]


@dataclass(order=True, slots=True)
class Retry:
    """A line that wants another attempt."""

    due: int
    number: int
    """Number in the log of the call that made it."""
    line: int = field(compare=False)
    attempt: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the call log."""

    line: int
    attempt: int
    territory: int
    start: int
    hold: int
    outcome: int


def run(plan: Plan, sink: LogSink) -> EngineResult:
    """Run a campaign and hand on its log as one chunk.

    Parameters and result as :func:`sim.engine.fast.run`.
    """
    campaign = ReferenceCampaign(plan)
    rows = campaign.run()
    attempts = np.zeros(plan.population.lines, dtype=np.uint8)
    for row in rows:
        attempts[row.line] = row.attempt
    if rows:
        sink(
            LogChunk(
                first=0,
                line=np.array([r.line for r in rows], dtype=np.int32),
                attempt=np.array([r.attempt for r in rows], dtype=np.uint8),
                territory=np.array([r.territory for r in rows], dtype=np.uint8),
                start_ms=np.array([r.start for r in rows], dtype=np.int64),
                hold_ms=np.array([r.hold for r in rows], dtype=np.int32),
                outcome=np.array([r.outcome for r in rows], dtype=np.uint8),
            )
        )
    return EngineResult(attempts, len(rows))


class ReferenceCampaign:
    """One campaign, from its first millisecond to its cutoff."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.env = simpy.Environment(initial_time=0)
        self.log: list[Row] = []
        self.ends: list[int] = []  # heap of the ends of calls in progress
        # By group of lines: those not dialled yet, as (list position, line).
        self.fresh = [deque[tuple[int, int]]() for _ in plan.groups]
        for position, line in enumerate(plan.order.tolist()):
            self.fresh[int(plan.group[line])].append((position, line))
        self.retries: list[list[Retry]] = [[] for _ in plan.groups]  # heaps
        self.earliest_by_pace = Fraction(0)
        self.gap: Fraction | None = None
        self.wake = self.env.event()

    def run(self) -> list[Row]:
        """Run until nothing is left to happen, and return the log."""
        for moment in self.control_moments():
            self.env.process(self.call_dialer_at(moment))
        self.env.process(self.dialer())
        self.env.run()
        return self.log

    # ── Processes ────────────────────────────────────────────────────────────────────────────────

    def dialer(self) -> Process:
        """Whenever something may have changed, start all calls that may start."""
        while True:
            yield self.wake
            self.wake = self.env.event()
            self.start_calls()

    def call_dialer_at(self, moment: int) -> Process:
        """Wake the dialer at a moment."""
        yield self.env.timeout(moment - self.env.now)
        if not self.wake.triggered:
            self.wake.succeed()

    def call(self, end: int, due: int | None) -> Process:
        """A call in progress: the dialer looks up at its end, and when its retry falls due."""
        yield from self.call_dialer_at(end)
        if due is not None:
            yield from self.call_dialer_at(due)

    # ── What holds at a moment ───────────────────────────────────────────────────────────────────

    def control_moments(self) -> list[int]:
        """All moments at which a window opens or capacity changes."""
        opens = {int(moment) for group in self.plan.groups for moment in group.open_ms[:, 0]}
        return sorted(opens | {step.at_ms for step in self.plan.steps})

    def is_open(self, group: int, now: int) -> bool:
        """Whether lines of a group may be dialled."""
        who = self.plan.groups[group]
        inside = any(a <= now < b for a, b in who.open_ms.tolist())
        return inside and now < self.plan.calling[who.territory].cutoff_ms

    def capacity(self, now: int) -> Step:
        """Channels and pace in force."""
        return [step for step in self.plan.steps if step.at_ms <= now][-1]

    def busy(self, now: int) -> int:
        """Calls in progress: started, and not yet at their end."""
        while self.ends and self.ends[0] <= now:
            heapq.heappop(self.ends)
        return len(self.ends)

    def local_quarter(self, territory: int, now: int) -> int:
        """Local quarter-hour of the week."""
        calling = self.plan.calling[territory]
        return int(calling.row[np.searchsorted(calling.row_from_ms, now, side="right") - 1])

    def next_candidate(self, now: int) -> Retry | None:
        """Take the next line to call from its queue, or None if nobody may be called."""
        open_now = [g for g in range(len(self.plan.groups)) if self.is_open(g, now)]
        due = [g for g in open_now if self.retries[g] and self.retries[g][0].due <= now]
        if due:
            return heapq.heappop(self.retries[min(due, key=lambda g: self.retries[g][0])])
        waiting = [g for g in open_now if self.fresh[g]]
        if waiting:
            _, line = self.fresh[min(waiting, key=lambda g: self.fresh[g][0])].popleft()
            return Retry(due=now, number=-1, line=line, attempt=1)
        return None

    # ── Starting calls ───────────────────────────────────────────────────────────────────────────

    def start_calls(self) -> None:
        """Start every call that may start now."""
        now = int(self.env.now)
        if now >= self.plan.cutoff_ms:
            return
        capacity = self.capacity(now)
        self.set_pace(1000 / capacity.calls_per_second)
        while self.busy(now) < capacity.channels:
            earliest = math.ceil(self.earliest_by_pace)
            if earliest > now:
                self.env.process(self.call_dialer_at(earliest))
                return
            candidate = self.next_candidate(now)
            if candidate is None:
                return
            assert self.gap is not None
            self.earliest_by_pace = (
                self.earliest_by_pace if earliest == now else Fraction(now)
            ) + self.gap
            self.start_call(candidate, now)

    def set_pace(self, gap: Fraction) -> None:
        """Let a change of pace take effect."""
        if self.gap is not None and gap != self.gap and self.log:
            self.earliest_by_pace = rebase(self.earliest_by_pace, self.gap, gap)
        self.gap = gap

    def start_call(self, who: Retry, now: int) -> None:
        """Start one call: its ending, its row in the log, its retry."""
        territory = int(self.plan.population.territory[who.line])
        hold, outcome = self.ending(who.line, who.attempt, territory, now)
        end = now + hold
        number = len(self.log)
        self.log.append(Row(who.line, who.attempt, territory, now, hold, outcome))
        heapq.heappush(self.ends, end)
        delay = int(self.plan.retry_delay_ms[outcome])
        due = None
        if delay > 0 and who.attempt < self.plan.lifetime:
            due = end + delay
            retry = Retry(due, number, who.line, who.attempt + 1)
            heapq.heappush(self.retries[int(self.plan.group[who.line])], retry)
        self.env.process(self.call(end, due))

    def ending(self, line: int, attempt: int, territory: int, now: int) -> tuple[int, int]:
        """Holding time in ms and outcome of a call, from its keyed words and the local hour."""
        people, tables = self.plan.population, self.plan.tables
        one = slice(line, line + 1)
        drawn = draw(
            tables,
            self.plan.key,
            np.array([line], dtype=np.uint32),
            attempt,
            people.line_type[one],
            people.in_service[one],
            people.has_machine[one],
        )
        segments = tables.thresholds.shape[2] // len(tables.human_ring) // self.plan.cohorts
        kind = class_of(
            people.line_type[one],
            people.segment[one],
            people.cohort[one],
            segments,
            self.plan.cohorts,
        )
        level = min(attempt, len(tables.thresholds)) - 1
        quarter = self.local_quarter(territory, now)
        busy_below, human_below = tables.thresholds[level, quarter, int(kind[0])]
        if drawn.disposition[0] < busy_below:
            packed = int(drawn.busy[0])
        elif drawn.disposition[0] < human_below:
            packed = int(drawn.human[0])
        else:
            packed = int(drawn.other[0])
        return packed >> OUTCOME_BITS, packed & OUTCOME_MASK
