"""When people answered: first attempts by local hour and weekday."""

from __future__ import annotations

import calendar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import HEAT, blank, dress
from analysis.view import RunView
from analysis.view.numbers import decimal, share

FEWEST = 100
"""Fewest first attempts, as simulated, for which a share is shown."""
DAYS = tuple(calendar.day_abbr)


def answer_rates(run: RunView) -> Chart:
    """Share of first attempts that a person answered, by hour of the recipient's clock."""
    tables = {s: _table(run, s) for s in run.strategies}
    shown = [rate[~np.isnan(rate)] for rate, _ in tables.values()]
    span = np.concatenate(shown) if shown else np.empty(0)
    bounds = (float(span.min()), float(span.max())) if len(span) else (0.0, 1.0)
    hours = _hours([first for _, first in tables.values()])
    return Chart(
        key="answer-rates",
        title="When people answered",
        finding=_finding(run, *tables[run.base]),
        panels=tuple(
            Panel(_figure(rate, first, hours, bounds), title=s)
            for s, (rate, first) in tables.items()
        ),
        numbers=_numbers(tables),
        note=f"First attempts only, in the recipient's local time. A cell is blank where fewer "
        f"than {FEWEST} first attempts were simulated. All panels share one colour scale, which "
        "does not start at zero.",
    )


def _table(run: RunView, strategy: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """(7, 24) share answered by a person, and first attempts as simulated."""
    rows = run.of("answering", strategy)
    first, human = np.zeros((7, 24)), np.zeros((7, 24))
    at = (rows["weekday"].astype(int), rows["hour"].astype(int))
    np.add.at(first, at, rows["first_attempts"].astype(float))
    np.add.at(human, at, rows["first_human"].astype(float))
    rate = np.full((7, 24), np.nan)
    np.divide(human, first, out=rate, where=first >= FEWEST)
    return rate, first


def _hours(firsts: list[NDArray[Any]]) -> tuple[int, int]:
    """First hour with calls, and the one after the last."""
    called = np.flatnonzero(sum(f.sum(axis=0) for f in firsts))
    return (int(called[0]), int(called[-1]) + 1) if len(called) else (8, 20)


def _finding(run: RunView, rate: NDArray[Any], first: NDArray[Any]) -> str:
    if np.isnan(rate).all():
        return f"{run.base} has no hour with {FEWEST} first attempts: no answer rate is shown."
    best = np.unravel_index(int(np.nanargmax(rate)), rate.shape)
    worst = np.unravel_index(int(np.nanargmin(rate)), rate.shape)
    overall = np.nansum(rate * first) / first[~np.isnan(rate)].sum()
    return (
        f"A person answered {share(float(overall))} of the first attempts of {run.base}: most on "
        f"{_when(best)} ({share(float(rate[best]))}), least on {_when(worst)} "
        f"({share(float(rate[worst]))})."
    )


def _when(cell: tuple[Any, ...]) -> str:
    return f"{calendar.day_name[int(cell[0])]} {int(cell[1]):02d}–{int(cell[1]) + 1:02d} h"


def _figure(
    rate: NDArray[Any],
    first: NDArray[Any],
    hours: tuple[int, int],
    bounds: tuple[float, float],
) -> Drawing:
    if np.isnan(rate).all():
        return blank(f"No hour has {FEWEST} first attempts.", height=240)
    days = np.flatnonzero(first.sum(axis=1))
    shown = slice(*hours)
    z = rate[days, shown]
    figure = Drawing()
    figure.add_heatmap(
        z=z,
        x=[f"{h}" for h in range(*hours)],
        y=[DAYS[d] for d in days],
        customdata=first[days, shown],
        zmin=bounds[0],
        zmax=max(bounds[1], bounds[0] + 1e-6),
        colorscale=HEAT,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        text=[["" if np.isnan(v) else f"{100 * v:.0f}" for v in day] for day in z],
        texttemplate="%{text}",
        textfont={"size": 11},
        colorbar={
            "tickformat": ".0%",
            "thickness": 10,
            "outlinewidth": 0,
            "title": {"text": "% answered<br>by a person", "font": {"size": 11}},
            "tickfont": {"size": 11},
        },
        hovertemplate=(
            "%{y} %{x} h: %{z:.1%} of %{customdata:,.0f} first attempts simulated<extra></extra>"
        ),
    )
    dress(figure, height=130 + 30 * len(days))
    figure.update_xaxes(title="local hour, from", showline=False, ticks="", type="category")
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_layout(margin={"t": 12, "l": 40})
    return figure


def _numbers(tables: dict[str, tuple[NDArray[Any], NDArray[Any]]]) -> Numbers:
    rows = [
        (
            strategy,
            calendar.day_name[day],
            f"{hour:02d}:00",
            decimal(first[day, hour]),
            share(float(rate[day, hour])),
        )
        for strategy, (rate, first) in tables.items()
        for day, hour in zip(*np.nonzero(first), strict=True)
    ]
    return Numbers(
        header=(
            "Strategy",
            "Weekday",
            "Local hour from",
            "First attempts, as simulated",
            "Answered by a person (%)",
        ),
        rows=tuple(rows),
    )
