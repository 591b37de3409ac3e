"""The chance of so many complaints or more, with the regulator's thresholds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import name_lines
from analysis.figures.style import MUTED, blank, dress, look
from analysis.view import RunView
from analysis.view.numbers import decimal, several, small_share

KEY = "complaint-risk"
TITLE = "How likely so many complaints are"
PANELS = {"all": "All complaints", "regulator": "Complaints to the regulator"}


def complaint_risk(run: RunView) -> Chart:
    """Chances of passing numbers of complaints, by strategy."""
    if not len(run.table("complaint_risk")["threshold"]):
        return left_out(
            KEY, TITLE, "The scenario does not model complaints, so no chance was computed."
        )
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=tuple(Panel(_figure(run, c), title=title) for c, title in PANELS.items()),
        numbers=_numbers(run),
        note="Computed, not counted: over all that one run cannot show, given the calls that it "
        "placed, with the level of complaints uncertain as the scenario says. The number of "
        "complaints is on a logarithmic scale. Callers back who never get through and calls to "
        "lines that had opted out are left out.",
    )


def chance(run: RunView, strategy: str, channel: str, threshold: int) -> float | None:
    """The chance of a strategy's passing a number of complaints, where it was computed."""
    rows = run.of("complaint_risk", strategy)
    found = rows["probability"][(rows["channel"] == channel) & (rows["threshold"] == threshold)]
    return float(found[0]) if len(found) else None


def _finding(run: RunView) -> str:
    for stage, threshold in reversed(list(run.regulator_thresholds.items())):
        known = {s: chance(run, s, "regulator", threshold) for s in run.strategies}
        parts = [f"{s} {_chance(c)}" for s, c in known.items() if c is not None]
        if parts:
            return (
                f"Chance that the regulator gets {decimal(threshold)} complaints or more, from "
                f"which it {_STAGE[stage]}: {several(parts, 8)}."
            )
    known = {s: chance(run, s, "all", 100) for s in run.strategies}
    parts = [f"{s} {_chance(c)}" for s, c in known.items() if c is not None]
    return f"Chance of 100 complaints or more: {several(parts, 8)}." if parts else "None known."


_STAGE = {"contact": "makes contact", "reminder": "reminds in public", "order": "orders a stop"}
LEAST = 1e-5
"""Smallest chance that is written out."""


def _chance(value: float | None) -> str:
    """A chance in per cent; one that rounding could hide is said to be smaller than that."""
    if value is not None and value < LEAST:
        return f"under {small_share(LEAST)}"
    return small_share(value)


def _figure(run: RunView, channel: str) -> Drawing:
    table = run.table("complaint_risk")
    marks = table["threshold"][table["channel"] == channel]
    if not len(marks):
        return blank("No chance was computed.", height=340)
    figure = Drawing()
    for strategy in run.strategies:
        looks = look(run, strategy)
        rows = run.of("complaint_risk", strategy)
        mine = rows["channel"] == channel
        figure.add_scatter(
            x=rows["threshold"][mine],
            y=rows["probability"][mine].astype(np.float32),
            name=looks.name,
            mode="lines",
            line=looks.line,
            meta=looks.meta,
            zorder=looks.zorder,
            hovertemplate="%{x:,} or more: %{y:.1%}<extra>%{fullData.name}</extra>",
        )
    dress(figure, height=360)
    high = max(1.0, math.log10(float(marks.max())))
    decades = [10**e for e in range(math.floor(high) + 1)]
    figure.update_xaxes(
        type="log",
        range=[-0.03 * high, high * 1.02],
        tickvals=decades,
        ticktext=[decimal(d) for d in decades],
        title="complaints, so many or more (log scale)",
        showgrid=True,
    )
    figure.update_yaxes(
        title="chance", tickformat=".0%", range=[0, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1]
    )
    name_lines(figure, run, top=1.03, margin={"t": 48, "b": 52})
    if channel == "regulator":
        _mark(figure, {s: t for s, t in run.regulator_thresholds.items() if t <= marks.max()})
    return figure


def _mark(figure: Drawing, thresholds: dict[str, int]) -> None:
    """Draw the regulator's thresholds as upright lines, named above the drawing in two rows."""
    for row, (stage, threshold) in enumerate(thresholds.items()):
        at: dict[str, Any] = {"xref": "x", "yref": "paper"}
        figure.add_shape(
            type="line",
            x0=threshold,
            x1=threshold,
            y0=0,
            y1=1,
            line={"color": MUTED, "width": 1.2, "dash": "2px,3px"},
            **at,
        )
        figure.add_annotation(
            text=f"{stage} {decimal(threshold)}",
            x=math.log10(threshold),
            y=1,
            yanchor="bottom",
            yshift=1 + 14 * (row % 2),
            xanchor="right",
            showarrow=False,
            font={"size": 11, "color": MUTED},
            **at,
        )


def _numbers(run: RunView) -> Numbers:
    table = run.table("complaint_risk")
    keys = sorted(
        {(str(c), int(t)) for c, t in zip(table["channel"], table["threshold"], strict=True)}
    )
    stage = {t: s for s, t in run.regulator_thresholds.items()}
    return Numbers(
        header=("Complaints, so many or more", "Counted", "Regulator's threshold", *run.strategies),
        rows=tuple(
            (
                decimal(threshold),
                PANELS.get(channel, channel),
                stage.get(threshold, "") if channel == "regulator" else "",
                *(_chance(chance(run, s, channel, threshold)) for s in run.strategies),
            )
            for channel, threshold in keys
        ),
    )
