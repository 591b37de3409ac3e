"""Two strategies, draw by draw: the same people under the same unknowns, so ratios are sharp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.study.intervals import Spread, spread

Floats = NDArray[np.float64]
Verdict = Literal["higher", "lower", "within noise"]


@dataclass(frozen=True, slots=True)
class Paired:
    """One number of a strategy beside that of the base strategy."""

    ratio: Spread
    """Of the strategy's value to the base's, over draws in which the base has one above 0."""
    higher: float
    """Share of draws in which the strategy's value is the higher by more than the noise; 0–1."""
    lower: float
    """Likewise the lower."""
    noise: float
    """What counts as the luck of one run: a share of the base's value."""
    verdict: Verdict
    """Which sign may be told: that of nineteen draws in twenty, beyond the noise."""


def paired(value: Floats, base: Floats, noise: float = 0.0) -> Paired:
    """Compare two strategies over shared draws.

    Parameters
    ----------
    value, base : (n,) float64
        By draw; 0 or more.
    noise
        Relative difference that one run's luck makes at fixed inputs: two standard deviations.

    Raises
    ------
    ValueError
        Where the arrays differ in length, or the base is 0 in every draw.
    """
    if value.shape != base.shape:
        raise ValueError(f"{len(value)} and {len(base)} draws cannot be paired")
    known = base > 0
    if not known.any():
        raise ValueError("the base strategy has none in any draw")
    margin = noise * base
    higher = float(np.mean(value > base + margin))
    lower = float(np.mean(value < base - margin))
    verdict: Verdict = "within noise"
    if higher >= 0.95:
        verdict = "higher"
    elif lower >= 0.95:
        verdict = "lower"
    return Paired(spread(value[known] / base[known]), higher, lower, noise, verdict)
