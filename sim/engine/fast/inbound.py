"""Those who call back: an exact loss system with redials.

Inbound lines serve whoever finds one free. Whoever finds none is blocked, and tries again later or
gives up. What callers do is drawn beforehand and does not depend on the lines, so one compiled loop
over tries, in order of time, tells who is served, and when. It can be stopped at any moment and
goes on from there.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calling_back import CallBackTables, callers
from sim.compiled import Fields, kernel
from sim.streams import Key

WAITING, SERVED, LOST = 0, 1, 2
"""States of a caller: between tries, served by a line, and given up."""

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]


class Line(Fields):
    """What changes from try to try."""

    tries: int
    """Tries in the heap."""
    busy: int
    """Inbound lines in use."""


class Callers(NamedTuple):
    """Everybody who calls back, each (n,) unless said; beyond the callers so far there is room."""

    line: I32
    """Who they are."""
    attempt: U8
    """Attempt that left the message."""
    mark: U8
    """What the caller of :meth:`Inbound.add` wants to find again."""
    first_ms: I64
    """Moment of the first try."""
    last_ms: I64
    """Moment of the latest try."""
    tries: U8
    """Tries so far."""
    fate: U8
    """``WAITING``, ``SERVED`` or ``LOST``."""
    handling: I32
    """Time on an inbound line, ms, for those who are served."""
    opts_out: NDArray[np.bool_]
    """Whether they opt out if served."""
    wait: Annotated[I32, 2]
    """(n, tries - 1) From one try to the next, ms; 0 where they give up."""
    settled: I32
    """Callers who were served or gave up since the last look, in order of their last try."""
    due: I64
    """A heap of tries to come: when, ms ..."""
    who: I32
    """... and whose they are."""
    ends: I64
    """A heap of ends of calls on inbound lines, ms."""


@kernel
def _before(at: int, who: int, other: int, callers: Callers) -> bool:
    """Whether a try at a moment comes before number ``other`` of the heap.

    The order is that of (moment, line, attempt).
    """
    if at != callers.due[other]:
        return bool(at < callers.due[other])
    them = callers.who[other]
    if callers.line[who] != callers.line[them]:
        return bool(callers.line[who] < callers.line[them])
    return bool(callers.attempt[who] < callers.attempt[them])


@kernel
def _push(at: int, who: int, size: int, callers: Callers) -> None:
    """Put a try into the heap of ``size`` tries."""
    due, whose = callers.due, callers.who
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if not _before(at, who, up, callers):
            break
        due[i], whose[i] = due[up], whose[up]
        i = up
    due[i], whose[i] = at, who


@kernel
def _drop_first(size: int, callers: Callers) -> None:
    """Take the first try out of the heap of ``size`` tries."""
    due, whose = callers.due, callers.who
    last = size - 1
    at, who = due[last], whose[last]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= last:
            break
        right = down + 1
        if right < last and _before(due[right], whose[right], down, callers):
            down = right
        if _before(at, who, down, callers):
            break
        due[i], whose[i] = due[down], whose[down]
        i = down
    due[i], whose[i] = at, who


@kernel
def _push_end(end: int, size: int, ends: I64) -> None:
    """Put an end of handling into the heap of ``size`` ends."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if end >= ends[up]:
            break
        ends[i] = ends[up]
        i = up
    ends[i] = end


@kernel
def _drop_first_end(size: int, ends: I64) -> None:
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


@kernel
def _enter(first: int, count: int, inbound: Line, callers: Callers) -> None:
    """Put the first tries of callers ``first`` to ``count`` - 1 into the heap."""
    for who in range(first, count):
        _push(callers.first_ms[who], who, inbound.tries, callers)
        inbound.tries += 1


@kernel
def _run(until: int, lines: int, inbound: Line, callers: Callers) -> int:
    """Handle all tries before ``until``; the number of callers who were served or gave up."""
    ends, wait, tries = callers.ends, callers.wait, callers.tries
    count = np.int64(0)
    while inbound.tries > 0 and callers.due[0] < until:
        now, who = callers.due[0], callers.who[0]
        _drop_first(inbound.tries, callers)
        inbound.tries -= 1
        while inbound.busy > 0 and ends[0] <= now:
            _drop_first_end(inbound.busy, ends)
            inbound.busy -= 1
        callers.last_ms[who] = now
        tries[who] += 1
        if inbound.busy < lines:
            _push_end(now + callers.handling[who], inbound.busy, ends)
            inbound.busy += 1
            callers.fate[who] = SERVED
        elif tries[who] <= wait.shape[1] and wait[who, tries[who] - 1] > 0:
            _push(now + wait[who, tries[who] - 1], who, inbound.tries, callers)
            inbound.tries += 1
            continue
        else:
            callers.fate[who] = LOST
        callers.settled[count] = who
        count += 1
    return int(count)


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
        """Callers so far."""
        self.callers = _room(0, tables.tries - 1)
        self._state = Line.zeros()

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
        new, all_ = slice(first, count), self.callers
        drawn = callers(self._tables, self._key, line, attempt)
        all_.line[new], all_.attempt[new], all_.mark[new] = line, attempt, mark
        all_.first_ms[new] = all_.last_ms[new] = first_ms
        all_.handling[new], all_.opts_out[new] = drawn.handling, drawn.opts_out
        all_.wait[new] = drawn.wait
        self.count = count
        _enter(first, count, self._state, all_)

    def _make_room(self, count: int) -> None:
        """Let every column hold at least so many callers."""
        old = self.callers
        if count <= len(old.line):
            return
        grown = _room(max(count, 2 * len(old.line), 1024), self._tables.tries - 1)
        for column, before in zip(_columns(grown), _columns(old), strict=True):
            column[: len(before)] = before
        self.callers = grown

    def advance(self, until: int) -> NDArray[np.int32]:
        """Handle all tries before a moment.

        Returns
        -------
        (n,) int32
            Callers who were served or gave up, in order of their last try.
        """
        count = _run(until, self._tables.lines, self._state, self.callers)
        return self.callers.settled[:count].copy()


def _room(size: int, waits: int) -> Callers:
    """Columns for so many callers, all 0."""
    return Callers(
        line=np.zeros(size, dtype=np.int32),
        attempt=np.zeros(size, dtype=np.uint8),
        mark=np.zeros(size, dtype=np.uint8),
        first_ms=np.zeros(size, dtype=np.int64),
        last_ms=np.zeros(size, dtype=np.int64),
        tries=np.zeros(size, dtype=np.uint8),
        fate=np.zeros(size, dtype=np.uint8),
        handling=np.zeros(size, dtype=np.int32),
        opts_out=np.zeros(size, dtype=np.bool_),
        wait=np.zeros((size, waits), dtype=np.int32),
        settled=np.zeros(size, dtype=np.int32),
        due=np.zeros(size, dtype=np.int64),
        who=np.zeros(size, dtype=np.int32),
        ends=np.zeros(size, dtype=np.int64),
    )


def _columns(all_: Callers) -> tuple[NDArray[np.generic], ...]:
    """The arrays, where their kinds do not matter."""
    return tuple(all_)
