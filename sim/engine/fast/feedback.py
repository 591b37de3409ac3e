"""What acts back on a campaign, computed from its call log while it is made.

Most calls have no consequence. Compiled passes over each chunk of the log find those that may have
one: a word below the chance of a complaint, were the line to have opted out by then. What
follows from these few is handled event by event in order of time, in plain Python, as far as
:meth:`Feedback.advance` is told to go. So memory grows with lines and with rare events, never with
calls.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calling_back import calls_back
from sim.behaviour.complaining import (
    ComplaintTables,
    Family,
    channel_of,
    child,
    complaining_words,
    families,
    number_of_children,
    origins,
    shock_family,
)
from sim.behaviour.messages import messages_left
from sim.behaviour.reputation import ReputationPlan, burdens, short_outcomes
from sim.engine.fast.called import Called
from sim.engine.fast.inbound import SERVED, Inbound
from sim.engine.fast.sift import (
    CONSENT,
    IF_NOT_OBJECTED,
    IF_OBJECTED,
    NO_KIND,
    OPPOSED,
    PART_OF_DAY,
    SHORT,
    Calls,
    Clock,
    Found,
    Odds,
    count_numbers,
    sift,
)
from sim.engine.plan.feedback_plan import FeedbackPlan
from sim.engine.plan.plan import Plan
from sim.record.feedback import (
    Channel,
    FeedbackResult,
    Kind,
    OptOutBy,
    PartOfDay,
)
from sim.record.log import N_OUTCOMES, Left, LogChunk, Outcome
from sim.record.never import NEVER

_LEFT = int(Outcome.MACHINE_VOICEMAIL)
_DATED = 4
"""Bit of a line's standing: consenting up to a moment of the campaign only."""


def _kinds() -> NDArray[np.uint8]:
    """Kind of complaint by outcome, ``NO_KIND`` where none is possible: (16,) uint8."""
    kinds = np.full(N_OUTCOMES, Kind.LIVE, dtype=np.uint8)
    kinds[[Outcome.INVALID, Outcome.BUSY, Outcome.FAILED]] = NO_KIND
    kinds[[Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.MACHINE_TAKEN_FOR_HUMAN]] = Kind.UNANSWERED
    kinds[_LEFT] = Kind.VOICEMAIL
    return kinds


class _Complaint(NamedTuple):
    """A complaint to come. Complaints compare in the order of their table."""

    moment: int
    line: int
    attempt: int
    a: int
    b: int
    kind: int
    channel: int
    generation: int
    part: int
    call_ms: int
    caller: int
    learns: bool
    children: int
    """Word of the number of complaints that it breeds."""


class _Candidate(NamedTuple):
    """A complaint about a call that hangs on whether the line has opted out before the call."""

    plain: bool
    """Whether it exists if the line has not."""
    after: bool
    """Whether it exists if the line has."""
    complaint: _Complaint


