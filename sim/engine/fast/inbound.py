"""Those who call back: an exact loss system with redials.

Inbound lines serve whoever finds one free. Whoever finds none is blocked, and tries again later or
gives up. What callers do is drawn beforehand and does not depend on the lines, so one compiled loop
over tries, in order of time, tells who is served, and when. It can be stopped at any moment and
goes on from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calling_back import CallBackTables, callers
from sim.compiled import kernel
from sim.streams import Key

WAITING, SERVED, LOST = 0, 1, 2
"""States of a caller: between tries, served by a line, and given up."""


@kernel("boolean(int64, int32, int64, int32, int32[::1], uint8[::1])")
def _before(at: Any, who: Any, other_at: Any, other: Any, line: Any, attempt: Any) -> Any:
    """Whether a try comes before another one: by moment, line, attempt."""
    if at != other_at:
        return at < other_at
    if line[who] != line[other]:
        return line[who] < line[other]
    return attempt[who] < attempt[other]


@kernel("void(int64, int32, int64, int64[::1], int32[::1], int32[::1], uint8[::1])")
def _push(at: Any, who: Any, size: Any, due: Any, caller: Any, line: Any, attempt: Any) -> None:
    """Put a try into the heap of ``size`` tries."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if not _before(at, who, due[up], caller[up], line, attempt):
            break
        due[i], caller[i] = due[up], caller[up]
        i = up
    due[i], caller[i] = at, who


@kernel("void(int64, int64[::1], int32[::1], int32[::1], uint8[::1])")
def _drop_first(size: Any, due: Any, caller: Any, line: Any, attempt: Any) -> None:
    """Take the first try out of the heap of ``size`` tries."""
    last = size - 1
    at, who = due[last], caller[last]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= last:
            break
        right = down + 1
        if right < last and _before(
            due[right], caller[right], due[down], caller[down], line, attempt
        ):
            down = right
        if not _before(due[down], caller[down], at, who, line, attempt):
            break
        due[i], caller[i] = due[down], caller[down]
        i = down
    due[i], caller[i] = at, who


