"""When rules are broken: violations by rule and by local hour of the week."""

from __future__ import annotations

import calendar
import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from analysis.figures.broken_rules import (
    COLORBAR,
    ROW,
    SHARED,
    TOP,
    Broken,
    broken,
    nothing,
    of_rule,
    rule_rows,
    title_colours,
)
from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.shapes.rows import title_rows
from analysis.figures.style import HEAT, blank, dress
from analysis.view import RunView
from analysis.view.numbers import decimal

KEY = "violations-hours"
TITLE = "When rules are broken"


def violations(run: RunView) -> Chart:
    """Violations of each strategy by rule and local hour of the week."""
    empty = nothing(run, KEY, TITLE)
    if empty is not None:
        return empty
    days, hours = _span(run)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=(Panel(_figure(run, days, hours)),),
        numbers=_numbers(run),
        note=f"Calls that break a rule, by the recipient's clock at their start; each day is shown "
        f"from {hours[0]:02d} to {hours[1]:02d} h. Colour is logarithmic. {SHARED} Rows are not "
        "to be added: a call may break several rules. Rules that count once for the campaign, and "
        "strategies that break no rule, are not drawn.",
    )


def by_hour(run: RunView, strategy: str, rule: Broken) -> NDArray[np.float64]:
    """(7, 24) violations of a rule by local weekday and hour, as simulated."""
    rows = run.of("violations", strategy)
    mine = of_rule(run, strategy, rule)
    counts = np.zeros((7, 24))
    at = (rows["weekday"][mine].astype(int), rows["hour"][mine].astype(int))
    np.add.at(counts, at, rows["violations"][mine].astype(float))
    return counts


def _span(run: RunView) -> tuple[list[int], tuple[int, int]]:
    """Days with violations, and the first hour and the one after the last."""
    rows = run.table("violations")
    hour = rows["hour"].astype(int)
    return sorted({int(d) for d in rows["weekday"]}), (int(hour.min()), int(hour.max()) + 1)


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        counts = {
            rule: by_hour(run, strategy, rule)
            for rule in broken(run, strategy)
            if rule.force == "law"
        }
        if counts:
            rule = max(counts, key=lambda r: float(counts[r].sum()))
            day, hour = np.unravel_index(int(counts[rule].argmax()), (7, 24))
            when = f"{calendar.day_name[int(day)]} {int(hour):02d}–{int(hour) + 1:02d} h"
            many = f"{len(counts)} rules of law, most often " if len(counts) > 1 else ""
            parts.append(
                f"{strategy} breaks {many}{rule.rule} ({run.count(float(counts[rule].sum()))} "
                f"calls, most on {when})"
            )
    if parts:
        return f"Rules of law, call by call: {'; '.join(parts)}."
    count = len({rule for s in run.strategies for rule in broken(run, s)})
    be = "is" if count == 1 else "are"
    return f"No rule of law is broken by a call; {count} that {be} recommended or voluntary {be}."


def _figure(run: RunView, days: list[int], hours: tuple[int, int]) -> go.Figure:
    rules = {s: broken(run, s) for s in run.strategies}
    shown = [s for s in run.strategies if rules[s]]
    if not shown:
        return blank("No rule is broken by a call.")
    first, beyond = hours
    wide = beyond - first
    heights = [ROW * len(rules[s]) for s in shown]
    inside = sum(heights) + 44 * (len(shown) - 1)
    figure = make_subplots(
        rows=len(shown),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=44 / inside if len(shown) > 1 else 0,
    )
    most = 1.0
    names = [f"{calendar.day_abbr[d]} {h:02d}–{h + 1:02d} h" for d in days for h in range(*hours)]
    for row, strategy in enumerate(shown, start=1):
        z, said = [], []
        for rule in rules[strategy]:
            counts = by_hour(run, strategy, rule)[days, first:beyond].ravel()
            full = run.full(counts)
            most = max(most, float(full.max()))
            z.append(np.where(full > 0, np.log10(np.maximum(full, 1)), np.nan))
            said.append([run.count(float(c)) if c else "" for c in counts])
        figure.add_heatmap(
            z=np.array(z, dtype=np.float32),
            x=names,
            y0=0,
            dy=1,
            customdata=said,
            coloraxis="coloraxis",
            hoverongaps=False,
            ygap=2,
            xgap=1 if len(names) <= 80 else 0,
            hovertemplate="%{y}<br>%{x}: %{customdata} calls<extra></extra>",
            row=row,
            col=1,
        )
        rule_rows(figure, [rule.label for rule in rules[strategy]], row)
    dress(figure, height=inside + 170)
    figure.update_xaxes(
        type="category",
        tickvals=[(i + 0.5) * wide - 0.5 for i in range(len(days))],
        ticktext=[calendar.day_abbr[d] for d in days],
        range=[-0.5, len(names) - 0.5],
        ticks="",
        showgrid=False,
    )
    title = "local hour of the week"
    if len(days) == 1:
        hourly = list(range(0, wide, -(-wide // 12)))
        figure.update_xaxes(tickvals=hourly, ticktext=[f"{first + h}" for h in hourly])
        title = f"local hour on {calendar.day_name[days[0]]}, from"
    figure.update_xaxes(title=title, row=len(shown), col=1)
    for row in range(1, len(shown) + 1):
        for i in range(1, len(days)):
            figure.add_vline(i * wide - 0.5, line={"color": "#9aa5b1", "width": 1}, row=row, col=1)
    title_rows(figure, shown)
    title_colours(figure, "calls that break the rule (log scale)")
    top = math.ceil(math.log10(most)) if most > 1 else 1
    marks = list(range(0, top + 1, 1 if top <= 4 else 2))
    figure.update_layout(
        margin={"t": TOP},
        coloraxis={
            "colorscale": HEAT,
            "cmin": 0,
            "cmax": math.log10(most) if most > 1 else 1,
            "colorbar": {
                **COLORBAR,
                "tickvals": marks,
                "ticktext": [decimal(10**m) for m in marks],
            },
        },
    )
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        for rule in broken(run, strategy):
            counts = by_hour(run, strategy, rule)
            rows += [
                (
                    strategy,
                    rule.regime,
                    rule.rule,
                    rule.force,
                    calendar.day_name[day],
                    f"{hour:02d}:00",
                    run.count(float(counts[day, hour])),
                )
                for day, hour in zip(*np.nonzero(counts), strict=True)
            ]
    return Numbers(
        header=(
            "Strategy",
            "Regime",
            "Rule",
            "Force",
            "Weekday",
            "Local hour from",
            "Violations (calls)",
        ),
        rows=tuple(rows),
    )
