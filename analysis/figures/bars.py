"""The axis of horizontal bars that has one row a strategy."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from analysis.style import short, text


def strategy_axis(figure: go.Figure, strategies: Sequence[str]) -> None:
    """Name the rows 0, 1, … of a figure after strategies, the first on top."""
    figure.update_yaxes(
        tickvals=list(range(len(strategies))),
        ticktext=[text(short(s, 24)) for s in strategies],
        tickfont={"size": 11},
        range=[len(strategies) - 0.4, -0.6],
        showgrid=False,
    )
