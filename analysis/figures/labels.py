"""How many of the caller numbers bear a label such as 'spam', over time."""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import name_lines
from analysis.figures.shapes.since_start import day_axis, days_since_start
from analysis.figures.shapes.time_axis import whole
from analysis.figures.style import blank, dress, look
from analysis.view import RunView
from analysis.view.clock import written_in
from analysis.view.numbers import several, share

KEY = "labels"
TITLE = "Caller numbers that bear a label"


def labels(run: RunView) -> Chart:
    """Labelled numbers after each update of their standing."""
    if all(run.metric(s, "labelled_call_share") is None for s in run.strategies):
        return left_out(KEY, TITLE, "The scenario does not model the reputation of caller numbers.")
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
        note="Numbers labelled from each update of their standing to the next. Strategies may call "
        "from different numbers of numbers.",
    )


def _finding(run: RunView) -> str:
    known = {s: run.metric(s, "labelled_call_share") for s in run.strategies}
    parts = [f"{s} {share(value)}" for s, value in known.items() if value is not None]
    if not parts:
        return "No call was placed."
    return f"Share of calls that came from a labelled number: {several(parts, 8)}."


def _figure(run: RunView) -> Drawing:
    tables = {s: run.of("labels", s) for s in run.strategies}
    if not any(len(t["at_utc"]) for t in tables.values()):
        return blank("The numbers' standing was never updated.")
    figure = Drawing()
    last = 0.0
    for strategy, rows in tables.items():
        looks = look(run, strategy)
        days = days_since_start(run, strategy, rows["at_utc"])
        last = max([last, *days.tolist()])
        figure.add_scatter(
            x=[0.0, *days.round(4).tolist()],
            y=[0, *whole(run.full(rows["numbers_labelled"])).tolist()],
            name=looks.name,
            mode="lines",
            line=looks.steps,
            meta=looks.meta,
            zorder=looks.zorder,
            hovertemplate="day %{x:.2f}: %{y:,} numbers<extra>%{fullData.name}</extra>",
        )
    dress(figure, height=340)
    figure.update_xaxes(day_axis(last))
    top = 1.05 * max((float(y) for trace in figure.traces for y in trace["y"]), default=1.0) or 1.0
    figure.update_yaxes(title="numbers labelled", tickformat="~s", nticks=6, range=[0, top])
    name_lines(figure, run, top=top, margin={"t": 12, "b": 52})
    return figure


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        table = run.of("labels", strategy)
        rows += [
            (strategy, written_in(at, run.timezone), run.count(float(count)))
            for at, count in zip(table["at_utc"], table["numbers_labelled"], strict=True)
        ]
    return Numbers(
        header=("Strategy", f"From ({run.timezone})", "Numbers labelled"), rows=tuple(rows)
    )
