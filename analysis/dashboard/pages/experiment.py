"""``/sweep/ID`` and ``/plan/ID``: what was asked, its charts, and what the console said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from analysis.console.plan import plan_text
from analysis.console.sweep import sweep_text
from analysis.dashboard.place import Place
from analysis.dashboard.shelf import Shelf
from analysis.dashboard.widgets import (
    Content,
    chart,
    chooser,
    downloads,
    marks,
    page,
    section,
)
from analysis.figures.chart import Chart
from analysis.figures.law_of_root import law_of_root
from analysis.figures.response import Decision, numbers_in, response
from analysis.report.experiment import PAGES as HEADINGS
from analysis.view.experiments import words_of
from sim.errors import RunDirectoryError

POINTS = "points"
"""What the table is called that can be saved."""
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,9})?")
"""A threshold."""


def experiment_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    kind, name = place.parts
    told = shelf.experiment(name)
    if not told["schema"].startswith(f"ringfence-{kind}/"):
        raise RunDirectoryError(f"{name} is no {kind}")
    heading = HEADINGS[f"ringfence-{kind}"][0]
    by = decision_of(told, place) if kind == "sweep" else Decision()
    drawn: Chart = response(told, by) if kind == "sweep" else law_of_root(told)
    said = sweep_text(told) if kind == "sweep" else plan_text(told)
    chosen: Content = [_chooser(told, place)] if kind == "sweep" else []
    seen = chart(drawn) if drawn.panels else html.P(f"{drawn.title}: {drawn.finding}")
    return page(
        f"{heading}: {told['scenario']}",
        section("charts", "In charts", *chosen, seen),
        section(
            "said",
            "As the command said it",
            html.Pre(
                said,
                tabIndex=0,
                role="region",
                **marks(aria_label=f"What ringfence {kind} printed"),
            ),
        ),
        section("tables", "Tables", downloads(name, [POINTS], kind)),
        lead=_asked(kind, told),
    )


def decision_of(told: Mapping[str, Any], place: Place) -> Decision:
    """What an address decides by; a threshold that is no number is passed over."""
    number = place.one_of("number", numbers_in(told)) or "people_reached"
    limit = place.get("threshold").replace("_", "")
    return Decision(number, float(limit) if _NUMBER.fullmatch(limit) else None)


def _asked(kind: str, told: Mapping[str, Any]) -> str:
    if kind == "plan":
        goal = told["for"]
        goal = f"to {goal}" if goal.startswith("finish") else f"for {goal}"
        return (
            f"How much of {told['solve']} is enough {goal} in {100 * told['probability']:g} % of "
            f"{len(told['roots'])} draws: {told['strategy']}"
        )
    draws = f"{told['draws']} draws" if told["draws"] else "the central run, read"
    return f"{' × '.join(told['vary'])}: {len(told['points'])} points, {draws}"


def _chooser(told: Mapping[str, Any], place: Place) -> Component:
    """Which number, and the threshold that decides."""
    numbers = {"": words_of("people_reached")}
    numbers |= {name: words_of(name) for name in numbers_in(told) if name != "people_reached"}
    kept = ",".join(name for name in place.chosen if name != "threshold")
    return html.Div(
        [
            chooser(place, {"number": ("Decide by", numbers)}),
            html.Form(
                [
                    html.Label(
                        [
                            html.Span("Threshold"),
                            dcc.Input(
                                id="threshold",
                                name="threshold",
                                type="number",
                                value=place.get("threshold"),
                            ),
                        ]
                    ),
                    html.Button("Draw it", type="submit"),
                ],
                className="chooser",
                **marks(data_address=place.path, data_kept=kept),
            ),
        ],
        className="choosers",
    )
