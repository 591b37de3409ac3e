"""How much is enough: the share of draws in which each amount is, with what was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, CUTOFF, MUTED, dress, short, text
from analysis.view.experiments import amount, moment_of
from analysis.view.rounded import chance

KEY: Final = "law-of-root"
TITLE: Final = "How much is enough"
HEIGHT: Final = 300
MARGIN: Final = {"t": 14, "b": 50, "l": 56, "r": 16}


def law_of_root(told: Mapping[str, Any]) -> Chart:
    """The law of what is enough.

    Parameters
    ----------
    told
        What ``ringfence plan --json`` prints.
    """
    known = [value for value in told["roots"] if value is not None]
    if not known:
        low, high = (amount(told, end) for end in told["between"])
        why = f"Nothing between {low} and {high} is enough."
        return left_out(KEY, TITLE, why)
    ordered = sorted(known, reverse=not told["more_helps"])
    shares = [(at + 1) / len(told["roots"]) for at in range(len(ordered))]
    figure = Drawing()
    figure.add_scatter(
        x=[_place(told, value) for value in ordered], y=shares, mode="lines+markers",
        line={"color": BLUE, "width": 2, "shape": "hv"},
        marker={"size": 5}, hovertext=[amount(told, value) for value in ordered],
        hovertemplate="%{hovertext}: enough in %{y:.0%}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=told["probability"], line={"color": CUTOFF, "width": 1.5, "dash": "dash"})
    if told["today"] is not None:
        figure.add_vline(
            x=_place(told, told["today"]["value"]), line={"color": MUTED, "dash": "dot"}
        )
    dress(figure, height=HEIGHT, margin=MARGIN, showlegend=False)
    unit = f" ({told['unit']})" if told["unit"] else ""
    figure.update_xaxes(title=text(short(told["solve"], 44) + unit), showgrid=True)
    figure.update_yaxes(title="share of draws", tickformat=".0%", range=[0, 1.03])
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(told, ordered),
        panels=(Panel(figure),),
        numbers=Numbers(
            ("Draw", "Enough from"),
            tuple(
                (str(draw), "nothing" if value is None else amount(told, value))
                for draw, value in enumerate(told["roots"], 1)
            ),
        ),
        note="Each step is a draw of what is not known: the amount from which on the goal holds in "
        "it, found by halving. Dashed: the probability that was asked for. Dotted: today's amount.",
    )


def _place(told: Mapping[str, Any], value: float) -> float | str:
    """Where a value lies on the axis: a number, or a moment."""
    if told.get("origin") is None:
        return value
    return f"{moment_of(told, value):%Y-%m-%d %H:%M}"


def _finding(told: Mapping[str, Any], ordered: list[float]) -> str:
    middle = ordered[len(ordered) // 2]
    said = f"{told['for']}: {amount(told, middle)} is enough in about half of the draws"
    if told["answer"] is not None:
        answer = amount(told, told["answer"])
        said += f", {answer} in {chance(told['probability'])}, shown at full size"
    return f"{said[0].upper()}{said[1:]}."
