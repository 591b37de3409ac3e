"""Rules that a strategy breaks, call by call, as rows of the heat maps of violations."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from analysis.figures.chart import Chart, left_out
from analysis.figures.style import MUTED, text
from analysis.view import RunView

FORCES = {"law": "law", "recommendation": "rec.", "voluntary": "vol."}
"""Each force in short, the hardest first."""
ROW = 32
"""Height of a row, pixels."""
TOP = 110
"""Room above the first row for the scale of colours, pixels."""
COLORBAR = {
    "orientation": "h",
    "thickness": 10,
    "len": 220,
    "lenmode": "pixels",
    "x": 0,
    "xanchor": "left",
    "y": 1,
    "yref": "container",
    "yanchor": "top",
    "ypad": 26,
    "xpad": 0,
    "outlinewidth": 0,
    "tickfont": {"size": 11},
}
"""Settings of the scale of colours: it lies on top, so that a narrow screen keeps its width."""
SHARED = "A rule is named with its force: law, recommendation (rec.) or voluntary (vol.)."


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a strategy breaks."""

    regime: str
    rule: str
    force: str

    @property
    def label(self) -> str:
        """Its name for an axis, in two lines where it is long."""
        words = f"{self.rule} ({FORCES[self.force]})"
        lines = textwrap.wrap(words, 18, break_on_hyphens=True)
        return "<br>".join(map(text, lines))


def broken(run: RunView, strategy: str) -> list[Broken]:
    """Rules that a strategy breaks in some call: those of law first, else in the table's order."""
    rows = run.of("violations", strategy)
    found = dict.fromkeys(
        Broken(str(a), str(b), str(c))
        for a, b, c in zip(rows["regime"], rows["rule"], rows["force"], strict=True)
    )
    return sorted(found, key=lambda rule: list(FORCES).index(rule.force))


def of_rule(run: RunView, strategy: str, rule: Broken) -> NDArray[np.bool_]:
    """Which of a strategy's rows of ``violations`` are about a rule."""
    rows = run.of("violations", strategy)
    return np.asarray((rows["regime"] == rule.regime) & (rows["rule"] == rule.rule), dtype=bool)


def nothing(run: RunView, key: str, title: str) -> Chart | None:
    """The chart that takes the place of one without violations; None where there are some."""
    if len(run.table("violations")["rule"]):
        return None
    if not len(run.audit.get("regime", ())):
        return left_out(key, title, "The scenario names no regime to hold the campaign against.")
    return left_out(key, title, "The audit found no violation that is counted by call.")


def title_colours(figure: go.Figure, words: str) -> None:
    """Say above the scale of colours what it shows."""
    figure.add_annotation(
        text=words,
        x=0,
        xref="paper",
        xanchor="left",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=TOP - 24,
        showarrow=False,
        font={"size": 12, "color": MUTED},
    )


def rule_rows(figure: go.Figure, names: list[str], row: int) -> None:
    """Name the rows of one drawing after rules, the first on top."""
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        tickfont={"size": 10},
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        row=row,
        col=1,
    )
