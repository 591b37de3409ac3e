"""What each territory's own cutoff left undialled, in its local time and in the campaign's."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from analysis.figures.chart import Chart, Numbers, Panel
from analysis.figures.style import blank, dress, look, short, text
from analysis.view import RunView
from analysis.view.clock import place, written_in
from analysis.view.numbers import decimal, small_share


def territories(run: RunView) -> Chart:
    """Share of each territory's lines that the cutoff left undialled."""
    here = place(run.timezone)
    return Chart(
        key="territories",
        title="What the cutoffs left undialled, by territory",
        finding=_finding(run),
        panels=(Panel(_figure(run)),),
        numbers=_numbers(run),
        note=f"Share of each territory's lines on the list. Beneath each name: its cutoff in local "
        f"time, and what that is in {here}. Territories differ in size; lines are in the numbers "
        "below.",
    )


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        rows = run.of("territories", strategy)
        lines, left = float(rows["lines"].sum()), float(rows["lines_undialled"].sum())
        if not left:
            parts.append(f"{strategy} no line")
            continue
        shares = _shares(rows["lines_undialled"], rows["lines"])
        worst = int(np.argmax(shares))
        parts.append(
            f"{strategy} {run.count(left)} lines ({small_share(left / lines)}; most in "
            f"{rows['territory'][worst]}, {small_share(float(shares[worst]))})"
        )
    return f"Left undialled: {'; '.join(parts)}."


def _shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    out = np.zeros(len(part))
    np.divide(part.astype(float), whole.astype(float), out=out, where=whole > 0)
    return out


def _figure(run: RunView) -> go.Figure:
    base = run.of("territories", run.base)
    names = [str(n) for n in base["territory"]]
    if not names:
        return blank("The scenario has no territory.")
    here = place(run.timezone)
    labels = []
    for i, name in enumerate(names):
        zone = str(base["timezone"][i])
        local, ours = (written_in(base["cutoff_utc"][i], z) for z in (zone, run.timezone))
        away = "" if local == ours else f"<br>= {ours} {text(here)}"
        labels.append(f"<b>{text(short(name, 26))}</b><br>{local} local{away}")
    at = {name: i for i, name in enumerate(names)}
    figure = go.Figure()
    count = len(run.strategies)
    for order, strategy in enumerate(run.strategies):
        looks = look(run, strategy)
        rows = run.of("territories", strategy)
        shift = (order - (count - 1) / 2) * min(0.2, 0.7 / count)
        left = rows["lines_undialled"]
        figure.add_scatter(
            x=_shares(left, rows["lines"]),
            y=[at.get(str(n), len(names)) + shift for n in rows["territory"]],
            name=looks.name,
            mode="markers",
            marker={
                "color": looks.color,
                "symbol": looks.symbol,
                "size": 11,
                "line": {"width": 1, "color": "#ffffff"},
            },
            customdata=[
                [text(str(n)), run.count(float(c))]
                for n, c in zip(rows["territory"], left, strict=True)
            ],
            cliponaxis=False,
            hovertemplate="%{customdata[0]}: %{customdata[1]} lines undialled, %{x:.1%}"
            "<extra>%{fullData.name}</extra>",
        )
    dress(figure, height=130 + 58 * len(names))
    figure.update_xaxes(
        title="undialled, share of the list there",
        tickformat=".0%",
        range=[-0.015, 1.015],
        showgrid=True,
        tickvals=[0, 0.25, 0.5, 0.75, 1],
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=labels,
        tickfont={"size": 11},
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
    )
    figure.update_layout(
        margin={"t": 60, "r": 24},
        shapes=[
            {
                "type": "rect",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": i - 0.5,
                "y1": i + 0.5,
                "fillcolor": "#f4f6f8" if i % 2 == 0 else "#ffffff",
                "line": {"width": 0},
                "layer": "below",
            }
            for i in range(len(names))
        ],
    )
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        table = run.of("territories", strategy)
        for i, name in enumerate(table["territory"]):
            zone = str(table["timezone"][i])
            cutoff = table["cutoff_utc"][i]
            lines = float(table["lines"][i])
            left = float(table["lines_undialled"][i])
            rows.append(
                (
                    strategy,
                    str(name),
                    f"{written_in(cutoff, zone)} ({zone})",
                    written_in(cutoff, run.timezone),
                    run.count(lines),
                    run.count(left),
                    small_share(left / lines) if lines else "–",
                    run.count(float(table["people_reached"][i])),
                    decimal(None) if run.scaled else written_in(table["list_done_utc"][i], zone),
                )
            )
    return Numbers(
        header=(
            "Strategy",
            "Territory",
            "Cutoff, local",
            f"Cutoff in {place(run.timezone)}",
            "Lines on the list",
            "Lines undialled",
            "Undialled (%)",
            "People reached",
            "List done, local" + (" (full size only)" if run.scaled else ""),
        ),
        rows=tuple(rows),
    )
