"""A forest: each strategy beside the base, draw by draw, before any absolute number."""

from __future__ import annotations

import math

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import INK, MUTED, PAPER, dress, look, text
from analysis.view.draws import COMPLAINTS, PEOPLE, Difference, Draws
from analysis.view.numbers import several
from analysis.view.rounded import chance, compared, rounded, times

KEY = "differences"
TITLE = "Each strategy beside the base, draw by draw"
WORDS = {PEOPLE: "people reached", COMPLAINTS: "complaints expected"}
ROW = 44
WIDE = 0.6
"""Length of an axis, in powers of ten, from which ratios are told as factors."""
MARGIN = {"t": 34, "b": 52}
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


def differences(known: Draws, shown: str | None = None) -> Chart:
    """Ratios to the base with their intervals, of people reached and of complaints.

    Parameters
    ----------
    known
        Strategies over draws.
    shown
        The strategy that stands out; default none, as the base is the line at 1.
    """
    found = {number: known.differences(number) for number in (PEOPLE, COMPLAINTS)}
    if not known.drawn or not any(found.values()):
        why = "Nothing was drawn, or one strategy ran: there is nothing to set side by side."
        return left_out(KEY, TITLE, why)
    panels = tuple(
        Panel(_figure(known, number, rows, shown), f"{WORDS[number].capitalize()}, ÷ {known.base}")
        for number, rows in found.items()
        if rows
    )
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(known, found[PEOPLE]),
        panels=panels,
        numbers=_numbers(found),
        note=f"Over {known.over}. The dot is the median, the thick line holds the middle half of "
        "the draws, the thin one nine draws in ten. Both strategies of a pair meet the same people "
        "and the same unknowns. “No sign” says that in fewer than 19 draws of 20 one of the two is "
        "ahead by more than the luck of a run.",
    )


def better(one: Difference) -> str:
    """How likely a strategy has more than the base, in words."""
    if one.sign == "higher":
        return f"more in {chance(one.higher)} of draws"
    if one.sign == "lower":
        return f"fewer in {chance(one.lower)} of draws"
    alike = 1 - one.higher - one.lower
    if alike >= 0.95:
        return "as many, within noise"
    return f"no sign: more in {chance(one.higher)}, fewer in {chance(one.lower)}"


def _finding(known: Draws, rows: list[Difference]) -> str:
    words = {"higher": "more people than", "lower": "fewer people than"}
    parts = []
    for sign, said in words.items():
        names = [one.strategy for one in rows if one.sign == sign]
        if names:
            reach = "reaches" if len(names) == 1 else "reach"
            parts.append(f"{several(names, 8)} {reach} {said} {known.base} in 19 draws of 20")
    unsure = [one.strategy for one in rows if one.sign == "within noise"]
    if unsure:
        parts.append(f"no sign can be told of {several(unsure, 8)}")
    told = "; ".join(parts)
    return f"{told[:1].upper()}{told[1:]}." if told else "Complaints alone can be compared."


def _figure(known: Draws, number: str, rows: list[Difference], shown: str | None) -> Drawing:
    figure = Drawing()
    for row, one in enumerate(rows):
        looks = look(known, one.strategy, shown or "")
        ratio = one.ratio
        low, high = (_at(end) for end in (ratio.p5, ratio.p95))
        said = f"{compared(ratio.p5, ratio.p50, ratio.p95, within_noise=False)}, {better(one)}"
        for x, width in (([low, high], 2), ([_at(ratio.p25), _at(ratio.p75)], 7)):
            figure.add_scatter(
                x=x,
                y=[row, row],
                mode="lines",
                line={"color": looks.color, "width": width},
                hoverinfo="skip",
                meta=looks.meta,
                zorder=looks.zorder,
            )
        figure.add_scatter(
            x=[_at(ratio.p50)],
            y=[row],
            mode="markers",
            marker={"size": 11, "color": looks.color, "line": {"color": PAPER, "width": 1.5}},
            customdata=[text(said)],
            name=looks.name,
            hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
            meta=looks.meta,
            zorder=looks.zorder,
        )
    height = MARGIN["t"] + MARGIN["b"] + ROW * len(rows)
    dress(figure, height=height, showlegend=False, margin={**MARGIN, "l": 16, "r": 16})
    ends = [_at(v) for one in rows for v in (one.ratio.p5, one.ratio.p95)]
    figure.update_xaxes(**_axis(min(0.0, *ends), max(0.0, *ends)), showgrid=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.4, -0.75], showgrid=False)
    line = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"}
    figure.update_layout(
        shapes=[{**line, "line": {"color": MUTED, "width": 1.5}, "layer": "below"}],
        annotations=[
            *(_name(known, at, one, shown) for at, one in enumerate(rows)),
            {
                "text": f"as {text(known.base)}",
                "x": 0,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "center",
                "showarrow": False,
                "font": {"size": 12, "color": MUTED},
            },
        ],
    )
    return figure


def _name(known: Draws, row: int, one: Difference, shown: str | None) -> dict[str, object]:
    """Who it is and what may be said of it, above its line."""
    looks = look(known, one.strategy, shown or "")
    return {
        "text": f"<b>{looks.label}</b> · {better(one)}",
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": row - 0.42,
        "yanchor": "middle",
        "showarrow": False,
        "align": "left",
        "font": {"size": 12, "color": INK if one.sign != "within noise" else MUTED},
    }


def _at(ratio: float) -> float:
    """Where a ratio stands: twice as many is as far from 1 as half as many."""
    return math.log10(max(ratio, 1e-4))


def _axis(low: float, high: float) -> dict[str, object]:
    """Settings of an axis of ratios, given the ends of what is drawn as logarithms."""
    pad = max(0.06 * (high - low), 0.01)
    ratios = [1 + step for step in STEPS] + [1 / (1 + step) for step in STEPS]
    wide = high - low
    if wide > WIDE:
        ratios = [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 2, 5, 10, 20, 50, 100, 1000]
    inside = sorted([0.0, *(v for v in map(math.log10, ratios) if low - pad <= v <= high + pad)])
    kept = [0.0]
    for value in sorted(inside, key=abs):
        if all(abs(value - other) >= (wide + 2 * pad) / 6 for other in kept):
            kept.append(value)
    return {
        "range": [low - pad, high + pad],
        "tickvals": kept,
        "ticktext": ["equal" if v == 0 else _tick(10**v, wide) for v in kept],
        "title": "difference from it (ratio scale)",
    }


def _tick(ratio: float, wide: float) -> str:
    """A ratio at a mark: in per cent, over a wide axis as a factor."""
    if wide <= WIDE:
        return times(ratio)
    return f"×{rounded(ratio)}" if ratio > 1 else f"÷{rounded(1 / ratio)}"


def _numbers(found: dict[str, list[Difference]]) -> Numbers:
    rows = tuple(
        (
            one.strategy,
            WORDS[number],
            *(times(v) for v in (one.ratio.p5, one.ratio.p25)),
            "≈" if one.sign == "within noise" else times(one.ratio.p50),
            *(times(v) for v in (one.ratio.p75, one.ratio.p95)),
            chance(one.higher),
            chance(one.lower),
        )
        for number, rows in found.items()
        for one in rows
    )
    header = ("Strategy", "Of", "5 %", "25 %", "Median", "75 %", "95 %", "Draws higher", "lower")
    return Numbers(header, rows)
