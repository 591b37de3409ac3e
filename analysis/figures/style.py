"""How every chart looks: colours, lines, type and the tools that a reader gets.

Colours tell apart for all common kinds of colour blindness, and never carry meaning alone: one
strategy stands out and the others are grey, each with its name or its number at its line.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from analysis.figures.drawing import Drawing

CONFIG: dict[str, Any] = {"displayModeBar": False, "responsive": True}
"""No row of tools on each chart: it would be ten stops of the tab key, and one of them sends."""

INK = "#1f2933"
MUTED = "#5b6670"
GRID = "#e3e7eb"
PAPER = "#ffffff"
BAND = "#f4f6f8"
"""Every other row of a drawing."""
EDGE = "#9aa5b1"
"""Lines and ticks of axes."""
CUTOFF = "#b3261e"
"""Colour of the cutoff, and of nothing else."""

PALETTE = {
    "blue": ("#3056b4", "#aadafc"),
    "red": ("#b74234", "#e4623b"),
    "plum": ("#5e4166", "#9a80b1"),
    "teal": ("#46908b", "#17b493"),
    "amber": ("#c48200", "#efb31c"),
    "ink": ("#222327", "#eeeeee"),
}
"""Six colours on light and on dark paper. Any two are at least 12 apart (CIE ΔE2000) as all common
kinds of colour blindness see them, and stand off the paper by 3 : 1: tests hold them to it."""
BLUE, RED, PLUM, TEAL, AMBER, BLACK = (light for light, _ in PALETTE.values())
GREY = "#87909a"
"""Strategies other than the one that is shown, and whatever is there for comparison."""

LIVE = TEAL
"""The live chain: calls that a person took."""
VOICEMAIL = AMBER
"""The voicemail chain: calls that a machine took."""

DISPOSITIONS: dict[str, tuple[str, str]] = {
    "human": ("Person answered", LIVE),
    "machine": ("Machine answered", VOICEMAIL),
    "no_answer": ("No answer", BLUE),
    "busy": ("Busy", PLUM),
    "invalid": ("Not in service", BLACK),
    "failed": ("Failed", GREY),
}
"""Label and colour of each disposition, in stacking order from below."""

CHANNELS: dict[str, tuple[str, str]] = {
    "regulator": ("To the regulator", BLUE),
    "operator": ("To an operator", AMBER),
    "social": ("In public, social media", TEAL),
    "press": ("In the press", BLACK),
}
"""Label and colour of each channel of complaints, in stacking order from below."""

HEAT: list[tuple[float, str]] = [
    (0.0, "#f2f7f6"),
    (0.25, "#b9dad7"),
    (0.5, "#6fb0ab"),
    (0.75, "#2f837f"),
    (1.0, "#0a4745"),
]
"""Light to dark in one hue: it reads in grey as well."""

DARK: dict[str, str] = {
    **dict(PALETTE.values()),
    GREY: "#7d8894",
    INK: "#e6eaee",
    MUTED: "#a9b4be",
    GRID: "#2c343c",
    PAPER: "#14191e",
    BAND: "#1b2229",
    EDGE: "#5d6975",
    CUTOFF: "#ff9a8f",
    **dict(
        zip(
            (color for _, color in HEAT),
            ("#1b2a2b", "#1f4f50", "#2f837f", "#6fb0ab", "#d5f0ed"),
            strict=True,
        )
    ),
}
"""By colour on light paper: the one that stands for it on dark paper."""


_COLOR = re.compile(r"#[0-9a-f]{6}")


def dark(figure: Any) -> Any:
    """A figure, or its JSON as Python has it, with the colours of dark paper."""
    if isinstance(figure, str):
        return _COLOR.sub(lambda found: DARK.get(found[0], found[0]), figure)
    if isinstance(figure, Mapping):
        return {k: v if k == "bdata" else dark(v) for k, v in figure.items()}
    if isinstance(figure, (list, tuple)):
        return [dark(value) for value in figure]
    return figure


@dataclass(frozen=True, slots=True)
class Look:
    """How a strategy is drawn."""

    name: str
    """Its name, safe to draw and short enough for a label."""
    number: int
    """Its place among the strategies, from 1: what stands for its name where there is no room."""
    color: str
    width: float
    shown: bool
    """Whether it is the one that stands out."""
    strategy: str
    """Its name as it is."""

    @property
    def line(self) -> dict[str, Any]:
        """Its line, as Plotly reads it."""
        return {"color": self.color, "width": self.width}

    @property
    def steps(self) -> dict[str, Any]:
        """Its line where a value holds until the next."""
        return {**self.line, "shape": "hv"}

    @property
    def label(self) -> str:
        """Number and name."""
        return f"{self.number} {self.name}"

    @property
    def meta(self) -> dict[str, Any]:
        """What a trace tells a page of the strategy that it draws."""
        return {"strategy": self.strategy}

    @property
    def zorder(self) -> int:
        """The one that stands out lies above the others."""
        return int(self.shown)

    @property
    def ink(self) -> str:
        """Colour of its name in writing."""
        return self.color if self.shown else MUTED


def look(run: Strategies, strategy: str, shown: str | None = None) -> Look:
    """The look of a strategy, the same in every chart: one stands out, the others are grey.

    Parameters
    ----------
    run
        Whatever has strategies and a base.
    strategy
        Its name.
    shown
        The one that stands out; default the base.
    """
    first = strategy == (run.base if shown is None else shown)
    return Look(
        name=text(short(strategy)),
        number=(getattr(run, "looks", ()) or run.strategies).index(strategy) + 1,
        color=BLUE if first else GREY,
        width=3.0 if first else 1.6,
        shown=first,
        strategy=strategy,
    )


class Strategies(Protocol):
    """Strategies of which one is the base: a run, a study, their draws."""

    @property
    def strategies(self) -> tuple[str, ...]:
        """Their names, in the scenario's order."""

    @property
    def base(self) -> str:
        """The one that others are compared with."""


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
    "linecolor": EDGE,
    "tickcolor": EDGE,
    "ticks": "outside",
    "ticklen": 4,
    "title": {"font": {"size": 13, "color": MUTED}, "standoff": 8},
    "tickfont": {"size": 12, "color": INK},
    "automargin": True,
    "fixedrange": False,
}

TEMPLATE: dict[str, Any] = {
    "layout": {
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
            "bordercolor": EDGE,
            "font": {"color": INK, "size": 12},
            "align": "left",
        },
        "showlegend": False,
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
}


def dress(figure: Drawing, *, height: int, **layout: Any) -> Drawing:
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


def blank(message: str, *, height: int = 180) -> Drawing:
    """A figure that says in words why there is nothing to draw."""
    figure = dress(Drawing(), height=height)
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
