"""Which lines have been called before a moment: asked of few lines, noted for all.

Whoever asks does so in order of time. So the rows of the log wait until nobody asks of a moment
before them any more, and each line takes one bit: what is written in an order of chance had better
fit a cache.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from sim.engine.fast.sift import mark
from sim.record.log import LogChunk


class Called:
    """Which of so many lines have been called."""

    def __init__(self, lines: int) -> None:
        self._marked = np.zeros(-(-lines // 8), dtype=np.uint8)
        """A bit for each line that was called before ``_from``."""
        self._waiting: deque[tuple[NDArray[np.int32], NDArray[np.int64]]] = deque()
        """Lines and starts, never falling, of the calls that are not marked."""
        self._from = 0
        """Nobody asks of an earlier moment."""

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._waiting.append((chunk.line.copy(), chunk.start_ms.copy()))

    def forget(self, before: int) -> None:
        """Nobody will ask of a moment before this one: calls that lie behind it need not wait."""
        self._from = max(self._from, before)
        while self._waiting and self._waiting[0][1][0] < before:
            lines, start = self._waiting.popleft()
            past = int(np.searchsorted(start, before, side="left"))
            mark(lines[:past], self._marked)
            if past < len(lines):
                self._waiting.appendleft((lines[past:], start[past:]))

    def before(self, line: int, moment: int) -> bool:
        """Whether a line was called before a moment, ms since the campaign's start.

        Raises
        ------
        ValueError
            If somebody asked of a later moment before, or what lies before one was forgotten.
        """
        if moment < self._from:
            raise ValueError(f"asked of {moment} ms after {self._from} ms")
        self.forget(moment)
        return bool(self._marked[line >> 3] >> (line & 7) & 1)
