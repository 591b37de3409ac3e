"""Regret: how far each alternative is below the best of each draw, and how often it is the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, GREY, INK, dress, short, text
from analysis.view.experiments import weighed_words
from analysis.view.rounded import chance, rounded

KEY: Final = "regret"
TITLE: Final = "What choosing an alternative may cost"
ROW: Final = 40
MARGIN: Final = {"t": 8, "b": 46, "l": 10, "r": 30}


def regret(told: Mapping[str, Any]) -> Chart:
    """Regret of each alternative.

    Parameters
    ----------
    told
        What ``ringfence compare --json`` prints.
    """
    every, leader = told["alternatives"], told["leader"]
    as_share = all(one["lost"] is not None for one in every.values())
    one = every[leader]
    worst = _cell(one, "p95", as_share)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=f"{leader} is the best in {chance(one['best'])} of draws, by "
        f"{weighed_words(told)}; in 19 draws of 20 no other would have brought more than {worst} "
        "beyond it.",
        panels=(Panel(_figure(told, as_share)),),
        numbers=Numbers(
            ("Alternative", "Best in", "Regret, median", "P95"),
            tuple(
                (name, chance(o["best"]), *(_cell(o, e, as_share) for e in ("p50", "p95")))
                for name, o in every.items()
            ),
        ),
        note="Regret is how far an alternative is below the best of a draw"
        + (", as a share of that. " if as_share else ", in what the weights count. ")
        + "The dot is the median over draws, the line reaches from P5 to P95; words say in how "
        "many draws it is the best.",
    )


def _cell(one: Mapping[str, Any], end: str, as_share: bool) -> str:
    return chance(one["lost"][end]) if as_share else rounded(one["regret"][end])


def _figure(told: Mapping[str, Any], as_share: bool) -> Drawing:
    figure = Drawing()
    most = 0.0
    for at, (name, one) in enumerate(told["alternatives"].items()):
        found = one["lost"] if as_share else one["regret"]
        colour = BLUE if name == told["leader"] else GREY
        most = max(most, found["p95"])
        figure.add_scatter(
            x=[found["p5"], found["p95"]], y=[at, at], mode="lines",
            line={"color": colour, "width": 3}, hoverinfo="skip",
        )  # fmt: skip
        figure.add_scatter(
            x=[found["p50"]], y=[at], mode="markers", marker={"color": colour, "size": 9},
            hovertext=[f"{text(name)}: {_cell(one, 'p50', as_share)}"],
            hovertemplate="%{hovertext}<extra></extra>",
        )  # fmt: skip
        figure.add_annotation(
            text=f"{text(short(name, 40))}, best in {chance(one['best'])}", x=0, xref="paper",
            xanchor="left", y=at - 0.32, yanchor="middle", showarrow=False,
            font={"size": 12, "color": INK},
        )  # fmt: skip
    rows = len(told["alternatives"])
    height = MARGIN["t"] + MARGIN["b"] + ROW * max(rows, 2)
    dress(figure, height=height, margin=MARGIN, showlegend=False)
    figure.update_xaxes(
        title="below the best of the draw" if as_share else "regret",
        tickformat=".0%" if as_share else "~s",
        range=[-0.01 * (most or 1.0), 1.04 * (most or 1.0)],
        nticks=5,
    )
    figure.update_yaxes(visible=False, range=[rows - 0.6, -0.7])
    return figure
