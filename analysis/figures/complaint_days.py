"""Complaints a day by channel, one panel a strategy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.complaints import NOT_MODELLED, days_of, last_day, modelled
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.day_bars import Bars, day_bars
from analysis.figures.shapes.since_start import cutoff_day
from analysis.figures.style import CHANNELS, blank
from analysis.view import RunView
from analysis.view.numbers import decimal

KEY = "complaint-days"
TITLE = "Complaints a day"
BARS = Bars(CHANNELS, width=1, unit="complaints a day", when=".1f", gap=0.15, top=56)


def complaint_days(run: RunView) -> Chart:
    """Complaints of each day since the campaign's start, stacked by channel."""
    if not modelled(run):
        return left_out(KEY, TITLE, NOT_MODELLED)
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
        note="Days of 24 hours from each strategy's start. The dashed line is the cutoff. People "
        "complain after the call, and about what others complain of, so that most of it comes "
        "when the campaign is over.",
    )


def by_day(run: RunView, strategy: str, channel: str) -> NDArray[np.int64]:
    """Complaints of a channel on each day since the start, (days,)."""
    days = days_of(run, strategy, channel)
    return np.bincount(np.floor(days).astype(int), minlength=int(last_day(run)) + 1)


def _finding(run: RunView) -> str:
    counts = np.array([by_day(run, run.base, channel) for channel in CHANNELS]).sum(axis=0)
    if not counts.sum():
        return f"Nobody complained of {run.base}."
    peak = int(counts.argmax())
    finding = (
        f"Most complaints of {run.base} came on day {peak + 1} ({decimal(float(counts[peak]))} "
        f"of {decimal(float(counts.sum()))})"
    )
    cutoff = cutoff_day(run, run.base)
    early = run.metric(run.base, "complaints_before_cutoff")
    if cutoff is None or early is None:
        return f"{finding}."
    return f"{finding}; {decimal(float(counts.sum()) - early)} came after its cutoff."


def _figure(run: RunView) -> Drawing:
    counts = {s: [by_day(run, s, channel) for channel in CHANNELS] for s in run.strategies}
    most = max(int(np.sum(parts, axis=0).max()) for parts in counts.values())
    if not most:
        return blank("Nobody complained.")
    cutoffs = {s: cutoff_day(run, s) for s in run.strategies}
    return day_bars(counts, BARS, most=most, last=last_day(run) + 1, cutoffs=cutoffs)


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        counts = np.array([by_day(run, strategy, channel) for channel in CHANNELS])
        rows += [
            (
                strategy,
                str(at + 1),
                *(decimal(float(c)) for c in counts[:, at]),
                decimal(float(counts[:, at].sum())),
            )
            for at in np.flatnonzero(counts.sum(axis=0))
        ]
    return Numbers(
        header=("Strategy", "Day", *(label for label, _ in CHANNELS.values()), "All"),
        rows=tuple(rows),
    )
