"""Lines of all strategies over each other, on the time axis of the campaign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import names_at
from analysis.figures.shapes.time_axis import TimeAxis, along
from analysis.figures.style import dress, look
from analysis.view import RunView
from analysis.view.clock import Moments

Points = tuple[Moments, NDArray[Any]]
"""Local moments of a line, and its values there."""


def overlaid(
    run: RunView,
    axis: TimeAxis,
    of: Callable[[str], Points],
    values: Mapping[str, Any],
    *,
    hover: str,
    height: int,
    held: bool = False,
) -> Drawing:
    """A line a strategy, with the cutoffs.

    Parameters
    ----------
    run, axis
        Its strategies, each with its look, and the time that they share.
    of
        The points of a strategy's line.
    values
        Settings of the axis of values.
    hover
        What Plotly writes at a moment, beside each strategy's name.
    height
        Of the drawing, pixels.
    held
        Whether a value holds until the next, as a step; else they are joined.
    """
    figure = Drawing()
    ends, most = [], 0.0
    for strategy in run.strategies:
        looks = look(run, strategy)
        moments, points = of(strategy)
        known = points[np.isfinite(points)]
        most = max(most, float(known.max(initial=0.0)))
        ends.append((looks, float(known[-1]) if len(known) else 0.0))
        figure.add_scatter(
            **along(moments),
            y=points,
            name=looks.name,
            mode="lines",
            line=looks.steps if held else looks.line,
            hovertemplate=hover,
            meta=looks.meta,
            zorder=looks.zorder,
        )
    dress(figure, height=height, hovermode="x unified")
    figure.update_xaxes(axis.layout())
    # All of it is drawn, also where more is held than a share of one allows.
    top = max(most * 1.04, float(values.get("range", (0, 1e-9))[1]))
    figure.update_yaxes(**{**values, "range": [0, top]})
    shapes, notes = axis.cutoff_marks()
    figure.update_layout(shapes=shapes, annotations=notes)
    room = {"t": 14 + 15 * len(notes), "b": 52}
    names_at(figure, [(one, at / top) for one, at in ends], height=height, margin=room)
    return figure
