"""Retries that are drawn and in order, column by column."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.fast.kernel import Retries

_TYPES = (np.int64, np.int64, np.int32, np.uint8, np.uint16, *[np.uint32] * 4, np.uint16)


def room(size: int) -> Retries:
    """Room for a number of retries."""
    return Retries(*(np.empty(size, dtype=t) for t in _TYPES))


def select(retries: Retries, which: Any) -> Retries:
    """The retries that an index picks."""
    return Retries(*(column[which] for column in columns(retries)))


def joined(first: Retries, more: Retries) -> Retries:
    """Both, one after the other."""
    pairs = zip(columns(first), columns(more), strict=True)
    return Retries(*(np.concatenate(pair) for pair in pairs))


def columns(retries: Retries) -> tuple[NDArray[Any], ...]:
    """The arrays, where their kinds do not matter."""
    return tuple(retries)