class Feedback:
    """What follows from the calls of one campaign.

    Parameters
    ----------
    plan
        What the engine runs; it has a feedback plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._back = back = plan.feedback or FeedbackPlan()
        self._labelled = np.zeros(plan.numbers, dtype=np.bool_)
        self._opposed_at: dict[int, int] = {}
        """By line that has objected: from when on, ms; empty without complaints."""
        self._pending: list[tuple[int, int]] = []
        """Objections by call-back and complaint that the dialer has not been given."""
        self._given: set[int] = set()
        """Lines that the dialer has been given."""
        self._objections: list[tuple[int, int, int]] = []
        """Those that it was told of or will be: moment, line, by what."""
        self._keys: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
        """Key presses: moments and lines."""
        self._complaints: list[_Complaint] = []
        self._reports: list[int] = []
        """Moments of complaints to the regulator, never falling."""
        self._steps: list[tuple[int, int, int]] = []
        self._weight = 0
        self._inbound = Inbound(back.call_back, plan.key) if back.call_back else None
        self.standing: NDArray[np.uint8] | None = None
        """(lines,) What decides about complaints of a line and is known beforehand; None where
        nobody complains."""
        if back.complaints is not None or self._inbound is not None:
            self._lay_standing()
        if back.complaints is not None:
            self._lay_complaints(back.complaints)
        self._lay_numbers(back.reputation)

    def _lay_standing(self) -> None:
        """What decides about complaints of a line and is known beforehand."""
        plan, people = self._plan, self._plan.population
        standing = people.opposed | people.registers
        np.not_equal(standing, 0, out=standing.view(np.bool_))  # one is OPPOSED
        standing |= np.not_equal(people.consent, 0).view(np.uint8) << np.uint8(1)  # CONSENT
        line, until = people.consent_ends()
        until = until - plan.start_utc_ms
        standing[line[until <= 0]] &= np.uint8(OPPOSED)
        during = (until > 0) & (until < plan.cutoff_ms)  # and no call starts from then on
        self._ending_line, self._ending_ms = line[during], until[during]
        standing[self._ending_line] |= np.uint8(_DATED)
        self.standing = standing

    def _lay_complaints(self, tables: ComplaintTables) -> None:
        """Tables of complaints as the compiled pass reads them, and queues."""
        plan = self._plan
        self._breeds = bool((tables.children[:, 0] < np.iinfo(np.uint32).max).any())
        self._called = Called(plan.population.lines if self._breeds else 0)
        # Whether the line had opted out comes last; a kind without complaints is at the end.
        every = np.concatenate([tables.thresholds, np.zeros_like(tables.thresholds[:1])])
        self._odds = Odds(
            kinds=_kinds(),
            thresholds=np.ascontiguousarray(np.moveaxis(every, 5, -1)).reshape(-1, 2),
            part=tables.part,
        )
        sizes = [len(calling.row) + 1 for calling in plan.calling]
        self._clock = Clock(
            starts=np.concatenate([[*c.row_from_ms, NEVER] for c in plan.calling], dtype=np.int64),
            quarters=np.concatenate([[*c.row, 0] for c in plan.calling], dtype=np.int64),
            at=np.cumsum([0, *sizes[:-1]], dtype=np.int64),
            silence_at=np.cumsum([0, *(len(s) for s in tables.silence_ms)], dtype=np.int64),
            silence=np.concatenate(
                [np.empty(0, dtype=np.int64), *(s.ravel() for s in tables.silence_ms)]
            ),
        )
        self._found, self._count = _room_for(0), 0
        """Calls of which somebody may complain, not drawn yet: room, and how many there are."""
        self._candidates: deque[tuple[int, _Candidate]] = deque()
        """Starts of calls, never falling, and the complaints that may follow."""
        self._to_come: list[_Complaint] = []
        """A heap."""
        for shock in tables.shocks:
            family = shock_family(plan.key, shock.number)
            self._breed(tables, shock.moment_ms, shock.channel, family, generation=1)

    def _lay_numbers(self, reputation: ReputationPlan | None) -> None:
        """What is known of caller numbers."""
        self._updates = np.array(
            [*(reputation.update_ms if reputation else ()), NEVER], dtype=np.int64
        )
        self._updated = 0
        self._short = short_outcomes(self._plan.live_thresholds_ms)
        self._counts = np.zeros((1, self._plan.numbers), dtype=np.int64)
        """By update from the next on, number: calls, and ``SHORT`` a short one, that end before."""
        self._burden = np.zeros(self._plan.numbers, dtype=np.int64)
        self._about_numbers: deque[tuple[int, int]] = deque()
        """Complaints about calls since the latest update: moment, number."""
        self._labels: list[tuple[int, int]] = []
        self._labelled_calls = 0

    # ── While the engine runs ────────────────────────────────────────────────────────────────

    def add(
        self,
        chunk: LogChunk,
        posture: int,
        standing: NDArray[np.uint8] | None = None,
    ) -> Left | None:
        """Take the next rows of the log.

        Parameters
        ----------
        chunk
            Rows during which neither the posture nor any label changed.
        posture
            Index of the posture in force.
        standing : (n,) uint8, optional
            Entries of :attr:`standing` of the rows' lines, where they are at hand.

        Returns
        -------
        Left or None
            The messages that these rows left, for whoever reads them next; None where nobody asked.
        """
        if not len(chunk):
            return None
        pressed = np.flatnonzero(chunk.opted_out.view(np.bool_))
        if len(pressed):
            line, end = chunk.line[pressed], chunk.start_ms[pressed] + chunk.hold_ms[pressed]
            self._keys.append((end, line))
            if self._back.complaints is not None:
                for one, moment in zip(line.tolist(), end.tolist(), strict=True):
                    self._opposes(one, moment)
        back = self._back
        if back.reputation is not None:
            self._add_numbers(chunk)
        if self.standing is None:
            return None
        stands = self._standing_at(
            chunk, self.standing[chunk.line] if standing is None else standing
        )
        left, word = messages_left(self._plan.tables, self._plan.key, chunk)
        if back.call_back is not None and back.call_back.gives_number[posture] and len(left.row):
            self._add_callers(left, word, stands)
        if back.complaints is not None:
            if self._breeds:
                self._called.add(chunk)
            self._add_candidates(chunk, left, back.complaints, posture, stands)
        return left

    def _add_numbers(self, chunk: LogChunk) -> None:
        """Count calls by number."""
        last_end = chunk.start_ms[-1] + int(chunk.hold_ms.max())
        rows = int(np.searchsorted(self._updates, last_end, side="right")) - self._updated + 1
        if rows > len(self._counts):
            grown = np.zeros((rows, *self._counts.shape[1:]), dtype=np.int64)
            grown[: len(self._counts)] = self._counts
            self._counts = grown
        self._labelled_calls += count_numbers(
            _calls(chunk),
            self._short,
            self._labelled,
            self._updates[self._updated :],
            self._counts[:rows],
        )

    def _standing_at(self, chunk: LogChunk, standing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What decides about complaints of rows' lines, at their starts, each (n,)."""
        dated = np.flatnonzero(standing >= _DATED)
        if not len(dated):
            return standing
        now = standing.copy()
        place = np.searchsorted(self._ending_line, chunk.line[dated])
        over = chunk.start_ms[dated] >= self._ending_ms[place]
        now[dated] &= np.uint8(OPPOSED | CONSENT)
        now[dated[over]] &= np.uint8(OPPOSED)
        return now

    def _add_callers(
        self, left: Left, word: NDArray[np.uint32], standing: NDArray[np.uint8]
    ) -> None:
        """Note those who will call back after a message left."""
        assert self._inbound is not None
        assert self._back.call_back is not None
        who, delay = calls_back(self._back.call_back, word)
        first = left.end_ms[who] + delay
        self._inbound.add(left.line[who], left.attempt[who], first, standing[left.row[who]])

    def _add_candidates(
        self,
        chunk: LogChunk,
        left: Left,
        tables: ComplaintTables,
        posture: int,
        standing: NDArray[np.uint8],
    ) -> None:
        """Note the calls from which complaints may follow."""
        plan, line, attempt = self._plan, chunk.line, chunk.attempt
        if self._count + len(chunk) > len(self._found.line):
            self._found = _grown(self._found, 2 * (self._count + len(chunk)))
        self._count = sift(
            _calls(chunk),
            complaining_words(plan.key, line, attempt),
            left.row,
            left.heard_ms,
            standing,
            self._odds,
            self._clock,
            tables.objection_first[posture],
            self._labelled,
            self._found,
            self._count,
        )
        self._weight += int(self._found.weight[0])

    def _draw_candidates(self, tables: ComplaintTables) -> None:
        """Draw when and to whom complaints about these calls would go, and what each would breed.

        They are few, so it is done for many rows of the log at once.
        """
        if not self._count:
            return
        found = Found._make(column[: self._count] for column in self._found)
        key, line, attempt = self._plan.key, found.line, found.attempt
        drawn = origins(key, line, attempt)
        moment = found.basis + 1000 * tables.delay_s(drawn.delay).astype(np.int64)
        for family, at, a, k, s, o, c, channel, learns, h in zip(
            families(key, line, attempt),
            moment.tolist(),
            line.tolist(),
            attempt.tolist(),
            found.start.tolist(),
            found.outcome.tolist(),
            found.caller.tolist(),
            drawn.channel.tolist(),
            drawn.learns.tolist(),
            found.how.tolist(),
            strict=True,
        ):
            if at >= tables.horizon_ms:
                continue
            complaint = _Complaint(
                moment=at,
                line=a,
                attempt=k,
                a=family.a,
                b=family.b,
                kind=int(self._odds.kinds[o]),
                channel=channel_of(tables, channel),
                generation=0,
                part=h & PART_OF_DAY,
                call_ms=s,
                caller=c,
                learns=learns < tables.opts_out,
                children=family.children,
            )
            self._candidates.append(
                (s, _Candidate(bool(h & IF_NOT_OBJECTED), bool(h & IF_OBJECTED), complaint))
            )
        self._count = 0

    def advance(self, until: int) -> None:
        """Handle everything before a moment; all rows that start before it have been added."""
        if self._inbound is not None:
            self._settle_callers(self._inbound, self._inbound.advance(until))
        if self._back.complaints is None:
            return
        self._handle(self._back.complaints, until)
        self._called.forget(until)

    def _handle(self, tables: ComplaintTables, until: int) -> None:
        """Handle all complaints before a moment."""
        self._draw_candidates(tables)
        candidates, to_come = self._candidates, self._to_come
        while True:
            start = candidates[0][0] if candidates else until
            # An objection at the moment of a call comes before it.
            if to_come and to_come[0].moment < until and to_come[0].moment <= start:
                self._complain(tables, heappop(to_come))
            elif start < until:
                _, candidate = candidates.popleft()
                after = self._opposed_at.get(candidate.complaint.line, NEVER) <= start
                if candidate.after if after else candidate.plain:
                    heappush(to_come, candidate.complaint)
            else:
                return

    def _settle_callers(self, inbound: Inbound, settled: NDArray[np.int32]) -> None:
        """Callers who were served may opt out; those who gave up may complain."""
        if not len(settled):
            return
        of = inbound.callers
        served = of.fate[settled] == SERVED
        leaving = settled[served & of.opts_out[settled]]
        for moment, line in zip(
            (of.last_ms[leaving] + of.handling[leaving]).tolist(),
            of.line[leaving].tolist(),
            strict=True,
        ):
            self._object(moment, line, OptOutBy.CALL_BACK)
        tables, key, lost = self._back.complaints, self._plan.key, settled[~served]
        if tables is None or not len(lost):
            return
        line, attempt, standing = of.line[lost], of.attempt[lost], of.mark[lost]
        drawn = origins(key, line, attempt, blocked=True)
        moment = of.last_ms[lost] + 1000 * tables.delay_s(drawn.delay).astype(np.int64)
        chance = tables.blocked[standing >> 1, standing & OPPOSED]
        made = np.flatnonzero((drawn.complains < chance) & (moment < tables.horizon_ms))
        for family, at, a, k, channel, learns in zip(
            families(key, line[made], attempt[made], blocked=True),
            moment[made].tolist(),
            line[made].tolist(),
            attempt[made].tolist(),
            drawn.channel[made].tolist(),
            drawn.learns[made].tolist(),
            strict=True,
        ):
            complaint = _Complaint(
                moment=at,
                line=a,
                attempt=k,
                a=family.a,
                b=family.b,
                kind=Kind.BLOCKED,
                channel=channel_of(tables, channel),
                generation=0,
                part=PartOfDay.DAY,
                call_ms=-1,
                caller=0,
                learns=learns < tables.opts_out,
                children=family.children,
            )
            heappush(self._to_come, complaint)

    def _complain(self, tables: ComplaintTables, complaint: _Complaint) -> None:
        """A complaint's moment has come."""
        moment, line = complaint.moment, complaint.line
        if complaint.kind == Kind.CONTAGION and not self._called.before(line, moment):
            return
        self._complaints.append(complaint)
        if complaint.channel == Channel.REGULATOR:
            self._reports.append(moment)
        if complaint.channel in (Channel.REGULATOR, Channel.OPERATOR) and complaint.learns:
            self._object(moment, line, OptOutBy.COMPLAINT)
        if complaint.generation == 0 and complaint.kind != Kind.BLOCKED:
            self._about_numbers.append((moment, complaint.caller))
        if self._breeds:
            family = Family(complaint.children, complaint.a, complaint.b)
            self._breed(tables, moment, complaint.channel, family, complaint.generation + 1)

    def _breed(
        self, tables: ComplaintTables, moment: int, channel: int, family: Family, generation: int
    ) -> None:
        """Let a complaint, or a story that breaks, breed its complaints."""
        bred = number_of_children(tables, channel, family.children)
        for birth in range(1, bred + 1):
            drawn = child(self._plan.key, family, birth, self._plan.population.lines)
            at = moment + 1000 * tables.breeding_delay_s.scalar(drawn.delay)
            if at >= tables.horizon_ms:
                continue
            further = _Complaint(
                moment=at,
                line=drawn.line,
                attempt=0,
                a=drawn.family.a,
                b=drawn.family.b,
                kind=Kind.CONTAGION,
                channel=channel_of(tables, drawn.channel),
                generation=generation,
                part=PartOfDay.DAY,
                call_ms=-1,
                caller=0,
                learns=drawn.learns < tables.opts_out,
                children=drawn.family.children,
            )
            heappush(self._to_come, further)

    def _object(self, moment: int, line: int, by: OptOutBy) -> None:
        """Somebody objects by other means than the key. The moment may lie ahead."""
        self._objections.append((moment, line, by))
        heappush(self._pending, (moment, line))
        if self._back.complaints is not None:
            self._opposes(line, moment)

    def _opposes(self, line: int, moment: int) -> None:
        """Note from when on a line has objected, for complaints about calls after it."""
        self._opposed_at[line] = min(self._opposed_at.get(line, NEVER), moment)

    # ── What control processes ask ───────────────────────────────────────────────────────────

    def objections(self, before: int) -> NDArray[np.int32]:
        """Lines with an objection by call-back or complaint, but for those given before.

        Parameters
        ----------
        before
            Objections at or after it wait. Everything before it has been handled.

        Returns
        -------
        (n,) int32
            Lines, rising.
        """
        lines = set()
        while self._pending and self._pending[0][0] < before:
            lines.add(heappop(self._pending)[1])
        lines -= self._given
        self._given |= lines
        return np.array(sorted(lines), dtype=np.int32)

    def reports(self, before: int) -> int:
        """Complaints to the regulator before a moment, up to which everything has been handled."""
        return bisect_left(self._reports, before)

    def step(self, at: int, stage: int, reports: int) -> None:
        """Record that the regulator went to a stage at a moment, having counted reports."""
        self._steps.append((at, stage, reports))

    def update_labels(self, now: int) -> NDArray[np.bool_]:
        """Update the standing of caller numbers.

        Parameters
        ----------
        now
            The next moment of update in the plan. Everything before it has been handled.

        Returns
        -------
        (numbers,) bool
            Which of them bear a label from now on.
        """
        plan = self._back.reputation
        if plan is None or now != self._updates[self._updated]:
            raise ValueError(f"no update of caller numbers is due at {now} ms")
        reports = np.zeros(self._plan.numbers, dtype=np.int64)
        while self._about_numbers and self._about_numbers[0][0] < now:
            reports[self._about_numbers.popleft()[1]] += 1
        short, calls = np.divmod(self._counts[0], SHORT)
        self._burden = burdens(plan, self._burden, calls, short, reports)
        self._counts[:-1] = self._counts[1:]
        self._counts[-1] = 0
        self._updated += 1
        self._labelled = self._burden >= plan.label_at
        self._labels.append((now, int(self._labelled.sum())))
        return self._labelled

    # ── Afterwards ───────────────────────────────────────────────────────────────────────────

    def finish(self) -> FeedbackResult:
        """All that follows from the calls, up to the horizon; after the last row of the log."""
        self.advance(NEVER)
        made = self._complaints
        inbound = self._inbound
        callers = _in_order(inbound) if inbound is not None else np.empty(0, dtype=np.intp)

        def called(name: str, dtype: Any) -> NDArray[Any]:
            """A column of the callers."""
            column = np.empty(0) if inbound is None else getattr(inbound.callers, name)[callers]
            return column.astype(dtype)

        served = called("fate", np.uint8) == SERVED
        opt_out_ms, opt_out_line, opt_out_by = self._opt_outs()
        return FeedbackResult(
            complaint_ms=np.array([c.moment for c in made], dtype=np.int64),
            complaint_line=np.array([c.line for c in made], dtype=np.int32),
            complaint_attempt=np.array([c.attempt for c in made], dtype=np.uint8),
            complaint_kind=np.array([c.kind for c in made], dtype=np.uint8),
            complaint_channel=np.array([c.channel for c in made], dtype=np.uint8),
            complaint_generation=np.array([c.generation for c in made], dtype=np.uint16),
            complaint_part=np.array([c.part for c in made], dtype=np.uint8),
            complaint_call_ms=np.array([c.call_ms for c in made], dtype=np.int64),
            call_back_line=called("line", np.int32),
            call_back_attempt=called("attempt", np.uint8),
            call_back_first_ms=called("first_ms", np.int64),
            call_back_last_ms=called("last_ms", np.int64),
            call_back_tries=called("tries", np.uint8),
            call_back_served=served,
            call_back_handling_ms=called("handling", np.int32) * served,
            call_back_opted_out=called("opts_out", np.bool_) & served,
            opt_out_ms=opt_out_ms,
            opt_out_line=opt_out_line,
            opt_out_by=opt_out_by,
            stages=tuple(self._steps),
            labelled=tuple(self._labels),
            labelled_calls=self._labelled_calls,
            reference_weight=self._weight,
        )

    def _opt_outs(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
        """All objections, in order of moment, line and means."""
        others = np.array(self._objections, dtype=np.int64).reshape(-1, 3).T
        moment = np.concatenate([*(end for end, _ in self._keys), others[0]])
        line = np.concatenate([*(lines for _, lines in self._keys), others[1].astype(np.int32)])
        pressed = np.full(len(moment) - others.shape[1], OptOutBy.KEY, dtype=np.uint8)
        by = np.concatenate([pressed, others[2].astype(np.uint8)])
        order = np.lexsort((by, line, moment))
        return moment[order], line[order], by[order]


def _room_for(size: int) -> Found:
    """Room for calls of which somebody may complain."""
    return Found(
        line=np.empty(size, dtype=np.int32),
        attempt=np.empty(size, dtype=np.uint8),
        start=np.empty(size, dtype=np.int64),
        outcome=np.empty(size, dtype=np.uint8),
        caller=np.empty(size, dtype=np.uint16),
        basis=np.empty(size, dtype=np.int64),
        how=np.empty(size, dtype=np.uint8),
        weight=np.zeros(1, dtype=np.int64),
    )


def _grown(found: Found, size: int) -> Found:
    """The same calls with room for so many."""
    grown = _room_for(size)
    columns: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(grown, found, strict=True)
    for column, before in columns:
        column[: len(before)] = before
    return grown


def _calls(chunk: LogChunk) -> Calls:
    """What the compiled passes read of a chunk."""
    return Calls(
        line=chunk.line,
        attempt=chunk.attempt,
        territory=chunk.territory,
        start=chunk.start_ms,
        hold=chunk.hold_ms,
        outcome=chunk.outcome,
        caller=chunk.caller,
    )


def _in_order(inbound: Inbound) -> NDArray[np.intp]:
    """Callers in order of first try, line and attempt."""
    n, of = inbound.count, inbound.callers
    return np.lexsort((of.attempt[:n], of.line[:n], of.first_ms[:n]))
