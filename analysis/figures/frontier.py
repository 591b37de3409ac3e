"""Two keys that make up for each other: how much of one is enough at each amount of the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, GREY, MUTED, dress, short, text
from analysis.view.experiments import amount, frontier_words, point_words, words_of
from analysis.view.numbers import MISSING
from analysis.view.rounded import rounded

KEY: Final = "plan-frontier"
TITLE: Final = "What is enough of both"
HEIGHT: Final = 320
MARGIN: Final = {"t": 14, "b": 50, "l": 70, "r": 16}


def frontier(told: Mapping[str, Any]) -> Chart:
    """The frontier of a plan of two keys.

    Parameters
    ----------
    told
        What ``ringfence plan --json`` prints where two keys are solved for.
    """
    known = [point for point in told["points"] if point["met"]]
    if not known:
        return left_out(KEY, TITLE, frontier_words(told))
    figure = Drawing()
    for point in known:
        if point["root"] is not None:
            ends = [_at(told["second"], point["root"][end]) for end in ("p5", "p95")]
            figure.add_scatter(
                x=[_at(told["first"], point["value"])] * 2, y=ends, mode="lines",
                line={"color": MUTED, "width": 1}, hoverinfo="skip",
            )  # fmt: skip
    figure.add_scatter(
        x=[_at(told["first"], point["value"]) for point in known],
        y=[_at(told["second"], point["answer"]) for point in known],
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        marker={"size": 10, "color": [BLUE if point["kept"] else GREY for point in known]},
        hovertext=[text(point_words(told, point)) for point in known],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    today = [told[side]["today"] for side in ("first", "second")]
    if None not in today:
        figure.add_scatter(
            x=[_at(told["first"], today[0])], y=[_at(told["second"], today[1])], mode="markers",
            marker={"size": 11, "symbol": "x", "color": MUTED},
            hovertext=["as the scenario has it"], hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
    dress(figure, height=HEIGHT, margin=MARGIN, showlegend=False)
    first, second = told["solve"]
    figure.update_xaxes(title=text(short(first, 44)), showgrid=True)
    figure.update_yaxes(title=text(short(second, 36)))
    return Chart(
        key=KEY,
        title=TITLE,
        finding=frontier_words(told),
        panels=(Panel(figure),),
        numbers=_numbers(told),
        note="At each amount of the one key the amount of the other that is enough in so many "
        "draws as were asked for, shown at full size; upright lines hold nine draws in ten. Grey "
        "dots break the budget. The cross is the scenario as it is.",
    )


def _numbers(told: Mapping[str, Any]) -> Numbers:
    first, second = told["solve"]
    names = list(dict.fromkeys(name for point in told["points"] for name in point["numbers"]))
    return Numbers(
        (first, second, "Within budget", *(words_of(name) for name in names)),
        tuple(
            (
                amount(told["first"], point["value"]),
                amount(told["second"], point["answer"]) if point["met"] else "not met",
                MISSING
                if point["within_budget"] is None or told["budget"] is None
                else f"{point['within_budget']} of {told['draws']} draws",
                *(rounded(point["numbers"].get(name)) for name in names),
            )
            for point in told["points"]
        ),
    )


def _at(side: Mapping[str, Any], value: float) -> float | str:
    """Where a value lies on an axis: a number, or a moment."""
    from analysis.view.experiments import moment_of

    return value if side["origin"] is None else f"{moment_of(side, value):%Y-%m-%d %H:%M}"
