"""The reference of what acts back: the same laws, one event at a time, written for reading.

This is the specification of what follows from placed calls. A textbook SimPy model: one process for
each call, each complaint and each person who calls back, and one resource, the inbound desk.
Nothing is shared with the fast form but the plan's tables and the keyed words. A process waits
until all that could matter to it has happened; what then counts is decided by comparing moments,
never by the order in which SimPy happens to wake processes up.

The laws, in short (docs/model.md has them in full):

* A call is judged at its end, or when the message that it left is heard. That the line had objected
  counts up to and including the call's start, and so does a label of the caller's number.
* A complaint exists before the horizon alone. One bred by another exists only if the first call to
  its line started before it; what does not exist breeds nothing and objects to nothing.
* Inbound lines are a loss system: at one moment ends come first, then tries by (line, attempt).
* Refreshes, reviews and updates of reputation see what happened strictly before them.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
import simpy

from sim.behaviour.complaining import Shock
from sim.behaviour.voicemail import hearing
from sim.engine.plan.feedback_plan import FeedbackPlan
from sim.engine.plan.plan import Plan
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
    PartOfDay,
)
from sim.record.log import Outcome
from sim.streams import Purpose, philox_block

Process = Generator[simpy.Event, Any, None]
Words = tuple[int, int, int, int]

LISTENED_MS = 6_000
"""Whoever listened for so long did not end the call at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """A placed call."""

    number: int
    """Its number in the log."""
    line: int
    attempt: int
    territory: int
    start: int
    end: int
    outcome: int
    caller: int
    """The number that it came from."""
    posture: int
    """Index of the posture in force at its start."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint, and what is known at its birth of its consequences."""

    moment: int
    line: int
    attempt: int
    a: int
    b: int
    kind: Kind
    channel: Channel
    generation: int
    part: PartOfDay
    call_ms: int
    caller: int | None
    """The number that it is about, where it tells on one."""
    learned: bool
    """Whether the caller would learn of it."""
    children: int
    """How many further complaints it breeds."""


@dataclass(frozen=True, slots=True)
class Objection:
    """Somebody told the caller to leave a line alone."""

    moment: int
    line: int
    by: OptOutBy


@dataclass(frozen=True, slots=True)
class CallBack:
    """Somebody who called back, from the first try to the last."""

    first: int
    line: int
    attempt: int
    last: int
    tries: int
    served: bool
    handling: int
    """0 for one who was never served."""
    opted_out: bool


@dataclass(order=True, slots=True)
class Try:
    """A try to reach the inbound lines, in order of service."""

    moment: int
    line: int
    attempt: int
    number: int
    handling: int = field(compare=False)
    answer: simpy.Event = field(compare=False)
    """Succeeds at the moment of the try, with whether it is served."""


class InboundDesk:
    """Inbound lines without a queue: whoever finds none free is turned away.

    Tries are announced before their moment. So when the desk wakes at it, all of that moment are
    known, and it can serve them in their order.
    """

    def __init__(self, env: simpy.Environment, lines: int) -> None:
        self.env = env
        self.lines = lines
        self.tries: list[Try] = []  # heap
        self.ends: list[int] = []  # heap of the ends of handling in progress

    def announce(
        self, moment: int, line: int, attempt: int, number: int, handling: int
    ) -> simpy.Event:
        """Announce a try at a later moment; the event tells whether it is served."""
        what = Try(moment, line, attempt, number, handling, self.env.event())
        heapq.heappush(self.tries, what)
        self.env.process(self.attend(moment))
        return what.answer

    def attend(self, moment: int) -> Process:
        """Look after all tries of a moment."""
        yield self.env.timeout(moment - self.env.now)
        while self.ends and self.ends[0] <= moment:
            heapq.heappop(self.ends)
        while self.tries and self.tries[0].moment <= moment:
            what = heapq.heappop(self.tries)
            free = len(self.ends) < self.lines
            if free:
                heapq.heappush(self.ends, moment + what.handling)
            what.answer.succeed(free)


