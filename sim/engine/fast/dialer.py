"""The data plane of the fast engine: the arrays that the kernel works on, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.drawing import Drawer, Drawn, LineTraits
from sim.compiled import quick
from sim.engine.fast import kernel as k
from sim.engine.fast.control import Permission
from sim.engine.fast.layout import laid_out, laid_out_after
from sim.engine.fast.lookahead import longest_call_ms, lookahead_ms
from sim.engine.fast.retries import columns, joined, room, select
from sim.engine.plan.pace import rebase
from sim.engine.plan.plan import Plan
from sim.record.head import Head
from sim.record.log import COLUMNS, LogChunk
from sim.record.never import NEVER

if TYPE_CHECKING:
    from types import ModuleType

    from sim.engine.fast.lived import Waiting

Progress = Callable[[int, int], None]
"""Told now and then the time in ms since the campaign's start, and the calls placed so far."""

Taker = Callable[[LogChunk, NDArray[np.uint8] | None], None]
"""What rows of the log are handed to, with the standing of their lines where it is at hand."""

_FOREVER = 1 << 60
"""Width of the one bucket of a plan without retries, ms."""


class Dialer:
    """The data plane: arrays that the kernel works on, and what it asks for.

    Lines are kept as *rows*, by group and in list order inside each, so that placing reads
    memory in order. The line's id stays in the key of its draws.
    """

    def __init__(
        self,
        plan: Plan,
        sink: Taker,
        *,
        head: Head | None = None,
        standing: NDArray[np.uint8] | None = None,
        draw_block: int,
        log_block: int,
        progress: Progress | None,
    ) -> None:
        self._plan = plan
        self._sink = sink
        self._progress = progress
        self._draw_block = draw_block
        self._record = k.State.zeros()
        self.state = quick(self._record)
        self.state.lifetime = plan.lifetime
        self.state.watch = plan.watches
        self.state.key_press = plan.key_press_ms
        self.state.per_day = plan.per_day
        self.state.retry_turns, self.state.fresh_turns = plan.turns
        longest = longest_call_ms(plan)
        if head is not None and len(head.log):
            longest = max(longest, int((head.log.start_ms + head.log.hold_ms).max()) - head.at_ms)
        self._lay_rows(plan, head, np.empty(0, np.uint8) if standing is None else standing)
        self._lay_clock(plan)
        self._lay_retries(plan, longest)
        self._lay_laws(plan)
        self.posture = 0
        self._drawer = self._drawer_of(0)
        self._pace: Fraction | None = None
        ends = _power_of_two(max(2 * longest + 4, 64))
        self.state.slack = ends - longest - 2
        self._ends = k.Ends(
            any_by_64=np.zeros(ends >> 6, dtype=np.uint64),
            by_64=np.zeros(ends >> 6, dtype=np.int32),
            more=np.zeros(ends, dtype=np.int32),
        )
        self._lay_carriers(len(plan.carriers), ends)
        self._chunk = LogChunk.empty(log_block)
        chunk = self._chunk
        self._log = k.Log(
            line=chunk.line,
            attempt=chunk.attempt,
            territory=chunk.territory,
            start=chunk.start_ms,
            hold=chunk.hold_ms,
            outcome=chunk.outcome,
            opted_out=chunk.opted_out,
            caller=chunk.caller,
            standing=np.empty(0 if standing is None else log_block, dtype=np.uint8),
        )
        self._head = head
        self._lived = None if head is None else _passes().lived_of(head.log, self._row_of)

    # ── Laying out the arrays ────────────────────────────────────────────────────────────────────

    def _lay_rows(self, plan: Plan, lived: Head | None, standing: NDArray[np.uint8]) -> None:
        """Groups, the list by row, and room for the draws of fresh lines."""
        if lived is None:
            laid = laid_out(plan, standing)
        else:
            laid = laid_out_after(plan, lived.log.line, standing)
        head, stop, line = laid.head, laid.stop, laid.columns.line
        self._lines = LineTraits(line, laid.columns.kind, laid.columns.traits)
        size = np.minimum(stop - head, self._draw_block)
        self._slot = np.concatenate([[0], np.cumsum(size)])[:-1]
        territory = np.array([g.territory for g in plan.groups], dtype=np.uint8)
        cutoffs = np.array([c.cutoff_ms for c in plan.calling], dtype=np.int64)
        self.groups = k.Groups(
            is_open=np.zeros(len(plan.groups), dtype=np.bool_),
            territory=territory,
            cutoff=cutoffs[territory],
            head=head,
            stop=stop,
            drawn=head.copy(),
            shift=self._slot - head,
        )
        total = int(size.sum())
        self._fresh = k.Draws(
            disposition=np.empty(total, dtype=np.uint32),
            busy=np.empty(total, dtype=np.uint32),
            human=np.empty(total, dtype=np.uint32),
            other=np.empty(total, dtype=np.uint32),
            caller=np.empty(total if plan.numbers > 1 else 0, dtype=np.uint16),
        )
        self._row_of = np.empty(0, dtype=np.int32)
        watched = plan.watches and (plan.feedback is not None or plan.partner is not None)
        if watched or lived is not None:
            self._row_of = np.full(plan.population.lines, -1, dtype=np.int32)
            self._row_of[line] = np.arange(len(line), dtype=np.int32)
        capped, starts = self._lay_caps(plan, line)
        self.rows = k.Rows(
            position=laid.columns.position,
            line=line,
            kind=laid.columns.kind,
            made=np.zeros(len(line), dtype=np.uint8),
            until=self._lay_until(plan, line),
            partner=self._lay_partners(plan, line),
            capped=capped,
            starts=starts,
            standing=laid.columns.standing,
        )

    @staticmethod
    def _lay_until(plan: Plan, line: NDArray[np.int32]) -> NDArray[np.int64]:
        """By row: from when on it is left alone; empty where none ever is."""
        until = np.full(len(line) if plan.watches else 0, NEVER, dtype=np.int64)
        if plan.until_ms is not None:
            until[:] = plan.until_ms[line]
        return until

    def _lay_partners(self, plan: Plan, line: NDArray[np.int32]) -> NDArray[np.int32]:
        """By row: the other row of its household, or -1; empty where none is looked for."""
        if not plan.watches or plan.partner is None:
            return np.empty(0, dtype=np.int32)
        other = plan.partner[line]
        return np.where(other >= 0, self._row_of[other], -1).astype(np.int32)

    @staticmethod
    def _lay_caps(
        plan: Plan, line: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """By row: rolling caps that bind it, and the starts that caps look back on."""
        capped = np.zeros(len(line) if plan.caps else 0, dtype=np.int64)
        for bit, cap in enumerate(plan.caps):
            capped |= cap.lines[line].astype(np.int64) << bit
        most = max([plan.per_day, *(cap.calls for cap in plan.caps)])
        return capped, np.empty((len(line) if most else 0, max(most, 1)), dtype=np.int64)

    def _lay_carriers(self, count: int, ends: int) -> None:
        """Carriers that share the calls, none of which has had any; their rings of ends."""
        self._carrier_pace: list[Fraction | None] = [None] * count
        each: dict[str, Any] = {
            name: np.zeros(count, dtype=np.int64) for name in k.Carriers._fields if name != "ends"
        }
        self._carriers = k.Carriers(**each, ends=np.zeros((count, ends), dtype=np.int32))

    def _lay_clock(self, plan: Plan) -> None:
        """Local quarter-hours and days, laid end to end with a sentinel after each territory."""
        starts: list[NDArray[np.int64]] = []
        values: list[NDArray[np.int16]] = []
        pointers: list[int] = []
        size = 0
        for calling in plan.calling:
            pointers.append(size)
            starts += [calling.row_from_ms, np.array([NEVER])]
            values += [calling.row, calling.row[-1:]]
            size += len(calling.row) + 1
        quarters = np.concatenate(values).astype(np.int64)
        at = np.array(pointers, dtype=np.int64)
        days = [np.append(calling.day_from_ms, NEVER) for calling in plan.calling]
        self._clock = k.Clock(
            quarter=quarters[at],
            at=at,
            starts=np.concatenate(starts).astype(np.int64),
            quarters=quarters,
            day_at=np.cumsum([0, *map(len, days)], dtype=np.int64)[:-1],
            days=np.concatenate(days),
        )

    def _lay_retries(self, plan: Plan, longest: int) -> None:
        """The retry pool: buckets as wide as the lookahead, each a linked list of nodes."""
        lookahead = lookahead_ms(plan)
        self.state.bucket_ms = self._bucket_ms = _FOREVER if lookahead is None else lookahead
        furthest = int(plan.retry_delay_ms.max()) + longest
        furthest = max([furthest, *(cap.window_ms for cap in plan.caps)])
        if plan.per_day:
            days = [np.diff(np.append(c.day_from_ms, plan.cutoff_ms)) for c in plan.calling]
            furthest = max(furthest, *(int(longest.max()) for longest in days))
        furthest = min(furthest, plan.cutoff_ms)
        self._loaded = 0  # first bucket that has not been loaded
        nodes = 1 if lookahead is None else 1 << 12
        self._pool = k.Pool(
            due=np.empty(nodes, dtype=np.int64),
            number=np.empty(nodes, dtype=np.int64),
            row=np.empty(nodes, dtype=np.int32),
            attempt=np.empty(nodes, dtype=np.uint8),
            group=np.empty(nodes, dtype=np.uint16),
            next=np.arange(1, nodes + 1, dtype=np.int32),
            first=np.full(_power_of_two(furthest // self._bucket_ms + 3), -1, dtype=np.int32),
        )
        self._pool.next[-1] = -1
        self._ready = room(1 << 12)
        self._unloaded = room(1 << 12)
        self._parked = room(0)

    def _lay_laws(self, plan: Plan) -> None:
        """How calls turn out, and what follows."""
        self._laws = k.Laws(
            thresholds=plan.tables.thresholds,
            labelled=np.zeros(plan.numbers, dtype=np.uint8),
            retry_delay=plan.retry_delay_ms,
            cap_calls=np.array([cap.calls for cap in plan.caps], dtype=np.int64),
            cap_window=np.array([cap.window_ms for cap in plan.caps], dtype=np.int64),
        )

    # ── What the control plane allows ────────────────────────────────────────────────────────────

    def permit(self, permission: Permission, now: int) -> None:
        """Take over what holds from ``now`` on."""
        state = self.state
        state.channels = permission.channels
        pace = permission.calls_per_second
        if pace != self._pace:
            gap = 1000 / pace
            tat = Fraction(0)
            if state.placed:
                old_gap = 1000 / self._pace if self._pace else gap
                tat = int(state.tat) + Fraction(int(state.tat_rest), int(state.unit))
                tat = rebase(tat, old_gap, gap)
            state.unit = gap.denominator
            state.gap, state.gap_rest = divmod(gap.numerator, gap.denominator)
            whole, rest = divmod(int(tat * gap.denominator), gap.denominator)
            state.tat, state.tat_rest = whole, rest
            self._pace = pace
        for carrier, (channels, pace) in enumerate(permission.carriers):
            self._permit_carrier(carrier, channels, pace)
        if permission.posture != self.posture:
            self._take_posture(permission.posture)
        if permission.labelled is not None:
            self._laws.labelled[:] = permission.labelled
        is_open = np.array(permission.open[self.posture], dtype=np.bool_)
        if now < permission.suspended_until:
            is_open[:] = False
        if (is_open != self.groups.is_open).any():
            self.groups.is_open[:] = is_open
            self._sort_out_ready()

    def _permit_carrier(self, carrier: int, channels: int, pace: Fraction) -> None:
        """What one of the carriers takes from now on; its pace is re-based as the dialer's is."""
        of, old = self._carriers, self._carrier_pace[carrier]
        if channels != of.channels[carrier]:
            of.channels[carrier] = channels
            of.free[carrier] = 0
        if pace == old:
            return
        gap, tat = 1000 / pace, Fraction(0)
        if of.placed[carrier]:
            unit = int(of.unit[carrier])
            tat = int(of.tat[carrier]) + Fraction(int(of.tat_rest[carrier]), unit)
            tat = rebase(tat, 1000 / old if old else gap, gap)
        of.unit[carrier] = gap.denominator
        of.gap[carrier], of.gap_rest[carrier] = divmod(gap.numerator, gap.denominator)
        of.tat[carrier], of.tat_rest[carrier] = divmod(int(tat * gap.denominator), gap.denominator)
        self._carrier_pace[carrier] = pace

    def _take_posture(self, posture: int) -> None:
        """Map all draws that are not placed through another message's tables: the words stay."""
        self.posture = posture
        self._drawer = self._drawer_of(posture)
        self.groups.drawn[:] = self.groups.head
        state = self.state
        waiting = select(self._ready, slice(int(state.ready), int(state.ready_end)))
        state.ready = state.ready_end = 0
        self._append_ready(self._redrawn(waiting))
        self._parked = self._redrawn(self._parked)

    def _redrawn(self, retries: k.Retries) -> k.Retries:
        """Retries with draws by the tables in force."""
        words = np.empty((4, len(retries.due)), dtype=np.uint32)
        redrawn = retries._replace(
            disposition=words[0], busy=words[1], human=words[2], other=words[3]
        )
        self._draw(redrawn)
        return redrawn

    def leave_alone(self, lines: NDArray[np.int32], from_ms: int) -> None:
        """No call to these lines, or where the plan says so to their households', from then on."""
        if not len(lines) or not self.state.watch:
            return
        if self._plan.partner is not None:
            others = self._plan.partner[lines]
            lines = np.concatenate([lines, others[others >= 0]])
        rows = self._row_of[lines]
        rows = rows[rows >= 0]
        self.rows.until[rows] = np.minimum(self.rows.until[rows], from_ms)

    @property
    def until_ms(self) -> NDArray[np.int64] | None:
        """(lines,) By line id: from when on it is left alone; None where no line ever could be."""
        if not self.state.watch:
            return None
        until = np.full(self._plan.population.lines, NEVER, dtype=np.int64)
        dated = np.flatnonzero(self.rows.until != NEVER)  # few: writing by line is slow
        until[self.rows.line[dated]] = self.rows.until[dated]
        return until

    def _sort_out_ready(self) -> None:
        """Retries of groups that closed are parked; those of opened ones join the queue."""
        state = self.state
        waiting = select(self._ready, slice(int(state.ready), int(state.ready_end)))
        waiting = joined(waiting, self._parked)
        callable_ = self.groups.is_open[waiting.group]
        self._parked = select(waiting, ~callable_)
        ready = select(waiting, callable_)
        ready = select(ready, np.lexsort((ready.number, ready.due)))
        state.ready = state.ready_end = 0
        self._append_ready(ready)

    # ── Placing ──────────────────────────────────────────────────────────────────────────────────

    @property
    def placed(self) -> int:
        """Calls placed so far."""
        return int(self.state.placed)

    @property
    def finished(self) -> bool:
        """Whether nobody is left to call, at any time."""
        state = self.state
        return bool(
            (self.groups.head == self.groups.stop).all()
            and state.waiting == 0
            and state.ready == state.ready_end
            and len(self._parked.due) == 0
        )

    def place(self, start: int, until: int) -> None:
        """Place all calls that start from ``start`` on and before ``until``."""
        if not self.groups.is_open.any():
            return
        state = self.state
        state.now = max(int(state.now), start)
        while True:
            self._load_retries(int(state.now))
            edge = min(until, self._loaded * self._bucket_ms)
            reason = self._place_until(edge)
            if reason == k.WANT_DRAWS:
                self._draw_fresh(int(state.wanted))
            elif reason == k.LOG_FULL:
                self.flush()
            elif reason == k.POOL_FULL:
                self._grow_pool()
            else:
                ahead = edge
                if reason == k.IDLE:
                    # A bucket's retries are known when it begins; skip to the next that has any.
                    last = until // self._bucket_ms + 1
                    bucket = k.next_bucket(self._loaded, last, self._pool)
                    ahead = bucket * self._bucket_ms
                if ahead >= until:
                    return
                state.now = max(int(state.now), ahead)

    def live_until(self, until: int) -> None:
        """Let the calls of the head that start before a moment happen as they did."""
        assert self._head is not None
        assert self._lived is not None
        log, first = self._head.log, self.placed
        last = int(np.searchsorted(log.start_ms, until, side="left"))
        at = self._head.at_ms
        kept = self._record, self.rows, self._ends, self._carriers
        _passes().live(first, last, at, self._lived, *kept)
        size = len(self._chunk)
        for row in range(first, last, size):
            some = slice(row, min(row + size, last))
            columns: dict[str, Any] = {name: getattr(log, name)[some] for name in COLUMNS}
            self._sink(LogChunk(row, **columns), None)

    def go_on(self) -> None:
        """Make ready to place calls from the head's moment on: its lines' retries wait."""
        assert self._head is not None
        assert self._lived is not None
        state, at = self.state, self._head.at_ms
        state.now = state.released = at
        lived = _passes()
        waiting = lived.waiting_after(self._plan, self._head.log, self._lived, self.rows)
        self._loaded = at // self._bucket_ms + 1
        begun = waiting.due < self._loaded * self._bucket_ms
        self._parked = joined(self._parked, self._loaded_from(waiting, begun))
        later = lived.those_of(waiting, ~begun)
        entered = lived.enter(0, later, self._record, self._pool)
        while entered < len(later.due):
            self._grow_pool()
            entered = lived.enter(entered, later, self._record, self._pool)
        self._sort_out_ready()

    def _loaded_from(self, waiting: Waiting, which: NDArray[np.bool_]) -> k.Retries:
        """Some of the retries that wait, drawn."""
        found = room(int(np.count_nonzero(which)))
        for name, column in _passes().those_of(waiting, which)._asdict().items():
            getattr(found, name)[:] = column
        return self._redrawn(found)

    def _place_until(self, edge: int) -> int:
        return k.place(
            edge,
            self._record,
            self.groups,
            self.rows,
            self._fresh,
            self._ready,
            self._pool,
            self._laws,
            self._clock,
            self._ends,
            self._carriers,
            self._log,
        )

    def flush(self) -> None:
        """Hand the rows logged so far to the sink."""
        state = self.state
        rows = int(state.logged)
        if rows:
            standing = self._log.standing[:rows] if len(self._log.standing) else None
            self._sink(self._chunk.head(rows, first=int(state.placed) - rows), standing)
            state.logged = 0
        if self._progress is not None:
            self._progress(int(state.now), int(state.placed))

    def _draw_fresh(self, group: int) -> None:
        """Draw the next block of a group's fresh lines."""
        groups = self.groups
        first = int(groups.head[group])
        last = min(first + self._draw_block, int(groups.stop[group]))
        slot = int(self._slot[group])
        to = slice(slot, slot + last - first)
        disposition, busy, human, other, caller = self._fresh
        out = Drawn(disposition[to], busy[to], human[to], other[to], caller[to])
        self._drawer.draw(self._lines, np.arange(first, last, dtype=np.int32), 1, out)
        groups.shift[group] = slot - first
        groups.drawn[group] = last

    def _draw(self, retries: k.Retries) -> None:
        """Fill in the draws of retries."""
        out = Drawn(retries.disposition, retries.busy, retries.human, retries.other, retries.caller)
        self._drawer.draw(self._lines, retries.row, retries.attempt, out)

    def _drawer_of(self, posture: int) -> Drawer:
        """What draws calls to whom one message is played."""
        plan = self._plan
        return Drawer(plan.postures[posture].tables, plan.key, plan.tables.thresholds)

    # ── Retries ──────────────────────────────────────────────────────────────────────────────────

    def _load_retries(self, now: int) -> None:
        """Draw and sort the retries of all buckets that have begun by ``now``."""
        last = now // self._bucket_ms + 1
        if last <= self._loaded:
            return
        size = int(self.state.waiting)
        if size:
            if size > len(self._unloaded.due):
                self._unloaded = room(2 * size)
            first = max(self._loaded, last - len(self._pool.first))
            filled = k.unload(first, last, self._record, self._pool, self._unloaded)
            if filled:
                self._load(filled)
        self._loaded = last

    def _load(self, filled: int) -> None:
        """Put retries that have been unloaded into the queue, drawn and sorted; park some."""
        order = np.argsort(self._unloaded.due[:filled], kind="stable")
        if not self.groups.is_open[self._unloaded.group[:filled]].all():
            loaded = self._redrawn(select(self._unloaded, order))
            callable_ = self.groups.is_open[loaded.group]
            self._append_ready(select(loaded, callable_))
            self._parked = joined(self._parked, select(loaded, ~callable_))
            return
        to = self._room_at_the_end(filled)
        for column, new in zip(columns(to)[:5], columns(self._unloaded)[:5], strict=True):
            new[:filled].take(order, out=column, mode="clip")  # which is not buffered
        self._draw(to)

    def _append_ready(self, more: k.Retries) -> None:
        """Put retries, all due after those already there, at the end of the queue."""
        to = self._room_at_the_end(len(more.due))
        for column, new in zip(columns(to), columns(more), strict=True):
            column[:] = new

    def _room_at_the_end(self, size: int) -> k.Retries:
        """The place of so many more retries at the end of the queue."""
        state = self.state
        first, last = int(state.ready), int(state.ready_end)
        if last + size > len(self._ready.due):
            kept = select(self._ready, slice(first, last))
            if 2 * (last - first + size) > len(self._ready.due):
                self._ready = room(2 * (last - first + size))
            for column, old in zip(columns(self._ready), columns(kept), strict=True):
                column[: last - first] = old.copy()  # it may be a view of the same array
            first, last = 0, last - first
        state.ready, state.ready_end = first, last + size
        return select(self._ready, slice(last, last + size))

    def _grow_pool(self) -> None:
        """Double the retry pool."""
        pool, old = self._pool, len(self._pool.next)
        added = np.arange(old + 1, 2 * old + 1, dtype=np.int32)
        added[-1] = -1
        self._pool = k.Pool(
            due=_doubled(pool.due),
            number=_doubled(pool.number),
            row=_doubled(pool.row),
            attempt=_doubled(pool.attempt),
            group=_doubled(pool.group),
            next=np.concatenate([pool.next, added]),
            first=pool.first,
        )
        self.state.free = old


def _passes() -> ModuleType:
    """The passes over the head of a campaign, compiled where there is one."""
    from sim.engine.fast import lived

    return lived


def _doubled(column: NDArray[Any]) -> NDArray[Any]:
    """A column with room for as much again."""
    return np.concatenate([column, np.empty_like(column)])


def _power_of_two(number: int) -> int:
    """The smallest power of two of at least ``number``."""
    return 1 << max(number - 1, 0).bit_length()
