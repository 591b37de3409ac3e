"""People reached over time in all draws of a study, to the number that it ends at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, CUTOFF, GREY, INK, MUTED, PAPER, dress, text
from analysis.view.draws import FIVE, PEOPLE, five
from analysis.view.numbers import decimal
from analysis.view.rounded import between, rounded
from analysis.view.study import StudyView

KEY = "fan"
TITLE = "People reached over time, in all draws"
HEIGHT = 380
END = 1.06
"""Where the number at the end stands, as a share of the time to the cutoff."""
Floats = NDArray[np.float64]
BANDS = ((0, 4, 0.18, "nine draws in ten"), (1, 3, 0.38, "half of the draws"))


def fan(study: StudyView, shown: str | None = None) -> Chart:
    """The spread of people reached by the hour, and of the number at the end, for one strategy.

    Parameters
    ----------
    study
        A study.
    shown
        The strategy that is drawn; default the base. The medians of the others stand behind it.
    """
    name = study.base if shown is None else shown
    curves = curves_of(study, name)
    if curves is None:
        return left_out(KEY, TITLE, "An earlier version made this study and kept no course of it.")
    hours, people, last = curves
    spread = five(last)
    ends = five(people[:, -1])
    late = spread.p50 - ends.p50
    return Chart(
        key=KEY,
        title=TITLE,
        finding=f"With {name}, {rounded(ends.p50)} people [{between(ends.p5, ends.p95)}] are "
        f"reached by the last call and {rounded(spread.p50)} [{between(spread.p5, spread.p95)}] in "
        f"the end: {rounded(max(late, 0.0))} hear their message later, in the median draw.",
        panels=(Panel(_figure(study, name, hours, people, last)),),
        numbers=_numbers(hours, people, last),
        note=f"{study.runs} draws, each as it ran, at full size. The fan holds nine draws in ten, "
        "its dark part half of them, the line is the median. At its right stands the metric "
        "itself, with messages that are heard after the last call. Grey: medians of the other "
        "strategies. Time runs since the start, closed hours included.",
    )


def curves_of(study: StudyView, strategy: str) -> tuple[Floats, Floats, Floats] | None:
    """A strategy's course in each draw, at full size, the central run left out.

    Returns
    -------
    tuple or None
        Hours since the start (h,), people reached by then (n, h), and in the end (n,); None where
        the study has no course.
    """
    rows = study.of("timeline", strategy)
    draws = sorted({d for d in rows["draw"].tolist() if d}) if rows else []
    if not draws:
        return None
    by_draw = {d: rows["draw"] == d for d in draws}
    hours = max((rows["hours"][m] for m in by_draw.values()), key=len)
    # A draw whose calls end earlier has the same number from then on.
    people = np.stack(
        [
            np.interp(hours, rows["hours"][m], rows[PEOPLE][m].astype(float))
            for m in by_draw.values()
        ]
    )
    metric = study.metric(strategy, PEOPLE)
    last = np.array([metric[d] for d in draws])
    start = np.zeros((len(draws), 1))
    return (
        np.concatenate([[0.0], hours]),
        np.hstack([start, people]) / study.scale,
        last / study.scale,
    )


def _figure(study: StudyView, name: str, hours: Floats, people: Floats, last: Floats) -> Drawing:
    figure = Drawing()
    days = hours / 24
    for other in study.strategies:
        found = curves_of(study, other) if other != name else None
        if found is not None:
            figure.add_scatter(
                x=found[0] / 24,
                y=np.median(found[1], axis=0),
                mode="lines",
                line={"color": GREY, "width": 1},
                name=text(other),
                hovertemplate="%{y:.3s} people<extra>%{fullData.name}</extra>",
            )
    points = np.quantile(people, FIVE, axis=0)
    for low, high, opacity, words in BANDS:
        figure.add_scatter(
            x=np.concatenate([days, days[::-1]]),
            y=np.concatenate([points[high], points[low][::-1]]),
            fill="toself",
            fillcolor=BLUE,
            opacity=opacity,
            mode="lines",
            line={"width": 0, "color": BLUE},
            name=words,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=days,
        y=points[2],
        mode="lines",
        line={"color": BLUE, "width": 3},
        name=text(name),
        hovertemplate="%{y:.3s} people<extra>median draw</extra>",
    )
    cutoff = study.hours[name] / 24
    end = max(float(days[-1]), cutoff)
    _metric(figure, end * END, last)
    dress(figure, height=HEIGHT, showlegend=False, margin={"t": 30, "b": 52, "r": 84})
    figure.update_xaxes(title="days since the start", range=[0, end * (END + 0.03)], showgrid=True)
    figure.update_yaxes(title="people", tickformat="~s", nticks=6)
    line = {"type": "line", "x0": cutoff, "x1": cutoff, "y0": 0, "y1": 1, "yref": "paper"}
    figure.update_layout(
        shapes=[{**line, "line": {"color": CUTOFF, "width": 1.5}}],
        annotations=[
            _note("cutoff", cutoff, 1.0, "center", CUTOFF, yref="paper", yanchor="bottom"),
            _note(
                f"<b>{rounded(float(np.median(last)))}</b><br>in the end",
                end * END,
                float(np.median(last)),
                "left",
                INK,
                xshift=10,
                align="left",
            ),
        ],
    )
    return figure


def _metric(figure: Drawing, x: float, last: Floats) -> None:
    """The number at the end, with its intervals."""
    found = five(last)
    for ends, width in (((found.p5, found.p95), 2), ((found.p25, found.p75), 7)):
        figure.add_scatter(
            x=[x, x],
            y=list(ends),
            mode="lines",
            line={"color": BLUE, "width": width},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[x],
        y=[found.p50],
        mode="markers",
        marker={"size": 10, "color": BLUE, "line": {"color": PAPER, "width": 1.5}},
        name="in the end",
        hovertemplate="%{y:.3s} people<extra>%{fullData.name}</extra>",
    )


def _note(
    words: str, x: float, y: float, anchor: str, color: str = MUTED, **more: object
) -> dict[str, object]:
    return {
        "text": words,
        "x": x,
        "y": y,
        "xanchor": anchor,
        "showarrow": False,
        "font": {"size": 12, "color": color},
        **more,
    }


def _numbers(hours: Floats, people: Floats, last: Floats) -> Numbers:
    rows = []
    for at in range(0, len(hours), 6):
        found = five(people[:, at])
        rows.append((decimal(float(hours[at])), *_five(found)))
    rows.append(("in the end", *_five(five(last))))
    return Numbers(("Hours since the start", "5 %", "25 %", "Median", "75 %", "95 %"), tuple(rows))


def _five(found: object) -> tuple[str, ...]:
    return tuple(rounded(getattr(found, name)) for name in ("p5", "p25", "p50", "p75", "p95"))
