"""What each territory's own cutoff left undialled, in its local time and in the campaign's."""

from __future__ import annotations

import numpy as np

from analysis.figures.chart import Chart, Numbers, one_panel
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.dots import Dots, dots
from analysis.figures.style import blank, short, text
from analysis.view import RunView
from analysis.view.clock import place, written_in
from analysis.view.numbers import decimal, small_share


def territories(run: RunView) -> Chart:
    """Share of each territory's lines that the cutoff left undialled."""
    here = place(run.timezone)
    return one_panel(
        run,
        "territories",
        "What the cutoffs left undialled, by territory",
        (_finding, _figure, _numbers),
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


AXIS = {
    "title": "undialled, share of the list there",
    "tickformat": ".0%",
    "range": [-0.015, 1.015],
    "showgrid": True,
    "tickvals": [0, 0.25, 0.5, 0.75, 1],
}


def _figure(run: RunView) -> Drawing:
    labels = _labels(run)
    if not labels:
        return blank("The scenario has no territory.")
    at = {name: i for i, name in enumerate(labels)}

    def left(strategy: str) -> Dots:
        rows = run.of("territories", strategy)
        names, undialled = [str(n) for n in rows["territory"]], rows["lines_undialled"]
        return Dots(
            _shares(undialled, rows["lines"]),
            [at.get(name, len(labels)) for name in names],
            [[text(n), run.count(float(c))] for n, c in zip(names, undialled, strict=True)],
        )

    return dots(
        run,
        list(labels.values()),
        left,
        AXIS,
        hover="%{customdata[0]}: %{customdata[1]} lines undialled, %{x:.1%}",
        row=58,
        rows={"tickfont": {"size": 11}},
        margin={"r": 24},
        cliponaxis=False,
    )


def _labels(run: RunView) -> dict[str, str]:
    """What the axis calls each territory: its name, and when it is cut off."""
    rows = run.of("territories", run.base)
    here = text(place(run.timezone))
    labels = {}
    for name, zone, cutoff in zip(
        rows["territory"], rows["timezone"], rows["cutoff_utc"], strict=True
    ):
        local, ours = (written_in(cutoff, z) for z in (str(zone), run.timezone))
        away = "" if local == ours else f"<br>= {ours} {here}"
        labels[str(name)] = f"<b>{text(short(str(name), 26))}</b><br>{local} local{away}"
    return labels


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
