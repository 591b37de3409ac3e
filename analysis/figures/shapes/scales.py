"""Axes on which numbers of complaints can be told apart, from none to thousands."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.figures.style import ticks
from analysis.view.rounded import rounded

SCALE: Final = "a logarithmic scale of one more than their number, so that none has a place"
"""What such an axis is, in words."""
MARKS = (0, *(k * 10**e for e in range(9) for k in (1, 3)))


def logged(values: ArrayLike) -> NDArray[np.float64]:
    """Where numbers stand on such an axis."""
    return np.log1p(np.maximum(np.asarray(values, dtype=np.float64), 0.0))


def even_axis(end: float, *, about: int = 5) -> dict[str, Any]:
    """Settings of an axis from 0 to a number, with labels at round numbers.

    Parameters
    ----------
    end
        Its last value; above 0.
    about
        Steps that it has.
    """
    marks = ticks(end, about)
    return {
        "range": [0, end],
        "tickvals": marks,
        "ticktext": [rounded(mark) for mark in marks],
        "showgrid": True,
    }


def log_axis(most: float, *, about: int = 7) -> dict[str, Any]:
    """Settings of such an axis, from 0 to a number.

    Parameters
    ----------
    most
        The largest number that is drawn.
    about
        Labels that it has room for.
    """
    end = float(logged(max(most, 1.0))) * 1.04
    inside = [mark for mark in MARKS if logged(mark) <= end]
    marks = inside if len(inside) <= about else [m for m in inside if not str(m).startswith("3")]
    return {
        "range": [-0.02 * end, end],
        "tickvals": [float(logged(mark)) for mark in marks],
        "ticktext": [rounded(mark) for mark in marks],
        "showgrid": True,
    }
