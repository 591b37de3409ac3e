"""Cumulative reach against the cutoff: lines dialled, live, voicemail and people, each apart."""

from __future__ import annotations

import numpy as np

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.by_hour import lasts
from analysis.figures.shapes.overlaid import Points, overlaid
from analysis.figures.shapes.time_axis import TimeAxis, drawn_bins, step, time_axis, whole
from analysis.figures.style import blank
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


def _figure(run: RunView, axis: TimeAxis, column: str, unit: str) -> Drawing:
    def line(strategy: str) -> Points:
        values = run.full(run.of("timeline", strategy)[column])
        x, y = step(drawn_bins(run, strategy), values)
        # A running count of a bin holds at its end: drawn from the bin's end on, from zero.
        return x, whole(np.concatenate([[0.0], y[:-1]]) if len(y) else y)

    values = {"title": unit, "tickformat": "~s", "nticks": 6}
    return overlaid(run, axis, line, values, hover="%{y:,.0f} " + unit, height=320)


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
