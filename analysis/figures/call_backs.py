"""Call-backs over time: those whom an inbound line took, and those who gave up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.day_bars import Bars, day_bars
from analysis.figures.shapes.since_start import days_since_start
from analysis.figures.shapes.time_axis import whole
from analysis.figures.style import LIVE, RED, blank
from analysis.view import RunView
from analysis.view.metrics_text import FULL_SIZE_ONLY, value_text
from analysis.view.numbers import share

KEY = "call-backs"
TITLE = "Call-backs served and lost"
BIN = 0.125
"""Width of a bar, days: three hours."""
LOST = "Lost: never met a free line"
BARS = Bars(
    {"Served": ("Served", LIVE), LOST: (LOST, RED)},
    width=BIN,
    unit="callers per 3 h",
    when=".2f",
    gap=0.05,
    top=56,
)


def call_backs(run: RunView) -> Chart:
    """Callers back by the time of their first try, served and lost."""
    if all(run.metric(s, "call_backs") is None for s in run.strategies):
        return left_out(KEY, TITLE, "The scenario does not model people who call back.")
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
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


def _figure(run: RunView) -> Drawing:
    counts = {s: found for s in run.strategies if (found := by_bin(run, s)).size}
    if not counts:
        return blank("Nobody called back.")
    most = max(float(run.full(found.sum(axis=0).max())) for found in counts.values())
    last = max(found.shape[1] for found in counts.values()) * BIN
    shown = {s: [whole(run.full(part)) for part in found] for s, found in counts.items()}
    return day_bars(shown, BARS, most=most, last=last)


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
