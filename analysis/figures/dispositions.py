"""How calls ended over time: one panel a strategy, one colour a disposition."""

from __future__ import annotations

import numpy as np

from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.by_hour import sums
from analysis.figures.shapes.labels import colour_key
from analysis.figures.shapes.time_axis import along, drawn_bins, step, time_axis, whole
from analysis.figures.style import DISPOSITIONS, blank, dress, short, text, ticks
from analysis.view import RunView
from analysis.view.numbers import share

TITLE = "How calls ended, over the campaign"


def dispositions(run: RunView) -> Chart:
    """Attempts per 15 minutes by disposition, stacked."""
    return one_panel(
        run,
        "dispositions",
        TITLE,
        (_finding, _figure, _numbers),
        note="Attempts per 15 minutes. Hours in which nobody is called are cut out where they "
        "last three hours or more.",
    )


def _finding(run: RunView) -> str:
    attempts = run.total(run.base, "attempts")
    if not attempts:
        return f"{run.base} placed no call."
    human, machine = (run.total(run.base, name) / attempts for name in ("human", "machine"))
    busiest = float(run.of("timeline", run.base)["attempts"].max())
    return (
        f"{run.base} placed {run.count(attempts)} attempts: a person answered {share(human)} of "
        f"them and a machine {share(machine)}. Its busiest quarter of an hour "
        f"held {run.count(busiest)}."
    )


def _figure(run: RunView) -> Drawing:
    axis = time_axis(run)
    if axis is None:
        return blank("No call was placed.")
    rows = len(run.strategies)
    titles = [f"<b>{text(short(s, 44))}</b>" for s in run.strategies]
    figure = Drawing(rows, spacing=0.28 / rows, titles=titles)
    for row, strategy in enumerate(run.strategies, start=1):
        table = run.of("timeline", strategy)
        bins = drawn_bins(run, strategy)
        for name, (label, color) in _there(run).items():
            x, y = step(bins, run.full(table[name]))
            figure.add_scatter(
                **along(x),
                y=whole(y),
                name=label,
                stackgroup=f"row-{row}",
                mode="lines",
                line={"shape": "hv", "width": 0.4, "color": color},
                fillcolor=color,
                hovertemplate="%{y:,.0f}",
                row=row,
            )
    height = 130 + 150 * rows
    dress(figure, height=height, hovermode="x unified")
    figure.update_xaxes({**axis.layout(), "title": None})
    figure.update_xaxes(title=axis.layout()["title"], row=rows)
    most = float(run.full(run.table("timeline")["attempts"]).max())
    figure.update_yaxes(tickformat="~s", tickvals=ticks(most, 3), range=[0, most * 1.03])
    figure.update_yaxes(title="calls per 15 min", row=(rows + 1) // 2)
    shapes, notes = axis.cutoff_marks()
    _place_titles(figure)
    figure.shapes = shapes
    for note in notes:
        figure.notes.append(note)
    figure.update_layout(
        margin={"t": 50 + 15 * len(notes)},
    )
    colour_key(figure, dict(_there(run).values()), row=36 + 15 * len(notes))
    return figure


def _there(run: RunView) -> dict[str, tuple[str, str]]:
    """Dispositions that the run's world has: calls fail only in some."""
    table = run.table("timeline")
    return {name: look for name, look in DISPOSITIONS.items() if name in table}


def _place_titles(figure: Drawing) -> None:
    """Titles of panels at the left, where the cutoff's label is not."""
    for title in figure.notes:
        title.update(x=0, xanchor="left", font={"size": 13}, yshift=2)


def _numbers(run: RunView) -> Numbers:
    names = ("attempts", *_there(run))
    rows = []
    for strategy in run.strategies:
        labels, totals = sums(run, strategy, names)
        rows += [
            (strategy, labels[i], *(run.count(totals[n][i]) for n in names))
            for i in np.flatnonzero(totals["attempts"])
        ]
    return Numbers(
        header=(
            "Strategy",
            f"Hour from ({run.timezone})",
            "Attempts",
            *(label for label, _ in _there(run).values()),
        ),
        rows=tuple(rows),
    )
