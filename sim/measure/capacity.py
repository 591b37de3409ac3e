"""What a dialer had on offer: channels and pace, integrated over the hours that were open."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.engine.plan.plan import Plan, Step


def open_time(plan: Plan, wanted_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """Times in which some territory may be called that still has undialled lines.

    A small territory whose list was done on the first evening does not keep the dialer open on the
    following nights, not even for its retries.

    Parameters
    ----------
    plan
        The plan.
    wanted_ms : (territories,) int64
        The moment from which no undialled line was left there; 0 for one that is not on the list.

    Returns
    -------
    (k, 2) int64
        Ordered, disjoint, half-open intervals, ms since the campaign's start.
    """
    spans = sorted(
        (max(int(opens), 0), min(int(closes), plan.cutoff_ms, wanted))
        for calling, wanted in zip(plan.calling, wanted_ms.tolist(), strict=True)
        for opens, closes in calling.open_ms
    )
    merged: list[list[int]] = []
    for opens, closes in spans:
        if opens >= closes:
            continue
        if merged and opens <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], closes)
        else:
            merged.append([opens, closes])
    return np.array(merged, dtype=np.int64).reshape(-1, 2)


def pieces(plan: Plan, wanted_ms: NDArray[np.int64]) -> Iterator[tuple[int, int, Step]]:
    """The open time cut wherever capacity changes: start, end, step in force; in order."""
    edges = [step.at_ms for step in plan.capacity[1:]] + [plan.cutoff_ms]
    for opens, closes in open_time(plan, wanted_ms).tolist():
        start = opens
        for step, edge in zip(plan.capacity, edges, strict=True):
            end = min(edge, closes)
            if start < end:
                yield start, end, step
                start = end


def on_offer(plan: Plan, wanted_ms: NDArray[np.int64], until_ms: int) -> tuple[int, int, Fraction]:
    """Channel time, open time and permitted calls from the campaign's start until a moment.

    Returns
    -------
    available_ms : int
        Channels in force, integrated over open time, channel-ms.
    open_ms : int
        Open time, ms.
    permitted_calls : Fraction
        Calls per second in force, integrated over open time, calls.
    """
    available, opened, permitted = 0, 0, Fraction(0)
    for start, end, step in pieces(plan, wanted_ms):
        length = min(end, until_ms) - start
        if length > 0:
            available += step.channels * length
            opened += length
            permitted += step.calls_per_second * length / 1000
    return available, opened, permitted


def available_by_bin(
    plan: Plan, wanted_ms: NDArray[np.int64], bin_ms: int, bins: int
) -> NDArray[np.int64]:
    """Channels in force, integrated over the open part of each bin: (bins,) int64 channel-ms."""
    available = np.zeros(bins, dtype=np.int64)
    for start, end, step in pieces(plan, wanted_ms):
        first, last = start // bin_ms, (end - 1) // bin_ms
        edges = np.arange(first, last + 2, dtype=np.int64) * bin_ms
        edges[0], edges[-1] = start, end
        available[first : last + 1] += step.channels * np.diff(edges)
    return available
