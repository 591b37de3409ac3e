"""Call-backs over time: those whom an inbound line took, and those who gave up."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.shapes.bars import hatched
from analysis.figures.shapes.rows import title_rows
from analysis.figures.shapes.since_start import day_axis, days_since_start
from analysis.figures.shapes.time_axis import whole
from analysis.figures.style import LIVE, blank, dress, ticks
from analysis.view import RunView
from analysis.view.metrics_text import FULL_SIZE_ONLY, value_text
from analysis.view.numbers import share

KEY = "call-backs"
TITLE = "Call-backs served and lost"
BIN = 0.125
"""Width of a bar, days: three hours."""
ENDS = (("Served", LIVE, ""), ("Lost: never met a free line", "#d1495b", "/"))


def call_backs(run: RunView) -> Chart:
    """Callers back by the time of their first try, served and lost."""
    if all(run.metric(s, "call_backs") is None for s in run.strategies):
        return left_out(KEY, TITLE, "The scenario does not model people who call back.")
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=(Panel(_figure(run)),),
        numbers=_numbers(run),
        note="People who called the number that a voicemail gave, by the moment of their first "
        "try, per three hours. A caller who meets no free line may try again; lost are those who "
        "gave up. Lines for 1 % blocking: inbound lines with which 1 % of first tries in the "
        "busiest hour would find none free. Strategies without call-backs are not drawn."
        + (
            " Few inbound lines block more than many at the same load each: a scaled run loses "
            "more callers than the campaign would at full size."
            if run.scaled
            else ""
        ),
    )


def by_bin(run: RunView, strategy: str) -> NDArray[np.int64]:
    """(2, bins) callers served and lost by bin of their first try, as simulated."""
    rows = run.of("call_backs", strategy)
    at = np.floor(days_since_start(run, strategy, rows["first_try_utc"]) / BIN).astype(int)
    served = rows["served"].astype(bool)
    bins = int(at.max()) + 1 if len(at) else 0
    return np.array([np.bincount(at[mask], minlength=bins) for mask in (served, ~served)])


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        callers = run.metric(strategy, "call_backs")
        if callers:
            lost = run.metric(strategy, "call_back_lost_share")
            words = f"{strategy} {run.count(callers)}, {share(lost)} of them lost"
            needed = value_text(run, strategy, "inbound_lines_for_1_percent")
            if needed != FULL_SIZE_ONLY:
                words += f" ({needed} lines for 1 % blocking)"
            parts.append(words)
    return f"People called back: {'; '.join(parts)}." if parts else "Nobody called back."


def _figure(run: RunView) -> go.Figure:
    counts = {s: by_bin(run, s) for s in run.strategies}
    shown = [s for s in run.strategies if counts[s].size]
    if not shown:
        return blank("Nobody called back.")
    most = max(float(run.full(counts[s].sum(axis=0).max())) for s in shown)
    last = max(counts[s].shape[1] for s in shown) * BIN
    figure = make_subplots(
        rows=len(shown), cols=1, shared_xaxes=True, vertical_spacing=0.28 / len(shown)
    )
    for row, strategy in enumerate(shown, start=1):
        for (label, color, pattern), values in zip(ENDS, counts[strategy], strict=True):
            figure.add_bar(
                x0=BIN / 2,
                dx=BIN,
                y=whole(run.full(values)),
                name=label,
                legendgroup=label,
                showlegend=row == 1,
                marker=hatched(color, pattern, 4),
                hovertemplate="day %{x:.2f}: %{y:,}",
                row=row,
                col=1,
            )
    dress(figure, height=140 + 118 * len(shown), barmode="stack", bargap=0.05)
    axis = day_axis(last)
    figure.update_xaxes({**axis, "title": None})
    figure.update_xaxes(title=axis["title"], row=len(shown), col=1)
    figure.update_yaxes(tickformat="~s", tickvals=ticks(most, 3), range=[0, most * 1.05])
    figure.update_yaxes(title="callers per 3 h", row=(len(shown) + 1) // 2, col=1)
    title_rows(figure, shown)
    figure.update_layout(margin={"t": 70}, legend={"traceorder": "normal"})
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        counts = by_bin(run, strategy)
        if not counts.size:
            continue
        day = (np.arange(counts.shape[1]) * BIN).astype(int)
        for at in np.unique(day):
            served, lost = counts[:, day == at].sum(axis=1)
            rows.append((strategy, str(at + 1), run.count(float(served)), run.count(float(lost))))
    return Numbers(
        header=("Strategy", "Day of the first try", "Served (callers)", "Lost (callers)"),
        rows=tuple(rows),
    )
