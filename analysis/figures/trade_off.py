"""Reach against complaints: what each strategy buys, with what is not known of either."""

from __future__ import annotations

import math

import numpy as np

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.shapes.labels import ROOM, beside
from analysis.figures.shapes.scales import SCALE, even_axis, log_axis, logged
from analysis.figures.style import MUTED, PAPER, TEAL, dress, look
from analysis.view.draws import Draws
from analysis.view.numbers import several
from analysis.view.rounded import between, rounded

KEY = "trade-off"
TITLE = "Reach against complaints"
HEIGHT = 400
MARGIN = {"t": 14, "b": 52, "l": 52, "r": 16}
ATTAINED = ((0.5, "half of the draws", "solid"), (0.9, "9 draws in 10", "dot"))
WIDE = 420.0
"""Width that the drawing has at least where names stand in it, pixels."""
LIMITS = 61
"""Limits on complaints at which is looked what can be attained."""


def trade_off(known: Draws, shown: str | None = None, *, height: int = HEIGHT) -> Chart:
    """People reached and complaints of each strategy, with intervals and what can be attained.

    Parameters
    ----------
    known
        Strategies over draws.
    shown
        The strategy that stands out; default the base.
    height
        Of the drawing, pixels.
    """
    names = [s for s in known.strategies if s in known.people and s in known.complaints]
    if not names or not known.drawn:
        why = "The scenario has no complaints, or nothing was drawn: there is nothing to weigh."
        return left_out(KEY, TITLE, why)
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(known, names),
        panels=(Panel(_figure(known, names, shown, height)),),
        numbers=_numbers(known, names),
        note=f"Lines hold nine in ten of {known.over}; those of complaints are over luck too. "
        f"Thick parts hold the middle half, the dot is the medians. Complaints stand on {SCALE}. "
        "The stepped lines say how many people the best strategy reaches with no more than so many "
        "complaints expected, in half of the draws and in nine in ten.",
    )


def _finding(known: Draws, names: list[str]) -> str:
    people = {s: known.spread_of_people(s).p50 for s in names}
    cost = {s: known.spread_of_complaints(s).p50 for s in names}
    best = [
        s
        for s in names
        if not any(
            people[o] >= people[s]
            and cost[o] <= cost[s]
            and (people[o], cost[o]) != (people[s], cost[s])
            for o in names
        )
    ]
    told = [
        f"{s} ({known.approx}{rounded(people[s])} people for {rounded(cost[s])} complaints)"
        for s in sorted(best, key=lambda s: -people[s])
    ]
    which = "No other strategy reaches more people for fewer complaints than"
    return f"{which} {several(told, 4)}."


def _figure(known: Draws, names: list[str], shown: str | None, height: int) -> Drawing:
    figure = Drawing()
    # A campaign that reaches nobody, or of which nobody complains, has an axis all the same.
    most = max(known.spread_of_complaints(s).p95 for s in names) or 1.0
    far = max(known.spread_of_people(s).p95 for s in names) or 1.0
    limits = np.expm1(np.linspace(0, float(logged(most)) * 1.04, LIMITS))
    for share, words, dash in ATTAINED:
        figure.add_scatter(
            x=known.attained(share, limits),
            y=logged(limits),
            mode="lines",
            line={"color": TEAL, "width": 1.5, "dash": dash, "shape": "vh"},
            name=f"attained in {words}",
            hovertemplate=f"%{{x:.3s}} people in {words}<extra></extra>",
        )
    for s in names:
        _cross(figure, known, s, shown)
    dress(figure, height=height, margin=MARGIN, showlegend=False)
    figure.update_xaxes(title="people reached", **even_axis(1.03 * far))
    figure.update_yaxes(title="complaints (log scale)", **log_axis(most))
    figure.update_layout(annotations=_names(known, names, shown, (far, most), height))
    return figure


