"""What may be said of a number that was read in many draws, and with how many draws.

Two families, never mixed: draws that fill the cube evenly in independent scramblings
(:mod:`sim.study.points`), whose means have a t interval over the scramblings; and quantiles, whose
error is told by order statistics, for which draws count as independent (scrambled points are at
least as even, so the interval is wide rather than narrow).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.special import bdtr, stdtrit

Floats = NDArray[np.float64]

SCRAMBLINGS: Final = 8
"""Independent scramblings of points that run side by side."""
P5, P50, P95 = 0.05, 0.5, 0.95
FEWEST_ONE_TAIL: Final = 59
"""Draws of which the largest bounds the 95 % point with 95 % confidence: 0.95^59 < 5 %."""
FEWEST_BOTH_TAILS: Final = 72
"""Draws from which the smallest and the largest bound both points: 2 · 0.95^72 - 0.9^72 < 5 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the truth lies with the stated confidence."""

    estimate: float
    low: float
    high: float
    method: str
    n: int
    """Draws that it rests on."""

    @property
    def half_width(self) -> float:
        """Half of the interval's length."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a number lies over draws: its median, and its 5 % and 95 % points."""

    p5: float
    p50: float
    p95: float
    n: int


def spread(values: Floats) -> Spread:
    """The spread of (n,) values over draws; linear between order statistics.

    Raises
    ------
    ValueError
        Where there are none.
    """
    if not len(values):
        raise ValueError("a spread needs at least one draw")
    low, middle, high = np.quantile(values, (P5, P50, P95)).tolist()
    return Spread(low, middle, high, len(values))


def mean_interval(values: Floats, confidence: float = 0.95) -> Interval:
    """The mean over draws, with a t interval over the means of the scramblings.

    Parameters
    ----------
    values : (n,) float64
        By draw, in order from draw 0: draw ``i`` belongs to scrambling ``i % SCRAMBLINGS``. A
        number of draws that is no multiple of it leaves the last ones out of the error, not of the
        mean.
    confidence
        Chance that such intervals hold the mean, 0–1.

    Raises
    ------
    ValueError
        For fewer draws than there are scramblings.
    """
    n = len(values)
    if n < SCRAMBLINGS:
        raise ValueError(f"{n} draws; an interval of a mean needs at least {SCRAMBLINGS}")
    whole = values[: n - n % SCRAMBLINGS].reshape(-1, SCRAMBLINGS).mean(axis=0)
    error = float(whole.std(ddof=1)) / np.sqrt(SCRAMBLINGS)
    reach = float(stdtrit(SCRAMBLINGS - 1, (1 + confidence) / 2)) * error
    mean = float(values.mean())
    return Interval(mean, mean - reach, mean + reach, f"t over {SCRAMBLINGS} scramblings", n)


def quantile_interval(values: Floats, share: float, confidence: float = 0.95) -> Interval | None:
    """A quantile over draws, between two order statistics; free of any distribution.

    Parameters
    ----------
    values : (n,) float64
        By draw.
    share
        Which quantile, 0–1.
    confidence
        Least chance that such intervals hold the quantile.

    Returns
    -------
    Interval or None
        None where even the smallest and the largest draw do not reach the confidence.
    """
    ordered, n = np.sort(values), len(values)
    tail = (1 - confidence) / 2
    # Between the order statistics l and h (from 0) lies the quantile where l < N <= h, with N the
    # draws below it: binomial.
    below = bdtr(np.arange(n), n, share)
    low = int(np.searchsorted(below, tail, side="right")) - 1
    high = int(np.searchsorted(below, 1 - tail, side="left"))
    if low < 0 or high >= n:
        return None
    estimate = float(np.quantile(values, share))
    return Interval(estimate, float(ordered[low]), float(ordered[high]), "order statistics", n)
