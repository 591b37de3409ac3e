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
    whole: NDArray[np.int32] = field(init=False)
    """(3, 4097) ``main``, ``low`` and ``high``, as the compiled pass reads them."""
    shortest: int = field(init=False)
    """Shortest duration, ms."""
    longest: int = field(init=False)
    """Longest duration, ms."""

    def __post_init__(self) -> None:
        whole = np.stack([self.main, self.low, self.high]).astype(np.int32)
        object.__setattr__(self, "whole", whole)
        object.__setattr__(self, "shortest", int(self.low[0]))
        object.__setattr__(self, "longest", int(self.high[-1]))

    def __call__(self, words: NDArray[np.uint32]) -> NDArray[np.int32]:
        """Durations in ms for words, (n,) uint32 to (n,) int32."""
        if self.shortest == self.longest:
            return np.full(len(words), self.shortest, dtype=np.int32)
        from sim.behaviour.look_up import look_up  # here: tables serve checks that compile nothing

        out = np.empty(len(words), dtype=np.int32)
        if words.dtype != np.uint32 or not words.flags.carray:
            words = np.require(words, np.uint32, ["C", "W"])
        look_up(words, self.whole, out)
        return out

    def uncompiled(self, words: NDArray[np.uint32]) -> NDArray[np.int32]:
        """The same for a few thousand words, where loading a compiler would take longer."""
        word = words.astype(np.int64)
        cell = word >> 20
        end = (cell == 0) | (cell == CELLS - 1)
        part = np.where(end, np.where(cell == 0, 1, 2), 0)
        cell = np.where(end, word >> 8 & 0xFFF, cell)
        fraction = np.where(end, word & 0xFF, word & 0xFFFFF)
        start = self.whole[part, cell].astype(np.int64)
        rise = (self.whole[part, cell + 1] - start) * fraction >> np.where(end, 8, 20)
        return np.asarray(start + rise, dtype=np.int32)

    def scalar(self, word: int) -> int:
        """Duration in ms for one word, in plain integers: the compiled pass's readable twin."""
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