class ReferenceFeedback:
    """What follows from the calls of one campaign.

    Parameters
    ----------
    env
        The campaign's environment; its clock shows whole ms since the campaign's start.
    plan
        The plan, read only.
    """

    def __init__(self, env: simpy.Environment, plan: Plan) -> None:
        self.env = env
        self.plan = plan
        self.parts = plan.feedback if plan.feedback is not None else FeedbackPlan()
        calling_back = self.parts.call_back
        self.desk = InboundDesk(env, 0 if calling_back is None else calling_back.lines)
        self.calls: list[Call] = []
        self.unweighed: list[Call] = []  # those that may end after the last update
        self.first_start: dict[int, int] = {}  # by line: start of the first call to it
        self.complaints: list[Complaint] = []
        self.call_backs: list[CallBack] = []
        self.objections: list[Objection] = []
        self.objected_from: dict[int, int] = {}  # by line: its earliest objection by any means
        self.refreshed: set[int] = set()  # lines that refreshes gave to the dialer
        self.stages: list[tuple[int, int, int]] = []
        self.burden = [0] * plan.numbers
        # Moments of updates, and which numbers bear a label from each on; none does at first.
        self.labels: list[tuple[int, list[bool]]] = [(0, [False] * plan.numbers)]
        self.updated = 0  # moment of the last update
        self.reference_weight = 0
        for shock in () if self.parts.complaints is None else self.parts.complaints.shocks:
            env.process(self.story(shock))

    # ── What the campaign tells and asks ─────────────────────────────────────────────────────────

    def call_placed(
        self,
        number: int,
        line: int,
        attempt: int,
        territory: int,
        start: int,
        hold: int,
        outcome: int,
        opted_out: bool,
        caller: int,
        posture: int,
    ) -> None:
        """Take note of a call at its start, and start what may follow from it.

        Parameters
        ----------
        number
            The call's number in the log.
        line, attempt, territory
            Whom it calls, the number of the attempt from 1, and the territory of the line.
        start, hold
            Its start, ms since the campaign's start, and its holding time, ms.
        outcome
            Code of :class:`sim.record.log.Outcome`.
        opted_out
            Whether the key that lists a number as refusing ends it.
        caller
            The caller number, 0 to numbers - 1.
        posture
            Index of the posture in force.
        """
        call = Call(number, line, attempt, territory, start, start + hold, outcome, caller, posture)
        self.calls.append(call)
        self.unweighed.append(call)
        self.first_start.setdefault(line, start)
        if opted_out:
            self.env.process(self.key_press(call))
        if self.parts.complaints is not None:
            self.env.process(self.judgement(call))
        if self.parts.call_back is not None and outcome == Outcome.MACHINE_VOICEMAIL:
            self.env.process(self.calling_back(call))

    def refresh(self, now: int) -> list[int]:
        """Lines that a refresh of the dialer's list marks as refusing, rising.

        Parameters
        ----------
        now
            Moment of the refresh. Key presses are none of its business, the dialer knows them.

        Returns
        -------
        list of int
            Lines with an objection by call-back or complaint before that moment, except those
            that an earlier refresh gave.
        """
        lines = {o.line for o in self.objections if o.by != OptOutBy.KEY and o.moment < now}
        new = sorted(lines - self.refreshed)
        self.refreshed.update(new)
        return new

    def review(self, now: int) -> int:
        """Complaints that the regulator counts in a review at ``now``."""
        regulator = self.parts.regulator
        assert regulator is not None, "there is no regulator who could review"
        return sum(
            c.channel == Channel.REGULATOR and c.moment + regulator.registration_ms < now
            for c in self.complaints
        )

    def record_step(self, at: int, stage: int, reports: int) -> None:
        """Take note that the regulator reached a stage at a review, with so many reports."""
        self.stages.append((at, stage, reports))

    def update_labels(self, now: int) -> None:
        """Weigh what happened since the last update: which numbers bear a label from now on."""
        standing = self.parts.reputation
        assert standing is not None, "nobody keeps the standing of numbers"
        ended = [c for c in self.unweighed if self.updated <= c.end < now]
        self.unweighed = [c for c in self.unweighed if c.end >= now]
        calls = Counter(c.caller for c in ended)
        short = Counter(c.caller for c in ended if self.ended_at_once(c.outcome))
        reports = Counter(
            c.caller
            for c in self.complaints
            if c.caller is not None and self.updated <= c.moment < now
        )
        for caller, burden in enumerate(self.burden):
            self.burden[caller] = (
                (burden * standing.retain >> 16)
                + max(0, 1000 * calls[caller] - standing.allowed)
                + short[caller] * standing.short_call
                + reports[caller] * standing.report
            )
        self.labels.append((now, [burden >= standing.label_at for burden in self.burden]))
        self.updated = now

    def labelled(self, caller: int) -> bool:
        """Whether a number bears a label for calls that start now or later."""
        return self.bore_label(caller, int(self.env.now))

    # ── Processes ────────────────────────────────────────────────────────────────────────────────

    def until(self, moment: int) -> Process:
        """Wait for a moment."""
        yield self.env.timeout(moment - self.env.now)

    def key_press(self, call: Call) -> Process:
        """Somebody ends a call with the key that lists their number."""
        yield from self.until(call.end)
        self.object(call.end, call.line, OptOutBy.KEY)

    def judgement(self, call: Call) -> Process:
        """Somebody makes up their mind about a call, once it is over or its message is heard."""
        tables = self.parts.complaints
        assert tables is not None
        kind, basis = kind_of(call.outcome), call.end
        if kind is None:
            return
        if kind == Kind.VOICEMAIL:
            heard, delay = hearing(
                self.plan.postures[call.posture].tables,
                self.plan.key,
                np.array([call.line], dtype=np.int32),
                np.array([call.attempt], dtype=np.uint8),
            )
            if not heard[0]:
                return
            basis += int(delay[0])
        # Nobody judges before the call is over, and then all up to its start has surely happened.
        yield from self.until(basis)
        self.reference_weight += self.chance(kind, call, basis, after_opt_out=False)
        after_opt_out = self.had_objected(call.line, call.start)
        word = self.words(Purpose.COMPLAINT, call.line, call.attempt)
        if word[0] >= self.chance(kind, call, basis, after_opt_out):
            return
        self.complain_from(
            basis,
            word,
            self.words(Purpose.COMPLAINT_FAMILY, call.line, call.attempt),
            line=call.line,
            attempt=call.attempt,
            kind=kind,
            part=self.part(call),
            call_ms=call.start,
            caller=call.caller,
        )

    def complaint(self, what: Complaint) -> Process:
        """A complaint on its way: whether it exists, who learns of it, what it breeds."""
        yield from self.until(what.moment)
        if what.kind == Kind.CONTAGION and not self.called_before(what.line, what.moment):
            return
        self.complaints.append(what)
        if what.learned and what.channel in (Channel.REGULATOR, Channel.OPERATOR):
            self.object(what.moment, what.line, OptOutBy.COMPLAINT)
        for birth in range(1, what.children + 1):
            self.breed(what.moment, what.a, what.b, birth, what.generation + 1)

    def story(self, shock: Shock) -> Process:
        """A story breaks by itself: no complaint, but it breeds as one in its channel would."""
        yield from self.until(shock.moment_ms)
        family = self.words(Purpose.COMPLAINT_SHOCK, shock.number, 0)
        for birth in range(1, self.number_of_children(shock.channel, family[0]) + 1):
            self.breed(shock.moment_ms, family[1], family[2], birth, generation=1)

    def calling_back(self, call: Call) -> Process:
        """Somebody finds a message with a number, and calls it until served or tired of it."""
        tables = self.parts.call_back
        assert tables is not None
        left = self.words(Purpose.VOICEMAIL, call.line, call.attempt)
        if not tables.gives_number[call.posture] or left[2] >= tables.share:
            return
        inbound = self.words(Purpose.CALL_BACK, call.line, call.attempt)
        handling = tables.handling.scalar(inbound[0])
        first = moment = call.end + tables.delay.scalar(left[3])
        number = 1
        while True:
            served = yield self.desk.announce(moment, call.line, call.attempt, number, handling)
            again = self.words(Purpose.CALL_BACK_REDIAL, call.line, call.attempt, number)
            if served or number >= tables.tries or again[0] >= tables.redials:
                break
            moment += tables.redial_delay.scalar(again[1])
            number += 1
        opts_out = served and inbound[1] < tables.opts_out
        self.call_backs.append(
            CallBack(
                first,
                call.line,
                call.attempt,
                last=moment,
                tries=number,
                served=served,
                handling=handling if served else 0,
                opted_out=opts_out,
            )
        )
        if opts_out:
            yield from self.until(moment + handling)
            self.object(moment + handling, call.line, OptOutBy.CALL_BACK)
        if not served:
            self.turned_away(call, moment)

    # ── What processes set off ───────────────────────────────────────────────────────────────────

    def object(self, moment: int, line: int, by: OptOutBy) -> None:
        """Take note of an objection."""
        self.objections.append(Objection(moment, line, by))
        self.objected_from[line] = min(moment, self.objected_from.get(line, moment))

    def turned_away(self, call: Call, moment: int) -> None:
        """Somebody gives up calling back, and may complain of that."""
        tables = self.parts.complaints
        if tables is None:
            return
        chance = int(tables.blocked[self.consented(call), self.opposed(call.line)])
        word = self.words(Purpose.COMPLAINT_BLOCKED, call.line, call.attempt)
        if word[0] < chance:
            self.complain_from(
                moment,
                word,
                self.words(Purpose.COMPLAINT_BLOCKED_FAMILY, call.line, call.attempt),
                line=call.line,
                attempt=call.attempt,
                kind=Kind.BLOCKED,
            )

    def breed(self, moment: int, a: int, b: int, birth: int, generation: int) -> None:
        """Let what has the identity `a`, `b` breed one of its complaints."""
        word = self.words(Purpose.COMPLAINT_CHILD, a, birth, b)
        self.complain_from(
            moment,
            word,
            self.words(Purpose.COMPLAINT_CHILD_FAMILY, a, birth, b),
            line=word[0] * self.plan.population.lines >> 32,
            attempt=0,
            kind=Kind.CONTAGION,
            generation=generation,
        )

    def complain_from(
        self,
        basis: int,
        word: Words,
        family: Words,
        *,
        line: int,
        attempt: int,
        kind: Kind,
        generation: int = 0,
        part: PartOfDay = PartOfDay.DAY,
        call_ms: int = -1,
        caller: int | None = None,
    ) -> None:
        """Send a complaint on its way from what it is about, unless the horizon is nearer."""
        tables = self.parts.complaints
        assert tables is not None
        law = tables.breeding_delay_s if kind == Kind.CONTAGION else tables.delay_s
        moment = basis + 1000 * law.scalar(word[1])
        if moment >= tables.horizon_ms:
            return
        channel = Channel(sum(word[2] >= bound for bound in tables.channel))
        what = Complaint(
            moment,
            line,
            attempt,
            a=family[1],
            b=family[2],
            kind=kind,
            channel=channel,
            generation=generation,
            part=part,
            call_ms=call_ms,
            caller=caller,
            learned=word[3] < tables.opts_out,
            children=self.number_of_children(channel, family[0]),
        )
        self.env.process(self.complaint(what))

    def number_of_children(self, channel: int, word: int) -> int:
        """How many complaints one to a channel breeds, by its word."""
        assert self.parts.complaints is not None
        return sum(bound <= word for bound in self.parts.complaints.children[channel].tolist())

    # ── What holds ───────────────────────────────────────────────────────────────────────────────

    def words(self, purpose: Purpose, entity: int, index: int, second: int = 0) -> Words:
        """The four words for a purpose."""
        key = self.plan.key
        return philox_block((entity, second, index, int(purpose)), (key.k0, key.k1))

    def chance(self, kind: Kind, call: Call, basis: int, after_opt_out: bool) -> int:
        """Threshold for a word: somebody complains of a call."""
        tables = self.parts.complaints
        assert tables is not None
        cell = (
            int(kind),
            int(self.consented(call)),
            int(self.opposed(call.line)),
            int(self.part(call)),
            int(call.attempt > 1),
            int(after_opt_out),
            int(tables.objection_first[call.posture]),
            int(self.silent(call.territory, basis)),
            int(self.bore_label(call.caller, call.start)),
        )
        return int(tables.thresholds[cell])

    def consented(self, call: Call) -> int:
        """1 where the people called had a valid consent at the call's start."""
        people = self.plan.population
        if people.consent[call.line] == 0:
            return 0
        until = people.consent_until_ms
        return int(until is None or call.start + self.plan.start_utc_ms < until[call.line])

    def opposed(self, line: int) -> int:
        """1 where a directory or a register lists a line as refusing."""
        people = self.plan.population
        return int(people.opposed[line] != 0 or people.registers[line] != 0)

    def part(self, call: Call) -> PartOfDay:
        """The part of the day in which a call started, by the clock of those called."""
        tables, calling = self.parts.complaints, self.plan.calling[call.territory]
        assert tables is not None
        quarter = calling.row[np.searchsorted(calling.row_from_ms, call.start, side="right") - 1]
        return PartOfDay(int(tables.part[quarter]))

    def silent(self, territory: int, moment: int) -> bool:
        """Whether a moment lies in the silence before a poll."""
        tables = self.parts.complaints
        assert tables is not None
        return any(a <= moment < b for a, b in tables.silence_ms[territory].tolist())

    def had_objected(self, line: int, moment: int) -> bool:
        """Whether somebody had objected for a line by a moment, or did at that very moment."""
        return line in self.objected_from and self.objected_from[line] <= moment

    def called_before(self, line: int, moment: int) -> bool:
        """Whether the first call to a line started before a moment."""
        return line in self.first_start and self.first_start[line] < moment

    def bore_label(self, caller: int, moment: int) -> bool:
        """Whether a number bore a label at a moment: by the last update at or before it."""
        update = bisect_right(self.labels, moment, key=itemgetter(0)) - 1
        return self.labels[update][1][caller]

    def ended_at_once(self, outcome: int) -> bool:
        """Whether a person answered who is not known to have listened for 6 s."""
        past = self.plan.live_thresholds_ms[: max(0, outcome - Outcome.HEARD)]
        person = Outcome.HUMAN_TAKEN_FOR_MACHINE <= outcome < Outcome.FAILED
        return person and all(threshold < LISTENED_MS for threshold in past)

    # ── The end ──────────────────────────────────────────────────────────────────────────────────

    def result(self) -> FeedbackResult:
        """All that followed, in the orders of :class:`FeedbackResult`; after the last event."""
        complaints = sorted(self.complaints, key=lambda c: (c.moment, c.line, c.attempt, c.a, c.b))
        callers = sorted(self.call_backs, key=lambda c: (c.first, c.line, c.attempt))
        objections = sorted(self.objections, key=lambda o: (o.moment, o.line, o.by))
        return FeedbackResult(
            complaint_ms=np.array([c.moment for c in complaints], dtype=np.int64),
            complaint_line=np.array([c.line for c in complaints], dtype=np.int32),
            complaint_attempt=np.array([c.attempt for c in complaints], dtype=np.uint8),
            complaint_kind=np.array([c.kind for c in complaints], dtype=np.uint8),
            complaint_channel=np.array([c.channel for c in complaints], dtype=np.uint8),
            complaint_generation=np.array([c.generation for c in complaints], dtype=np.uint16),
            complaint_part=np.array([c.part for c in complaints], dtype=np.uint8),
            complaint_call_ms=np.array([c.call_ms for c in complaints], dtype=np.int64),
            call_back_line=np.array([c.line for c in callers], dtype=np.int32),
            call_back_attempt=np.array([c.attempt for c in callers], dtype=np.uint8),
            call_back_first_ms=np.array([c.first for c in callers], dtype=np.int64),
            call_back_last_ms=np.array([c.last for c in callers], dtype=np.int64),
            call_back_tries=np.array([c.tries for c in callers], dtype=np.uint8),
            call_back_served=np.array([c.served for c in callers], dtype=np.bool_),
            call_back_handling_ms=np.array([c.handling for c in callers], dtype=np.int32),
            call_back_opted_out=np.array([c.opted_out for c in callers], dtype=np.bool_),
            opt_out_ms=np.array([o.moment for o in objections], dtype=np.int64),
            opt_out_line=np.array([o.line for o in objections], dtype=np.int32),
            opt_out_by=np.array([o.by for o in objections], dtype=np.uint8),
            stages=tuple(self.stages),
            labelled=tuple((at, sum(labels)) for at, labels in self.labels[1:]),
            labelled_calls=sum(self.bore_label(c.caller, c.start) for c in self.calls),
            reference_weight=self.reference_weight,
        )


def kind_of(outcome: int) -> Kind | None:
    """What a complaint about a call of an outcome would be about; None where there is none."""
    if outcome in (Outcome.INVALID, Outcome.BUSY, Outcome.FAILED):
        return None
    if outcome == Outcome.MACHINE_VOICEMAIL:
        return Kind.VOICEMAIL
    if outcome in (Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.MACHINE_TAKEN_FOR_HUMAN):
        return Kind.UNANSWERED
    return Kind.LIVE
