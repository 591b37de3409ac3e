"""Quantile tables: a random word becomes a duration by integers alone.

A table holds the quantile function at 4,097 equally spaced probabilities. The top 12 bits of a
32-bit word name a cell and the low 20 bits interpolate inside it, in integer arithmetic, so that
numpy, compiled code and plain Python agree to the last bit. The two end cells, where a tail bends,
are tabulated again as finely: their next 12 bits name a sub-cell and the low 8 interpolate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ppf = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Quantile function: probabilities in (0, 1) to durations in ms."""

CELLS = 4096
LONGEST_MS = 3_600_000
"""Longest holding time that a table may give: one hour. Longer values are cut to it."""


@dataclass(frozen=True, slots=True, eq=False)
class QuantileTable:
    """Durations in ms by probability."""

    main: NDArray[np.int64]
    """(4097,) Quantiles at k / 4096, the first and last at the middle of the outermost word."""
    low: NDArray[np.int64]
    """(4097,) Quantiles inside the first cell, at k / 4096**2."""
    high: NDArray[np.int64]
    """(4097,) Quantiles inside the last cell."""
    rise: NDArray[np.int64] = field(init=False)
    """(4096,) Differences of ``main``."""
    shortest: int = field(init=False)
    """Shortest duration, ms."""
    longest: int = field(init=False)
    """Longest duration, ms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rise", np.diff(self.main))
        object.__setattr__(self, "shortest", int(self.low[0]))
        object.__setattr__(self, "longest", int(self.high[-1]))

    def __call__(self, words: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Durations in ms for words, (n,) uint32 to (n,) int32."""
        if self.shortest == self.longest:
            return np.full(len(words), self.shortest, dtype=np.int32)
        cell = (words >> np.uint32(20)).astype(np.intp)
        fraction = (words & np.uint32(0xFFFFF)).astype(np.int64)
        fraction *= self.rise.take(cell)
        fraction >>= 20
        fraction += self.main.take(cell)
        out = fraction.astype(np.int32)
        # One comparison finds both end cells: adding one cell wraps the last round to the first.
        ends = np.flatnonzero((words + np.uint32(1 << 20)) < np.uint32(2 << 20))
        if len(ends):
            out[ends] = self._tails(words[ends])
        return out

    def _tails(self, words: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Durations for words of the two end cells."""
        sub = ((words >> np.uint32(8)) & np.uint32(0xFFF)).astype(np.intp)
        fraction = (words & np.uint32(0xFF)).astype(np.int64)
        upper = words >= np.uint32(1 << 31)
        start = np.where(upper, self.high[sub], self.low[sub])
        stop = np.where(upper, self.high[sub + 1], self.low[sub + 1])
        out: NDArray[np.int32] = (start + (((stop - start) * fraction) >> 8)).astype(np.int32)
        return out

    def scalar(self, word: int) -> int:
        """Duration in ms for one word, in plain integers: the readable twin of the array form."""
        cell, fraction, bits, table = word >> 20, word & 0xFFFFF, 20, self.main
        if cell in (0, CELLS - 1):
            table = self.low if cell == 0 else self.high
            cell, fraction, bits = (word >> 8) & 0xFFF, word & 0xFF, 8
        start, stop = int(table[cell]), int(table[cell + 1])
        return start + (((stop - start) * fraction) >> bits)

    def digest(self) -> str:
        """SHA-256 of the three tables, for the manifest."""
        joined = np.concatenate([self.main, self.low, self.high]).astype("<i8")
        return hashlib.sha256(joined.tobytes()).hexdigest()


def tabulate(ppf: Ppf, *, longest_ms: int = LONGEST_MS, shortest_ms: int = 1) -> QuantileTable:
    """Tabulate a quantile function.

    Parameters
    ----------
    ppf
        Quantile function of a law, in ms; called with probabilities in the open (0, 1).
    longest_ms, shortest_ms
        Quantiles are cut to these bounds.

    Returns
    -------
    QuantileTable
        Whole milliseconds, never falling.

    Raises
    ------
    ValueError
        Where the bounds do not fit 31 bits.
    """
    if not 1 <= shortest_ms <= longest_ms < 1 << 31:
        raise ValueError(f"durations from {shortest_ms} to {longest_ms} ms do not fit 31 bits")
    half_word = 0.5 / 2**32
    main = np.arange(CELLS + 1) / CELLS
    low = np.arange(CELLS + 1) / CELLS**2
    parts = []
    for points in (main, low, 1.0 - low[::-1]):
        inside = np.clip(points, half_word, 1.0 - half_word)
        values = np.clip(np.rint(ppf(inside)), shortest_ms, longest_ms)
        parts.append(np.maximum.accumulate(values.astype(np.int64)))
    for part in parts:
        part.flags.writeable = False
    return QuantileTable(*parts)
