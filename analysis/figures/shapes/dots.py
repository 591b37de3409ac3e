"""Dots: each strategy by its number in each row, side by side, over bands that tell rows apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.drawing import Drawing
from analysis.figures.style import BAND, INK, PAPER, Look, dress, look
from analysis.view import RunView


@dataclass(frozen=True, slots=True)
class Dots:
    """The markers of one strategy. Sequences of one length."""

    at: Sequence[float] | NDArray[np.float64]
    """Where along the axis."""
    rows: Sequence[int]
    """Indices of the rows, from the top."""
    said: Sequence[Any]
    """What a marker says when pointed at."""


def dots(
    run: RunView,
    labels: Sequence[str],
    of: Callable[[str], Dots],
    axis: Mapping[str, Any],
    *,
    hover: str,
    row: int,
    rows: Mapping[str, Any] | None = None,
    margin: Mapping[str, int] | None = None,
    **trace: Any,
) -> Drawing:
    """Markers of every strategy of a run in rows that they share.

    Parameters
    ----------
    run
        Its strategies, each with its look.
    labels
        Names of the rows, from the top.
    of
        The markers of a strategy.
    axis
        Settings of the axis along which they lie.
    hover
        What Plotly writes at a marker; the strategy's name is added.
    row
        Height of a row, pixels.
    rows, margin, trace
        Further settings of the axis of rows, of the margin, and of the markers.
    """
    figure = Drawing()
    count = len(run.strategies)
    for strategy in run.strategies:
        looks, markers = look(run, strategy), of(strategy)
        order = looks.number - 1
        shift = (order - (count - 1) / 2) * min(0.2, 0.7 / count)
        figure.add_scatter(
            x=markers.at,
            y=[i + shift for i in markers.rows],
            name=looks.name,
            mode="markers+text",
            marker=_marker(looks),
            text=[str(looks.number)] * len(markers.rows),
            textfont={"size": 9, "color": PAPER if looks.shown else INK},
            meta=looks.meta,
            zorder=looks.zorder,
            customdata=markers.said,
            hovertemplate=f"{hover}<extra>%{{fullData.name}}</extra>",
            **trace,
        )
    dress(figure, height=80 + row * len(labels))
    figure.update_xaxes(**axis)
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        **(rows or {}),
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
    )
    figure.update_layout(
        showlegend=False, margin={"t": 12, **(margin or {})}, shapes=_bands(len(labels))
    )
    return figure


def _marker(looks: Look) -> dict[str, Any]:
    rim = {"width": 1.5, "color": looks.color}
    return {"color": looks.color if looks.shown else PAPER, "size": 14, "line": rim}


def _bands(count: int) -> list[dict[str, Any]]:
    """Backgrounds of rows, grey and white in turn."""
    return [
        {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": i - 0.5,
            "y1": i + 0.5,
            "fillcolor": BAND if i % 2 == 0 else PAPER,
            "line": {"width": 0},
            "layer": "below",
        }
        for i in range(count)
    ]
