"""Complaints a day by channel, one panel a strategy."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.complaints import NOT_MODELLED, last_day, modelled
from analysis.figures.shapes.bars import hatched
from analysis.figures.shapes.rows import title_rows
from analysis.figures.shapes.since_start import cutoff_day, day_axis, days_since_start
from analysis.figures.style import CHANNELS, CUTOFF, blank, dress, ticks
from analysis.view import RunView
from analysis.view.numbers import decimal

KEY = "complaint-days"
TITLE = "Complaints a day"


def complaint_days(run: RunView) -> Chart:
    """Complaints of each day since the campaign's start, stacked by channel."""
    if not modelled(run):
        return left_out(KEY, TITLE, NOT_MODELLED)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=(Panel(_figure(run)),),
        numbers=_numbers(run),
        note="Days of 24 hours from each strategy's start. The dashed line is the cutoff. People "
        "complain after the call, and about what others complain of, so that most of it comes "
        "when the campaign is over.",
    )


def by_day(run: RunView, strategy: str, channel: str) -> NDArray[np.int64]:
    """Complaints of a channel on each day since the start, (days,)."""
    rows = run.of("complaints", strategy)
    days = days_since_start(run, strategy, rows["at_utc"][rows["channel"] == channel])
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


def _figure(run: RunView) -> go.Figure:
    most = max(
        int(np.sum([by_day(run, s, channel) for channel in CHANNELS], axis=0).max())
        for s in run.strategies
    )
    if not most:
        return blank("Nobody complained.")
    count = len(run.strategies)
    figure = make_subplots(rows=count, cols=1, shared_xaxes=True, vertical_spacing=0.28 / count)
    for row, strategy in enumerate(run.strategies, start=1):
        for channel, (label, color, pattern) in CHANNELS.items():
            counts = by_day(run, strategy, channel)
            figure.add_bar(
                x0=0.5,
                dx=1,
                y=counts,
                name=label,
                legendgroup=channel,
                showlegend=row == 1,
                marker=hatched(color, pattern, 5),
                hovertemplate="day %{x:.1f}: %{y:,}",
                row=row,
                col=1,
            )
        cutoff = cutoff_day(run, strategy)
        if cutoff is not None:
            figure.add_shape(
                type="line",
                x0=cutoff,
                x1=cutoff,
                y0=0,
                y1=most,
                line={"color": CUTOFF, "width": 1.5, "dash": "4px,3px"},
                row=row,
                col=1,
            )
    dress(figure, height=140 + 118 * count, barmode="stack", bargap=0.15)
    axis = day_axis(last_day(run) + 1)
    figure.update_xaxes({**axis, "title": None})
    figure.update_xaxes(title=axis["title"], row=count, col=1)
    figure.update_yaxes(tickformat="~s", tickvals=ticks(most, 3), range=[0, most * 1.05])
    figure.update_yaxes(title="complaints a day", row=(count + 1) // 2, col=1)
    title_rows(figure, run.strategies)
    figure.update_layout(margin={"t": 84}, legend={"traceorder": "normal"})
    return figure


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
        header=("Strategy", "Day", *(label for label, _, _ in CHANNELS.values()), "All"),
        rows=tuple(rows),
    )
