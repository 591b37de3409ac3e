"""Titles of drawings that stand above each other in one figure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.figures.style import short, text


def title_rows(figure: go.Figure, names: Sequence[str]) -> None:
    """Write a name above each row of a figure of one column, at its left."""
    for at, name in enumerate(names):
        axis = figure.layout["yaxis" if at == 0 else f"yaxis{at + 1}"]
        figure.add_annotation(
            text=f"<b>{text(short(name, 44))}</b>",
            x=0,
            xref="paper",
            xanchor="left",
            y=axis.domain[1],
            yref="paper",
            yanchor="bottom",
            yshift=2,
            showarrow=False,
            font={"size": 13},
        )
