"""Counts one strategy's call log while it is made: exact integers, little memory.

The engine hands over chunks; :meth:`Tally.add` counts a chunk in one compiled pass and forgets it.
By line, ten bytes are kept: what has happened to it, and in which bins of the timeline it was first
delivered live and first heard a message left. So several calls to one line are counted rightly
wherever chunks end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel
from sim.engine.plan.plan import Plan
from sim.measure.marks import BIN_MS
from sim.record.log import (
    DISPOSITION_OF_OUTCOME,
    DISPOSITIONS,
    N_OUTCOMES,
    LogChunk,
    Outcome,
)
from sim.record.never import NEVER

Int64s = NDArray[np.int64]
Hearing = Callable[
    [NDArray[np.int32], NDArray[np.uint8]], tuple[NDArray[np.bool_], NDArray[np.int64]]
]
"""Lines and attempts of messages left, to: heard or not, and the delay in ms after the call."""

NO_BIN = np.iinfo(np.int32).max
"""Bin of something that has not happened."""

# What has happened to a line: bits of one uint16.
DIALLED, CONNECTED, GATE_PASSED, DELIVERED = 1, 2, 4, 8
VOICEMAIL, HEARD, HEARD_BY_CUTOFF = 16, 32, 64
LIVE_SHIFT = 8
"""Above this bit: the most live thresholds that one of its calls passed, 0 to 7."""

_WEEK = 168
_NEWLY = 32
"""Sets of the five bits that say what is new for a line."""
_BITS = (np.arange(_NEWLY)[:, None] >> np.arange(5) & 1).astype(np.int64)
"""(32, 5) The members of each set."""
_AHEAD = 256
"""Rows whose lines are looked up together, so that fetching them from memory overlaps."""
_VOICEMAIL = int(Outcome.MACHINE_VOICEMAIL)
_HEARD = int(Outcome.HEARD)
_MACHINE = DISPOSITIONS.index("machine")


def _marks() -> Int64s:
    """What an outcome makes of a line, DELIVERED left out: (16,) int64."""
    marks = np.full(N_OUTCOMES, DIALLED, dtype=np.int64)
    answered = DISPOSITION_OF_OUTCOME >= _MACHINE
    marks[answered] |= CONNECTED
    marks[_VOICEMAIL] |= VOICEMAIL
    marks[_HEARD:] |= GATE_PASSED
    return marks


@kernel(
    "void("
    "int32[::1], uint8[::1], uint8[::1], int64[::1], int32[::1], uint8[::1], int64[::1], int64, "
    "int64, int64, int64, int64[::1], int64[::1], int64[::1], int64[::1], uint16[::1], int32[::1], "
    "int32[::1], int64[:, ::1], int64[::1], int64[::1], int64[:, ::1], int64[:, :, ::1], "
    "int64[:, :, ::1], int64[:, ::1], int64[:, ::1], int64[::1]"
    ")"
)
def _count(
    line: Any,
    attempt: Any,
    territory: Any,
    start: Any,
    hold: Any,
    outcome: Any,
    marks: Any,
    delivered_from: Any,
    heard_from: Any,
    cutoff: Any,
    bin_ms: Any,
    row_from: Any,
    row_hour: Any,
    row_at: Any,
    hour_now: Any,
    flags: Any,
    live_bin: Any,
    left_bin: Any,
    by_bin: Any,
    busy_ms: Any,
    in_progress: Any,
    newly_by_bin: Any,
    by_hour: Any,
    by_place: Any,
    newly_by_attempt: Any,
    moments: Any,
    state: Any,
) -> None:
    """Count rows of the log into every table at once.

    Starts never fall, so the bin and each territory's local hour only move on. What is new for a
    line is counted as one number, its five bits together: no branch depends on chance.
    """
    track_left = left_bin.shape[0] > 0
    first_bin, held = state[0], state[1]
    edge = (first_bin + 1) * bin_ms
    near = np.int64(0)  # kept, lest the compiler drop the look-ups
    for i in range(line.shape[0]):
        if i % _AHEAD == 0:
            for j in range(i, min(i + _AHEAD, line.shape[0])):
                near |= flags[line[j]]
        a, k, t = line[i], np.int64(attempt[i]), np.int64(territory[i])
        s, h, o = start[i], np.int64(hold[i]), np.int64(outcome[i])
        end = s + h
        while s >= edge:
            first_bin += 1
            edge += bin_ms
        while s >= row_from[row_at[t] + 1]:
            row_at[t] += 1
            hour_now[t] = row_hour[row_at[t]]

        by_bin[first_bin, o] += 1
        by_place[t, k, o] += 1
        by_hour[np.int64(k == 1), hour_now[t], o] += 1
        held += h
        if k == 1:
            moments[t, 2] = s
            state[2], state[3], state[4] = i, s, held
        if moments[t, 0] < 0:
            moments[t, 0] = s
        moments[t, 1] = s

        # Channel time, bin by bin.
        at, b, until = s, first_bin, edge
        while until < end:
            busy_ms[b] += until - at
            b += 1
            in_progress[b] += 1
            at = until
            until += bin_ms
        busy_ms[b] += end - at
        if end > cutoff:
            state[5] += 1 if s < cutoff else 0
            state[6] += end - max(s, cutoff)

        # What is new for the line.
        had = np.int64(flags[a])
        has = had | marks[o]
        if o >= heard_from:
            if o >= delivered_from:
                has |= 8
            if o - heard_from > has >> 8:
                has = has & 255 | (o - heard_from) << 8
        flags[a] = has
        fresh = has & ~had & 31
        newly_by_bin[first_bin, fresh] += 1
        newly_by_attempt[k, fresh] += 1
        if fresh & 8:
            live_bin[a] = first_bin
        if track_left and fresh & 16:
            left_bin[a] = first_bin
    state[0], state[1], state[7] = first_bin, held, near


@kernel("int64(int64[::1], int32[::1], int64)")
def _beyond(start: Any, hold: Any, moment: Any) -> Any:
    """Time for which calls still hold channels at and after a moment, ms."""
    left = np.int64(0)
    for i in range(start.shape[0]):
        left += max(start[i] + hold[i] - moment, 0)
    return left


@kernel("void(int32[::1], boolean[::1], int64[::1], int64, int64, uint16[::1], int32[::1])")
def _note_heard(
    line: Any, heard: Any, at: Any, cutoff: Any, bin_ms: Any, flags: Any, heard_bin: Any
) -> None:
    """Note messages heard: that they are, whether by the cutoff, and the first one's bin."""
    for i in range(line.shape[0]):
        if heard[i]:
            a = line[i]
            flags[a] |= 96 if at[i] < cutoff else 32
            number = np.int32(min(np.uint64(at[i]) // np.uint64(bin_ms), np.uint64(2147483646)))
            heard_bin[a] = min(heard_bin[a], number)


class Tally:
    """Counts of one strategy's run.

    Parameters
    ----------
    plan
        What the engine runs.
    hearing
        Tells which messages are heard and when; default: the world's.
    track_left
        Whether to note when the first message was left, for strategies that count it as reached.
    """

    def __init__(
        self, plan: Plan, *, hearing: Hearing | None = None, track_left: bool = False
    ) -> None:
        self.plan = plan
        self._hearing = hearing or _world_hearing(plan)
        lines, territories = plan.population.lines, len(plan.calling)
        self.flags = np.zeros(lines, dtype=np.uint16)
        """(lines,) What has happened to each line."""
        self.live_bin = np.full(lines, NO_BIN, dtype=np.int32)
        """(lines,) Bin of the first call that delivered live."""
        self.left_bin = np.full(lines if track_left else 0, NO_BIN, dtype=np.int32)
        """(lines,) Bin of the first call that left a message; (0,) where that is not tracked."""
        self.heard_bin = np.full(lines, NO_BIN, dtype=np.int32)
        """(lines,) Bin of the first hearing of a message left."""

        bins = max(1, -(-plan.cutoff_ms // BIN_MS))
        self.by_bin = np.zeros((bins, N_OUTCOMES), dtype=np.int64)
        """(bins, 16) Calls by bin and outcome."""
        self.busy_ms = np.zeros(bins, dtype=np.int64)
        """(bins,) Busy channel-ms."""
        self.in_progress = np.zeros(bins, dtype=np.int64)
        """(bins,) Calls in progress at the bin's start."""
        self._newly_by_bin = np.zeros((bins, _NEWLY), dtype=np.int64)
        self._by_hour = np.zeros((2, _WEEK, N_OUTCOMES), dtype=np.int64)
        self._by_place = np.zeros((territories, plan.lifetime + 1, N_OUTCOMES), dtype=np.int64)
        self._newly_by_attempt = np.zeros((plan.lifetime + 1, _NEWLY), dtype=np.int64)
        self.moments = np.full((territories, 3), -1, dtype=np.int64)
        """(territories, 3) Start of the first call, last call, last first attempt; -1 for none."""
        self.rows = 0
        """Rows of the log so far."""
        self._presses: list[tuple[Int64s, NDArray[np.int32]]] = []
        self.busy_until_list_ms = 0
        """Busy channel-ms until the latest first attempt."""

        # Bin; holding time; of the latest first attempt in the chunk: its row, its start, and the
        # holding time up to it; calls in progress at the cutoff; channel time after it; unused.
        self._state = np.zeros(8, dtype=np.int64)
        self._running_ends = np.empty(0, dtype=np.int64)
        self._marks = _marks()
        self._delivered_from = _HEARD + 1 + plan.live_thresholds_ms.index(plan.reached_live_ms)

        # Local hours of the week, the territories end to end, each closed by a time that never is.
        self._row_from = np.concatenate(
            [[*c.row_from_ms, NEVER] for c in plan.calling], dtype=np.int64
        )
        self._row_hour = np.concatenate([[*(c.row // 4), 0] for c in plan.calling], dtype=np.int64)
        sizes = [len(calling.row) + 1 for calling in plan.calling]
        self._row_at = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
        self._hour_now = self._row_hour[self._row_at]

    # ── While the engine runs ────────────────────────────────────────────────────────────────

    def add(self, chunk: LogChunk) -> None:
        """Count the next rows of the log."""
        if not len(chunk):
            return
        self._make_room(int(chunk.start_ms[-1]) + int(chunk.hold_ms.max()))
        self._state[2] = -1
        _count(
            chunk.line,
            chunk.attempt,
            chunk.territory,
            chunk.start_ms,
            chunk.hold_ms,
            chunk.outcome,
            self._marks,
            self._delivered_from,
            _HEARD,
            self.plan.cutoff_ms,
            BIN_MS,
            self._row_from,
            self._row_hour,
            self._row_at,
            self._hour_now,
            self.flags,
            self.live_bin,
            self.left_bin,
            self.by_bin,
            self.busy_ms,
            self.in_progress,
            self._newly_by_bin,
            self._by_hour,
            self._by_place,
            self._newly_by_attempt,
            self.moments,
            self._state,
        )
        self._close_list_time(chunk)
        self._add_hearing(chunk)
        pressed = np.flatnonzero(chunk.opted_out)
        if len(pressed):
            end = chunk.start_ms[pressed] + chunk.hold_ms[pressed]
            self._presses.append((end, chunk.line[pressed]))
        self.rows += len(chunk)

    def _make_room(self, last_end_ms: int) -> None:
        """Grow the timeline so that a call may end at ``last_end_ms``."""
        missing = -(-last_end_ms // BIN_MS) - len(self.by_bin)
        if missing > 0:
            for name in ("by_bin", "busy_ms", "in_progress", "_newly_by_bin"):
                old = getattr(self, name)
                pad = np.zeros((missing, *old.shape[1:]), dtype=old.dtype)
                setattr(self, name, np.concatenate((old, pad)))

    def _close_list_time(self, chunk: LogChunk) -> None:
        """Keep the busy channel time until the latest first attempt, exactly.

        It is the holding time of all calls so far less what is left of those still running, so
        only the ends of running calls are carried from chunk to chunk.
        """
        last, moment, held = (int(value) for value in self._state[2:5])
        if last >= 0:
            left = int(np.maximum(self._running_ends - moment, 0).sum())
            left += int(_beyond(chunk.start_ms[: last + 1], chunk.hold_ms[: last + 1], moment))
            self.busy_until_list_ms = held - left
        now = chunk.start_ms[-1]
        # Whoever started before `recent` has ended by now.
        recent = int(np.searchsorted(chunk.start_ms, now - int(chunk.hold_ms.max())))
        ends = np.concatenate(
            (self._running_ends, chunk.start_ms[recent:] + chunk.hold_ms[recent:])
        )
        self._running_ends = ends[ends > now]

    def _add_hearing(self, chunk: LogChunk) -> None:
        """Note which messages left are heard, and when."""
        left = np.flatnonzero(chunk.outcome == _VOICEMAIL)
        if not len(left):
            return
        line = chunk.line[left]
        heard, delay = self._hearing(line, chunk.attempt[left])
        at = chunk.start_ms[left] + chunk.hold_ms[left] + delay
        _note_heard(line, heard, at, self.plan.cutoff_ms, BIN_MS, self.flags, self.heard_bin)

    # ── Afterwards ───────────────────────────────────────────────────────────────────────────

    @property
    def bins(self) -> int:
        """Bins of the timeline: up to the cutoff, and on until the last call has ended."""
        last_end = np.flatnonzero(self.busy_ms)
        used = int(last_end[-1]) + 1 if len(last_end) else 1
        return max(used, -(-self.plan.cutoff_ms // BIN_MS))

    @property
    def presses(self) -> tuple[Int64s, NDArray[np.int32]]:
        """Uses of the opt-out key: moments, (n,) ms since the start, and lines, in log order."""
        ends = [np.empty(0, dtype=np.int64), *(end for end, _ in self._presses)]
        lines = [np.empty(0, dtype=np.int32), *(line for _, line in self._presses)]
        return np.concatenate(ends), np.concatenate(lines)

    @property
    def hold_ms(self) -> int:
        """Channel holding time of all calls, ms."""
        return int(self._state[1])

    @property
    def in_progress_at_cutoff(self) -> int:
        """Calls with start < cutoff < end."""
        return int(self._state[5])

    @property
    def busy_after_cutoff_ms(self) -> int:
        """Busy channel-ms at and after the campaign's cutoff."""
        return int(self._state[6])

    @property
    def newly(self) -> Int64s:
        """(bins, 5) Lines new in each chain: dialled, connected, past the gate, live, voicemail."""
        newly: Int64s = self._newly_by_bin @ _BITS
        return newly

    @property
    def newly_by_attempt(self) -> Int64s:
        """(lifetime + 1, 5) Likewise by attempt number; row 0 stays empty."""
        newly: Int64s = self._newly_by_attempt @ _BITS
        return newly

    @property
    def by_hour(self) -> Int64s:
        """(168, 16) Calls by local hour of the week and outcome."""
        calls: Int64s = self._by_hour.sum(axis=0)
        return calls

    @property
    def first_by_hour(self) -> Int64s:
        """(168, 16) First attempts likewise."""
        calls: Int64s = self._by_hour[1]
        return calls

    @property
    def by_attempt(self) -> Int64s:
        """(lifetime + 1, 16) Calls by attempt number and outcome; row 0 stays empty."""
        calls: Int64s = self._by_place.sum(axis=0)
        return calls

    @property
    def by_territory(self) -> Int64s:
        """(territories, 16) Calls by territory and outcome."""
        calls: Int64s = self._by_place.sum(axis=1)
        return calls


def dispositions(by_outcome: Int64s) -> Int64s:
    """Counts by outcome (..., 16) to counts by disposition (..., 5)."""
    out = np.zeros((*by_outcome.shape[:-1], 5), dtype=np.int64)
    for code, disposition in enumerate(DISPOSITION_OF_OUTCOME):
        out[..., disposition] += by_outcome[..., code]
    return out


def _world_hearing(plan: Plan) -> Hearing:
    """Hearing as the world's voicemail behaves."""
    from sim.behaviour.voicemail import hearing

    def of_plan(
        line: NDArray[np.int32], attempt: NDArray[np.uint8]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        return hearing(plan.tables, plan.key, line, attempt)

    return of_plan
