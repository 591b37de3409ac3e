"""Shares as integers: a random word below the threshold means *yes*."""

from __future__ import annotations

WORD = 1 << 32
"""Number of values of a word."""


def threshold(share: float) -> int:
    """The integer below which a word means *yes*, for a chance from 0 to 1.

    The chance that a word is below it differs from ``share`` by less than 2**-32. A share of 1
    gives 2**32 - 1: one word in four thousand million still means *no*.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"a share must be from 0 to 1, found {share}")
    return min(int(share * WORD), WORD - 1)
