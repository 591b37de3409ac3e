"""What counts as reached: live reach at several listening times, next to voicemail."""

from __future__ import annotations

import math
from typing import Any

from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.dots import Dots, dots
from analysis.figures.style import EDGE, blank
from analysis.view import RunView
from analysis.view.numbers import decimal
from sim.measure.marks import LIVE_MARKS_S

LIVE = tuple((f"lines_live_{s}s", f"live, heard ≥ {s} s") for s in LIVE_MARKS_S)
VOICEMAIL = (
    ("lines_with_voicemail", "voicemail left"),
    ("lines_voicemail_heard", "voicemail heard"),
)
DEFINITIONS = LIVE + VOICEMAIL
"""Metric and label of each definition, in the order drawn."""


def definitions(run: RunView) -> Chart:
    """Distinct lines reached under each definition, on a log scale."""
    return one_panel(
        run,
        "definitions",
        "The definition changes the answer",
        (_finding, _figure, _numbers),
        note="Distinct lines, on a logarithmic scale: each step to the right multiplies. Zeros "
        "cannot be drawn on it; they are in the numbers below. The listening clock starts at the "
        "message, after the gate.",
    )


def _finding(run: RunView) -> str:
    first, last = (run.metric(run.base, LIVE[i][0]) or 0.0 for i in (0, -1))
    heard = run.metric(run.base, "lines_voicemail_heard") or 0.0
    words = (
        f"With {run.base}, {run.count(first)} lines are reached live if {LIVE_MARKS_S[0]} s of "
        f"listening count, {run.count(last)} if it takes {LIVE_MARKS_S[-1]} s"
    )
    if last:
        words += f": a factor of {decimal(first / last, 1)}"
    words += f". Voicemail was heard on {run.count(heard)} lines"
    thirty = run.metric(run.base, "lines_live_30s")
    if thirty:
        words += f", {decimal(heard / thirty, 1)} times the live reach at 30 s"
    return words + "."


def _figure(run: RunView) -> Drawing:
    values = {
        s: [run.shown(s, metric) or math.nan for metric, _ in DEFINITIONS] for s in run.strategies
    }
    seen = [v for row in values.values() for v in row if v > 0]
    if not seen:
        return blank("No line was reached, by any definition.")
    labels = [label for _, label in DEFINITIONS]
    return dots(
        run,
        labels,
        lambda s: Dots(values[s], range(len(labels)), labels),
        _axis(math.log10(min(seen)) - 0.25, math.log10(max(seen)) + 0.25),
        hover="%{customdata}: %{x:,.0f} lines",
        row=48,
    )


def _axis(low: float, high: float) -> dict[str, Any]:
    """Settings of an axis of lines between powers of ten."""
    steps = (1, 3) if high - low < 2.5 else (1,)
    marks = [k * 10.0**e for e in range(math.floor(low), math.ceil(high) + 1) for k in steps]
    marks = [m for m in marks if low <= math.log10(m) <= high]
    return {
        "type": "log",
        "range": [low, high],
        "tickvals": marks,
        "ticktext": [_mark(v) for v in marks],
        "tickangle": 0,
        "minor": {"dtick": "D1", "ticks": "outside", "ticklen": 3, "tickcolor": EDGE},
        "title": "lines (log scale)",
        "showgrid": True,
    }


def _mark(value: float) -> str:
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{sign}"
    return f"{value:g}"


def _numbers(run: RunView) -> Numbers:
    return Numbers(
        header=("Counted as reached (lines)", *run.strategies),
        rows=tuple(
            (label, *(run.count(run.metric(s, metric)) for s in run.strategies))
            for metric, label in DEFINITIONS
        ),
    )
