"""What keeps each strategy from dialling more, over time: its pace, its channels, or its list."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import colour_key
from analysis.figures.shapes.time_axis import BIN, drawn_bins, iso, time_axis
from analysis.figures.style import AMBER, BLUE, GRID, PLUM, blank, dress, look
from analysis.view import RunView
from analysis.view.numbers import several
from analysis.view.rounded import chance

PACE, CHANNELS, LIST, CLOSED = "pace", "channels", "list", "closed"
WORDS = {
    PACE: "calls per second",
    CHANNELS: "channels",
    LIST: "nobody left who may be called",
    CLOSED: "closed hours",
}
COLORS = {PACE: BLUE, CHANNELS: AMBER, LIST: PLUM, CLOSED: GRID}
BINDS = 0.9
"""Share of what pace or channels allow from which the nearer of the two binds."""
ROW = 26
MARGIN = {"t": 52, "b": 48}
BIN_S = float(BIN / np.timedelta64(1, "s"))
Kinds = NDArray[np.str_]
Floats = NDArray[np.float64]


def binding(run: RunView) -> Chart:
    """What binds in each quarter of an hour, a row a strategy."""
    return one_panel(
        run,
        "binding",
        "What binds, over time",
        (_finding, _figure, _numbers),
        note="In each quarter of an hour, the calls that started as a share of those that the "
        "pace allows, and the channel time that was held as a share of that on hand: the larger "
        f"of the two binds, from {BINDS:.0%} on. Else there was nobody whom the hours, retries and "
        "rules let be called. Blank is where no call started and no territory was open.",
    )


def kinds(run: RunView, strategy: str) -> Kinds:
    """What binds in each bin of a strategy's timeline, (bins,)."""
    rows, plan = run.of("timeline", strategy), run.plans.get(strategy, {})
    held, on_hand = (rows[n].astype(np.float64) for n in ("channel_ms", "available_channel_ms"))
    calls = rows["attempts"].astype(np.float64)
    found = np.full(len(calls), LIST, dtype="<U8")
    used = _share(held, on_hand)
    kept = np.zeros(len(calls))
    if "calls_per_second" in plan:
        # The pace of the full size, as scaled runs make up for their few channels with theirs. Of a
        # bin that is partly open, the part that is: channels in force tell how much.
        whole = float(Fraction(str(plan["calls_per_second"]))) * run.scale * BIN_S
        kept = _share(calls, whole * on_hand / max(on_hand.max(initial=0.0), 1.0))
    found[used >= BINDS] = CHANNELS
    found[(kept >= BINDS) & (kept >= used)] = PACE
    found[(on_hand == 0) & (calls == 0)] = CLOSED
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    """One over the other; 0 where there is nothing to have a share of."""
    out = np.zeros(len(part))
    np.divide(part, whole, out=out, where=whole > 0)
    return out


def _spent(run: RunView, strategy: str) -> dict[str, float]:
    """Hours in which each thing binds."""
    found = kinds(run, strategy)
    return {kind: float((found == kind).sum()) * 0.25 for kind in (PACE, CHANNELS, LIST)}


def _finding(run: RunView) -> str:
    parts = []
    for s in run.strategies:
        hours = _spent(run, s)
        whole = sum(hours.values())
        if whole:
            most = max(hours, key=lambda kind: hours[kind])
            parts.append(f"{s}: {WORDS[most]} ({chance(hours[most] / whole)} of its open hours)")
    return f"{several(parts, 10)}." if parts else "No call was placed."


def _figure(run: RunView) -> Drawing:
    axis = time_axis(run)
    if axis is None:
        return blank("No call was placed.")
    figure = Drawing()
    found = {s: (kinds(run, s), drawn_bins(run, s)) for s in run.strategies}
    for kind, color in COLORS.items():
        starts: list[str] = []
        spans: list[int] = []
        at: list[int] = []
        for row, (bound, bins) in enumerate(found.values()):
            for first, last in _runs(bound == kind):
                starts.append(iso(bins[first]))
                spans.append(int((bins[last] + BIN - bins[first]) / np.timedelta64(1, "ms")))
                at.append(row)
        if kind != CLOSED and starts:
            figure.add_bar(
                base=starts,
                x=spans,
                y=at,
                orientation="h",
                width=0.62,
                marker={"color": color, "cornerradius": 0},
                name=WORDS[kind],
                hovertemplate="from %{base|%H:%M}<extra>%{fullData.name}</extra>",
            )
    room = {**MARGIN, "t": 30 + 15 * len(axis.cutoffs)}
    height = room["t"] + MARGIN["b"] + ROW * len(run.strategies)
    dress(figure, height=height, barmode="overlay", margin=room)
    figure.update_xaxes(axis.layout())
    looks = [look(run, s) for s in run.strategies]
    figure.update_yaxes(
        tickvals=list(range(len(looks))),
        ticktext=[f"<b>{one.label}</b>" if one.shown else one.label for one in looks],
        tickfont={"size": 11},
        range=[len(looks) - 0.5, -0.5],
        showgrid=False,
    )
    shapes, notes = axis.cutoff_marks()
    figure.update_layout(shapes=shapes, annotations=notes)
    colour_key(
        figure,
        {WORDS[kind]: COLORS[kind] for kind in (PACE, CHANNELS, LIST)},
        row=22 + 15 * len(notes),
    )
    return figure


def _runs(on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each stretch that is on."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _numbers(run: RunView) -> Numbers:
    rows = tuple(
        (s, *(f"{hours[kind]:g}" for kind in (PACE, CHANNELS, LIST)))
        for s in run.strategies
        for hours in (_spent(run, s),)
    )
    header = (
        "Strategy",
        *(f"{WORDS[kind].capitalize()} (hours)" for kind in (PACE, CHANNELS, LIST)),
    )
    return Numbers(header, rows)
