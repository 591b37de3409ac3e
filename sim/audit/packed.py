"""Marks of calls, a bit each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.audit.tables import Bools


def unpacked(packed: NDArray[np.uint8], calls: int) -> Bools:
    """(calls,) Marks of a bit each as a column."""
    return np.unpackbits(packed, count=calls).view(np.bool_)


def count_of(packed: NDArray[np.uint8]) -> int:
    """How many calls are marked."""
    return int(np.bitwise_count(packed).sum(dtype=np.int64))
