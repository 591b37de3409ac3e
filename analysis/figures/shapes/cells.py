"""Heat maps below each other, one a strategy: their rows, and the scale of colours on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.drawing import Drawing
from analysis.figures.shapes.rows import title_rows
from analysis.figures.style import EDGE, HEAT, MUTED, dress

ROW = 32
"""Height of a row, pixels."""
GAP = 44
"""Height between two heat maps, pixels."""
TOP = 110
"""Room above the first row for the scale of colours, pixels."""
COLORBAR = {
    "orientation": "h",
    "thickness": 10,
    "len": 220,
    "lenmode": "pixels",
    "x": 0,
    "xanchor": "left",
    "y": 1,
    "yref": "container",
    "yanchor": "top",
    "ypad": 26,
    "xpad": 0,
    "outlinewidth": 0,
    "tickfont": {"size": 11},
}
"""Settings of the scale of colours: it lies on top, so that a narrow screen keeps its width."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The heat map of one strategy."""

    labels: Sequence[str]
    """Names of its rows, from the top."""
    values: NDArray[np.float64]
    """(rows, columns) what colours tell; not a number leaves a cell blank."""
    said: Sequence[Sequence[str]]
    """What a cell says when pointed at, by row and column."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of colours that heat maps share; it begins at 0."""

    words: str
    """What colours tell."""
    end: float
    """Value of the darkest."""
    marks: Mapping[str, Any]
    """Settings of its marks."""


def cells(
    maps: Mapping[str, Cells],
    scale: Scale,
    columns: Mapping[str, Any],
    *,
    unit: str,
    below: int,
    between: Sequence[float] = (),
    **trace: Any,
) -> Drawing:
    """Heat maps of strategies below each other, over columns that they share.

    Parameters
    ----------
    maps
        By strategy, from the top; at least one.
    scale
        What their colours tell.
    columns
        Settings of the axis of columns.
    unit
        Title of that axis, below the last.
    below
        Height of all but the heat maps, pixels.
    between
        Where an upright line parts the columns.
    trace
        Further settings of each heat map.
    """
    heights = [ROW * len(one.labels) for one in maps.values()]
    inside = sum(heights) + GAP * (len(maps) - 1)
    spacing = GAP / inside if len(maps) > 1 else 0
    figure = Drawing(len(maps), heights=heights, spacing=spacing)
    for row, one in enumerate(maps.values(), start=1):
        figure.add_heatmap(
            z=one.values.astype(np.float32),
            y0=0,
            dy=1,
            text=one.said,
            coloraxis="coloraxis",
            hoverongaps=False,
            ygap=2,
            row=row,
            **trace,
        )
        _name_rows(figure, one.labels, row)
    dress(figure, height=inside + below)
    figure.update_xaxes(**columns)
    figure.update_xaxes(title=unit, row=len(maps))
    upright = {"type": "line", "line": {"color": EDGE, "width": 1}, "y0": 0, "y1": 1}
    axes = ["" if row == 0 else str(row + 1) for row in range(len(maps))]
    # All at once: each that is added by itself has all of before looked at again.
    figure.shapes = [
        {**upright, "x0": at, "x1": at, "xref": f"x{axis}", "yref": f"y{axis} domain"}
        for axis in axes
        for at in between
    ]
    title_rows(figure, list(maps))
    _colour(figure, scale)
    return figure


def _name_rows(figure: Drawing, labels: Sequence[str], row: int) -> None:
    """Name the rows of one heat map, the first on top."""
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=labels,
        tickfont={"size": 10},
        range=[len(labels) - 0.5, -0.5],
        showgrid=False,
        row=row,
    )


def _colour(figure: Drawing, scale: Scale) -> None:
    """Lay the scale of colours on top, and say above it what it shows."""
    figure.add_annotation(
        text=scale.words,
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=TOP - 24,
        showarrow=False,
        font={"size": 12, "color": MUTED},
    )
    figure.update_layout(
        margin={"t": TOP},
        coloraxis={
            "colorscale": HEAT,
            "cmin": 0,
            "cmax": scale.end,
            "colorbar": {**COLORBAR, **scale.marks},
        },
    )
