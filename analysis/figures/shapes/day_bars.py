"""Bars of parts over the days since each campaign's start, one drawing a strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import colour_key
from analysis.figures.shapes.rows import title_rows
from analysis.figures.shapes.since_start import day_axis
from analysis.figures.style import CUTOFF, dress, ticks


@dataclass(frozen=True, slots=True)
class Bars:
    """How bars look, the same in every drawing."""

    parts: Mapping[str, tuple[str, str]]
    """Label and colour of each part, from below."""
    width: float
    """Of a bar, days."""
    unit: str
    """What a bar counts."""
    when: str
    """How a day is written when pointed at."""
    gap: float
    """Share of a bar's width that is left free."""
    top: int
    """Room for what colours are, pixels."""


def day_bars(
    counts: Mapping[str, Sequence[NDArray[Any]]],
    bars: Bars,
    *,
    most: float,
    last: float,
    cutoffs: Mapping[str, float | None] | None = None,
) -> Drawing:
    """A drawing of stacked bars for each strategy, over one axis of days.

    Parameters
    ----------
    counts
        By strategy, from the top; at least one: for each part its counts, a bar each.
    bars
        How bars look.
    most, last
        The highest bar of all, and the last day that is shown.
    cutoffs
        Days of the strategies' cutoffs, where they are marked.
    """
    rows = len(counts)
    figure = Drawing(rows, spacing=0.28 / rows)
    for row, (strategy, parts) in enumerate(counts.items(), start=1):
        for (label, color), values in zip(bars.parts.values(), parts, strict=True):
            figure.add_bar(
                x0=bars.width / 2,
                dx=bars.width,
                y=values,
                name=label,
                marker={"color": color},
                hovertemplate=f"day %{{x:{bars.when}}}: %{{y:,}}",
                row=row,
            )
        cutoff = (cutoffs or {}).get(strategy)
        if cutoff is not None:
            dashes = {"color": CUTOFF, "width": 1.5, "dash": "4px,3px"}
            ends = {"x0": cutoff, "x1": cutoff, "y0": 0, "y1": most}
            figure.add_shape(type="line", **ends, line=dashes, row=row)
    dress(figure, height=140 + 118 * rows, barmode="stack", bargap=bars.gap)
    axis = day_axis(last)
    figure.update_xaxes({**axis, "title": None})
    figure.update_xaxes(title=axis["title"], row=rows)
    figure.update_yaxes(tickformat="~s", tickvals=ticks(most, 3), range=[0, most * 1.05])
    figure.update_yaxes(title=bars.unit, row=(rows + 1) // 2)
    title_rows(figure, list(counts))
    figure.update_layout(margin={"t": bars.top})
    colour_key(figure, dict(bars.parts.values()), row=30)
    return figure
