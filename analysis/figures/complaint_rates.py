"""Complaints for a million dials, a million answered calls and a thousand people reached."""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.complaints import NOT_MODELLED, modelled
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.bars import strategy_axis
from analysis.figures.style import blank, dress, look
from analysis.view import RunView
from analysis.view.metrics_text import value_text
from analysis.view.numbers import several

KEY = "complaint-rates"
TITLE = "Complaints for so many calls and people"
RATES = (
    ("complaints_per_million_dials", "For a million dials", "complaints per million dials"),
    (
        "complaints_per_million_connected",
        "For a million answered calls",
        "complaints per million answered",
    ),
    (
        "complaints_per_1000_reached",
        "For a thousand people reached",
        "complaints per 1,000 people reached",
    ),
)
"""Metric, title and unit of each panel."""


def complaint_rates(run: RunView) -> Chart:
    """Rates of complaints by strategy."""
    if not modelled(run):
        return left_out(KEY, TITLE, NOT_MODELLED)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(run),
        panels=tuple(Panel(_figure(run, name, unit), title=title) for name, title, unit in RATES),
        numbers=_numbers(run),
        note="All channels together, contagion included: a large campaign breeds more complaints "
        "for a call than a small one, for more of those who hear of a complaint were called.",
    )


def _finding(run: RunView) -> str:
    name = RATES[0][0]
    known = [s for s in run.strategies if run.metric(s, name) is not None]
    if not known:
        return "No call was placed, so no rate is shown."
    parts = [f"{s} {value_text(run, s, name)}" for s in known]
    return f"Complaints for a million dials: {several(parts, 8)}."


def _figure(run: RunView, name: str, unit: str) -> Drawing:
    values = {s: run.shown(s, name) for s in run.strategies}
    most = max((v for v in values.values() if v is not None), default=0.0)
    if not most:
        return blank("Nobody complained.")
    figure = Drawing()
    for at, (strategy, value) in enumerate(values.items()):
        looks = look(run, strategy)
        figure.add_bar(
            x=[0.0 if value is None else value],
            y=[at],
            orientation="h",
            name=looks.name,
            showlegend=False,
            marker={"color": looks.color},
            meta=looks.meta,
            text=[value_text(run, strategy, name)],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x:,.2f} " + unit + "<extra>%{fullData.name}</extra>",
        )
    dress(figure, height=90 + 30 * len(values), bargap=0.3)
    figure.update_xaxes(title=unit, range=[0, most * 1.22], showgrid=True, nticks=5)
    strategy_axis(figure, run.strategies)
    figure.update_layout(margin={"t": 8})
    return figure


def _numbers(run: RunView) -> Numbers:
    return Numbers(
        header=("Strategy", *(unit for _, _, unit in RATES)),
        rows=tuple(
            (s, *(value_text(run, s, name) for name, _, _ in RATES)) for s in run.strategies
        ),
    )
