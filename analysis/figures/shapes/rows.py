"""Titles of drawings that stand above each other in one figure."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.drawing import Drawing
from analysis.figures.style import short, text


def title_rows(figure: Drawing, names: Sequence[str]) -> None:
    """Write a name above each row of a figure of one column, at its left."""
    axes = ["yaxis" if at == 0 else f"yaxis{at + 1}" for at in range(len(names))]
    titles = [
        {
            "text": f"<b>{text(short(name, 44))}</b>",
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": figure.axes[axis]["domain"][1],
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 2,
            "showarrow": False,
            "font": {"size": 13},
        }
        for axis, name in zip(axes, names, strict=True)
    ]
    # All at once: each that is added by itself has all of before looked at again.
    figure.notes = [*figure.notes, *titles]
