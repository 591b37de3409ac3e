"""Numbers tables of the charts over time: one row an hour with calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.shapes.time_axis import local_bins
from analysis.view import RunView
from analysis.view.clock import Moments, written


def hours(run: RunView, strategy: str) -> tuple[Moments, NDArray[np.intp]]:
    """Local hours of a strategy's timeline, and the index of each bin's hour."""
    local = local_bins(run, strategy).astype("datetime64[h]")
    found, where = np.unique(local, return_inverse=True)
    return found, where


def sums(
    run: RunView, strategy: str, names: tuple[str, ...]
) -> tuple[list[str], Mapping[str, NDArray[np.float64]]]:
    """Columns of the timeline summed by local hour: labels of the hours, and the sums."""
    found, where = hours(run, strategy)
    table = run.of("timeline", strategy)
    totals = {}
    for name in names:
        totals[name] = np.zeros(len(found))
        np.add.at(totals[name], where, table[name].astype(float))
    return [written(h) for h in found], totals


def lasts(
    run: RunView, strategy: str, names: tuple[str, ...]
) -> tuple[list[str], Mapping[str, NDArray[Any]]]:
    """Running counts of the timeline at the end of each local hour."""
    found, where = hours(run, strategy)
    table = run.of("timeline", strategy)
    at = np.searchsorted(where, np.arange(len(found)), side="right") - 1
    return [written(h) for h in found], {name: table[name][at] for name in names}
