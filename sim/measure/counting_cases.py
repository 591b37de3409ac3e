"""The compiled pass that counts the cases of a call log."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel_with_room

KINDS = 3
"""Kinds of calls that are cases: a person took it, it left a message, neither."""
OPPOSED, CONSENTED, ENDS, IDLE = 1, 2, 4, 8
"""Bits of a line's standing when it is called: marked as refusing, consenting; of one whose consent
ends in the campaign; and of one that nobody uses, on which no message is heard."""
_STANDINGS = 4
_VOICEMAIL = 4
"""Code of the outcome of a call that left a message."""
_FAILED = 15
"""Code of a call that failed on the way; a test holds both equal to the log's."""
_AHEAD = 256
"""Rows whose lines are looked up together, so that fetching them from memory overlaps."""


class CaseCounts(NamedTuple):
    """What is counted."""

    calls: NDArray[np.int64]
    """(territories × bins × 3 × 4 × 2,) Calls by territory, bin, kind, standing, later attempt."""
    dialled: NDArray[np.int64]
    """(bins,) First attempts."""
    left: NDArray[np.uint8]
    """(lines,) Messages left on each line."""
    live: NDArray[np.bool_]
    """(lines,) Whether one was delivered live."""


class CaseTables(NamedTuple):
    """What calls and lines are."""

    kind: NDArray[np.uint8]
    """(16,) Kind of a call by its outcome; 3 for none."""
    standing: NDArray[np.uint8]
    """(lines,) Standing at the campaign's start, :data:`ENDS` and :data:`IDLE`."""
    ends_line: NDArray[np.int32]
    """Lines whose consent ends in the campaign, rising."""
    ends_ms: NDArray[np.int64]
    """When it does, ms since the campaign's start."""


class CaseCalls(NamedTuple):
    """Rows of the log: columns of :class:`sim.record.log.LogChunk`, each (n,)."""

    line: NDArray[np.int32]
    attempt: NDArray[np.uint8]
    territory: NDArray[np.uint8]
    start: NDArray[np.int64]
    outcome: NDArray[np.uint8]


@kernel_with_room
def count_cases(
    calls: CaseCalls,
    counts: CaseCounts,
    tables: CaseTables,
    bin_ms: int,
    delivered_from: int,
) -> None:
    """Count the cases of some rows.

    Parameters
    ----------
    calls
        The rows.
    counts
        What is added to.
    tables
        What calls and lines are.
    bin_ms
        Length of a bin, ms.
    delivered_from
        Least code of an outcome that is a live delivery.
    """
    bins = len(counts.dialled)
    standings = np.empty(_AHEAD, dtype=np.uint8)
    for first in range(0, len(calls.line), _AHEAD):
        last = min(first + _AHEAD, len(calls.line))
        for i in range(first, last):
            standings[i - first] = tables.standing[calls.line[i]]
        for i in range(first, last):
            standing, line, outcome = standings[i - first], calls.line[i], calls.outcome[i]
            kind = tables.kind[outcome]
            if standing >= ENDS:
                if standing & IDLE and outcome == _VOICEMAIL:
                    kind = KINDS
                ended = False
                if standing & ENDS:
                    place = np.searchsorted(tables.ends_line, line)
                    ended = calls.start[i] >= tables.ends_ms[place]
                standing &= OPPOSED if ended else OPPOSED | CONSENTED
            at = calls.start[i] // bin_ms
            if kind < KINDS:
                place = (np.int64(calls.territory[i]) * bins + at) * KINDS + kind
                place = (place * _STANDINGS + standing) * 2 + (calls.attempt[i] > 1)
                counts.calls[place] += 1
            if calls.attempt[i] == 1:
                counts.dialled[at] += 1
            if outcome == _VOICEMAIL:
                counts.left[line] += 1
            elif delivered_from <= outcome < _FAILED:
                counts.live[line] = True
