"""Retries that are drawn and sorted, column by column."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Retries(NamedTuple):
    """Retries with their draws, one array per column."""

    due: NDArray[np.int64]
    """When each falls due, ms."""
    number: NDArray[np.int64]
    """Number in the log of the call that made it."""
    row: NDArray[np.int32]
    attempt: NDArray[np.uint8]
    """Attempt that it will be."""
    group: NDArray[np.uint16]
    disposition: NDArray[np.uint32]
    busy: NDArray[np.uint32]
    human: NDArray[np.uint32]
    other: NDArray[np.uint32]
    caller: NDArray[np.uint16]
    """Caller number; 0 where the standing of none is kept."""

    @classmethod
    def empty(cls, size: int) -> Retries:
        """Room for a number of retries."""
        types = (np.int64, np.int64, np.int32, np.uint8, np.uint16, *[np.uint32] * 4, np.uint16)
        return cls(*(np.empty(size, dtype=t) for t in types))

    def select(self, which: Any) -> Retries:
        """The retries that an index picks."""
        return Retries(*(column[which] for column in self))

    def joined(self, more: Retries) -> Retries:
        """These and more, one after the other."""
        pairs = zip(self.columns, more.columns, strict=True)
        return Retries(*(np.concatenate(pair) for pair in pairs))

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """The arrays, where their kinds do not matter."""
        return tuple(self)
