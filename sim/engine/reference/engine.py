"""The reference engine: the same laws, one event at a time, written for reading.

This is the specification. A textbook SimPy model: one process per call, one for the dialer. There
are no blocks, no compiled code and no shared state with the fast engine. Who may start what and
when is decided by predicates on the plan at the moment in question, never by the order in which
SimPy happens to wake processes up.

The laws, by number (docs/model.md has them in full):

1. Time is whole milliseconds; intervals are half-open.
3. Pace is a rational clock; no credit builds up while idle.
4. A start needs ``busy(s) < channels(s)``; a call is busy from its start to just before its end.
   Where carriers share the calls it needs one that has a channel and whose pace allows it.
5. Next is the due retry with the smallest (due, number of the call that made it), or the open fresh
   line with the smallest list position; where both wait, they take turns.
6. A retry falls due at call end + delay, or where a cap says later, and is never moved.
   Windows, cutoffs, suspensions and objections are eligibility.
8. Only a control event makes a control event: what the regulator does, it does at a review.
9. A start needs ``s < until``: a key press sets it to call end + delay, a list refresh to itself.
12. No call starts at or after its territory's cutoff.

A campaign with a head lives through the head's calls as they were, and decides from its moment on.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.behaviour.calls import ENDING_BITS, OPTED_OUT, OUTCOME_MASK, draw
from sim.engine.plan.feedback_plan import FeedbackPlan, Reaction
from sim.engine.plan.pace import rebase
from sim.engine.plan.plan import Plan, Step
from sim.engine.reference.feedback import ReferenceFeedback
from sim.record.head import Head
from sim.record.log import LogChunk, LogSink
from sim.record.never import NEVER
from sim.record.result import EngineResult

Process = Generator[simpy.Event, Any, None]


@dataclass(order=True, slots=True)
class Retry:
    """A line that wants another attempt."""

    due: int
    number: int
    """Number in the log of the call that made it."""
    line: int = field(compare=False)
    attempt: int = field(compare=False)


@dataclass(slots=True)
class Carrier:
    """One of the carriers that share the calls: its own channels and its own pace."""

    steps: tuple[Step, ...]
    ends: list[int] = field(default_factory=list)
    """Heap of the ends of its calls in progress."""
    earliest_by_pace: Fraction = Fraction(0)
    gap: Fraction | None = None
    begun: bool = False
    """Whether it has had a call."""

    def in_force(self, now: int) -> Step:
        """Channels and pace in force."""
        return [step for step in self.steps if step.at_ms <= now][-1]

    def set_pace(self, now: int) -> None:
        """Let a change of pace take effect."""
        gap = 1000 / self.in_force(now).calls_per_second
        if self.gap is not None and gap != self.gap and self.begun:
            self.earliest_by_pace = rebase(self.earliest_by_pace, self.gap, gap)
        self.gap = gap

    def takes(self, now: int) -> bool:
        """Whether it takes a call that starts now."""
        while self.ends and self.ends[0] <= now:
            heapq.heappop(self.ends)
        free = len(self.ends) < self.in_force(now).channels
        return free and math.ceil(self.earliest_by_pace) <= now

    def take(self, now: int, end: int) -> None:
        """Take a call."""
        assert self.gap is not None
        on_time = math.ceil(self.earliest_by_pace) == now
        self.earliest_by_pace = (self.earliest_by_pace if on_time else Fraction(now)) + self.gap
        self.begun = True
        heapq.heappush(self.ends, end)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the call log."""

    line: int
    attempt: int
    territory: int
    start: int
    hold: int
    outcome: int
    opted_out: bool
    caller: int


def run(plan: Plan, sink: LogSink, *, head: Head | None = None) -> EngineResult:
    """Run a campaign and hand on its log as one chunk.

    Parameters and result as :func:`sim.engine.fast.engine.run`.
    """
    campaign = ReferenceCampaign(plan, head)
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
                opted_out=np.array([r.opted_out for r in rows], dtype=np.uint8),
                caller=np.array([r.caller for r in rows], dtype=np.uint16),
            )
        )
    return EngineResult(
        attempts,
        len(rows),
        until_ms=campaign.until_by_line(),
        stopped_ms=campaign.stopped,
        feedback=campaign.feedback.result() if campaign.feedback else None,
    )


