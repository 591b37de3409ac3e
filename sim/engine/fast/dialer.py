"""The data plane of the fast engine: the arrays that the kernel works on, and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallDraws, draw
from sim.engine.fast import kernel as k
from sim.engine.fast.control import Permission
from sim.engine.fast.lookahead import longest_call_ms, lookahead_ms
from sim.engine.fast.retries import Retries
from sim.engine.plan.pace import rebase
from sim.engine.plan.plan import Plan
from sim.record.log import LogChunk, LogSink
from sim.record.never import NEVER

Progress = Callable[[int, int], None]
"""Told now and then the time in ms since the campaign's start, and the calls placed so far."""

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
        sink: LogSink,
        *,
        draw_block: int,
        log_block: int,
        progress: Progress | None,
    ) -> None:
        self._plan = plan
        self._sink = sink
        self._progress = progress
        self._draw_block = draw_block
        self._lay_rows(plan)
        self._lay_clocks(plan)
        self._lay_retries(plan)
        self.state = np.zeros(k.STATE_SIZE, dtype=np.int64)
        self.state[k.LIFETIME] = plan.lifetime
        self._lay_limits(plan)
        self._tables = plan.tables
        self.posture = 0
        self._pace: Fraction | None = None
        ends = _power_of_two(max(longest_call_ms(plan) + 2, 64))
        self._ends = np.zeros(ends, dtype=np.int32)
        self._ends_by_64 = np.zeros(ends >> 6, dtype=np.int32)
        self._log = LogChunk.empty(log_block)

    # ── Laying out the arrays ────────────────────────────────────────────────────────────────────

    def _lay_rows(self, plan: Plan) -> None:
        """Columns by row, and the buffers of fresh draws."""
        people = plan.population
        group = plan.group[plan.order]
        self.position = np.argsort(group, kind="stable").astype(np.int32)
        self.line_of = plan.order[self.position]
        bounds = np.concatenate([[0], np.cumsum(np.bincount(group, minlength=len(plan.groups)))])
        self.head = bounds[:-1].astype(np.int64)
        self.stop = bounds[1:].astype(np.int64)
        self.drawn = self.head.copy()
        self.class_of = plan.class_of[self.line_of]
        self._line_type = people.line_type[self.line_of]
        self._in_service = people.in_service[self.line_of]
        self._has_machine = people.has_machine[self.line_of]
        self.made = np.zeros(len(self.line_of), dtype=np.uint8)
        room = np.minimum(self.stop - self.head, self._draw_block)
        self._slot = np.concatenate([[0], np.cumsum(room)])[:-1]
        self._shift = self._slot - self.head
        size = int(room.sum())
        self._fresh = CallDraws(
            disposition=np.empty(size, dtype=np.uint32),
            busy=np.empty(size, dtype=np.uint32),
            human=np.empty(size, dtype=np.uint32),
            other=np.empty(size, dtype=np.uint32),
            caller=np.empty(size if plan.numbers > 1 else 0, dtype=np.uint16),
        )

    def _lay_clocks(self, plan: Plan) -> None:
        """Local quarter-hours, laid end to end with a sentinel after each territory."""
        starts: list[NDArray[np.int64]] = []
        values: list[NDArray[np.int16]] = []
        pointers: list[int] = []
        size = 0
        for calling in plan.calling:
            pointers.append(size)
            starts += [calling.row_from_ms, np.array([NEVER])]
            values += [calling.row, calling.row[-1:]]
            size += len(calling.row) + 1
        self._row_from = np.concatenate(starts).astype(np.int64)
        self._row_value = np.concatenate(values).astype(np.int64)
        self._row_pointer = np.array(pointers, dtype=np.int64)
        self._quarter = self._row_value[self._row_pointer]
        self._territory_of = np.array([g.territory for g in plan.groups], dtype=np.uint8)
        cutoffs = np.array([c.cutoff_ms for c in plan.calling], dtype=np.int64)
        self._cutoff = cutoffs[self._territory_of]
        self._open = np.zeros(len(plan.groups), dtype=np.bool_)

    def _lay_retries(self, plan: Plan) -> None:
        """The retry pool: buckets as wide as the lookahead, each a linked list of nodes."""
        lookahead = lookahead_ms(plan)
        self._bucket_ms = _FOREVER if lookahead is None else lookahead
        furthest = int(plan.retry_delay_ms.max()) + longest_call_ms(plan)
        furthest = max([furthest, *(cap.window_ms for cap in plan.caps)])
        furthest = min(furthest, plan.cutoff_ms)
        self._bucket_head = np.full(
            _power_of_two(furthest // self._bucket_ms + 3), -1, dtype=np.int32
        )
        self._loaded = 0  # first bucket that has not been loaded
        nodes = 1 if lookahead is None else 1 << 12
        self._pool = (
            np.empty(nodes, dtype=np.int64),
            np.empty(nodes, dtype=np.int64),
            np.empty(nodes, dtype=np.int32),
            np.empty(nodes, dtype=np.uint8),
            np.empty(nodes, dtype=np.uint16),
        )
        self._pool_next = np.arange(1, nodes + 1, dtype=np.int32)
        self._pool_next[-1] = -1
        self._ready = Retries.empty(1 << 12)
        self._parked = Retries.empty(0)

    def _lay_limits(self, plan: Plan) -> None:
        """From when on lines are left alone; rolling caps and the starts that they look back on."""
        watched = plan.watches
        rows = len(self.line_of)
        self._until = np.full(rows if watched else 0, NEVER, dtype=np.int64)
        if plan.until_ms is not None:
            self._until[:] = plan.until_ms[self.line_of]
        self._row_of = np.empty(0, dtype=np.int32)
        if watched and (plan.feedback is not None or plan.partner is not None):
            self._row_of = np.full(plan.population.lines, -1, dtype=np.int32)
            self._row_of[self.line_of] = np.arange(rows, dtype=np.int32)
        self._partner = np.empty(0, dtype=np.int32)
        if watched and plan.partner is not None:
            other = plan.partner[self.line_of]
            self._partner = np.where(other >= 0, self._row_of[other], -1).astype(np.int32)
        self.state[k.WATCH] = watched
        self.state[k.KEY_PRESS] = plan.key_press_ms
        self._cap_calls = np.array([cap.calls for cap in plan.caps], dtype=np.int64)
        self._cap_window = np.array([cap.window_ms for cap in plan.caps], dtype=np.int64)
        self._capped = np.zeros(rows if plan.caps else 0, dtype=np.uint8)
        for bit, cap in enumerate(plan.caps):
            self._capped |= cap.lines[self.line_of].astype(np.uint8) << np.uint8(bit)
        most = max((cap.calls for cap in plan.caps), default=1)
        self._starts = np.empty((rows if plan.caps else 0, most), dtype=np.int64)
        self._labelled = np.zeros(plan.numbers, dtype=np.uint8)

    # ── What the control plane allows ────────────────────────────────────────────────────────────

    def permit(self, permission: Permission, now: int) -> None:
        """Take over what holds from ``now`` on."""
        state = self.state
        state[k.CHANNELS] = permission.channels
        pace = permission.calls_per_second
        if pace != self._pace:
            gap = 1000 / pace
            tat = Fraction(0)
            if state[k.PLACED]:
                old_gap = 1000 / self._pace if self._pace else gap
                tat = int(state[k.TAT]) + Fraction(int(state[k.TAT_REST]), int(state[k.UNIT]))
                tat = rebase(tat, old_gap, gap)
            state[k.UNIT] = gap.denominator
            state[k.GAP], state[k.GAP_REST] = divmod(gap.numerator, gap.denominator)
            whole, rest = divmod(int(tat * gap.denominator), gap.denominator)
            state[k.TAT], state[k.TAT_REST] = whole, rest
            self._pace = pace
        if permission.posture != self.posture:
            self._take_posture(permission.posture)
        if permission.labelled is not None:
            self._labelled[:] = permission.labelled
        is_open = np.array(permission.open[self.posture], dtype=np.bool_)
        if now < permission.suspended_until:
            is_open[:] = False
        if (is_open != self._open).any():
            self._open = is_open
            self._sort_out_ready()

    def _take_posture(self, posture: int) -> None:
        """Map all draws that are not placed through another message's tables: the words stay."""
        self.posture = posture
        self._tables = self._plan.postures[posture].tables
        self.drawn[:] = self.head
        state = self.state
        waiting = self._ready.select(slice(int(state[k.READY]), int(state[k.READY_END])))
        state[k.READY] = state[k.READY_END] = 0
        self._append_ready(self._redrawn(waiting))
        self._parked = self._redrawn(self._parked)

    def _redrawn(self, retries: Retries) -> Retries:
        """Retries with draws by the tables in force."""
        drawn = self._draw(retries.row, retries.attempt)
        return retries._replace(
            disposition=drawn.disposition,
            busy=drawn.busy,
            human=drawn.human,
            other=drawn.other,
            caller=self._callers(drawn),
        )

    def leave_alone(self, lines: NDArray[np.int32], from_ms: int) -> None:
        """No call to these lines, or where the plan says so to their households', from then on."""
        if not self.state[k.WATCH]:
            return
        if self._plan.partner is not None:
            others = self._plan.partner[lines]
            lines = np.concatenate([lines, others[others >= 0]])
        rows = self._row_of[lines]
        rows = rows[rows >= 0]
        self._until[rows] = np.minimum(self._until[rows], from_ms)

    @property
    def until_ms(self) -> NDArray[np.int64] | None:
        """(lines,) By line id: from when on it is left alone; None where no line ever could be."""
        if not self.state[k.WATCH]:
            return None
        until = np.full(self._plan.population.lines, NEVER, dtype=np.int64)
        until[self.line_of] = self._until
        return until

    def _sort_out_ready(self) -> None:
        """Retries of groups that closed are parked; those of opened ones join the queue."""
        state = self.state
        waiting = self._ready.select(slice(int(state[k.READY]), int(state[k.READY_END])))
        waiting = waiting.joined(self._parked)
        callable_ = self._open[waiting.group]
        self._parked = waiting.select(~callable_)
        ready = waiting.select(callable_)
        ready = ready.select(np.lexsort((ready.number, ready.due)))
        state[k.READY] = state[k.READY_END] = 0
        self._append_ready(ready)

    # ── Placing ──────────────────────────────────────────────────────────────────────────────────

    @property
    def placed(self) -> int:
        """Calls placed so far."""
        return int(self.state[k.PLACED])

    @property
    def finished(self) -> bool:
        """Whether nobody is left to call, at any time."""
        state = self.state
        return bool(
            (self.head == self.stop).all()
            and state[k.WAITING] == 0
            and state[k.READY] == state[k.READY_END]
            and len(self._parked.due) == 0
        )

    def place(self, start: int, until: int) -> None:
        """Place all calls that start from ``start`` on and before ``until``."""
        if not self._open.any():
            return
        state = self.state
        state[k.NOW] = max(int(state[k.NOW]), start)
        while True:
            self._load_retries(int(state[k.NOW]))
            edge = min(until, self._loaded * self._bucket_ms)
            reason = self._place_until(edge)
            if reason == k.WANT_DRAWS:
                self._draw_fresh(int(state[k.WANTED]))
            elif reason == k.LOG_FULL:
                self.flush()
            elif reason == k.POOL_FULL:
                self._grow_pool()
            else:
                ahead = edge
                if reason == k.IDLE:
                    # A bucket's retries are known when it begins; skip to the next that has any.
                    last = until // self._bucket_ms + 1
                    bucket = k.next_bucket(self._loaded, last, self._bucket_head)
                    ahead = bucket * self._bucket_ms
                if ahead >= until:
                    return
                state[k.NOW] = max(int(state[k.NOW]), ahead)

    def _place_until(self, edge: int) -> int:
        ready, fresh = self._ready, self._fresh
        reason: int = k.place(
            edge,
            self.state,
            self._open,
            self._territory_of,
            self.head,
            self.stop,
            self.drawn,
            self._shift,
            self.position,
            self.line_of,
            self.class_of,
            self.made,
            fresh.disposition,
            fresh.busy,
            fresh.human,
            fresh.other,
            fresh.caller,
            ready.due,
            ready.row,
            ready.attempt,
            ready.group,
            ready.disposition,
            ready.busy,
            ready.human,
            ready.other,
            ready.caller,
            self._labelled,
            self._plan.tables.thresholds,
            self._quarter,
            self._row_pointer,
            self._row_from,
            self._row_value,
            self._until,
            self._partner,
            self._cap_calls,
            self._cap_window,
            self._capped,
            self._starts,
            self._ends,
            self._ends_by_64,
            self._plan.retry_delay_ms,
            self._cutoff,
            self._bucket_ms,
            self._bucket_head,
            *self._pool,
            self._pool_next,
            self._log.line,
            self._log.attempt,
            self._log.territory,
            self._log.start_ms,
            self._log.hold_ms,
            self._log.outcome,
            self._log.opted_out,
            self._log.caller,
        )
        return reason

    def flush(self) -> None:
        """Hand the rows logged so far to the sink."""
        state = self.state
        rows = int(state[k.LOGGED])
        if rows:
            self._sink(self._log.head(rows, first=int(state[k.PLACED]) - rows))
            state[k.LOGGED] = 0
        if self._progress is not None:
            self._progress(int(state[k.NOW]), int(state[k.PLACED]))

    def _draw_fresh(self, group: int) -> None:
        """Draw the next block of a group's fresh lines."""
        first = int(self.head[group])
        last = min(first + self._draw_block, int(self.stop[group]))
        slot = int(self._slot[group])
        drawn = self._draw(slice(first, last), 1)
        for name in ("disposition", "busy", "human", "other"):
            getattr(self._fresh, name)[slot : slot + last - first] = getattr(drawn, name)
        if len(drawn.caller):
            self._fresh.caller[slot : slot + last - first] = drawn.caller
        self._shift[group] = slot - first
        self.drawn[group] = last

    def _draw(self, rows: Any, attempt: NDArray[np.uint8] | int) -> CallDraws:
        return draw(
            self._tables,
            self._plan.key,
            self.line_of[rows].astype(np.uint32),
            attempt,
            self._line_type[rows],
            self._in_service[rows],
            self._has_machine[rows],
        )

    @staticmethod
    def _callers(drawn: CallDraws) -> NDArray[np.uint16]:
        """Caller numbers of draws; zeros where the standing of none is kept."""
        if len(drawn.caller):
            return drawn.caller
        return np.zeros(len(drawn.disposition), dtype=np.uint16)

    # ── Retries ──────────────────────────────────────────────────────────────────────────────────

    def _load_retries(self, now: int) -> None:
        """Draw and sort the retries of all buckets that have begun by ``now``."""
        last = now // self._bucket_ms + 1
        if last <= self._loaded:
            return
        size = int(self.state[k.WAITING])
        if size:
            due, number, row, attempt, group, *_ = Retries.empty(size)
            first = max(self._loaded, last - len(self._bucket_head))
            filled = k.unload(
                first, last, self.state, self._bucket_head, *self._pool, self._pool_next,
                due, number, row, attempt, group,
            )  # fmt: skip
            if filled:
                order = np.argsort(due[:filled], kind="stable")
                row, attempt = row[order], attempt[order]
                drawn = self._draw(row, attempt)
                loaded = Retries(
                    due[order], number[order], row, attempt, group[order],
                    drawn.disposition, drawn.busy, drawn.human, drawn.other,
                    self._callers(drawn),
                )  # fmt: skip
                callable_ = self._open[loaded.group]
                if callable_.all():
                    self._append_ready(loaded)
                else:
                    self._append_ready(loaded.select(callable_))
                    self._parked = self._parked.joined(loaded.select(~callable_))
        self._loaded = last

    def _append_ready(self, more: Retries) -> None:
        """Put retries, all due after those already there, at the end of the queue."""
        state = self.state
        first, last, size = int(state[k.READY]), int(state[k.READY_END]), len(more.due)
        if last + size > len(self._ready.due):
            kept = self._ready.select(slice(first, last))
            if 2 * (last - first + size) > len(self._ready.due):
                self._ready = Retries.empty(2 * (last - first + size))
            for column, old in zip(self._ready.columns, kept.columns, strict=True):
                column[: last - first] = old.copy()  # it may be a view of the same array
            first, last = 0, last - first
        for column, new in zip(self._ready.columns, more.columns, strict=True):
            column[last : last + size] = new
        state[k.READY], state[k.READY_END] = first, last + size

    def _grow_pool(self) -> None:
        """Double the retry pool."""
        old = len(self._pool_next)
        self._pool = tuple(  # type: ignore[assignment]
            np.concatenate([column, np.empty_like(column)]) for column in self._pool
        )
        added = np.arange(old + 1, 2 * old + 1, dtype=np.int32)
        added[-1] = -1
        self._pool_next = np.concatenate([self._pool_next, added])
        self.state[k.FREE] = old


def _power_of_two(number: int) -> int:
    """The smallest power of two of at least ``number``."""
    return 1 << max(number - 1, 0).bit_length()
