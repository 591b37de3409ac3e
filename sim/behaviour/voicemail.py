"""Hearing a message that was left. Drawn after the call: it decides nothing about dialling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.calls import CallTables
from sim.behaviour.lines import in_use
from sim.streams import Key, Purpose, words

I64 = NDArray[np.int64]


def hearing(
    tables: CallTables, key: Key, line: NDArray[np.int32], attempt: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whether and when messages left on machines are heard.

    Parameters
    ----------
    tables, key
        Tables of the strategy, and the replication's key.
    line : (n,) int32
        Lines on whose machine a message was left.
    attempt : (n,) uint8
        The attempts that left them.

    Returns
    -------
    (n,) bool
        Whether the message is heard.
    (n,) int64
        Delay from the end of the call, ms; meaningful where it is heard.
    """
    ids = line.astype(np.uint32)
    word = words(key, Purpose.VOICEMAIL, ids, attempt)
    return _plays(tables, key, ids, word[0]), tables.hearing_delay(word[1]).astype(np.int64)


def heard_at(
    tables: CallTables,
    key: Key,
    line: NDArray[np.int32],
    word: NDArray[np.uint32],
    end: NDArray[np.int64],
) -> I64:
    """When messages left on machines are heard, ms, or -1 where they never are: (n,) int64.

    Parameters
    ----------
    tables, key
        Tables of the strategy, and the replication's key.
    line : (n,) int32
        Lines on whose machine a message was left.
    word : (4, n) uint32
        Words of ``VOICEMAIL`` for the calls that left them.
    end : (n,) int64
        Ends of these calls, ms.
    """
    at = np.full(len(end), -1, dtype=np.int64)
    heard = np.flatnonzero(_plays(tables, key, line.astype(np.uint32), word[0]))
    at[heard] = end[heard] + tables.hearing_delay(word[1][heard])
    return at


def _plays(
    tables: CallTables, key: Key, line: NDArray[np.uint32], word: NDArray[np.uint32]
) -> NDArray[np.bool_]:
    """Whether somebody uses each line and plays the message, (n,) bool."""
    plays: NDArray[np.bool_] = word < np.uint32(tables.heard)
    return plays if tables.in_use is None else plays & in_use(tables.in_use, key, line)
