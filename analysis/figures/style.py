"""How every chart looks: colours, lines, type and the tools that a reader gets.

Colours tell apart for all common kinds of colour blindness, and never carry meaning alone: a
strategy also has its dash and its marker, the same in every chart.
"""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from analysis.view import RunView

CONFIG: dict[str, Any] = {
    "modeBarButtonsToRemove": ["sendChartToCloud", "select2d", "lasso2d", "autoScale2d"],
    "displaylogo": False,
    "responsive": True,
}
"""Tools on every chart. None of them sends anything anywhere."""

INK = "#1f2933"
MUTED = "#5b6670"
GRID = "#e3e7eb"
PAPER = "#ffffff"
CUTOFF = "#b3261e"
"""Colour of the cutoff, and of nothing else."""

LIVE = "#0f6e6a"
"""The live chain: calls that a person took."""
VOICEMAIL = "#d99a1c"
"""The voicemail chain: calls that a machine took."""

DISPOSITIONS: dict[str, tuple[str, str]] = {
    "human": ("Person answered", LIVE),
    "machine": ("Machine answered", VOICEMAIL),
    "no_answer": ("No answer", "#c5ccd3"),
    "busy": ("Busy", "#8c97a3"),
    "invalid": ("Not in service", "#4a5560"),
}
"""Label and colour of each disposition, in stacking order from below."""

CHANNELS: dict[str, tuple[str, str, str]] = {
    "regulator": ("To the regulator", "#0b5fa5", ""),
    "operator": ("To an operator", "#d99a1c", "/"),
    "social": ("In public, social media", "#6fb0ab", "."),
    "press": ("In the press", "#4a4a4a", "x"),
}
"""Label, colour and hatching of each channel of complaints, in stacking order from below."""

HEAT = [
    [0.0, "#f2f7f6"],
    [0.25, "#b9dad7"],
    [0.5, "#6fb0ab"],
    [0.75, "#2f837f"],
    [1.0, "#0a4745"],
]
"""Light to dark in one hue: it reads in grey as well."""

_COLORS = (
    "#0b5fa5",
    "#d1495b",
    "#6a4c93",
    "#2b9348",
    "#e07a1f",
    "#3aa6c9",
    "#4a4a4a",
    "#a0522d",
    "#9a7b00",
)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_PATTERNS = ("", "/", ".", "x", "-", "|", "+", "\\")
_SYMBOLS = (
    "circle",
    "square",
    "diamond",
    "triangle-up",
    "x",
    "cross",
    "star",
    "hexagon",
    "hourglass",
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a strategy is drawn."""

    name: str
    """Its name, safe to draw and short enough for a legend."""
    color: str
    dash: str
    symbol: str
    pattern: str
    """Hatching of its bars."""
    width: float

    @property
    def line(self) -> dict[str, Any]:
        """Its line, as Plotly reads it."""
        return {"color": self.color, "dash": self.dash, "width": self.width}

    @property
    def steps(self) -> dict[str, Any]:
        """Its line where a value holds until the next."""
        return {**self.line, "shape": "hv"}


def look(run: RunView, strategy: str) -> Look:
    """The look of a strategy, the same in every chart of a run."""
    at = run.strategies.index(strategy)
    return Look(
        name=text(short(strategy)),
        color=_COLORS[at % len(_COLORS)],
        dash=_DASHES[at % len(_DASHES)],
        symbol=_SYMBOLS[at % len(_SYMBOLS)],
        pattern=_PATTERNS[at % len(_PATTERNS)],
        width=3.0 if strategy == run.base else 2.2,
    )


def short(name: str, most: int = 34) -> str:
    """A name cut to ``most`` characters, with an ellipsis where something is lost."""
    name = " ".join(name.split())
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def text(words: str) -> str:
    """Words that a chart draws as they are: Plotly reads some HTML and ``%{…}`` as its own."""
    return html.escape(words, quote=False).replace("%{", "%\u200b{")


_AXIS = {
    "gridcolor": GRID,
    "zeroline": False,
    "linecolor": "#9aa5b1",
    "tickcolor": "#9aa5b1",
    "ticks": "outside",
    "ticklen": 4,
    "title": {"font": {"size": 13, "color": MUTED}, "standoff": 8},
    "tickfont": {"size": 12, "color": INK},
    "automargin": True,
    "fixedrange": False,
}

TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": "system-ui, 'Segoe UI', Roboto, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 56, "r": 16, "t": 28, "b": 48},
        "xaxis": {**_AXIS, "showgrid": False, "showline": True},
        "yaxis": {
            **_AXIS,
            "ticks": "",
            "ticklabelstandoff": 6,
            "showline": False,
            "rangemode": "tozero",
        },
        "hoverlabel": {
            "bgcolor": PAPER,
            "bordercolor": "#9aa5b1",
            "font": {"color": INK, "size": 12},
            "align": "left",
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "itemwidth": 36,
            "bgcolor": "rgba(255,255,255,0)",
            "font": {"size": 13},
        },
        "separators": ".\u202f",
        "barcornerradius": 2,
        "hovermode": "closest",
    }
)


def dress(figure: go.Figure, *, height: int, **layout: Any) -> go.Figure:
    """Give a figure the common look; ``layout`` is added to it. ``height`` in pixels."""
    figure.update_layout(template=TEMPLATE, height=height, **layout)
    return figure


def ticks(most: float, about: int = 4) -> list[float]:
    """Round values from 0 to ``most``, about ``about`` steps of 1, 2 or 5 times a power of ten."""
    if not most > 0:
        return [0.0]
    rough = most / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= rough * 0.999)
    return [step * i for i in range(int(most / step + 1e-9) + 1)]


def blank(message: str, *, height: int = 180) -> go.Figure:
    """A figure that says in words why there is nothing to draw."""
    figure = dress(go.Figure(), height=height)
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        xaxis=hidden,
        yaxis=hidden,
        annotations=[
            {
                "text": text(message),
                "x": 0.5,
                "y": 0.5,
                "xref": "paper",
                "yref": "paper",
                "showarrow": False,
                "font": {"size": 15, "color": MUTED},
            }
        ],
    )
    return figure
