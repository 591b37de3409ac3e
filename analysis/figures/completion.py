"""The chance that each territory's list is dialled before its cutoff."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import HEAT, INK, PAPER, dress, look, short, text
from analysis.view.numbers import several
from analysis.view.rounded import chance
from analysis.view.study import StudyView

KEY = "completion"
TITLE = "The chance to finish, by territory"
ROW = 30
MARGIN = {"t": 40, "b": 12, "r": 8}
Chances = Mapping[str, Mapping[str, float]]
"""By strategy, by territory: share of draws in which no line of its list is left undialled."""


def completion(study: StudyView, shown: str | None = None) -> Chart:
    """Share of draws in which a strategy dials every line of a territory, a cell each."""
    found = chances(study)
    if not any(found.values()):
        return left_out(KEY, TITLE, "An earlier version made this study and kept no territories.")
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(study),
        panels=(Panel(_figure(study, found, shown)),),
        numbers=Numbers(
            ("Strategy", "Territory", "Chance to dial its whole list"),
            tuple(
                (s, place, chance(p)) for s, places in found.items() for place, p in places.items()
            ),
        ),
        note=f"Share of {study.runs} draws in which no line of the territory's list is undialled "
        "at its cutoff. Columns are strategies by number; a territory that is not on a strategy's "
        "list is blank. A close finish is only to be judged at full size.",
    )


def chances(study: StudyView) -> dict[str, dict[str, float]]:
    """The chance to finish by strategy and territory; one without lines is left out."""
    out: dict[str, dict[str, float]] = {}
    for name in study.strategies:
        rows = study.of("territories", name)
        out[name] = {}
        if not rows:
            continue
        drawn = (rows["draw"] > 0) & (rows["lines"] > 0)
        for place in dict.fromkeys(rows["territory"][drawn].tolist()):
            left = rows["lines_undialled"][drawn & (rows["territory"] == place)]
            out[name][str(place)] = float((left == 0).mean())
    return out


def _finding(study: StudyView) -> str:
    told = study.answer["strategies"]
    parts = [f"{s} in {chance(told[s]['finished'])}" for s in study.strategies]
    return f"The whole list is dialled by {several(parts, 10)} of draws."


def _figure(study: StudyView, found: Chances, shown: str | None) -> Drawing:
    places = list(dict.fromkeys(place for one in found.values() for place in one))
    values = np.array([[found[s].get(p, np.nan) for s in study.strategies] for p in places])
    figure = Drawing()
    figure.add_heatmap(
        z=values,
        x=list(range(len(study.strategies))),
        y=list(range(len(places))),
        zmin=0,
        zmax=1,
        colorscale=HEAT,
        showscale=False,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        customdata=[[text(s) for s in study.strategies] for _ in places],
        hovertemplate="%{customdata}: %{z:.0%}<extra></extra>",
    )
    height = MARGIN["t"] + MARGIN["b"] + ROW * len(places)
    dress(figure, height=height, margin=MARGIN)
    looks = [look(study, s, shown) for s in study.strategies]
    figure.update_xaxes(
        side="top",
        tickvals=list(range(len(looks))),
        ticktext=[f"<b>{one.number}</b>" if one.shown else str(one.number) for one in looks],
        showline=False,
        ticks="",
    )
    figure.update_yaxes(
        tickvals=list(range(len(places))),
        ticktext=[text(short(p, 24)) for p in places],
        range=[len(places) - 0.5, -0.5],
        showgrid=False,
    )
    figure.update_layout(
        annotations=[
            {
                "text": chance(float(values[row, column])),
                "x": column,
                "y": row,
                "showarrow": False,
                "font": {"size": 11, "color": INK if values[row, column] < 0.6 else PAPER},
            }
            for row in range(len(places))
            for column in range(len(looks))
            if not np.isnan(values[row, column])
        ]
    )
    return figure
