"""What a number does along a knob: marginal values, break-even points, and the frontier.

Values of all points are of the same draws, so slopes and crossings are told draw by draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.study.intervals import Spread, spread

Floats = NDArray[np.float64]
MOST_SETS: Final = 128
"""Most draws over which what can be attained is worked out."""


@dataclass(frozen=True, slots=True)
class Marginal:
    """What one more of a knob brings between two neighbouring values."""

    low: float
    high: float
    slope: Spread
    """Over draws."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a number becomes that of another, or passes a level."""

    at: Spread | None
    """Over the draws that cross once; None where none does."""
    crosses: float
    """Share of draws that cross exactly once."""
    above: float
    """Share that are above throughout."""
    below: float
    """Share that are below throughout."""


def marginals(x: Sequence[float], values: Sequence[Floats]) -> tuple[Marginal, ...]:
    """Slopes between neighbours, the knob's values in order.

    Parameters
    ----------
    x
        Values of the knob, rising.
    values
        Of the number at each, (n,) in the same draws.
    """
    return tuple(
        Marginal(one, other, spread((high - low) / (other - one)))
        for one, other, low, high in zip(x, x[1:], values, values[1:], strict=False)
    )


def crossing(x: Sequence[float], gain: Sequence[Floats]) -> Crossing:
    """Where a gain passes 0, draw by draw, straight between neighbours.

    Parameters
    ----------
    x
        Values of the knob, rising.
    gain
        At each, (n,) in the same draws.
    """
    table = np.stack(gain)
    up = table > 0
    turns = (up[1:] != up[:-1]).sum(axis=0)
    at = []
    for draw in np.flatnonzero(turns == 1):
        before = int(np.flatnonzero(up[1:, draw] != up[:-1, draw])[0])
        one, other = table[before, draw], table[before + 1, draw]
        at.append(x[before] + (x[before + 1] - x[before]) * one / (one - other))
    return Crossing(
        spread(np.array(at)) if at else None,
        float((turns == 1).mean()),
        float(up.all(axis=0).mean()),
        float((~up).all(axis=0).mean()),
    )


def frontier(people: Floats, complaints: Floats) -> NDArray[np.bool_]:
    """(m,) Points that no other beats, in people and in complaints together."""
    from moocore import is_nondominated

    kept: NDArray[np.bool_] = np.asarray(
        is_nondominated(np.column_stack([-people, complaints])), dtype=np.bool_
    )
    return kept


def on_frontier(people: Floats, complaints: Floats) -> Floats:
    """(m,) Share of draws in which each point is on the frontier; numbers (m, n)."""
    kept = [frontier(people[:, draw], complaints[:, draw]) for draw in range(people.shape[1])]
    return np.asarray(np.mean(kept, axis=0), dtype=np.float64)


def attained(
    people: Floats, complaints: Floats, shares: Sequence[float]
) -> list[list[list[float]]]:
    """What the best points attain in such shares of the draws: corners (complaints, people).

    Empirical attainment surfaces (Grunert da Fonseca and others 2001), by moocore.

    Parameters
    ----------
    people, complaints : (m, n) float64
        By point and draw.
    shares
        Of draws, 0–1: attained in at least so many.
    """
    from moocore import eaf

    m, n = people.shape
    step = max(1, n // MOST_SETS)
    kept = range(0, n, step)
    rows = np.concatenate(
        [
            np.column_stack([-people[:, d], complaints[:, d], np.full(m, at + 1.0)])
            for at, d in enumerate(kept)
        ]
    )
    found = eaf(rows[:, :2], sets=rows[:, 2], percentiles=[100 * share for share in shares])
    return [
        sorted([float(row[1]), -float(row[0])] for row in found if abs(row[2] - 100 * share) < 1e-9)
        for share in shares
    ]
