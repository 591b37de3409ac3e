"""A tornado: which inputs the spread of a result comes from."""

from __future__ import annotations

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, INK, dress, short, text
from analysis.view.draws import COMPLAINTS, PEOPLE, Draws
from analysis.view.numbers import several
from analysis.view.rounded import chance
from analysis.view.verdict import Driver

KEY = "drivers"
TITLE = "What drives the result"
WORDS = {PEOPLE: "people reached", COMPLAINTS: "complaints"}
MOST = 7
LEAST = 0.01
ROW = 38
MARGIN = {"t": 8, "b": 46, "l": 10, "r": 48}


def drivers(known: Draws) -> Chart:
    """Shares of the spread of people reached and of complaints, by input, in the base strategy."""
    found = {
        number: [one for one in rows if one.share >= LEAST][:MOST]
        for number, rows in known.drivers.items()
    }
    if not any(found.values()):
        why = "No input was drawn that moves the result, or too few draws were made to tell."
        return left_out(KEY, TITLE, why)
    panels = tuple(
        Panel(_figure(rows), f"Spread of {WORDS[number]}, {known.base}")
        for number, rows in found.items()
        if rows
    )
    return Chart(
        key=KEY,
        title=TITLE,
        finding=_finding(known, found),
        panels=panels,
        numbers=_numbers(found),
        note=f"Share of the variance (of the logarithm) that an input explains by itself, over "
        f"{known.over}. Shares need not add up to 100 %: some of the spread comes from inputs "
        "together, and some from luck. Inputs without a range are not varied and explain nothing.",
    )


def plain(path: str) -> str:
    """An input's key as it is read: without what is the same for all."""
    return path.removeprefix("world.").removeprefix("line_types.")


def _finding(known: Draws, found: dict[str, list[Driver]]) -> str:
    parts = []
    for number, rows in found.items():
        if rows:
            names = [f"{plain(one.input)} ({chance(one.share)})" for one in rows[:2]]
            parts.append(f"the spread of {WORDS[number]} comes most from {several(names)}")
    told = "; ".join(parts)
    return f"With {known.base}, {told}."


def _figure(rows: list[Driver]) -> Drawing:
    figure = Drawing()
    figure.add_bar(
        x=[one.share for one in rows],
        y=list(range(len(rows))),
        width=0.36,
        offset=0.02,
        orientation="h",
        marker={"color": BLUE},
        text=[chance(one.share) for one in rows],
        textposition="outside",
        textfont={"size": 12, "color": INK},
        cliponaxis=False,
        hovertext=[text(one.input) for one in rows],
        hovertemplate="%{hovertext}: %{x:.1%}<extra></extra>",
    )
    height = MARGIN["t"] + MARGIN["b"] + ROW * max(len(rows), 2)
    dress(figure, height=height, margin=MARGIN, showlegend=False)
    most = max(one.share for one in rows)
    figure.update_xaxes(
        title="share of the spread", tickformat=".0%", range=[0, min(1.0, 1.02 * most)], nticks=5
    )
    figure.update_yaxes(visible=False, range=[len(rows) - 0.45, -0.55])
    figure.update_layout(
        annotations=[
            {
                "text": text(short(plain(one.input), 44)),
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "y": at - 0.18,
                "yanchor": "middle",
                "showarrow": False,
                "font": {"size": 12, "color": INK},
            }
            for at, one in enumerate(rows)
        ]
    )
    return figure


def _numbers(found: dict[str, list[Driver]]) -> Numbers:
    rows = tuple(
        (one.input, WORDS[number], chance(one.share))
        for number, rows in found.items()
        for one in rows
    )
    return Numbers(("Input", "Spread of", "Share"), rows)