def _cross(figure: Drawing, known: Draws, strategy: str, shown: str | None) -> None:
    """A strategy: its two intervals, and a dot where it is expected."""
    looks = look(known, strategy, shown)
    people, count = known.spread_of_people(strategy), known.spread_of_complaints(strategy)
    middle = float(logged(count.p50))
    thin, thick = (2.0, 5.0) if looks.shown else (1.0, 3.0)
    for x, y, width in (
        ([people.p5, people.p95], [middle, middle], thin),
        ([people.p50, people.p50], logged([count.p5, count.p95]), thin),
        ([people.p25, people.p75], [middle, middle], thick),
        ([people.p50, people.p50], logged([count.p25, count.p75]), thick),
    ):
        line = {"color": looks.color, "width": width}
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines",
            line=line,
            hoverinfo="skip",
            meta=looks.meta,
            zorder=looks.zorder,
            opacity=0.9,
        )
    said = (
        f"{known.approx}{rounded(people.p50)} people [{between(people.p5, people.p95)}], "
        f"{rounded(count.p50)} complaints [{between(count.p5, count.p95)}]"
    )
    figure.add_scatter(
        x=[people.p50],
        y=[middle],
        mode="markers",
        marker={
            "size": 12 if looks.shown else 9,
            "color": looks.color,
            "line": {"color": PAPER, "width": 1.5},
        },
        customdata=[said],
        name=looks.name,
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
        meta=looks.meta,
        zorder=looks.zorder,
    )


def _x(known: Draws, strategy: str) -> float:
    return known.spread_of_people(strategy).p50


def _left(known: Draws, strategy: str, end: float) -> bool:
    """Whether a name stands at the left of its dot, for want of room at its right."""
    return _x(known, strategy) > 0.62 * end


def _names(
    known: Draws,
    names: list[str],
    shown: str | None,
    ends: tuple[float, float],
    height: int,
) -> list[dict[str, object]]:
    """Each strategy's name beside its dot, moved apart where they would lie on each other."""
    inner = height - MARGIN["t"] - MARGIN["b"]
    top = float(logged(ends[1])) * 1.04
    at = {s: float(logged(known.spread_of_complaints(s).p50)) for s in names}
    # The one that stands out first, then those that reach most.
    order = sorted(names, key=lambda s: (not look(known, s, shown).shown, -_x(known, s)))
    boxes = []
    for s in order:
        x, wide = _x(known, s) / (1.03 * ends[0]) * WIDE, ROOM * len(look(known, s).label)
        place = at[s] / (1.02 * top) * inner + 11
        boxes.append((x - wide, x, place) if _left(known, s, ends[0]) else (x, x + wide, place))
    notes: list[dict[str, object]] = []
    for s, place, (_, _, wanted) in zip(
        order, beside(boxes, low=8, high=inner - 8), boxes, strict=True
    ):
        looks, left = look(known, s, shown), _left(known, s, ends[0])
        notes.append(
            {
                "text": f"<b>{looks.label}</b>" if looks.shown else looks.label,
                "name": s,
                "x": _x(known, s),
                "xanchor": "right" if left else "left",
                "xshift": -7 if left else 7,
                "y": at[s],
                "yanchor": "middle",
                "yshift": round(place - wanted + 11),
                "showarrow": False,
                "font": {"size": 12, "color": looks.ink},
            }
        )
    if not all(math.isnan(v) for v in known.attained(0.5, [math.inf])):
        notes.append(
            {
                "text": "attained in half of the draws (dotted: 9 in 10)",
                "x": 1,
                "xref": "paper",
                "xanchor": "right",
                "y": 0,
                "yref": "paper",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 11, "color": MUTED},
            }
        )
    return notes


def _numbers(known: Draws, names: list[str]) -> Numbers:
    rows = []
    for s in names:
        people, count = known.spread_of_people(s), known.spread_of_complaints(s)
        rows.append(
            (
                s,
                *(f"{known.approx}{rounded(v)}" for v in (people.p5, people.p50, people.p95)),
                *(rounded(v) for v in (count.p5, count.p50, count.p95)),
            )
        )
    header = (
        "Strategy",
        "People 5 %",
        "Median",
        "95 %",
        "Complaints 5 %",
        "Median",
        "95 %",
    )
    return Numbers(header, tuple(rows))
