"""Moments that few lines have, kept for these alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from sim.record.never import NEVER


class Moments(NDArrayOperatorsMixin):
    """(lines,) int64 moments, ``NEVER`` for most: twelve bytes for each line that has one.

    It is indexed like an array, by lines, and compared and used like one; a comparison of all lines
    spreads them out for as long as it takes.

    Parameters
    ----------
    lines
        How many lines there are.
    line : (n,) int32
        Those that have a moment, rising.
    at_ms : (n,) int64
        When.
    """

    def __init__(self, lines: int, line: NDArray[np.int32], at_ms: NDArray[np.int64]) -> None:
        self._lines, self._line, self._at = lines, line, at_ms
        line.flags.writeable = at_ms.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes that they take."""
        return self._line.nbytes + self._at.nbytes

    @property
    def dated(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The lines that have a moment, rising, and when: (n,) each."""
        return self._line, self._at

    def __len__(self) -> int:
        return self._lines

    def __getitem__(self, lines: Any) -> Any:
        """The moments of some lines, chosen as of an array."""
        if isinstance(lines, slice):
            lines = np.arange(self._lines)[lines]
        wanted = np.asarray(lines)
        if wanted.dtype == np.bool_:
            wanted = np.flatnonzero(wanted)
        if not len(self._line):
            return np.full(wanted.shape, NEVER, dtype=np.int64)
        place = np.minimum(self._line.searchsorted(wanted), len(self._line) - 1)
        return np.where(self._line[place] == wanted, self._at[place], NEVER)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """(lines,) All of them."""
        found = np.full(self._lines, NEVER, dtype=np.int64)
        found[self._line] = self._at
        return found if dtype is None else found.astype(dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Whatever numpy does with an array."""
        spread = (np.asarray(one) if isinstance(one, Moments) else one for one in inputs)
        return getattr(ufunc, method)(*spread, **options)


def moments_of(moments: Moments | NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The lines that have a moment, rising, and when: (n,) each."""
    if isinstance(moments, Moments):
        return moments.dated
    line = np.flatnonzero(moments != NEVER).astype(np.int32)
    return line, moments[line]
