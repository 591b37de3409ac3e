"""How busy the channels were over time, all strategies overlaid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.by_hour import sums
from analysis.figures.shapes.overlaid import Points, overlaid
from analysis.figures.shapes.time_axis import drawn_bins, step, time_axis
from analysis.figures.style import blank
from analysis.view import RunView
from analysis.view.numbers import several, share


def occupancy(run: RunView) -> Chart:
    """Share of the channel time on hand that calls held, per 15 minutes."""
    return one_panel(
        run,
        "occupancy",
        "How busy the channels were",
        (_finding, _figure, _numbers),
        note="Channel time held by calls, as a share of the channel time on hand while any line "
        "could be called. Near 100 % the channels set the pace; well below it the calls per second "
        "do. Once the list is done, channels stand idle.",
    )


def _share(held: NDArray[np.float64], on_hand: NDArray[np.float64]) -> NDArray[np.float64]:
    """Held over on hand; not a number where none was on hand."""
    out = np.full(len(held), np.nan)
    np.divide(held, on_hand, out=out, where=on_hand > 0)
    return out


def _finding(run: RunView) -> str:
    parts = [
        f"{strategy} {share(overall)}"
        for strategy in run.strategies
        if (overall := run.metric(strategy, "channel_occupancy")) is not None
    ]
    if not parts:
        return "No channel was open at any time."
    return (
        "Share of the channel time on hand that calls held, until the list was done or the cutoff: "
        f"{several(parts, 8)}."
    )


VALUES = {
    "title": "channel time held",
    "tickformat": ".0%",
    "range": [0, 1.04],
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
}


def _figure(run: RunView) -> Drawing:
    axis = time_axis(run)
    if axis is None:
        return blank("No call was placed.")

    def busy(strategy: str) -> Points:
        table = run.of("timeline", strategy)
        held, on_hand = (table[n].astype(float) for n in ("channel_ms", "available_channel_ms"))
        x, y = step(drawn_bins(run, strategy), _share(held, on_hand))
        return x, y.astype(np.float32)

    return overlaid(run, axis, busy, VALUES, hover="%{y:.1%}", height=380, held=True)


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        labels, totals = sums(run, strategy, ("channel_ms", "available_channel_ms"))
        busy = _share(totals["channel_ms"], totals["available_channel_ms"])
        rows += [
            (strategy, labels[i], share(float(busy[i])))
            for i in np.flatnonzero(totals["available_channel_ms"])
        ]
    return Numbers(
        header=("Strategy", f"Hour from ({run.timezone})", "Channel time held (%)"),
        rows=tuple(rows),
    )
