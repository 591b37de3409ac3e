"""Counting calls that are marked, a bit each: their lines, and their cells of the breakdown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel

APART = 4
"""Counts of calls that follow each other go to so many places: an addition need not wait for the
one before."""


@kernel
def count_lines(
    packed: NDArray[np.uint8], line: NDArray[np.int32], seen: NDArray[np.uint64]
) -> int:
    """Distinct lines of marked calls.

    Parameters
    ----------
    packed : (calls ÷ 8, rounded up) uint8
        A bit for each call, the highest first: 1 for a call that counts.
    line : (calls,) int32
        Lines of the calls.
    seen : (at least lines ÷ 64,) uint64
        All 0; afterwards a bit for each line that was seen.
    """
    found, one, rest, last = np.uint64(0), np.uint64(1), np.uint64(63), np.uint64(7)
    for at in range((len(line) + 7) // 8):
        marks = np.uint64(packed[at])
        if not marks:
            continue
        first = np.uint64(at * 8)
        for bit in range(min(8, len(line) - at * 8)):  # whether it is marked or not: no branch
            i = np.uint64(bit)
            number = np.uint64(np.uint32(line[first + i]))
            word, place, mark = number >> np.uint64(6), number & rest, marks >> (last - i) & one
            found += mark & ~(seen[word] >> place)
            seen[word] |= mark << place
    return int(found)


@kernel
def count_cells(
    packed: NDArray[np.uint8], cell: NDArray[np.uint16], counts: NDArray[np.uint64]
) -> None:
    """Count marked calls by cell.

    Parameters
    ----------
    packed : (calls ÷ 8, rounded up) uint8
        A bit for each call, the highest first: 1 for a call that counts.
    cell : (calls,) uint16
        Where each call counts.
    counts : (APART × cells,) uint64
        What is added to: the sum of its parts is asked for.
    """
    cells, one, last = np.uint64(len(counts) // APART), np.uint64(1), np.uint64(7)
    whole = len(cell) // 8
    for at in range(whole):
        marks = np.uint64(packed[at])
        if not marks:
            continue
        first = np.uint64(at * 8)  # no place is negative: numba need not look
        for bit in range(8):
            i = np.uint64(bit)
            place = (i & np.uint64(APART - 1)) * cells + cell[first + i]
            counts[place] += marks >> (last - i) & one
    for call in range(whole * 8, len(cell)):
        counts[cell[call]] += np.uint64(packed[whole]) >> np.uint64(7 - (call & 7)) & one
