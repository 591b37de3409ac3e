"""Where rules are broken: share of each territory's calls that break a rule."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analysis.figures.broken_rules import (
    SHARED,
    Broken,
    broken,
    by_rule,
    nothing,
    numbers_by_rule,
    of_rule,
)
from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.cells import Scale, cells
from analysis.figures.style import short, text
from analysis.view import RunView
from analysis.view.numbers import several, small_share

KEY = "violations-places"
TITLE = "Where rules are broken"


def violation_places(run: RunView) -> Chart:
    """Violations of each strategy by rule and territory, as a share of the calls there."""
    empty = nothing(run, KEY, TITLE)
    if empty is not None:
        return empty
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
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


SHARE_SCALE = Scale(
    "share of the calls there",
    1,
    {"tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
)


def _figure(run: RunView) -> Drawing:
    places = names(run)
    placed = {s: calls(run, s) for s in run.strategies}

    def row(strategy: str, rule: Broken) -> tuple[NDArray[np.float64], list[str]]:
        counts, of = by_place(run, strategy, rule), placed[strategy]
        part = np.full(len(places), np.nan)
        np.divide(counts, of, out=part, where=(of > 0) & (counts > 0))
        return np.minimum(part, 1.0), [
            f"{text(rule.rule)} ({text(rule.regime)})<br>{text(place)}: "
            f"{run.count(float(c))} of {run.count(float(n))} calls"
            for place, c, n in zip(places, counts, of, strict=True)
        ]

    columns = {
        "tickvals": list(range(len(places))),
        "ticktext": [text(short(place, 24)) for place in places],
        "tickangle": -90,
        "tickfont": {"size": 10},
        "range": [-0.5, len(places) - 0.5],
        "ticks": "",
        "showgrid": False,
    }
    return cells(
        by_rule(run, row),
        SHARE_SCALE,
        columns,
        unit="territory",
        below=300,
        x0=0,
        dx=1,
        xgap=2,
        hovertemplate="%{text}<extra></extra>",
    )


def _numbers(run: RunView) -> Numbers:
    def rows(strategy: str, rule: Broken) -> Iterable[tuple[str, ...]]:
        counts = by_place(run, strategy, rule)
        for place, count, of in zip(names(run), counts, calls(run, strategy), strict=True):
            if count:
                share = small_share(float(count / of)) if of else "–"
                yield place, run.count(float(count)), share

    columns = ("Territory", "Violations (calls)", "Of the calls there (%)")
    return numbers_by_rule(run, columns, rows)
