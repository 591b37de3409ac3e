"""Cumulative reach against the cutoff: lines dialled, live, voicemail and people, each apart."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.shapes.by_hour import lasts
from analysis.figures.shapes.time_axis import TimeAxis, along, local_bins, step, time_axis, whole
from analysis.figures.style import blank, dress, look
from analysis.view import RunView
from analysis.view.numbers import several, share

MEASURES = (
    ("people_reached_cum", "People reached", "people"),
    ("lines_dialled_cum", "Lines dialled", "lines"),
    ("lines_delivered_live_cum", "Lines delivered live", "lines"),
    ("lines_voicemail_heard_cum", "Lines whose voicemail was heard", "lines"),
)
"""Column of the timeline, what it counts, and its unit."""


def reach(run: RunView) -> Chart:
    """Running counts to the cutoff, strategies overlaid."""
    axis = time_axis(run)
    panels = tuple(
        Panel(
            blank("No call was placed.") if axis is None else _figure(run, axis, column, unit),
            title=f"{label} ({unit})",
        )
        for column, label, unit in MEASURES
    )
    return Chart(
        key="reach",
        title="Cumulative reach against the cutoff",
        finding=_finding(run),
        panels=panels,
        numbers=_numbers(run),
        note="Scales differ between panels. People and lines are different units: a line may have "
        "several voters behind it. Live and voicemail are counted apart; a line in both counts "
        "once among the people reached. A voicemail counts when it is heard: what was heard in "
        "closed hours that are cut out shows as a step, what is heard after the cutoff not at all.",
    )


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        people = run.metric(strategy, "people_reached_by_cutoff")
        if people is not None:
            dialled = run.metric(strategy, "share_dialled")
            parts.append(f"{strategy} {run.count(people)} ({share(dialled)} of its list dialled)")
    if not parts:
        return "Nobody was reached."
    return f"People reached by the cutoff: {several(parts, 8)}."


def _figure(run: RunView, axis: TimeAxis, column: str, unit: str) -> go.Figure:
    figure = go.Figure()
    for strategy in run.strategies:
        looks = look(run, strategy)
        values = run.full(run.of("timeline", strategy)[column])
        bins = local_bins(run, strategy)
        x, y = step(bins, values)
        # A running count of a bin holds at its end: drawn from the bin's end on, from zero.
        y = np.concatenate([[0.0], y[:-1]]) if len(y) else y
        figure.add_scatter(
            **along(x),
            y=whole(y),
            name=looks.name,
            mode="lines",
            line={"color": looks.color, "dash": looks.dash, "width": looks.width},
            hovertemplate="%{y:,.0f} " + unit,
        )
    dress(figure, height=320, hovermode="x unified")
    figure.update_xaxes(axis.layout())
    figure.update_yaxes(title=unit, tickformat="~s", nticks=6)
    shapes, notes = axis.cutoff_marks()
    figure.update_layout(
        shapes=shapes,
        annotations=notes,
        margin={"t": 72},
    )
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    names = tuple(column for column, _, _ in MEASURES)
    for strategy in run.strategies:
        labels, counts = lasts(run, strategy, names)
        moved = np.zeros(len(labels), dtype=bool)
        for name in names:
            moved |= np.diff(counts[name], prepend=0) > 0
        rows += [
            (strategy, labels[i], *(run.count(float(counts[n][i])) for n in names))
            for i in np.flatnonzero(moved)
        ]
    return Numbers(
        header=(
            "Strategy",
            f"To the end of the hour from ({run.timezone})",
            *(f"{label} ({unit})" for _, label, unit in MEASURES),
        ),
        rows=tuple(rows),
    )
