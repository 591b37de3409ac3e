"""Whether one run is as far from many others as they are from each other: a test by ranks.

The numbers of one run, made elsewhere, are held against those of runs that differ in luck alone.
Where it comes from the same law, each of them is as likely as any other to be the one that lies
farthest out. So to call it different only where it lies farthest out of 100 is wrong in at most one
case of 100, whatever the law, and however many numbers there are and however they hang together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Name = tuple[str, str]
"""Of a number: whose, and what."""
Numbers = Mapping[Name, float]
FIRST = 19
"""Runs before it is first looked at."""
MOST = 99
"""Runs of which it must lie farther out than every one."""
STEP = 20
"""Runs that are added between."""
FALSE_ALARMS = 1 / (MOST + 1)
"""Chance, at most, that what comes from the same law is called different."""
_RARE = 3.0
"""Mean of a count up to which its spread is taken to be 1 at least."""
_FIXED = 1e-6
"""Spread of what is the same in all other runs, and no rare count: any difference stands out."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """How far out a run lies."""

    equivalent: bool
    """Whether it passes for one of the others."""
    runs: int
    """Others that were made."""
    farther: int
    """Of them, those that lie as far out, or farther."""
    distance: float
    """How far it lies out, in standard deviations of the others, in the number that is worst."""
    worst: Name
    """Which number that is."""


def judged(one: Numbers, others: Callable[[range], Sequence[Numbers]]) -> Ranked:
    """Hold a run against others, as many as it takes.

    As soon as some other lies as far out it passes; looking early makes it pass more often, never
    less, so the chance of a false alarm stays below :data:`FALSE_ALARMS`. What a run has no number
    of counts as 0.

    Parameters
    ----------
    one
        Its numbers, by name.
    others
        Makes the runs of some numbers, from 1: likewise.
    """
    runs: list[Numbers] = [one]
    while True:
        made = len(runs) - 1
        runs += others(range(made + 1, (min(made + STEP, MOST) if made else FIRST) + 1))
        names = sorted({name for run in runs for name in run})
        rows = np.array([[run.get(name, 0.0) for name in names] for run in runs])
        off = deviations(rows)
        out = off.max(axis=1)
        farther = int(np.count_nonzero(out[1:] >= out[0]))
        if farther or len(runs) > MOST:
            worst = names[int(off[0].argmax())]
            return Ranked(farther > 0, len(runs) - 1, farther, float(out[0]), worst)


def deviations(rows: Floats) -> Floats:
    """How far each number of each run lies from those of all other runs.

    Parameters
    ----------
    rows
        (runs, numbers)

    Returns
    -------
    Floats
        (runs, numbers) Distance from the mean of the others, in their standard deviations.
    """
    others = len(rows) - 1
    shift = rows[0].copy()
    centred = rows - shift  # whole numbers stay exact
    total, squares = centred.sum(axis=0), (centred * centred).sum(axis=0)
    mean = (total - centred) / others
    spread = (squares - centred * centred) - others * mean * mean
    deviation = np.sqrt(np.maximum(spread, 0.0) / (others - 1))
    deviation[deviation < 1e-9 * np.maximum(1.0, np.abs(mean))] = 0.0
    rare = np.abs(mean + shift) <= _RARE
    deviation = np.maximum(deviation, np.where(rare, 1.0, _FIXED))
    return np.asarray(np.abs(centred - mean) / deviation, dtype=np.float64)
