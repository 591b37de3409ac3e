"""For how long people stay on the line, whose truth is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

POINTS = (6.0, 19.0)
"""Seconds after which shares are stated."""


def patience(rng: np.random.Generator, there: tuple[float, float], n: int) -> NDArray[np.float64]:
    """(n,) Seconds: the one Weibull law with these shares at :data:`POINTS`, by its inverse."""
    hazards = [-np.log(share) for share in there]
    shape = np.log(hazards[1] / hazards[0]) / np.log(POINTS[1] / POINTS[0])
    span = POINTS[0] / hazards[0] ** (1 / shape)
    out: NDArray[np.float64] = span * (-np.log(rng.random(n))) ** (1 / shape)
    return out
