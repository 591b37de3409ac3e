"""The compiled pass that counts the cases of a call log."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel

KINDS = 3
"""Kinds of calls that are cases: a person took it, it left a message, neither."""
OPPOSED, CONSENTED, ENDS, IDLE = 1, 2, 4, 8
"""Bits of a line's standing when it is called: marked as refusing, consenting; of one whose consent
ends in the campaign; and of one that nobody uses, on which no message is heard."""
LIVE = 16
"""Bit of a line that had a live delivery."""
LEFT = 8
"""Above this bit: messages left on the line, at most 255."""
_STANDINGS = 4
_PARTS = 3
_VOICEMAIL = 4
"""Code of the outcome of a call that left a message."""
_FAILED = 15
"""Code of a call that failed on the way; a test holds both equal to the log's."""
_AHEAD = 256
"""Rows whose lines are looked up together, so that fetching them from memory overlaps."""


class CaseCounts(NamedTuple):
    """What is counted."""

    calls: NDArray[np.int64]
    """(territories × bins × 4 × 4 × 2,) Calls by territory, bin, kind, standing, later attempt; the
    last kind is of those that are no cases."""
    dialled: NDArray[np.int64]
    """(bins,) First attempts."""
    lines: NDArray[np.uint16]
    """(lines,) The standing of each at the campaign's start, :data:`ENDS`, :data:`IDLE`,
    :data:`LIVE`, and from :data:`LEFT` on how many messages were left there."""
    unused: NDArray[np.int64]
    """(1,) Kept, lest the compiler drop look-ups."""


class CaseTables(NamedTuple):
    """What calls and lines are."""

    kind: NDArray[np.uint8]
    """(32,) Kind of a call by its outcome, and by 16 and its outcome to a line that nobody uses; 3
    for none."""
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


@kernel
def count_cases(
    calls: CaseCalls,
    counts: CaseCounts,
    tables: CaseTables,
    bin_ms: int,
    delivered_from: int,
) -> None:
    """Count the cases of some rows, whose starts never fall.

    No branch depends on chance, but of the few lines whose consent ends.

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
    line, attempt, territory = calls.line, calls.attempt, calls.territory
    start, outcome, lines = calls.start, calls.outcome, counts.lines
    bins = np.uint64(counts.dialled.shape[0])
    at = start[0] // bin_ms if len(start) else 0
    edge = (at + 1) * bin_ms
    near = np.int64(0)
    for i in range(line.shape[0]):
        if i % _AHEAD == 0:
            for j in range(i, min(i + _AHEAD, line.shape[0])):
                near |= lines[line[j]]
        while start[i] >= edge:
            at += 1
            edge += bin_ms
        what, word = np.int64(outcome[i]), np.int64(lines[line[i]])
        standing = word & (OPPOSED | CONSENTED)
        if word & ENDS:
            place = np.searchsorted(tables.ends_line, line[i])
            if start[i] >= tables.ends_ms[place]:
                standing &= OPPOSED
        kind = tables.kind[what | (word & IDLE) << 1]
        case = (np.uint64(territory[i]) * bins + np.uint64(at)) * np.uint64(KINDS + 1)
        case = (case + np.uint64(kind)) * np.uint64(_STANDINGS) + np.uint64(standing)
        counts.calls[case * np.uint64(2) + np.uint64(attempt[i] > 1)] += 1
        counts.dialled[at] += np.int64(attempt[i] == 1)
        live = np.int64(delivered_from <= what) & np.int64(what < _FAILED)
        word += np.int64(what == _VOICEMAIL) << LEFT
        lines[line[i]] = word | live * LIVE
    counts.unused[0] = near


@kernel
def count_lines(
    lines: NDArray[np.uint16], attempts: NDArray[np.uint8], counts: NDArray[np.int64]
) -> None:
    """Count lines that were dialled.

    Parameters
    ----------
    lines, attempts : (lines,)
        As in :class:`CaseCounts`, and attempts made.
    counts : (256 × 3,)
        What is added to: by messages left, and whether without a live delivery, with one, or
        without on a line that nobody uses.
    """
    for i in range(lines.shape[0]):
        word = np.int64(lines[i])
        live, idle = word >> 4 & 1, word >> 3 & 1
        part = live + 2 * (idle & (1 - live))
        counts[(word >> LEFT) * _PARTS + part] += np.int64(attempts[i] > 0)
