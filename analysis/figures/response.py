"""Response curves: what a number does along a knob, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import AMBER, BLUE, PLUM, RED, TEAL, dress, short, text
from analysis.view.experiments import words_of
from analysis.view.numbers import MISSING
from analysis.view.rounded import between, rounded

KEY: Final = "response"
HEIGHT: Final = 300
MARGIN: Final = {"t": 10, "b": 50, "l": 56, "r": 16}
COLOURS: Final = (BLUE, AMBER, TEAL, PLUM, RED)
SHOWN: Final = ("people_reached", "complaints", "cost")
HEAT_LIMIT: Final = 2
"""Knobs of a contour map."""


def response(told: Mapping[str, Any]) -> Chart:
    """People, complaints and cost along one knob, or a map of people over two.

    Parameters
    ----------
    told
        What ``ringfence sweep --json`` prints.
    """
    keys = list(told["vary"])
    if len(keys) == HEAT_LIMIT and len(told["points"]) >= 4:
        panels = tuple(
            Panel(_map(told, name, keys), f"People reached (P50), {name}")
            for name in told["strategies"]
        )
    else:
        panels = tuple(
            Panel(_curves(told, number, keys), words_of(number))
            for number in SHOWN
            if any(
                one["strategies"][n][number] for one in told["points"] for n in told["strategies"]
            )
        )
    rows = tuple(
        (
            ", ".join(point["settings"].values()),
            name,
            *(_cell(one[number]) for number in SHOWN),
            "read" if one["read"] else "run",
        )
        for point in told["points"]
        for name, one in point["strategies"].items()
    )
    return Chart(
        key=KEY,
        title=f"Along {', '.join(keys)}",
        finding=_finding(told),
        panels=panels,
        numbers=Numbers((", ".join(keys), "Strategy", *(words_of(n) for n in SHOWN), "From"), rows),
        note="Lines are medians, bands hold nine in ten of the draws and readings; all points are "
        "under the same unknowns. The dashed line is where two strategies reach as many.",
    )


def _finding(told: Mapping[str, Any]) -> str:
    name = told["strategies"][0]
    rows = [(p["strategies"][name]["people_reached"]["p50"], p["settings"]) for p in told["points"]]
    (low, least), (high, most) = min(rows, key=_first), max(rows, key=_first)
    return (
        f"{name} reaches from {rounded(low)} people at {', '.join(least.values())} to "
        f"{rounded(high)} at {', '.join(most.values())}."
    )


def _first(row: tuple[float, Any]) -> float:
    return row[0]


def _cell(one: Mapping[str, float] | None) -> str:
    if one is None:
        return MISSING
    return f"{rounded(one['p50'])} [{between(one['p5'], one['p95'])}]"


def _curves(told: Mapping[str, Any], number: str, keys: Sequence[str]) -> Drawing:
    figure = Drawing()
    points = told["points"]
    labels = [", ".join(point["settings"].values()) for point in points]
    x = [labels[at] if p["x"] is None else p["x"] for at, p in enumerate(points)]
    for at, name in enumerate(told["strategies"]):
        colour = COLOURS[at % len(COLOURS)]
        rows = [
            (place, p["strategies"][name][number], label)
            for place, p, label in zip(x, points, labels, strict=True)
            if p["strategies"][name][number] is not None
        ]
        places = [place for place, _, _ in rows]
        for end, fill in (("p5", None), ("p95", "tonexty")):
            figure.add_scatter(
                x=places, y=[one[end] for _, one, _ in rows], mode="lines", line={"width": 0},
                fill=fill, fillcolor=colour, opacity=0.15, hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        figure.add_scatter(
            x=places, y=[one["p50"] for _, one, _ in rows], mode="lines+markers",
            line={"color": colour, "width": 2}, name=text(short(name)),
            hovertext=[f"{text(label)}: {_cell(one)}" for _, one, label in rows],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    for one in told["break_even"].values():
        if one["at"] is not None and number == "people_reached":
            figure.add_vline(x=one["at"]["p50"], line={"color": RED, "width": 1.5, "dash": "dash"})
    dress(figure, height=HEIGHT, margin=MARGIN, showlegend=len(told["strategies"]) > 1)
    figure.update_xaxes(title=text(short(", ".join(keys), 46)))
    figure.update_yaxes(rangemode="tozero", tickformat="~s")
    return figure


def _map(told: Mapping[str, Any], name: str, keys: Sequence[str]) -> Drawing:
    """A contour map over two knobs, with what was tried as points."""
    figure = Drawing()
    points = told["points"]
    z = [p["strategies"][name]["people_reached"]["p50"] for p in points]
    x, y = ([p["settings"][key] for p in points] for key in keys)
    axes = [list(dict.fromkeys(values)) for values in (x, y)]
    table: list[list[float | None]] = [[None] * len(axes[0]) for _ in axes[1]]
    for one, other, value in zip(x, y, z, strict=True):
        table[axes[1].index(other)][axes[0].index(one)] = value
    figure.add_contour(
        x=axes[0], y=axes[1], z=table, colorscale=[[0, "#eef2f8"], [1, BLUE]], connectgaps=True,
        contours={"showlabels": True}, colorbar={"tickformat": "~s", "thickness": 12},
        hovertemplate="%{x}, %{y}: %{z:.3s}<extra></extra>",
    )  # fmt: skip
    dress(figure, height=HEIGHT + 40, margin=MARGIN, showlegend=False)
    figure.update_xaxes(title=text(short(keys[0], 46)), type="category")
    figure.update_yaxes(title=text(short(keys[1], 34)), type="category")
    return figure
