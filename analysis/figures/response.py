"""Response curves: what a number does along a knob, with bands."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import AMBER, BLUE, CUTOFF, PLUM, RED, TEAL, dress, short, text
from analysis.view.experiments import words_of
from analysis.view.numbers import MISSING
from analysis.view.rounded import between, rounded
from sim.measure.metrics import METRICS

KEY: Final = "response"
HEIGHT: Final = 300
MARGIN: Final = {"t": 10, "b": 50, "l": 56, "r": 16}
COLOURS: Final = (BLUE, AMBER, TEAL, PLUM, RED)
SHOWN: Final = ("people_reached", "complaints", "cost")
MOST_TICKS: Final = 8
"""Points that are named on the axis, each where it is."""
SMALL: Final = 10
"""Below it an axis has no thousands to shorten."""
HEAT_LIMIT: Final = 2
"""Knobs of a contour map."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided by: a number of an experiment, and how much of it is the limit."""

    number: str = "people_reached"
    threshold: float | None = None
    """Drawn as a line: solid where the median is there, dashed where P5 and P95 are."""


PEOPLE: Final = Decision()
"""People reached, without a threshold."""


def response(told: Mapping[str, Any], by: Decision = PEOPLE) -> Chart:
    """People, complaints and cost along one knob, or maps of a number over two.

    Parameters
    ----------
    told
        What ``ringfence sweep --json`` prints.
    by
        Of maps, which number; and the threshold that is drawn.
    """
    keys = list(told["vary"])
    if is_map(told):
        words = words_of(by.number)
        panels = tuple(
            Panel(_map(told, name, keys, by), f"{words} (P50), {name}")
            for name in told["strategies"]
        )
        first, *others = told["strategies"]
        panels += tuple(
            Panel(_beside(told, (name, first), keys, by), f"{words} (P50): {name} less {first}")
            for name in others
        )
    else:
        panels = tuple(
            Panel(_curves(told, number, keys, by), words_of(number))
            for number in dict.fromkeys((*SHOWN, by.number, *_asked(told)))
            if any(value_of(one["strategies"][n], number) for one in told["points"]
                   for n in told["strategies"])
        )  # fmt: skip
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
        note=_note(told, by),
    )


