"""Names at the lines: no reader has to go back and forth between a line and a legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.figures.drawing import Drawing
from analysis.figures.style import Look, Strategies, look, text

GAP = 15.0
"""Least distance between two names, pixels."""
ROOM = 7.2
"""Pixels that a character of a name takes, about."""


def apart(at: Sequence[float], *, low: float, high: float, gap: float = GAP) -> NDArray[np.float64]:
    """Positions moved apart by no more than is needed, within two ends, in the same order.

    Parameters
    ----------
    at
        Where each would stand, pixels.
    low, high
        Ends between which they stay, pixels; where they are too many for that, the gap shrinks.
    gap
        Least distance between two.
    """
    n = len(at)
    if not n:
        return np.zeros(0)
    order = np.argsort(at, kind="stable")
    gap = min(gap, (high - low) / max(n - 1, 1))
    found = np.clip(np.asarray(at, dtype=np.float64)[order], low, high)
    steps = np.arange(n) * gap
    # Each as near to its place as those before it allow; then pushed back from the upper end.
    found = np.maximum.accumulate(found - steps) + steps
    found = np.minimum(found, high - steps[::-1])
    out = np.empty(n)
    out[order] = found
    return out


def beside(
    boxes: Sequence[tuple[float, float, float]], *, low: float, high: float, gap: float = 14.0
) -> list[float]:
    """Where names stand that shall not lie on each other: as near to their places as there is room.

    Parameters
    ----------
    boxes
        By name, the most important first: its left and right end and its place, pixels.
    low, high
        Ends between which they stay.
    gap
        Least distance between two names one above the other.
    """
    placed: list[tuple[float, float, float]] = []
    for left, right, at in boxes:
        tries = sorted((at + step * gap / 2 for step in range(-24, 25)), key=lambda y: abs(y - at))
        free = (
            y
            for y in tries
            if low <= y <= high
            and not any(
                left < end and start < right and abs(y - other) < gap
                for start, end, other in placed
            )
        )
        placed.append((left, right, next(free, at)))
    return [y for _, _, y in placed]


def name_lines(
    figure: Drawing,
    run: Strategies,
    *,
    top: float,
    margin: Mapping[str, int],
    span: tuple[float, float] = (0.0, 1.0),
) -> None:
    """Write each strategy's name beside the end of its line.

    Parameters
    ----------
    figure
        The drawing: its lines say whose they are.
    run
        The strategies.
    top
        Value at the upper end of the axis, which begins at 0.
    margin
        Margins ``t`` and ``b``, pixels.
    span
        The part of the drawing's height that the axis takes.
    """
    ends = []
    for trace in figure.traces:
        whose, y = trace.get("meta", {}).get("strategy"), trace.get("y", ())
        if whose is not None and trace.get("mode") == "lines" and len(y):
            share = float(y[-1]) / top if top else 0.0
            ends.append((look(run, whose), span[0] + (span[1] - span[0]) * share))
    names_at(figure, ends, height=figure.height, margin=margin)


def names_at(
    figure: Drawing,
    ends: Sequence[tuple[Look, float]],
    *,
    height: int,
    margin: Mapping[str, int],
) -> None:
    """Write each strategy's name beside the end of its line, at the right of a drawing.

    Parameters
    ----------
    figure
        The drawing; its right margin is made wide enough.
    ends
        By strategy: its look, and where its line ends, as a share of the drawing's height.
    height
        Of the whole figure, pixels.
    margin
        Its margins ``t`` and ``b``, pixels.
    """
    inner = height - margin["t"] - margin["b"]
    places = apart([share * inner for _, share in ends], low=4, high=inner - 4)
    notes = [
        {
            "text": f"<b>{looks.label}</b>" if looks.shown else looks.label,
            "name": looks.strategy,
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 4,
            "y": float(place / inner),
            "yref": "paper",
            "yanchor": "middle",
            "showarrow": False,
            "align": "left",
            "font": {"size": 12, "color": looks.ink},
        }
        for (looks, _), place in zip(ends, places, strict=True)
    ]
    longest = max((len(looks.label) for looks, _ in ends), default=0)
    figure.update_layout(
        annotations=[*figure.notes, *notes],
        margin={**margin, "r": round(ROOM * longest) + 16},
        showlegend=False,
    )


def colour_key(figure: Drawing, parts: Mapping[str, str], *, row: int = 18) -> None:
    """Write what each colour of a drawing is, above it.

    Parameters
    ----------
    figure
        The drawing: its margin at the top has room for it.
    parts
        By what it is, in words: its colour.
    row
        Pixels above the drawing.
    """
    written = " &nbsp; ".join(
        f'<span style="color:{color}">■</span>\u202f{text(label)}' for label, color in parts.items()
    )
    note: dict[str, Any] = {
        "text": written,
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "yshift": row - 12,
        "showarrow": False,
        "align": "left",
        "font": {"size": 12},
    }
    figure.update_layout(annotations=[*figure.notes, note], showlegend=False)
