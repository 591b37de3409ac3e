"""The least of a knob that is enough, draw by draw, and the law of that over draws.

In one draw a goal holds or does not at each value of a knob; where it changes once, the value at
which it does is the *root*, found by halving. Roots of all draws are a law: the value that is
enough in 95 % of draws is its 95 % point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TOLERANCE: Final = 0.005
"""How closely a root is found, as a share of the value."""


@dataclass(frozen=True, slots=True)
class Root:
    """What is enough in one draw."""

    value: float
    """The least that is enough, or the most where more is worse: an end of the range where all of
    the range is enough; infinite, on the side where it would lie, where nothing is."""
    tried: tuple[tuple[float, bool], ...]
    """Every value that was tried, and whether the goal held."""

    @property
    def turns(self) -> int:
        """How often the goal changes along the values that were tried, in their order."""
        held = [holds for _, holds in sorted(self.tried)]
        return sum(one is not other for one, other in pairwise(held))


def root(
    holds: Callable[[float], bool],
    low: float,
    high: float,
    *,
    rising: bool,
    whole: bool,
    tolerance: float = TOLERANCE,
) -> Root:
    """Find what is enough, by halving.

    Parameters
    ----------
    holds
        Whether the goal holds at a value.
    low, high
        The range.
    rising
        Whether more of the knob helps; else less of it does.
    whole
        Whether values are whole numbers.
    tolerance
        How closely it is found, as a share of the value.
    """
    tried: dict[float, bool] = {}

    def at(value: float) -> bool:
        if value not in tried:
            tried[value] = holds(value)
        return tried[value]

    good, bad = (high, low) if rising else (low, high)
    if not at(good):
        at(bad)  # whether the other end would do tells whether the knob helps the other way
        return Root(math.inf if rising else -math.inf, tuple(tried.items()))
    if at(bad):
        return Root(bad, tuple(tried.items()))
    while abs(good - bad) > max(tolerance * abs(good), 1.0 if whole else 0.0):
        middle = (good + bad) / 2
        middle = float(math.floor(middle) if whole else middle)
        if middle in (good, bad):
            break
        good, bad = (middle, bad) if at(middle) else (good, middle)
    return Root(good, tuple(tried.items()))


def enough(roots: Sequence[float], probability: float, *, rising: bool) -> float:
    """The value that is enough in at least so large a share of draws; infinite where none is."""
    ordered = sorted(roots) if rising else sorted(roots, reverse=True)
    return ordered[math.ceil(probability * len(ordered) - 1e-9) - 1]


def share_at(roots: Sequence[float], value: float, *, rising: bool) -> float:
    """Share of draws in which a value is enough."""
    table = np.asarray(roots)
    return float(((table <= value) if rising else (table >= value)).mean())
