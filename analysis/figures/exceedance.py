"""How likely so many complaints or more are, over all that is not known and luck together."""

from __future__ import annotations

import numpy as np

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import names_at
from analysis.figures.shapes.scales import SCALE, log_axis, logged
from analysis.figures.style import dress, look
from analysis.view.draws import Draws
from analysis.view.numbers import several
from analysis.view.rounded import chance, rounded

KEY = "exceedance"
TITLE = "Chances of complaints, over draws and luck"
HEIGHT = 360
MARGIN = {"t": 14, "b": 52}
MARKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
RARE = 0.01
"""Least chance of which the table tells."""


def exceedance(known: Draws, shown: str | None = None) -> Chart:
    """The chance of so many complaints or more, a line a strategy."""
    names = [s for s in known.strategies if s in known.complaints]
    if not names or not known.drawn:
        return left_out(KEY, TITLE, "The scenario has no complaints, or nothing was drawn.")
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(known, names),
        panels=(Panel(_figure(known, names, shown)),),
        numbers=_numbers(known, names),
        note=f"Over {known.over}, and over luck: given a draw, a number of complaints counts as "
        "negative binomial. Numbers stand on "
        f"{SCALE}.",
    )


def _finding(known: Draws, names: list[str]) -> str:
    parts = []
    for s in names:
        count = known.spread_of_complaints(s)
        parts.append(f"{s} {rounded(count.p50)} (5 %: more than {rounded(count.p95)})")
    return f"As likely as not, there are at least so many complaints: {several(parts, 5)}."


def _marks(known: Draws, names: list[str]) -> list[int]:
    """Numbers at which chances are drawn: closer together where they are small."""
    most = max(int(known.spread_of_complaints(s).p95) for s in names) * 1.5 + 2
    return sorted({round(v) for v in np.expm1(np.linspace(0, np.log1p(most), 60))})


def _figure(known: Draws, names: list[str], shown: str | None) -> Drawing:
    marks = _marks(known, names)
    figure = Drawing()
    ends = []
    for s in names:
        looks, chances = look(known, s, shown), known.exceeding(s, marks)
        figure.add_scatter(
            x=logged(marks),
            y=chances,
            mode="lines",
            line=looks.line,
            name=looks.name,
            customdata=marks,
            hovertemplate="%{customdata:,.0f} or more: %{y:.1%}<extra>%{fullData.name}</extra>",
            meta=looks.meta,
            zorder=looks.zorder,
        )
        ends.append((looks, float(chances[-1]) / 1.03))
    dress(figure, height=HEIGHT, showlegend=False)
    figure.update_xaxes(title="complaints, or more (log scale)", **log_axis(marks[-1]))
    figure.update_yaxes(title="chance", tickformat=".0%", range=[0, 1.03])
    names_at(figure, ends, height=HEIGHT, margin=MARGIN)
    return figure


def _numbers(known: Draws, names: list[str]) -> Numbers:
    marks = [n for n in MARKS if any(known.exceeding(s, [n])[0] >= RARE for s in names)]
    rows = tuple((s, *(chance(float(c)) for c in known.exceeding(s, marks))) for s in names)
    return Numbers(("Strategy", *(f"{n} or more" for n in marks)), rows)
