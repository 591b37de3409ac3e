"""Tornados with intervals: what a strategy's numbers hang on, and what its differences do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.figures.chart import Chart, Numbers, Panel, left_out
from analysis.figures.drawing import Drawing
from analysis.figures.style import BLUE, INK, MUTED, TEAL, dress, short, text
from analysis.view.experiments import beyond_chance, plain, words_of
from analysis.view.numbers import several
from analysis.view.rounded import chance

KEY: Final = "hangs-on"
DIFFERENCES: Final = "differences-hang-on"
MOST: Final = 7
ROW: Final = 40
MARGIN: Final = {"t": 8, "b": 46, "l": 10, "r": 30}
NOTE: Final = (
    "Bars: share of the variance (of the logarithm) that an input explains by itself. Dots: δ, how "
    "far the whole law of the number moves once the input is known, from 0 to 1. Lines hold 95 % "
    "of resampled runs. The dotted line is what an input that does nothing seems to do (δ). Inputs "
    "without a range are not varied."
)


def hangs_on(told: Mapping[str, Any], strategy: str | None = None) -> Chart:
    """What the numbers of a strategy hang on.

    Parameters
    ----------
    told
        What ``ringfence sensitivity --json`` prints.
    strategy
        Its name; default the base, or the first.
    """
    known = told["strategies"]
    name = strategy or (told["base"] if told["base"] in known else next(iter(known)))
    return _chart(KEY, f"What {name} hangs on", known[name], "the spread of")


def differences_hang_on(told: Mapping[str, Any], strategy: str | None = None) -> Chart:
    """What the difference between a strategy and the base hangs on; default the first other."""
    known = told["differences"]
    name = strategy if strategy in known else next(iter(known), None)
    if name is None:
        why = "There is no other strategy to compare."
        return left_out(DIFFERENCES, "What differences hang on", why)
    title = f"What the difference of {name} to {told['base']} hangs on"
    return _chart(DIFFERENCES, title, known[name], "the difference in")


def _chart(key: str, title: str, numbers: Mapping[str, Any], of: str) -> Chart:
    found = {number: (one, beyond_chance(one)[:MOST]) for number, one in numbers.items()}
    shown = {number: pair for number, pair in found.items() if pair[1]}
    if not shown:
        return left_out(key, title, "No input does more than one that does nothing.")
    parts = []
    for number, (_, rows) in shown.items():
        names = [f"{plain(r['path'])} ({chance(r['first_order']['value'])})" for r in rows[:2]]
        parts.append(f"{of} {words_of(number).lower()} comes most from {several(names)}")
    finding = "; ".join(parts)
    return Chart(
        key=key,
        title=title,
        finding=f"{finding[0].upper()}{finding[1:]}.",
        panels=tuple(
            Panel(_figure(one, rows), words_of(number)) for number, (one, rows) in shown.items()
        ),
        numbers=_numbers(shown),
        note=NOTE,
    )


def _figure(one: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Drawing:
    figure = Drawing()
    at = list(range(len(rows)))
    for name, key, colour in (("by itself", "first_order", BLUE), ("δ", "delta", TEAL)):
        values = [row[key]["value"] for row in rows]
        error = {
            "type": "data",
            "symmetric": False,
            "array": [row[key]["high"] - row[key]["value"] for row in rows],
            "arrayminus": [row[key]["value"] - row[key]["low"] for row in rows],
            "color": INK,
            "thickness": 1,
            "width": 3,
        }
        words = [f"{text(plain(row['path']))}: {name} {row[key]['value']:.2f}" for row in rows]
        hover = {"hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>"}
        if key == "first_order":
            figure.add_bar(x=values, y=at, width=0.26, offset=0.02, orientation="h",
                           marker={"color": colour}, error_x=error, name=name, **hover)  # fmt: skip
        else:
            figure.add_scatter(x=values, y=[y + 0.38 for y in at], mode="markers", error_x=error,
                               marker={"color": colour, "size": 7}, name=name, **hover)  # fmt: skip
    floor = max((dummy["delta"]["value"] for dummy in one["dummies"]), default=0.0)
    figure.add_vline(x=floor, line={"color": MUTED, "width": 1, "dash": "dot"})
    height = MARGIN["t"] + MARGIN["b"] + ROW * max(len(rows), 2)
    dress(figure, height=height, margin=MARGIN, showlegend=False)
    most = max(max(r["first_order"]["high"], r["delta"]["high"]) for r in rows)
    figure.update_xaxes(title="share of the spread; δ", range=[0, min(1.0, 1.05 * most)], nticks=5)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.4, -0.5])
    for y, row in zip(at, rows, strict=True):
        figure.add_annotation(
            text=text(short(plain(row["path"]), 44)), x=0, xref="paper", xanchor="left",
            y=y - 0.2, yanchor="middle", showarrow=False, font={"size": 12, "color": INK},
        )  # fmt: skip
    return figure


def _numbers(shown: Mapping[str, tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> Numbers:
    rows = []
    for number, (one, inputs) in shown.items():
        for row in [*inputs, *({"path": "nothing", **d, "shapley": None} for d in one["dummies"])]:
            share = row["shapley"]
            rows.append(
                (
                    row["path"],
                    words_of(number),
                    *(_cell(row[key]) for key in ("first_order", "delta")),
                    "–" if share is None else chance(share),
                )
            )
    header = ("Input", "Of", "By itself [95 %]", "δ [95 %]", "Shapley's share")
    return Numbers(header, tuple(rows))


def _cell(measure: Mapping[str, float]) -> str:
    return f"{measure['value']:.2f} [{measure['low']:.2f}–{measure['high']:.2f}]"