def _asked(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Metrics that were asked for beside."""
    return tuple(told["points"][0]["strategies"][told["strategies"][0]]["metrics"])


def _note(told: Mapping[str, Any], by: Decision) -> str:
    """What is drawn."""
    alike = "all points are under the same unknowns."
    if not is_map(told):
        limit = "" if by.threshold is None else " The level line is the threshold."
        return (
            f"Lines are medians, bands hold nine in ten of the draws and readings; {alike} The "
            f"dashed upright line is where two strategies reach as many.{limit}"
        )
    limit = (
        ""
        if by.threshold is None
        else f" Red: {words_of(by.number).lower()} of {rounded(by.threshold)}, solid by the "
        "median, dashed by P5, dotted by P95: between these two it hangs on what is not known."
    )
    turn = " Red on a difference: both alike." if len(told["strategies"]) > 1 else ""
    return f"Between the points that were tried, lines are drawn straight; {alike}{limit}{turn}"


def is_map(told: Mapping[str, Any]) -> bool:
    """Whether a sweep is shown as maps: over two knobs, each with several values."""
    return len(told["vary"]) == HEAT_LIMIT and len(told["points"]) >= 4


def numbers_in(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers that every point of a sweep has."""
    one = told["points"][0]["strategies"][told["strategies"][0]]
    return tuple(
        number
        for number in (*SHOWN, *one["metrics"])
        if all(
            value_of(point["strategies"][name], number)
            for point in told["points"]
            for name in told["strategies"]
        )
    )


def value_of(one: Mapping[str, Any], number: str) -> Mapping[str, float] | None:
    """A number of a point: P5, P50 and P95; None where it cannot be told."""
    found: Mapping[str, float] | None = one.get(number) or one["metrics"].get(number)
    return found


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


def _curves(told: Mapping[str, Any], number: str, keys: Sequence[str], by: Decision) -> Drawing:
    figure = Drawing()
    points = told["points"]
    labels = [", ".join(point["settings"].values()) for point in points]
    x = [labels[at] if p["x"] is None else p["x"] for at, p in enumerate(points)]
    for at, name in enumerate(told["strategies"]):
        colour = COLOURS[at % len(COLOURS)]
        rows = [
            (place, one, label)
            for place, p, label in zip(x, points, labels, strict=True)
            if (one := value_of(p["strategies"][name], number)) is not None
        ]
        places = [place for place, _, _ in rows]
        # One outline there and back: what is filled up to another line takes no opacity.
        low, high = ([one[end] for _, one, _ in rows] for end in ("p5", "p95"))
        figure.add_scatter(
            x=[*places, *reversed(places)], y=[*high, *reversed(low)], mode="lines",
            line={"width": 0, "color": colour}, fill="toself", fillcolor=colour, opacity=0.15,
            hoverinfo="skip", showlegend=False,
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
    if by.threshold is not None and number == by.number:
        figure.add_hline(y=by.threshold, line={"color": CUTOFF, "width": 1.5, "dash": "dash"})
    dress(figure, height=HEIGHT, margin=MARGIN, showlegend=len(told["strategies"]) > 1)
    ticks = {} if not _apart(x) else {"tickvals": x, "ticktext": [text(short(o)) for o in labels]}
    figure.update_xaxes(title=text(short(", ".join(keys), 46)), **ticks)
    figure.update_yaxes(rangemode="tozero", tickformat=_tick(told, number))
    return figure


def _tick(told: Mapping[str, Any], number: str) -> str:
    """How an axis writes a number: shares in per cent, thousands as k, small ones as they are."""
    if number in METRICS and METRICS[number].unit == "share":
        return ".0%"
    values = (
        value_of(one, number) for point in told["points"] for one in point["strategies"].values()
    )
    return "~s" if max((one["p95"] for one in values if one), default=0.0) >= SMALL else "~g"


def _apart(x: Sequence[Any]) -> bool:
    """Whether places on an axis are numbers so few and so far apart that each can have its tick."""
    numbers = sorted(one for one in set(x) if isinstance(one, (int, float)))
    if len(numbers) < len(set(x)) or not 1 < len(numbers) <= MOST_TICKS:
        return False
    least = (numbers[-1] - numbers[0]) / MOST_TICKS
    return all(b - a >= least for a, b in itertools.pairwise(numbers))


def _map(told: Mapping[str, Any], name: str, keys: Sequence[str], by: Decision) -> Drawing:
    """A contour map over two knobs; with a threshold, where it is met."""
    tables = {
        end: [
            None if (one := value_of(p["strategies"][name], by.number)) is None else one[end]
            for p in told["points"]
        ]
        for end in ("p5", "p50", "p95")
    }
    figure = _contours(told, keys, tables["p50"], [[0, "#eef2f8"], [1, BLUE]])
    if by.threshold is not None:
        for end, dash, width in (("p50", "solid", 3), ("p5", "dash", 1.5), ("p95", "dot", 1.5)):
            label = f"{end.upper()} is {rounded(by.threshold)}"
            _line(figure, told, keys, (tables[end], by.threshold, label),
                  {"color": RED, "width": width, "dash": dash})  # fmt: skip
    return figure


def _beside(
    told: Mapping[str, Any], pair: tuple[str, str], keys: Sequence[str], by: Decision
) -> Drawing:
    """How much more one strategy gives than another over two knobs, and where both give as much."""
    ends = [[value_of(p["strategies"][name], by.number) for p in told["points"]] for name in pair]
    less = [
        None if one is None or other is None else one["p50"] - other["p50"]
        for one, other in zip(*ends, strict=True)
    ]
    figure = _contours(told, keys, less, [[0, AMBER], [0.5, "#f4f4f4"], [1, BLUE]], middle=0.0)
    _line(figure, told, keys, (less, 0.0, "both alike"), {"color": RED, "width": 3})
    return figure


def _contours(
    told: Mapping[str, Any],
    keys: Sequence[str],
    values: Sequence[float | None],
    colours: list[list[Any]],
    middle: float | None = None,
) -> Drawing:
    """A map in colours, with the values of its lines."""
    figure = Drawing()
    axes, table = _table(told, keys, values)
    known = [abs(value) for value in values if value is not None]
    ends = {} if middle is None else {"zmin": -max(known, default=1), "zmax": max(known, default=1)}
    figure.add_contour(
        x=axes[0], y=axes[1], z=table, colorscale=colours, connectgaps=True,
        contours={"showlabels": True}, colorbar={"tickformat": "~s", "thickness": 12},
        hovertemplate="%{x}, %{y}: %{z:.3s}<extra></extra>", **ends,
    )  # fmt: skip
    dress(figure, height=HEIGHT + 40, margin=MARGIN, showlegend=False)
    figure.update_xaxes(title=text(short(keys[0], 46)), type="category")
    figure.update_yaxes(title=text(short(keys[1], 34)), type="category")
    return figure


def _line(
    figure: Drawing,
    told: Mapping[str, Any],
    keys: Sequence[str],
    drawn: tuple[Sequence[float | None], float, str],
    line: Mapping[str, Any],
) -> None:
    """The line on which values are a given one."""
    values, at, label = drawn
    axes, table = _table(told, keys, values)
    figure.add_contour(
        x=axes[0], y=axes[1], z=table, connectgaps=True, showscale=False, name=text(label),
        contours={"coloring": "none", "start": at, "end": at, "size": 1}, line=dict(line),
        hoverinfo="skip",
    )  # fmt: skip


def _table(
    told: Mapping[str, Any], keys: Sequence[str], values: Sequence[float | None]
) -> tuple[list[list[str]], list[list[float | None]]]:
    """The values of both knobs, and a number at each pair of them; None where none was tried."""
    x, y = ([p["settings"][key] for p in told["points"]] for key in keys)
    axes = [list(dict.fromkeys(column)) for column in (x, y)]
    table: list[list[float | None]] = [[None] * len(axes[0]) for _ in axes[1]]
    for one, other, value in zip(x, y, values, strict=True):
        table[axes[1].index(other)][axes[0].index(one)] = value
    return axes, table
