"""Where rules are broken: share of each territory's calls that break a rule."""

from __future__ import annotations

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
from analysis.figures.style import HEAT, blank, dress, short, text
from analysis.view import RunView
from analysis.view.numbers import several, small_share

KEY = "violations-places"
TITLE = "Where rules are broken"


def violation_places(run: RunView) -> Chart:
    """Violations of each strategy by rule and territory, as a share of the calls there."""
    empty = nothing(run, KEY, TITLE)
    if empty is not None:
        return empty
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=(Panel(_figure(run)),),
        numbers=_numbers(run),
        note="Share of the calls to a territory that break a rule; territories differ in size, "
        f"their counts are in the numbers below. Blank: no call there breaks it. {SHARED} Rows "
        "are not to be added.",
    )


def names(run: RunView) -> list[str]:
    """Territories, in the scenario's order."""
    return [str(n) for n in run.of("territories", run.base)["territory"]]


def by_place(run: RunView, strategy: str, rule: Broken) -> NDArray[np.float64]:
    """(territories,) violations of a rule, as simulated."""
    rows = run.of("violations", strategy)
    mine = of_rule(run, strategy, rule)
    where, counts = rows["territory"][mine], rows["violations"][mine]
    return np.array([float(counts[where == name].sum()) for name in names(run)])


def calls(run: RunView, strategy: str) -> NDArray[np.float64]:
    """(territories,) calls, as simulated."""
    rows = run.of("territories", strategy)
    return np.array(
        [float(rows["attempts"][rows["territory"] == name].sum()) for name in names(run)]
    )


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        counts = [by_place(run, strategy, r) for r in broken(run, strategy) if r.force == "law"]
        where = (
            [n for n, c in zip(names(run), np.sum(counts, axis=0), strict=True) if c]
            if (counts)
            else []
        )
        if where:
            parts.append(f"{strategy} in {several(where, 4)}")
    if parts:
        return f"Calls break rules of law: {'; '.join(parts)}."
    places = {
        name
        for s in run.strategies
        for rule in broken(run, s)
        for name, c in zip(names(run), by_place(run, s, rule), strict=True)
        if c
    }
    return f"No rule of law is broken by a call; others are in {len(places)} territories."


def _figure(run: RunView) -> go.Figure:
    rules = {s: broken(run, s) for s in run.strategies}
    shown = [s for s in run.strategies if rules[s]]
    if not shown:
        return blank("No rule is broken by a call.")
    places = names(run)
    heights = [ROW * len(rules[s]) for s in shown]
    inside = sum(heights) + 44 * (len(shown) - 1)
    figure = make_subplots(
        rows=len(shown),
        cols=1,
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=44 / inside if len(shown) > 1 else 0,
    )
    for row, strategy in enumerate(shown, start=1):
        placed = calls(run, strategy)
        z, said = [], []
        for rule in rules[strategy]:
            counts = by_place(run, strategy, rule)
            part = np.full(len(places), np.nan)
            np.divide(counts, placed, out=part, where=(placed > 0) & (counts > 0))
            z.append(np.minimum(part, 1.0))
            said.append(
                [
                    f"{text(rule.rule)} ({text(rule.regime)})<br>{text(place)}: "
                    f"{run.count(float(c))} of {run.count(float(n))} calls"
                    for place, c, n in zip(places, counts, placed, strict=True)
                ]
            )
        figure.add_heatmap(
            z=np.array(z, dtype=np.float32),
            x0=0,
            dx=1,
            y0=0,
            dy=1,
            text=said,
            coloraxis="coloraxis",
            hoverongaps=False,
            xgap=2,
            ygap=2,
            hovertemplate="%{text}<extra></extra>",
            row=row,
            col=1,
        )
        rule_rows(figure, [rule.label for rule in rules[strategy]], row)
    dress(figure, height=inside + 300)
    figure.update_xaxes(
        tickvals=list(range(len(places))),
        ticktext=[text(short(place, 24)) for place in places],
        tickangle=-90,
        tickfont={"size": 10},
        range=[-0.5, len(places) - 0.5],
        ticks="",
        showgrid=False,
    )
    figure.update_xaxes(title="territory", row=len(shown), col=1)
    title_rows(figure, shown)
    title_colours(figure, "share of the calls there")
    figure.update_layout(
        margin={"t": TOP},
        coloraxis={
            "colorscale": HEAT,
            "cmin": 0,
            "cmax": 1,
            "colorbar": {
                **COLORBAR,
                "tickformat": ".0%",
                "tickvals": [0, 0.25, 0.5, 0.75, 1],
            },
        },
    )
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        placed = calls(run, strategy)
        for rule in broken(run, strategy):
            counts = by_place(run, strategy, rule)
            rows += [
                (
                    strategy,
                    rule.regime,
                    rule.rule,
                    rule.force,
                    place,
                    run.count(float(count)),
                    small_share(float(count / total)) if total else "–",
                )
                for place, count, total in zip(names(run), counts, placed, strict=True)
                if count
            ]
    return Numbers(
        header=(
            "Strategy",
            "Regime",
            "Rule",
            "Force",
            "Territory",
            "Violations (calls)",
            "Of the calls there (%)",
        ),
        rows=tuple(rows),
    )
