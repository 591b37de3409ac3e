"""The call log: one row per attempt, in dialling order, handed on in chunks.

Both engines write it, and nothing else of an engine is seen by the rooms behind it. Rows are in
order of their number, which starts at 0 and is the order in which calls were placed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

DISPOSITIONS = ("invalid", "busy", "no_answer", "machine", "human", "failed")
"""How an attempt ended, in the order of their codes."""


class Outcome(IntEnum):
    """A disposition, refined by what the call delivered.

    Codes from ``HEARD`` to below ``FAILED`` mean: a person passed the gate (or there was none) and
    the message played; ``HEARD + k`` is one who listened past k of the live thresholds.
    """

    INVALID = 0
    BUSY = 1
    NO_ANSWER = 2
    MACHINE = 3
    """A machine answered and nothing was left."""
    MACHINE_VOICEMAIL = 4
    """A machine answered and the message was left."""
    MACHINE_TAKEN_FOR_HUMAN = 5
    """Detection was wrong: the machine got the live script; nothing usable was left."""
    HUMAN_TAKEN_FOR_MACHINE = 6
    """Detection was wrong: the person got dead air, then the machine's script."""
    HUMAN_AT_GATE = 7
    """A person answered and did not pass the gate."""
    HEARD = 8
    FAILED = 15
    """Congestion or a carrier's error: the call did not come as far as the line."""


MAX_THRESHOLDS = 6
"""Most live thresholds: outcomes fit in four bits."""

N_OUTCOMES = int(Outcome.FAILED) + 1
"""Outcome codes are 0 to 15."""

DISPOSITION_OF_OUTCOME = np.array(
    [0, 1, 2, 3, 3, 3, 4, 4] + [4] * (MAX_THRESHOLDS + 1) + [5], dtype=np.uint8
)
"""Code of the disposition of each outcome, (16,) uint8: an index into ``DISPOSITIONS``."""


class Left(NamedTuple):
    """Messages that calls left on machines, and what becomes of them, each (n,)."""

    row: NDArray[np.int32]
    """Which row of the chunk, rising."""
    line: NDArray[np.int32]
    attempt: NDArray[np.uint8]
    end_ms: NDArray[np.int64]
    """End of the call, ms since the campaign's start."""
    heard_ms: NDArray[np.int64]
    """When somebody hears the message, ms likewise; -1 where nobody ever does."""


@dataclass(frozen=True, slots=True)
class LogChunk:
    """Consecutive rows of the call log.

    The arrays may be views of buffers that the engine fills again: a sink that keeps rows copies
    them.
    """

    first: int
    """Number of the first row."""
    line: NDArray[np.int32]
    """(n,) The recipient's line, 0 to lines - 1."""
    attempt: NDArray[np.uint8]
    """(n,) 1 for the first attempt."""
    territory: NDArray[np.uint8]
    """(n,) Index of the line's territory."""
    start_ms: NDArray[np.int64]
    """(n,) Start, ms since the campaign's start; never falls from row to row."""
    hold_ms: NDArray[np.int32]
    """(n,) Channel holding time, dial to release, ms; at least 1."""
    outcome: NDArray[np.uint8]
    """(n,) Code of :class:`Outcome`."""
    opted_out: NDArray[np.uint8]
    """(n,) 1 where the call ended with the key that lists the line as refusing."""
    caller: NDArray[np.uint16]
    """(n,) The caller number, 0 to numbers - 1; 0 where their standing is not kept."""
    left: Left | None = None
    """The messages that these rows left, where the engine has looked at them and hands on what it
    found; no part of the log."""

    def __len__(self) -> int:
        return len(self.line)

    @classmethod
    def empty(cls, rows: int) -> LogChunk:
        """Room for a number of rows."""
        columns: dict[str, Any] = {n: np.empty(rows, dtype) for n, dtype in COLUMNS.items()}
        return cls(0, **columns)

    def head(self, rows: int, *, first: int) -> LogChunk:
        """The first rows, as views, with the number of the first."""
        columns: dict[str, Any] = {name: getattr(self, name)[:rows] for name in COLUMNS}
        return LogChunk(first, **columns)

    def copy(self) -> LogChunk:
        """The same rows in arrays of their own."""
        columns: dict[str, Any] = {name: getattr(self, name).copy() for name in COLUMNS}
        return LogChunk(self.first, **columns)


COLUMNS: dict[str, Any] = {
    "line": np.int32,
    "attempt": np.uint8,
    "territory": np.uint8,
    "start_ms": np.int64,
    "hold_ms": np.int32,
    "outcome": np.uint8,
    "opted_out": np.uint8,
    "caller": np.uint16,
}
"""Columns of a row and their dtypes."""


LogSink = Callable[[LogChunk], None]
"""What an engine hands its chunks to."""


def concatenate(chunks: list[LogChunk]) -> LogChunk:
    """One chunk from consecutive ones; an empty list gives an empty chunk."""
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(c, name) for c in chunks] or [np.empty(0, dtype)])
        for name, dtype in COLUMNS.items()
    }
    return LogChunk(chunks[0].first if chunks else 0, **columns)
