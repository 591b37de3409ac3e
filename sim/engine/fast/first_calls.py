"""Whether a line was called before a moment: asked of few lines, noted for all.

By line, two bytes say in which chunk of the log it was called first, for what is written in an
order of chance had better fit a cache. The first calls themselves are kept, in order, only as long
as a chunk may still hold the moment that somebody asks about.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.fast.sift import note_first
from sim.record.log import LogChunk

MOST = int(np.iinfo(np.uint16).max)
"""Most numbers of chunks; the last of them stands for all that come after."""


class _Part(NamedTuple):
    """First calls of a chunk that has any."""

    number: int
    line: NDArray[np.int32]
    start: NDArray[np.int64]
    """Never falling."""


class FirstCalls:
    """First calls of so many lines."""

    def __init__(self, lines: int, most: int = MOST) -> None:
        self._most = most
        self._number = 0
        self._chunk_of = np.zeros(lines, dtype=np.uint16)
        """By line: number of the chunk, from 1; 0 for no call yet."""
        self._parts: deque[_Part] = deque()

    def note(self, chunk: LogChunk) -> None:
        """Take the next rows of the log; there are some."""
        first = chunk.attempt == 1
        every = bool(first.all())
        line = chunk.line.copy() if every else chunk.line[first]
        start = chunk.start_ms.copy() if every else chunk.start_ms[first]
        if not len(line):
            return
        self._number = min(self._number + 1, self._most)
        note_first(line, self._number, self._chunk_of)
        self._parts.append(_Part(self._number, line, start))

    def before(self, line: int, moment: int) -> bool:
        """Whether a line was called before a moment that has not been forgotten."""
        number = int(self._chunk_of[line])
        if not number:
            return False
        for part in self._parts:
            if part.number == number:
                if number < self._most and not part.start[0] < moment <= part.start[-1]:
                    return bool(part.start[-1] < moment)  # whichever of them it is
                found = np.flatnonzero(part.line == line)
                if len(found):
                    return bool(part.start[found[0]] < moment)
        return True  # in a chunk that has been forgotten

    def forget(self, before: int) -> None:
        """Nobody will ask about a moment before this one."""
        while self._parts and self._parts[0].start[-1] < before:
            self._parts.popleft()