@kernel("void(int64, int64, int64[::1])")
def _push_end(end: Any, size: Any, ends: Any) -> None:
    """Put an end of handling into the heap of ``size`` ends."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if end >= ends[up]:
            break
        ends[i] = ends[up]
        i = up
    ends[i] = end


@kernel("void(int64, int64[::1])")
def _drop_first_end(size: Any, ends: Any) -> None:
    """Take the first end out of the heap of ``size`` ends."""
    last = size - 1
    end = ends[last]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= last:
            break
        if down + 1 < last and ends[down + 1] < ends[down]:
            down += 1
        if ends[down] >= end:
            break
        ends[i] = ends[down]
        i = down
    ends[i] = end


@kernel(
    "void(int64, int64, int64[::1], int64[::1], int64[::1], int32[::1], int32[::1], uint8[::1])"
)
def _enter(
    first: Any, count: Any, at: Any, state: Any, due: Any, caller: Any, line: Any, attempt: Any
) -> None:
    """Put the first tries of callers ``first`` to ``count`` - 1 into the heap."""
    for who in range(first, count):
        _push(at[who], np.int32(who), state[0], due, caller, line, attempt)
        state[0] += 1


@kernel(
    "int64("
    "int64, int64, int64[::1], int64[::1], int32[::1], int64[::1], int32[::1], uint8[::1], "
    "int32[::1], int32[:, ::1], int64[::1], uint8[::1], uint8[::1], int32[::1]"
    ")"
)
def _run(
    until: Any,
    lines: Any,
    state: Any,
    due: Any,
    caller: Any,
    ends: Any,
    line: Any,
    attempt: Any,
    handling: Any,
    wait: Any,
    last: Any,
    tries: Any,
    fate: Any,
    settled: Any,
) -> Any:
    """Handle all tries before ``until``; the number of callers who were served or gave up.

    ``state`` holds the number of tries in the heap and the number of busy lines.
    """
    count = np.int64(0)
    while state[0] > 0 and due[0] < until:
        now, who = due[0], caller[0]
        _drop_first(state[0], due, caller, line, attempt)
        state[0] -= 1
        while state[1] > 0 and ends[0] <= now:
            _drop_first_end(state[1], ends)
            state[1] -= 1
        last[who] = now
        tries[who] += 1
        if state[1] < lines:
            _push_end(now + handling[who], state[1], ends)
            state[1] += 1
            fate[who] = 1
        elif tries[who] <= wait.shape[1] and wait[who, tries[who] - 1] > 0:
            again = now + wait[who, tries[who] - 1]
            _push(again, who, state[0], due, caller, line, attempt)
            state[0] += 1
            continue
        else:
            fate[who] = 2
        settled[count] = who
        count += 1
    return count


class Inbound:
    """Inbound lines and their callers.

    Parameters
    ----------
    tables
        Who calls back and what they do.
    key
        The replication's key.
    """

    def __init__(self, tables: CallBackTables, key: Key) -> None:
        self._tables, self._key = tables, key
        self.count = 0
        """Callers so far. Columns are longer: what lies beyond is room."""
        self.line = np.empty(0, dtype=np.int32)
        self.attempt = np.empty(0, dtype=np.uint8)
        """Attempt that left the message."""
        self.mark = np.empty(0, dtype=np.uint8)
        """What the caller of :meth:`add` wants to find again."""
        self.first_ms = np.empty(0, dtype=np.int64)
        """Moment of the first try."""
        self.last_ms = np.empty(0, dtype=np.int64)
        """Moment of the latest try."""
        self.tries = np.empty(0, dtype=np.uint8)
        self.fate = np.empty(0, dtype=np.uint8)
        """``WAITING``, ``SERVED`` or ``LOST``."""
        self.handling = np.empty(0, dtype=np.int32)
        """Time on a line, ms, for those who are served."""
        self.opts_out = np.empty(0, dtype=np.bool_)
        """Whether they opt out if served."""
        self._wait = np.empty((0, tables.tries - 1), dtype=np.int32)
        self._due = np.empty(0, dtype=np.int64)
        self._caller = np.empty(0, dtype=np.int32)
        self._ends = np.empty(0, dtype=np.int64)
        self._settled = np.empty(0, dtype=np.int32)
        self._state = np.zeros(2, dtype=np.int64)

    def add(
        self,
        line: NDArray[np.int32],
        attempt: NDArray[np.uint8],
        first_ms: NDArray[np.int64],
        mark: NDArray[np.uint8],
    ) -> None:
        """Note n more callers; their first tries lie at or after all that was handled."""
        first, count = self.count, self.count + len(line)
        if first == count:
            return
        self._make_room(count)
        new = slice(first, count)
        drawn = callers(self._tables, self._key, line, attempt)
        self.line[new], self.attempt[new], self.mark[new] = line, attempt, mark
        self.first_ms[new] = self.last_ms[new] = first_ms
        self.handling[new], self.opts_out[new] = drawn.handling, drawn.opts_out
        self._wait[new] = drawn.wait
        self.count = count
        _enter(
            first, count, self.first_ms, self._state, self._due, self._caller, self.line,
            self.attempt,
        )  # fmt: skip

    def _make_room(self, count: int) -> None:
        """Let every column hold at least so many callers."""
        if count <= len(self.line):
            return
        room = max(count, 2 * len(self.line), 1024)
        for name in (
            "line", "attempt", "mark", "first_ms", "last_ms", "tries", "fate", "handling",
            "opts_out", "_wait", "_due", "_caller", "_ends", "_settled",
        ):  # fmt: skip
            old = getattr(self, name)
            grown = np.zeros((room, *old.shape[1:]), dtype=old.dtype)
            grown[: len(old)] = old
            setattr(self, name, grown)

    def advance(self, until: int) -> NDArray[np.int32]:
        """Handle all tries before a moment.

        Returns
        -------
        (n,) int32
            Callers who were served or gave up, in order of their last try.
        """
        count = _run(
            until, self._tables.lines, self._state, self._due, self._caller, self._ends, self.line,
            self.attempt, self.handling, self._wait, self.last_ms, self.tries, self.fate,
            self._settled,
        )  # fmt: skip
        return self._settled[:count].copy()
