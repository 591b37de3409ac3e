"""How far the answer hangs on one assumption: the share of voicemails that somebody hears.

This is arithmetic on one run, not new runs. People reached by voicemail alone are taken to grow in
step with the share heard; people reached live stay as they are.
"""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.drawing import Drawing
from analysis.figures.style import MUTED, blank, dress, look, short, text
from analysis.view import RunView
from analysis.view.heard import Heard, heard_share, people_if
from analysis.view.numbers import several, share


def voicemail(run: RunView) -> Chart:
    """People reached at the low, central and high share of voicemails heard."""
    heard = heard_share(run)
    return Chart(
        key="voicemail",
        title="What the share of voicemails heard does to the answer",
        finding=_finding(run, heard),
        panels=(Panel(_figure(run, heard)),),
        numbers=_numbers(run, heard),
        note="Arithmetic on this run, not new runs: people reached by voicemail alone are scaled "
        "with the share heard, people reached live are left as they are. The marker is the "
        "simulated value, the bar runs from the low to the high share of voicemails "
        "heard; the grey tick is people reached live.",
    )


def _finding(run: RunView, heard: Heard | None) -> str:
    if heard is None:
        return "No voicemail is heard in this scenario."
    counting = [s for s in run.strategies if run.reached_voicemail.get(s, "heard") == "heard"]
    if not counting:
        return (
            "No strategy counts a voicemail as reached by its being heard: the share heard does "
            "not move people reached."
        )
    if not heard.is_range:
        return f"{share(heard.central, 0)} of voicemails are taken to be heard, without a range."
    parts = [
        f"{s} reaches {run.count(people_if(run, s, heard.low, heard.central))} to "
        f"{run.count(people_if(run, s, heard.high, heard.central))} people"
        for s in counting
    ]
    return (
        f"If {share(heard.low, 0)} to {share(heard.high, 0)} of voicemails are heard instead of "
        f"{share(heard.central, 0)}, by arithmetic {several(parts)}."
    )


def _figure(run: RunView, heard: Heard | None) -> Drawing:
    if heard is None:
        return blank("No voicemail is heard in this scenario.")
    figure = Drawing()
    names = [f"{i} {text(short(s, 22))}" for i, s in enumerate(run.strategies, 1)]
    highest = 0.0
    for at, strategy in enumerate(run.strategies):
        looks = look(run, strategy)
        low, central, high = (
            float(run.full(people_if(run, strategy, value, heard.central)))
            for value in (heard.low, heard.central, heard.high)
        )
        live = float(run.full(run.metric(strategy, "people_reached_live") or 0.0))
        highest = max(highest, high)
        figure.add_scatter(
            x=[low, high],
            y=[at, at],
            mode="lines+markers",
            line={"color": looks.color, "width": 3},
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": looks.color}},
            showlegend=False,
            customdata=[share(heard.low, 0), share(heard.high, 0)],
            hovertemplate="if %{customdata} heard: %{x:,.0f} people<extra></extra>",
        )
        figure.add_scatter(
            x=[central],
            y=[at],
            mode="markers+text",
            marker={"color": looks.color, "size": 14},
            text=[run.count(central / run.factor)],
            textposition="top center",
            textfont={"size": 12},
            showlegend=False,
            cliponaxis=False,
            hovertemplate=f"simulated, {share(heard.central, 0)} heard: "
            "%{x:,.0f} people<extra></extra>",
        )
        figure.add_scatter(
            x=[live],
            y=[at],
            mode="markers+text",
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 2, "color": MUTED}},
            text=["live"],
            textposition="top center",
            textfont={"size": 11, "color": MUTED},
            showlegend=False,
            hovertemplate="of these live: %{x:,.0f} people<extra></extra>",
        )
    dress(figure, height=80 + 62 * len(names))
    figure.update_xaxes(
        title="people reached", tickformat="~s", range=[0, max(highest, 1.0) * 1.08], showgrid=True
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.45, -0.65],
        showgrid=False,
    )
    figure.update_layout(margin={"t": 8})
    return figure


def _numbers(run: RunView, heard: Heard | None) -> Numbers:
    if heard is None:
        return Numbers(header=("Strategy",), rows=tuple((s,) for s in run.strategies))
    return Numbers(
        header=(
            "Strategy",
            f"People if {share(heard.low, 0)} heard (arithmetic)",
            f"People at {share(heard.central, 0)} heard (simulated)",
            f"People if {share(heard.high, 0)} heard (arithmetic)",
            "Of these live",
        ),
        rows=tuple(
            (
                s,
                *(
                    run.count(people_if(run, s, value, heard.central))
                    for value in (heard.low, heard.central, heard.high)
                ),
                run.count(run.metric(s, "people_reached_live")),
            )
            for s in run.strategies
        ),
    )