class ReferenceCampaign:
    """One campaign, from its first millisecond to its cutoff."""

    def __init__(self, plan: Plan, head: Head | None = None) -> None:
        self.plan = plan
        self.lived = [] if head is None else rows_of(head)
        self.decides_from = 0 if head is None else head.at_ms
        self.env = simpy.Environment(initial_time=0)
        self.log: list[Row] = []
        self.ends: list[int] = []  # heap of the ends of calls in progress
        # By group of lines: those not dialled yet, as (list position, line).
        self.fresh = [deque[tuple[int, int]]() for _ in plan.groups]
        dialled = {row.line for row in self.lived}
        for position, line in enumerate(plan.order.tolist()):
            if line not in dialled:
                self.fresh[int(plan.group[line])].append((position, line))
        self.retries: list[list[Retry]] = [[] for _ in plan.groups]  # heaps
        # By posture and group, and by group: plain numbers, for each start asks for them.
        self.open_ms = [[hours.tolist() for hours in at.open_ms] for at in plan.postures]
        self.cutoff_ms = [plan.calling[group.territory].cutoff_ms for group in plan.groups]
        self.days = [calling.day_from_ms.tolist() for calling in plan.calling]
        self.earliest_by_pace = Fraction(0)
        self.gap: Fraction | None = None
        self.carriers = [Carrier(steps) for steps in plan.carriers]
        self.wake = self.env.event()
        # What acts back, and what has come of it.
        self.feedback = ReferenceFeedback(self.env, plan) if plan.feedback else None
        self.starts: dict[int, list[int]] = {}  # by line: starts of its calls
        self.until: dict[int, int] = {}  # by line: from when on it is left alone
        if plan.until_ms is not None:
            self.until = {line: int(at) for line, at in enumerate(plan.until_ms) if at < NEVER}
        self.stance = 0
        self.suspended_until = 0
        self.stopped: int | None = None
        self.stage = 0
        # Moments of refreshes, reviews and updates, and those of which all are done.
        self.refreshes, self.reviews, self.updates = feedback_moments(plan.feedback)
        self.taken: set[int] = set()

    def run(self) -> list[Row]:
        """Run until nothing is left to happen, and return the log."""
        self.env.process(self.live_through())
        self.env.process(self.call_dialer_at(*self.control_moments()))
        self.env.process(self.take_feedback_at(*self.refreshes | self.reviews | self.updates))
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

    def call_dialer_at(self, *moments: int) -> Process:
        """Wake the dialer at some moments."""
        for moment in sorted(moments):
            yield self.env.timeout(moment - self.env.now)
            self.call_dialer()

    def call_dialer(self) -> None:
        """Wake the dialer now."""
        if not self.wake.triggered:
            self.wake.succeed()

    def take_feedback_at(self, *moments: int) -> Process:
        """Let refreshes, reviews and updates of these moments happen, and wake the dialer."""
        for moment in sorted(moments):
            yield self.env.timeout(moment - self.env.now)
            self.take_feedback(moment)
            self.call_dialer()

    def live_through(self) -> Process:
        """Let the calls of the head happen as they did; their lines' retries wait from then on."""
        last: dict[int, Retry | None] = {}
        for row in self.lived:
            yield self.env.timeout(row.start - self.env.now)
            self.take_feedback(row.start)
            self.set_pace(1000 / self.capacity(row.start).calls_per_second)
            self.count_start(row.start)
            if self.carriers:
                carrier = self.free_carrier(row.start)
                (carrier or self.carriers[0]).take(row.start, row.start + row.hold)
            last[row.line] = self.start_call(row)
        for retry in last.values():
            if retry is not None:
                self.wait_for(retry)

    # ── What holds at a moment ───────────────────────────────────────────────────────────────────

    def control_moments(self) -> set[int]:
        """All moments at which a window opens or capacity changes."""
        opens = {opens for by_group in self.open_ms for hours in by_group for opens, _ in hours}
        steps = {step.at_ms for of in (self.plan.steps, *self.plan.carriers) for step in of}
        return opens | steps | {self.decides_from}

    def is_open(self, group: int, now: int) -> bool:
        """Whether lines of a group may be dialled."""
        if now < self.suspended_until or now >= self.cutoff_ms[group]:
            return False
        return any(a <= now < b for a, b in self.open_ms[self.posture(now)][group])

    def posture(self, now: int) -> int:
        """The message that is played from its date on, as the campaign's stance tells it."""
        message = sum(since <= now for since in self.plan.message_from_ms) - 1
        return message * self.plan.stances + self.stance

    def left_alone(self, line: int, now: int) -> bool:
        """Whether a line may not be called any more."""
        return now >= self.until.get(line, NEVER)

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

    def day_of(self, territory: int, now: int) -> tuple[int, int]:
        """Begin and end of the day that the local calendar shows; no day outlasts the campaign."""
        starts = self.days[territory]
        later = [start for start in starts if start > now]
        return max(s for s in starts if s <= now), min([*later, self.plan.cutoff_ms])

    def next_candidate(self, now: int) -> Retry | None:
        """Take the next line to call from its queue, or None if nobody may be called."""
        groups = range(len(self.plan.groups))
        due = [g for g in groups if self.retries[g] and self.retries[g][0].due <= now]
        due = [g for g in due if self.is_open(g, now)]
        waiting = [g for g in groups if self.fresh[g] and self.is_open(g, now)]
        if due and (not waiting or self.retries_turn()):
            return heapq.heappop(self.retries[min(due, key=lambda g: self.retries[g][0])])
        if waiting:
            _, line = self.fresh[min(waiting, key=lambda g: self.fresh[g][0])].popleft()
            return Retry(due=now, number=-1, line=line, attempt=1)
        return None

    def retries_turn(self) -> bool:
        """Whether a retry goes first where a fresh line waits, too: by the calls before."""
        retries, fresh = self.plan.turns
        if not retries or not fresh:
            return retries > 0
        again = [row.attempt > 1 for row in reversed(self.log[-max(retries, fresh) :])]
        in_a_row = len(list(itertools.takewhile(lambda one: one == again[0], again)))
        return in_a_row < retries if again[0] else in_a_row >= fresh

    # ── What acts back ───────────────────────────────────────────────────────────────────────────

    def take_feedback(self, now: int) -> None:
        """Refreshes, reviews and updates of this moment. Once each, before any start of it."""
        back = self.plan.feedback
        if back is None or self.feedback is None or now in self.taken:
            return
        self.taken.add(now)
        if now in self.refreshes:
            for line in self.feedback.refresh(now):
                self.leave_alone(line, now)
        if back.regulator is not None and now in self.reviews:
            reports = self.feedback.review(now)
            reached = sum(reports >= threshold for threshold in back.regulator.thresholds)
            if reached > self.stage:
                self.stage = reached
                self.feedback.record_step(now, reached, reports)
                self.react(back.regulator.reactions[reached - 1], now)
        if now in self.updates:
            self.feedback.update_labels(now)

    def react(self, reaction: Reaction, now: int) -> None:
        """Do what the strategy declared for this step of the regulator."""
        self.stance = reaction.stance
        if reaction.suspend_ms:
            self.suspended_until = now + reaction.suspend_ms
            self.env.process(self.call_dialer_at(self.suspended_until))
        if reaction.stop and self.stopped is None and now < self.plan.cutoff_ms:
            self.stopped = now

    def leave_alone(self, line: int, from_ms: int) -> None:
        """No call to a line, or where the plan says so to its household's other one."""
        other = -1 if self.plan.partner is None else int(self.plan.partner[line])
        for one in (line, other):
            if one >= 0:
                self.until[one] = min(self.until.get(one, NEVER), from_ms)

    def until_by_line(self) -> NDArray[np.int64] | None:
        """(lines,) From when on each line was left alone; None where no line ever could be."""
        plan = self.plan
        if not plan.watches:
            return None
        until = np.full(plan.population.lines, NEVER, dtype=np.int64)
        for line in plan.order.tolist():
            until[line] = self.until.get(line, NEVER)
        return until

    # ── Starting calls ───────────────────────────────────────────────────────────────────────────

    def start_calls(self) -> None:
        """Start every call that may start now."""
        now = int(self.env.now)
        self.take_feedback(now)
        if now >= self.plan.cutoff_ms or self.stopped is not None:
            return
        capacity = self.capacity(now)
        self.set_pace(1000 / capacity.calls_per_second)
        for carrier in self.carriers:
            carrier.set_pace(now)
        if now < self.decides_from:
            return
        while self.busy(now) < capacity.channels:
            earliest = math.ceil(self.earliest_by_pace)
            if earliest > now:
                self.env.process(self.call_dialer_at(earliest))
                return
            taking = self.free_carrier(now)
            if self.carriers and taking is None:
                paced = {math.ceil(each.earliest_by_pace) for each in self.carriers}
                self.env.process(self.call_dialer_at(*(at for at in paced if at > now)))
                return
            candidate = self.next_candidate(now)
            if candidate is None:
                return
            if self.left_alone(candidate.line, now):
                continue
            self.count_start(now)
            row = self.ending(candidate.line, candidate.attempt, now)
            if taking is not None:
                taking.take(now, now + row.hold)
            retry = self.start_call(row)
            if retry is not None:
                self.wait_for(retry)

    def free_carrier(self, now: int) -> Carrier | None:
        """The first carrier that takes a call now, in the order in which they are named."""
        for carrier in self.carriers:
            carrier.set_pace(now)
            if carrier.takes(now):
                return carrier
        return None

    def count_start(self, now: int) -> None:
        """Let a start count against the pace."""
        assert self.gap is not None
        earliest = math.ceil(self.earliest_by_pace)
        self.earliest_by_pace = (
            self.earliest_by_pace if earliest == now else Fraction(now)
        ) + self.gap

    def set_pace(self, gap: Fraction) -> None:
        """Let a change of pace take effect."""
        if self.gap is not None and gap != self.gap and self.log:
            self.earliest_by_pace = rebase(self.earliest_by_pace, self.gap, gap)
        self.gap = gap

    def start_call(self, row: Row) -> Retry | None:
        """Start one call: its row in the log, what follows from it, and the retry that it makes."""
        now, end, outcome = row.start, row.start + row.hold, row.outcome
        number = len(self.log)
        self.log.append(row)
        heapq.heappush(self.ends, end)
        starts = self.starts.setdefault(row.line, [])
        starts.append(now)
        self.env.process(self.call_dialer_at(end))
        if row.opted_out:
            self.leave_alone(row.line, end + self.plan.key_press_ms)
        if self.feedback is not None:
            self.feedback.call_placed(
                number,
                row.line,
                row.attempt,
                row.territory,
                now,
                row.hold,
                outcome,
                row.opted_out,
                row.caller,
                self.posture(now),
            )
        delay = int(self.plan.retry_delay_ms[outcome])
        if delay > 0 and row.attempt < self.plan.lifetime:
            due = end + delay
            for cap in self.plan.caps:
                if cap.lines[row.line] and len(starts) >= cap.calls:
                    due = max(due, starts[-cap.calls] + cap.window_ms)
            if self.plan.per_day:
                begins, ends = self.day_of(row.territory, now)
                if sum(start >= begins for start in starts) >= self.plan.per_day:
                    due = max(due, ends)
            return Retry(due, number, row.line, row.attempt + 1)
        return None

    def wait_for(self, retry: Retry) -> None:
        """Let a retry wait for its turn; the dialer looks up when it falls due."""
        heapq.heappush(self.retries[int(self.plan.group[retry.line])], retry)
        self.env.process(self.call_dialer_at(max(retry.due, int(self.env.now))))

    def ending(self, line: int, attempt: int, now: int) -> Row:
        """How a call turns out, from its keyed words, the local hour and the message in force."""
        territory = int(self.plan.population.territory[line])
        people, tables = self.plan.population, self.plan.postures[self.posture(now)].tables
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
        caller = int(drawn.caller[0]) if len(drawn.caller) else 0
        labelled = int(self.feedback is not None and self.feedback.labelled(caller))
        rows = self.plan.tables.thresholds[labelled]
        level = min(attempt, len(rows)) - 1
        quarter = self.local_quarter(territory, now)
        busy_below, human_below = rows[level, quarter, int(self.plan.class_of[line])]
        if drawn.disposition[0] < busy_below:
            packed = int(drawn.busy[0])
        elif drawn.disposition[0] < human_below:
            packed = int(drawn.human[0])
        else:
            packed = int(drawn.other[0])
        outcome, opted_out = packed & OUTCOME_MASK, bool(packed & OPTED_OUT)
        return Row(line, attempt, territory, now, packed >> ENDING_BITS, outcome, opted_out, caller)


def feedback_moments(back: FeedbackPlan | None) -> tuple[set[int], set[int], set[int]]:
    """All moments of refreshes, of reviews, and of updates of numbers' standing."""
    if back is None:
        return set(), set(), set()
    regulator, reputation = back.regulator, back.reputation
    return (
        set(back.refresh_ms),
        set(regulator.review_ms if regulator is not None else ()),
        set(reputation.update_ms if reputation is not None else ()),
    )


def rows_of(head: Head) -> list[Row]:
    """The calls of a head as rows of the log."""
    log = head.log
    columns = (
        getattr(log, name).tolist()
        for name in ("line", "attempt", "territory", "start_ms", "hold_ms", "outcome")
    )
    pressed, caller = log.opted_out.astype(np.bool_).tolist(), log.caller.tolist()
    return [Row(*row) for row in zip(*columns, pressed, caller, strict=True)]
