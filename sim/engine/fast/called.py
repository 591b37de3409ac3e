"""Which lines have been called before a moment: asked of few lines, noted for all.

Whoever asks does so in order of time. So the rows of the log wait until a moment comes that lies
behind them, and each line takes one bit: what is written in an order of chance had better fit a
cache.
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
        """A bit for each line that was called before the latest moment of which somebody asked."""
        self._waiting: deque[tuple[NDArray[np.int32], NDArray[np.int64]]] = deque()
        """Lines and starts, never falling, of the calls that are not marked."""
        self._asked = 0
        """The latest moment of which somebody asked."""

    def add(self, chunk: LogChunk) -> None:
        """Take the next rows of the log."""
        self._waiting.append((chunk.line.copy(), chunk.start_ms.copy()))

    def before(self, line: int, moment: int) -> bool:
        """Whether a line was called before a moment, ms since the campaign's start.

        Raises
        ------
        ValueError
            If somebody asked of a later moment before.
        """
        if moment < self._asked:
            raise ValueError(f"asked of {moment} ms after {self._asked} ms")
        self._asked = moment
        while self._waiting and self._waiting[0][1][0] < moment:
            lines, start = self._waiting.popleft()
            past = int(np.searchsorted(start, moment, side="left"))
            mark(lines[:past], self._marked)
            if past < len(lines):
                self._waiting.appendleft((lines[past:], start[past:]))
        return bool(self._marked[line >> 3] >> (line & 7) & 1)
