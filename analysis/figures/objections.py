"""Objections to further calls, by how people made them."""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.bars import stacked
from analysis.figures.style import AMBER, BLACK, BLUE, blank
from analysis.view import RunView
from analysis.view.metrics_text import value_text
from analysis.view.numbers import several

KEY = "objections"
TITLE = "How people object to further calls"
MEANS: dict[str, tuple[str, str]] = {
    "opt_outs_by_key": ("By a key in the call", BLUE),
    "opt_outs_by_call_back": ("By calling back", AMBER),
    "opt_outs_by_complaint": ("By a complaint that reaches the caller", BLACK),
}
"""Label and colour of each means, by the metric that counts it."""


def objections(run: RunView) -> Chart:
    """Objections of each strategy, split by means."""
    if all(run.metric(s, name) is None for s in run.strategies for name in MEANS):
        return left_out(KEY, TITLE, "The scenario does not model objections.")
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
        note="Objections, not lines: somebody may object twice. Whether and when a strategy heeds "
        "them is its own rule; calls in spite of an objection are violations where a regime says "
        "so. A means that the scenario does not model is not there.",
    )


def _finding(run: RunView) -> str:
    parts = [
        f"{s} {value_text(run, s, 'lines_opted_out')}"
        for s in run.strategies
        if run.metric(s, "lines_opted_out") is not None
    ]
    return f"Lines whose people objected: {several(parts, 8)}." if parts else "None is counted."


def _figure(run: RunView) -> Drawing:
    shown = {
        name: [run.shown(s, name) or 0.0 for s in run.strategies]
        for name in MEANS
        if any(run.metric(s, name) is not None for s in run.strategies)
    }
    if not any(map(any, shown.values())):
        return blank("Nobody objected.")
    parts = {name: (*MEANS[name], values) for name, values in shown.items()}
    return stacked(run.strategies, parts, unit="objections", tick=",.0f", height=120, top=44)


def _numbers(run: RunView) -> Numbers:
    return Numbers(
        header=("Strategy", *(label for label, _ in MEANS.values()), "Distinct lines"),
        rows=tuple(
            (
                s,
                *(value_text(run, s, name) for name in MEANS),
                value_text(run, s, "lines_opted_out"),
            )
            for s in run.strategies
        ),
    )
