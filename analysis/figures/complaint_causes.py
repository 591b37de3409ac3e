"""What complaints are about: calls by day, at meals, at night, repeats, call backs, contagion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, left_out, one_panel
from analysis.figures.complaints import NOT_MODELLED, modelled
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.bars import stacked
from analysis.figures.style import AMBER, BLACK, BLUE, PLUM, RED, TEAL, blank
from analysis.view import RunView
from analysis.view.numbers import decimal, several, share

KEY = "complaint-causes"
TITLE = "What the complaints are about"
CAUSES: dict[str, tuple[str, str]] = {
    "day": ("First call, by day", TEAL),
    "meal": ("First call, at a meal", AMBER),
    "repeat": ("Repeated call", BLUE),
    "night": ("Call at night", BLACK),
    "blocked": ("Call back that never got through", PLUM),
    "contagion": ("Bred by another complaint", RED),
}
"""Label and colour of each cause. A complaint has one: night goes before repeat."""


def causes(run: RunView, strategy: str) -> dict[str, int]:
    """Complaints of a strategy by cause; they add up to all of them."""
    rows = run.of("complaints", strategy)
    kind, part = rows["kind"], rows["part"]
    bred, blocked = _is(kind, "contagion"), _is(kind, "blocked")
    call = ~bred & ~blocked
    night = call & _is(part, "night")
    repeat = call & ~night & (rows["attempt"].astype(int) > 1)
    meal = call & ~night & ~repeat & _is(part, "meal")
    found = {
        "day": call & ~night & ~repeat & ~meal,
        "meal": meal,
        "repeat": repeat,
        "night": night,
        "blocked": blocked,
        "contagion": bred,
    }
    return {name: int(found[name].sum()) for name in CAUSES}


def _is(values: NDArray[np.object_], name: str) -> NDArray[np.bool_]:
    return np.asarray(values == name, dtype=bool)


def complaint_causes(run: RunView) -> Chart:
    """Complaints of each strategy, split by cause."""
    if not modelled(run):
        return left_out(KEY, TITLE, NOT_MODELLED)
    return one_panel(
        run,
        KEY,
        TITLE,
        (_finding, _figure, _numbers),
        note="Each complaint is counted once: a repeated call at night counts as a night call. "
        "Parts of the day are those of the recipient's clock.",
    )


def _finding(run: RunView) -> str:
    parts = []
    for strategy in run.strategies:
        bred = run.metric(strategy, "complaints_contagion_share")
        if bred is not None:
            parts.append(f"{strategy} {share(bred, 0)}")
    if not parts:
        return "Nobody complained."
    return f"Share of complaints that other complaints bred: {several(parts, 8)}."


def _figure(run: RunView) -> Drawing:
    counts = {s: causes(run, s) for s in run.strategies}
    most = max(sum(c.values()) for c in counts.values())
    if not most:
        return blank("Nobody complained.")
    parts = {
        cause: (*look, values)
        for cause, look in CAUSES.items()
        if any(values := [counts[s][cause] for s in run.strategies])
    }
    return stacked(run.strategies, parts, unit="complaints", tick=",", height=140, top=64)


def _numbers(run: RunView) -> Numbers:
    rows = []
    for strategy in run.strategies:
        counts = causes(run, strategy)
        rows.append(
            (strategy, *(decimal(counts[c]) for c in CAUSES), decimal(sum(counts.values())))
        )
    return Numbers(
        header=("Strategy", *(label for label, _ in CAUSES.values()), "All complaints"),
        rows=tuple(rows),
    )
