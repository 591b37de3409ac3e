"""The regulator's timeline: reports as they come in, and the steps that it takes on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.complaints import days_of
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.bars import strategy_axis
from analysis.figures.shapes.labels import colour_key, name_lines
from analysis.figures.shapes.since_start import day_axis, days_since_start, running_line
from analysis.figures.style import AMBER, PAPER, PLUM, RED, blank, dress, look
from analysis.view import STAGES, RunView
from analysis.view.clock import written_in
from analysis.view.metrics_text import STAGE_NAMES
from analysis.view.numbers import decimal, several

KEY = "regulator"
TITLE = "What the regulator does, and when"
STEP = 0.25
"""Days between two points of a line."""
LEAST = 14.0
"""Fewest days that are shown."""
BEYOND = 1.3
"""How much further than the last step is shown."""
COLORS = {"contact": AMBER, "reminder": PLUM, "order": RED}


def regulator(run: RunView) -> Chart:
    """Reports to the regulator and its steps on one time axis."""
    stages = {s: run.metric(s, "regulator_stage") for s in run.strategies}
    if all(stage is None for stage in stages.values()):
        return left_out(KEY, TITLE, "The scenario does not model a regulator.")
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
        note="Above, reports that came in by then; below, the regulator's steps. It looks at its "
        "own times and counts what was registered by then, so a step comes after the report that "
        "brings it. Shown to a little beyond the last step; the chart of complaints goes on to "
        f"the horizon. It goes so far from: {_thresholds(run)}.",
    )


def _thresholds(run: RunView) -> str:
    known = run.regulator_thresholds.items()
    parts = [f"{stage} {decimal(count)} reports" for stage, count in known]
    return several(parts) if parts else "thresholds that are not known here"


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        stage = run.metric(strategy, "regulator_stage")
        if stage is None:
            continue
        rows = run.of("regulator", strategy)
        if not len(rows["stage"]):
            parts.append(f"{strategy} none")
            continue
        days = days_since_start(run, strategy, rows["at_utc"])
        parts.append(f"{strategy} {STAGE_NAMES[round(stage)]} on day {int(days[-1]) + 1}")
    return f"How far the regulator went: {several(parts, 8)}."


def _figure(run: RunView) -> Drawing:
    reports = {s: days_of(run, s, "regulator") for s in run.strategies}
    if not any(map(len, reports.values())):
        return blank("Nobody complained to the regulator.")
    steps = {s: run.of("regulator", s) for s in run.strategies}
    times = {s: days_since_start(run, s, rows["at_utc"]) for s, rows in steps.items()}
    last = max([LEAST, *(BEYOND * float(t[-1]) for t in times.values() if len(t))])
    above, below = 240, 24 * len(run.strategies) + 20
    figure = Drawing(2, heights=[above, below], spacing=0.06)
    hover = "day %{x:.2f}: %{y:,} reports<extra>%{fullData.name}</extra>"
    for strategy, days in sorted(reports.items(), key=lambda one: one[0] == run.base):
        line = running_line(look(run, strategy), days, STEP, last)
        figure.add_scatter(**line, hovertemplate=hover, row=1)
    for stage in STAGES:
        figure.add_scatter(**_marks(stage, steps, times), row=2)
    dress(figure, height=150 + above + below)
    axis = day_axis(last)
    figure.update_xaxes({**axis, "title": None}, row=1)
    figure.update_xaxes(axis, row=2)
    figure.update_yaxes(title="reports", tickformat="~s", nticks=6, row=1)
    strategy_axis(figure, run.strategies, showgrid=True, row=2)
    top = 1.05 * max(map(len, reports.values()))
    figure.update_yaxes(range=[0, top], row=1)
    share = above / (above + below) * 0.94
    name_lines(figure, run, top=top, margin={"t": 40, "b": 52}, span=(1 - share, 1.0))
    colour_key(figure, {f"step: {stage}": color for stage, color in COLORS.items()}, row=30)
    return figure


def _marks(
    stage: str,
    steps: Mapping[str, Mapping[str, NDArray[Any]]],
    times: Mapping[str, NDArray[np.float64]],
) -> dict[str, Any]:
    """Settings of the markers of a stage, on the row of each strategy that the regulator met so."""
    marks = [
        (float(day), at, decimal(float(counted)))
        for at, (strategy, rows) in enumerate(steps.items())
        for day, name, counted in zip(times[strategy], rows["stage"], rows["reports"], strict=True)
        if name == stage
    ]
    return {
        "x": [day for day, _, _ in marks] or [None],
        "y": [at for _, at, _ in marks] or [None],
        "customdata": [counted for _, _, counted in marks],
        "name": f"step: {stage}",
        "mode": "markers",
        "marker": {
            "size": 12,
            "color": COLORS[stage],
            "line": {"width": 1, "color": PAPER},
        },
        "hovertemplate": f"{stage} on day %{{x:.2f}}, %{{customdata}} reports counted"
        "<extra></extra>",
    }


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        steps = run.of("regulator", strategy)
        days = days_since_start(run, strategy, steps["at_utc"])
        rows += [
            (
                strategy,
                str(stage),
                f"{day:.2f}",
                written_in(at, run.timezone),
                decimal(float(counted)),
            )
            for stage, day, at, counted in zip(
                steps["stage"], days, steps["at_utc"], steps["reports"], strict=True
            )
        ]
    return Numbers(
        header=("Strategy", "Step", "Days since the start", f"When ({run.timezone})", "Reports"),
        rows=tuple(rows),
    )
