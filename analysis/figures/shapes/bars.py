"""Horizontal bars, one row a strategy: their axis, and parts laid end to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import colour_key
from analysis.figures.style import PAPER, dress, short, text


def strategy_axis(figure: Drawing, strategies: Sequence[str], **more: Any) -> None:
    """Name the rows 0, 1, … of a figure after strategies, the first on top.

    ``more`` are further settings of the axis, or the drawing that it belongs to.
    """
    figure.update_yaxes(
        tickvals=list(range(len(strategies))),
        ticktext=[f"{i} {text(short(s, 24))}" for i, s in enumerate(strategies, 1)],
        tickfont={"size": 11},
        range=[len(strategies) - 0.4, -0.6],
        **{"showgrid": False, **more},
    )


def stacked(
    strategies: Sequence[str],
    parts: Mapping[str, tuple[str, str, Sequence[float]]],
    *,
    unit: str,
    tick: str,
    height: int,
    top: int,
) -> Drawing:
    """Bars of parts laid end to end, a strategy a row.

    Parameters
    ----------
    strategies
        Their names, from the top.
    parts
        By part: its label, colour, and one value a strategy.
    unit, tick
        What is counted, and how a value is written when pointed at.
    height, top
        Height of all but the rows, and of the room for what colours are, pixels.
    """
    figure = Drawing()
    for label, color, values in parts.values():
        figure.add_bar(
            x=list(values),
            y=list(range(len(strategies))),
            orientation="h",
            name=label,
            marker={"color": color, "line": {"color": PAPER, "width": 1}},
            hovertemplate=f"%{{x:{tick}}} {unit}<extra>%{{fullData.name}}</extra>",
        )
    dress(figure, height=height + 34 * len(strategies), barmode="stack", bargap=0.3)
    figure.update_xaxes(title=unit, tickformat="~s", showgrid=True)
    strategy_axis(figure, strategies)
    figure.update_layout(margin={"t": top})
    colour_key(figure, {label: color for label, color, _ in parts.values()})
    return figure
