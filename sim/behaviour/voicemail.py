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
    return heard_by(tables, key, line, word)


def heard_by(
    tables: CallTables, key: Key, line: NDArray[np.int32], word: NDArray[np.uint32]
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """The same where the words of ``VOICEMAIL`` for the calls, (4, n) uint32, are at hand."""
    plays: NDArray[np.bool_] = word[0] < np.uint32(tables.heard)
    if tables.in_use is not None:
        plays = plays & in_use(tables.in_use, key, line.astype(np.uint32))
    return plays, tables.hearing_delay(word[1]).astype(np.int64)
