"""Complaints over time: running counts by channel, strategies overlaid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import name_lines
from analysis.figures.shapes.since_start import day_axis, days_since_start, running_line
from analysis.figures.style import CHANNELS, blank, dress, look
from analysis.view import RunView
from analysis.view.numbers import decimal, several

KEY = "complaints"
TITLE = "Complaints over time"
STEP = 0.25
"""Days between two points of a line."""


def modelled(run: RunView) -> bool:
    """Whether the world models complaints."""
    return any(run.metric(s, "complaints") is not None for s in run.strategies)


def days_of(run: RunView, strategy: str, channel: str) -> NDArray[np.float64]:
    """Days from a strategy's start to each complaint of a channel."""
    rows = run.of("complaints", strategy)
    return days_since_start(run, strategy, rows["at_utc"][rows["channel"] == channel])


NOT_MODELLED = "The scenario does not model complaints."


def last_day(run: RunView) -> float:
    """Day of the last complaint of any strategy, since its start; 0 where there is none."""
    days = [days_since_start(run, s, run.of("complaints", s)["at_utc"]) for s in run.strategies]
    return max((float(d.max()) for d in days if len(d)), default=0.0)


def complaints(run: RunView) -> Chart:
    """Running counts of complaints by channel."""
    if not modelled(run):
        return left_out(KEY, TITLE, NOT_MODELLED)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=tuple(
            Panel(_figure(run, channel), title=f"{label} (complaints)")
            for channel, (label, _) in CHANNELS.items()
        ),
        numbers=_numbers(run),
        note="Running counts from each strategy's own start to the world's horizon for complaints; "
        "scales differ between panels. They are complaints of the campaign at full size. One run "
        "shows one outcome: how likely others are is in the chart of chances below.",
    )


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        total = run.metric(strategy, "complaints")
        if total is not None:
            regulator = run.metric(strategy, "complaints_regulator")
            parts.append(f"{strategy} {decimal(total)} ({decimal(regulator)} to the regulator)")
    early = run.metric(run.base, "complaints_before_cutoff")
    when = "" if early is None else f" Before its cutoff {run.base} has {decimal(early)}."
    return f"Complaints: {several(parts, 8)}.{when}"


def _figure(run: RunView, channel: str) -> Drawing:
    last = last_day(run)
    figure = Drawing()
    most = 0
    for strategy in run.strategies:
        days = days_of(run, strategy, channel)
        most = max(most, len(days))
        line = running_line(look(run, strategy), days, STEP, last)
        figure.add_scatter(**line, hovertemplate="%{y:,} complaints")
    if not most:
        return blank("No complaint came this way.", height=320)
    dress(figure, height=320, hovermode="x unified")
    figure.update_xaxes(day_axis(last), hoverformat=".1f")
    figure.update_yaxes(title="complaints", tickformat="~s", nticks=6, range=[0, most * 1.05])
    name_lines(figure, run, top=most * 1.05, margin={"t": 12, "b": 52})
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        table = run.of("complaints", strategy)
        day = np.floor(days_since_start(run, strategy, table["at_utc"])).astype(int)
        for at in np.unique(day):
            upto = day <= at
            rows.append(
                (
                    strategy,
                    str(at + 1),
                    decimal(float((day == at).sum())),
                    *(
                        decimal(float((upto & (table["channel"] == channel)).sum()))
                        for channel in CHANNELS
                    ),
                    decimal(float(upto.sum())),
                )
            )
    return Numbers(
        header=(
            "Strategy",
            "Day",
            "That day (complaints)",
            *(f"{label}, so far" for label, _ in CHANNELS.values()),
            "All, so far",
        ),
        rows=tuple(rows),
    )
