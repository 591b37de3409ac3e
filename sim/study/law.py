"""The law of one uncertain input: from a uniform to a value.

A range names three points: ``central`` is the median, ``low`` and ``high`` are the 5 % and 95 %
points. ``two-piece`` joins two half-normals at the median, on the logit scale for shares and on the
log scale for all else but numbers of either sign, which stay on their own (after the two-piece
normal of Fechner; John 1982). Where a point of a piece
lies on the edge of that scale (a low end of 0, a high end of 100 %), that piece is on the plain
scale and stops at the edge, since no logarithm reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sim.document.quantity import DurationRange, Quantity, Shape, ShareRange, SignedRange

Floats = NDArray[np.float64]
Scale = Literal["share", "number", "signed", "duration"]

_SCORE = np.frompyfunc(NormalDist().inv_cdf, 1, 1)
"""Standard normal quantiles, to the last bits (Wichura's AS 241). SciPy's would be quicker, and
whoever only validates would wait for SciPy."""
P95: Final = 1.6448536269514722
"""Standard normal 95 % point: where ``high`` lies; ``low`` lies at its negative."""


@dataclass(frozen=True, slots=True)
class Law:
    """The law of one input.

    ``low <= central <= high``, in the input's own unit: a share of 0–1, a number, or ms.
    """

    low: float
    central: float
    high: float
    shape: Shape
    scale: Scale

    def __call__(self, uniform: Floats) -> Floats:
        """Values at quantiles.

        Parameters
        ----------
        uniform : (n,) float64
            Each in the open interval (0, 1).

        Returns
        -------
        (n,) float64
            Whole milliseconds, at least 1, for a duration.
        """
        if self.shape == "two-piece":
            value = self._two_pieces(np.asarray(_SCORE(uniform), dtype=np.float64))
        else:
            ends = np.array([self.low, self.high])
            if self.shape == "log-uniform":
                ends = np.log(ends)
            # 5 % and 95 % points of a flat law lie a twentieth inside of its ends.
            value = ends[0] + (uniform - 0.05) / 0.9 * (ends[1] - ends[0])
            value = np.exp(value) if self.shape == "log-uniform" else value
        if self.scale != "signed":
            value = np.clip(value, 0.0, 1.0 if self.scale == "share" else None)
        return np.maximum(np.rint(value), 1.0) if self.scale == "duration" else value

    def _two_pieces(self, z: Floats) -> Floats:
        """Values at standard normal deviates, piece by piece."""
        return np.where(z < 0, self._piece(z, self.low, -P95), self._piece(z, self.high, P95))

    def _piece(self, z: Floats, end: float, at: float) -> Floats:
        edges = (0.0, 1.0) if self.scale == "share" else (0.0,)
        if self.scale == "signed" or self.central in edges or end in edges:
            return self.central + (end - self.central) * z / at
        bent = self._bend(np.array([self.central, end]))
        return self._straighten(bent[0] + (bent[1] - bent[0]) * z / at)

    def _bend(self, value: Floats) -> Floats:
        log = np.log(value)
        return log - np.log1p(-value) if self.scale == "share" else log

    def _straighten(self, bent: Floats) -> Floats:
        return 1.0 / (1.0 + np.exp(-bent)) if self.scale == "share" else np.exp(bent)


def law_of(quantity: Quantity) -> Law | None:
    """The law of a quantity of a scenario, or None where it is one number."""
    if quantity.low is None or quantity.high is None:
        return None
    scale: Scale = "number"
    if isinstance(quantity, ShareRange):
        scale = "share"
    elif isinstance(quantity, SignedRange):
        scale = "signed"
    elif isinstance(quantity, DurationRange):
        scale = "duration"
    return Law(
        float(quantity.low), float(quantity.central), float(quantity.high), quantity.shape, scale
    )
