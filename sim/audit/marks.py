"""Counting calls that are marked: their lines, and their cells of the breakdown; compiled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import kernel


@kernel
def count_lines(
    marked: NDArray[np.uint8], line: NDArray[np.int32], seen: NDArray[np.uint64]
) -> int:
    """Distinct lines of marked calls.

    Parameters
    ----------
    marked : (n,) uint8
        Not 0 for a call that counts.
    line : (n,) int32
        Lines of the calls.
    seen : (at least lines ÷ 64,) uint64
        All 0; afterwards a bit for each line that was seen.
    """
    found = 0
    for i in range(len(marked)):
        if marked[i]:
            word, bit = line[i] >> 6, np.uint64(1) << np.uint64(line[i] & 63)
            if not seen[word] & bit:
                seen[word] |= bit
                found += 1
    return found


@kernel
def count_cells(
    marked: NDArray[np.uint8], cell: NDArray[np.uint16], counts: NDArray[np.int64]
) -> None:
    """Count marked calls by cell.

    Parameters
    ----------
    marked : (n,) uint8
        Not 0 for a call that counts.
    cell : (n,) uint16
        Where each call counts.
    counts : (cells,) int64
        What is added to.
    """
    for i in range(len(marked)):
        if marked[i]:
            counts[cell[i]] += 1
