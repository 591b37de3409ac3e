"""Messages that calls left on machines: what becomes of each, in compiled passes over the log.

:func:`sim.behaviour.voicemail.hearing` is the definition. Tests hold the two equal, message by
message.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.compiled import kernel
from sim.record.log import Left, LogChunk, Outcome
from sim.streams import Key, Purpose, first_words, words

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]

_EVERYBODY = 1 << 32
"""No word is as high: somebody uses every line."""


@kernel
def _find(
    outcome: U8,
    line: I32,
    attempt: U8,
    start: I64,
    hold: I32,
    wanted: int,
    row_out: I32,
    line_out: I32,
    attempt_out: U8,
    end_out: I64,
) -> int:
    """Rows of one outcome, with their lines, attempts and ends; how many there are.

    There is room for all rows. No branch depends on chance.
    """
    n = np.uint64(0)
    for i in range(outcome.shape[0]):
        row_out[n] = i
        n += np.uint64(outcome[i] == wanted)
    for j in range(n):
        i = row_out[j]
        line_out[j] = line[i]
        attempt_out[j] = attempt[i]
        end_out[j] = start[i] + hold[i]
    return int(n)


@kernel
def _hear(
    word: Annotated[U32, 2],
    of_line: U32,
    plays_below: int,
    used_below: int,
    delays: Annotated[I32, 2],
    end: I64,
    heard: I64,
) -> None:
    """When messages are heard, or -1: (n,) each, as :class:`~sim.record.log.Left` has it.

    ``of_line`` is empty where somebody uses every line. Delays are as in
    :func:`sim.behaviour.look_up.look_up`.
    """
    last = delays.shape[1] - 2
    looked_up = of_line.shape[0] > 0
    for j in range(end.shape[0]):
        bits = np.int64(word[1, j])
        part, cell, fraction, wide = 0, bits >> 20, bits & 0xFFFFF, 20
        if cell == 0 or cell == last:
            part = 1 if cell == 0 else 2
            cell, fraction, wide = bits >> 8 & 0xFFF, bits & 0xFF, 8
        first = np.int64(delays[part, cell])
        delay = first + ((delays[part, cell + 1] - first) * fraction >> wide)
        played = np.int64(word[0, j]) < plays_below
        if looked_up:
            played &= np.int64(of_line[j]) < used_below
        heard[j] = end[j] + delay if played else -1


def messages_left(tables: CallTables, key: Key, chunk: LogChunk) -> tuple[Left, U32]:
    """The messages that rows of the log left on machines.

    Parameters
    ----------
    tables, key
        Tables of the strategy, and the replication's key.
    chunk
        Rows of the log.

    Returns
    -------
    Left
        The messages, and when each is heard.
    (4, n) uint32
        Words of :attr:`~sim.streams.Purpose.VOICEMAIL` for the calls that left them.
    """
    rows = len(chunk)
    row, line = np.empty(rows, dtype=np.int32), np.empty(rows, dtype=np.int32)
    attempt, end = np.empty(rows, dtype=np.uint8), np.empty(rows, dtype=np.int64)
    wanted = int(Outcome.MACHINE_VOICEMAIL)
    columns = chunk.outcome, chunk.line, chunk.attempt, chunk.start_ms, chunk.hold_ms
    n = _find(*columns, wanted, row, line, attempt, end)
    row, line, attempt, end = row[:n], line[:n], attempt[:n], end[:n]
    if not n:
        return Left(row, line, attempt, end, end), np.empty((4, 0), dtype=np.uint32)
    ids = line.view(np.uint32)
    word = words(key, Purpose.VOICEMAIL, ids, attempt)
    used = tables.in_use
    of_line = np.empty(0, np.uint32) if used is None else first_words(key, Purpose.LINE_USE, ids)
    heard = np.empty(n, dtype=np.int64)
    below = _EVERYBODY if used is None else used
    _hear(word, of_line, tables.heard, below, tables.hearing_delay.whole, end, heard)
    return Left(row, line, attempt, end, heard), word
