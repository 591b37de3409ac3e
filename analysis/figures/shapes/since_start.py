"""The time axis of what goes on after the last call: days since each strategy's campaign began.

Strategies whose campaigns lie in different years start at the same point.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.style import GRID, Look, ticks
from analysis.view import RunView
from analysis.view.clock import Moments, utc

DAY_MS = 86_400_000
LEAST_DAYS = 7.0
"""Fewest days that an axis shows."""


def days_since_start(run: RunView, strategy: str, moments: Moments) -> NDArray[np.float64]:
    """Days from the start of a strategy's campaign to moments in UTC, (n,)."""
    passed = utc(moments) - run.starts[strategy]
    return passed.astype("timedelta64[ms]").astype(np.int64) / DAY_MS


def cutoff_day(run: RunView, strategy: str) -> float | None:
    """Days from the start of a strategy's campaign to its cutoff; None where unknown."""
    start, cutoff = run.starts[strategy], run.cutoffs[strategy]
    if np.isnat(start) or np.isnat(cutoff):
        return None
    return float(days_since_start(run, strategy, np.array([cutoff]))[0])


def day_axis(last: float) -> dict[str, Any]:
    """Settings of a Plotly x axis from 0 to the day ``last``, or a little further."""
    end = max(LEAST_DAYS, math.ceil(last))
    marks = ticks(end, 6)
    return {
        "range": [-0.01 * end, end],
        "tickvals": marks,
        "ticktext": [f"{mark:g}" for mark in marks],
        "title": {"text": "days since the campaign's start"},
        "showgrid": True,
        "gridcolor": GRID,
    }


def running(days: NDArray[np.float64], step: float, last: float) -> NDArray[np.int64]:
    """How many moments lie before 0, ``step``, 2·``step``, … up to ``last`` days."""
    edges = np.arange(0, last + step, step)
    return np.searchsorted(np.sort(days), edges, side="left")


def running_line(
    looks: Look, days: NDArray[np.float64], step: float, last: float
) -> dict[str, Any]:
    """Settings of a strategy's line: how many moments lie before each step of the axis."""
    return {
        "x0": 0,
        "dx": step,
        "y": running(days, step, last).astype(np.int32),
        "name": looks.name,
        "mode": "lines",
        "line": looks.steps,
        "meta": looks.meta,
        "zorder": looks.zorder,
    }
