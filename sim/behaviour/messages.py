"""Messages that calls of a part of the log left on machines, and what becomes of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.behaviour.voicemail import heard_by
from sim.compiled import kernel
from sim.record.log import Left, LogChunk, Outcome
from sim.streams import Key, Purpose, words

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]


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
    word = words(key, Purpose.VOICEMAIL, line.view(np.uint32), attempt)
    plays, delay = heard_by(tables, key, line, word)
    return Left(row, line, attempt, end, np.where(plays, end + delay, -1)), word
