"""Counts one strategy's call log while it is made: exact integers, little memory.

The engine hands over chunks; :meth:`Tally.add` counts a chunk in one compiled pass and forgets it.
By line, ten bytes are kept: what has happened to it, and in which bins of the timeline it was first
delivered live and first heard a message left. So several calls to one line are counted rightly
wherever chunks end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.messages import messages_left
from sim.engine.plan.plan import Plan
from sim.measure.counting import (
    CHAINS,
    CONNECTED,
    DELIVERED,
    DIALLED,
    GATE_PASSED,
    LIVE_SHIFT,
    NEWLY,
    NO_BIN,
    VOICEMAIL,
    Calls,
    Clock,
    Lines,
    Progress,
    Tables,
    beyond,
    count,
    note_heard,
)
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

_WEEK = 168
_MEMBERS = (np.arange(NEWLY)[:, None] >> np.arange(CHAINS) & 1).astype(np.int64)
"""(32, 5) The bits of each set of bits that became new."""
_VOICEMAIL = int(Outcome.MACHINE_VOICEMAIL)
_HEARD = int(Outcome.HEARD)
_ANSWERED = [DISPOSITIONS.index("machine"), DISPOSITIONS.index("human")]


def _marks(delivered_from: int) -> Int64s:
    """What an outcome makes of a line, (16,) int64: bits, above them how many thresholds it passed.

    A call has been delivered whose outcome is ``delivered_from`` to the one before ``FAILED``.
    """
    marks = np.full(N_OUTCOMES, DIALLED, dtype=np.int64)
    answered = np.isin(DISPOSITION_OF_OUTCOME, _ANSWERED)
    marks[answered] |= CONNECTED
    marks[_VOICEMAIL] |= VOICEMAIL
    marks[_HEARD : Outcome.FAILED] |= GATE_PASSED
    marks[delivered_from : Outcome.FAILED] |= DELIVERED
    marks[_HEARD : Outcome.FAILED] |= np.arange(Outcome.FAILED - _HEARD) << LIVE_SHIFT
    return marks


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
        self._hearing = hearing
        lines, territories = plan.population.lines, len(plan.calling)
        self.lines = Lines(
            flags=np.zeros(lines, dtype=np.uint16),
            live_bin=np.full(lines, NO_BIN, dtype=np.int32),
            left_bin=np.full(lines if track_left else 0, NO_BIN, dtype=np.int32),
            heard_bin=np.full(lines, NO_BIN, dtype=np.int32),
        )
        """What has happened to each line."""
        bins = max(1, -(-plan.cutoff_ms // BIN_MS))
        self.tables = Tables(
            by_bin=np.zeros((bins, N_OUTCOMES), dtype=np.int64),
            busy_ms=np.zeros(bins, dtype=np.int64),
            in_progress=np.zeros(bins, dtype=np.int64),
            newly_by_bin=np.zeros((bins, NEWLY), dtype=np.int64),
            by_hour=np.zeros((2, _WEEK, N_OUTCOMES), dtype=np.int64),
            by_place=np.zeros((territories, plan.lifetime + 1, N_OUTCOMES), dtype=np.int64),
            newly_by_attempt=np.zeros((plan.lifetime + 1, NEWLY), dtype=np.int64),
            moments=np.full((territories, 3), -1, dtype=np.int64),
        )
        """Counts of calls."""
        self.rows = 0
        """Rows of the log so far."""
        self._presses: list[tuple[Int64s, NDArray[np.int32]]] = []
        self.busy_until_list_ms = 0
        """Busy channel-ms until the latest first attempt."""

        self._running_ends = np.empty(0, dtype=np.int64)
        reached = plan.live_thresholds_ms.index(plan.reached_live_ms)
        self._marks = _marks(_HEARD + 1 + reached)
        self._progress = progress = Progress.zeros()
        progress.cutoff, progress.bin_ms = plan.cutoff_ms, BIN_MS
        sizes = [len(calling.row) + 1 for calling in plan.calling]
        at = np.cumsum([0, *sizes[:-1]], dtype=np.int64)
        hours = np.concatenate([[*(c.row // 4), 0] for c in plan.calling], dtype=np.int64)
        self._clock = Clock(
            starts=np.concatenate([[*c.row_from_ms, NEVER] for c in plan.calling], dtype=np.int64),
            hours=hours,
            at=at,
            now=hours[at],
        )

    # ── While the engine runs ────────────────────────────────────────────────────────────────

    def add(self, chunk: LogChunk) -> None:
        """Count the next rows of the log."""
        if not len(chunk):
            return
        self._make_room(int(chunk.start_ms[-1]) + int(chunk.hold_ms.max()))
        self._progress.first_row = -1
        calls = Calls(
            line=chunk.line,
            attempt=chunk.attempt,
            territory=chunk.territory,
            start=chunk.start_ms,
            hold=chunk.hold_ms,
            outcome=chunk.outcome,
        )
        count(calls, self._marks, self._progress, self._clock, self.lines, self.tables)
        self._close_list_time(chunk)
        self._add_hearing(chunk)
        pressed = np.flatnonzero(chunk.opted_out)
        if len(pressed):
            end = chunk.start_ms[pressed] + chunk.hold_ms[pressed]
            self._presses.append((end, chunk.line[pressed]))
        self.rows += len(chunk)

    def _make_room(self, last_end_ms: int) -> None:
        """Grow the timeline so that a call may end at ``last_end_ms``."""
        missing = -(-last_end_ms // BIN_MS) - len(self.tables.by_bin)
        if missing > 0:
            for name in ("by_bin", "busy_ms", "in_progress", "newly_by_bin"):
                old = getattr(self.tables, name)
                pad = np.zeros((missing, *old.shape[1:]), dtype=old.dtype)
                self.tables = self.tables._replace(**{name: np.concatenate((old, pad))})

    def _close_list_time(self, chunk: LogChunk) -> None:
        """Keep the busy channel time until the latest first attempt, exactly.

        It is the holding time of all calls so far less what is left of those still running, so
        only the ends of running calls are carried from chunk to chunk.
        """
        longest = int(chunk.hold_ms.max())  # whoever started earlier than that before has ended
        last, moment = int(self._progress.first_row), int(self._progress.first_start)
        if last >= 0:
            left = int(np.maximum(self._running_ends - moment, 0).sum())
            since = int(np.searchsorted(chunk.start_ms, moment - longest))
            left += beyond(
                chunk.start_ms[since : last + 1], chunk.hold_ms[since : last + 1], moment
            )
            self.busy_until_list_ms = int(self._progress.first_held) - left
        now = chunk.start_ms[-1]
        recent = int(np.searchsorted(chunk.start_ms, now - longest))
        ends = np.concatenate(
            (self._running_ends, chunk.start_ms[recent:] + chunk.hold_ms[recent:])
        )
        self._running_ends = ends[ends > now]

    def _add_hearing(self, chunk: LogChunk) -> None:
        """Note which messages left are heard, and when."""
        left = chunk.left
        if self._hearing is not None:
            row = np.flatnonzero(chunk.outcome == _VOICEMAIL)
            line = chunk.line[row]
            heard, delay = self._hearing(line, chunk.attempt[row])
            at = np.where(heard, chunk.start_ms[row] + chunk.hold_ms[row] + delay, -1)
        else:
            left = left or messages_left(self.plan.tables, self.plan.key, chunk)[0]
            line, at = left.line, left.heard_ms
        note_heard(line, at, self.plan.cutoff_ms, BIN_MS, self.lines)

    # ── Afterwards ───────────────────────────────────────────────────────────────────────────

    @property
    def bins(self) -> int:
        """Bins of the timeline: up to the cutoff, and on until the last call has ended."""
        last_end = np.flatnonzero(self.tables.busy_ms)
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
        return int(self._progress.held)

    @property
    def in_progress_at_cutoff(self) -> int:
        """Calls with start < cutoff < end."""
        return int(self._progress.at_cutoff)

    @property
    def busy_after_cutoff_ms(self) -> int:
        """Busy channel-ms at and after the campaign's cutoff."""
        return int(self._progress.after_cutoff)

    @property
    def newly(self) -> Int64s:
        """(bins, 5) Lines new in each chain: dialled, connected, past the gate, live, voicemail."""
        newly: Int64s = self.tables.newly_by_bin @ _MEMBERS
        return newly

    @property
    def newly_by_attempt(self) -> Int64s:
        """(lifetime + 1, 5) Likewise by attempt number; row 0 stays empty."""
        newly: Int64s = self.tables.newly_by_attempt @ _MEMBERS
        return newly

    @property
    def by_hour(self) -> Int64s:
        """(168, 16) Calls by local hour of the week and outcome."""
        calls: Int64s = self.tables.by_hour.sum(axis=0)
        return calls

    @property
    def first_by_hour(self) -> Int64s:
        """(168, 16) First attempts likewise."""
        calls: Int64s = self.tables.by_hour[1]
        return calls

    @property
    def by_attempt(self) -> Int64s:
        """(lifetime + 1, 16) Calls by attempt number and outcome; row 0 stays empty."""
        calls: Int64s = self.tables.by_place.sum(axis=0)
        return calls

    @property
    def by_territory(self) -> Int64s:
        """(territories, 16) Calls by territory and outcome."""
        calls: Int64s = self.tables.by_place.sum(axis=1)
        return calls


def dispositions(by_outcome: Int64s) -> Int64s:
    """Counts by outcome (..., 16) to counts by disposition (..., 6)."""
    out = np.zeros((*by_outcome.shape[:-1], len(DISPOSITIONS)), dtype=np.int64)
    for code, disposition in enumerate(DISPOSITION_OF_OUTCOME):
        out[..., disposition] += by_outcome[..., code]
    return out


def world_hearing(plan: Plan) -> Hearing:
    """Hearing as the world's voicemail behaves: of messages left, by line and attempt."""
    from sim.behaviour.voicemail import hearing

    def of_plan(
        line: NDArray[np.int32], attempt: NDArray[np.uint8]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        return hearing(plan.tables, plan.key, line, attempt)

    return of_plan
