"""``/sweep/ID`` and ``/plan/ID``: what was asked, its charts, and what the console said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from analysis.console.frontier import frontier_text
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
from analysis.figures.frontier import frontier
from analysis.figures.law_of_root import law_of_root
from analysis.figures.response import Decision, numbers_in, response
from analysis.report.experiment import PAGES as HEADINGS
from analysis.view.experiments import words_of
from sim.errors import RunDirectoryError
from sim.store.experiment import kind_of

POINTS = "points"
"""What the table is called that can be saved."""
SAID: Final = {"sweep": sweep_text, "plan": plan_text, "frontier": frontier_text}
"""Screens by what was asked."""
DRAWN: Final = {"plan": law_of_root, "frontier": frontier}
"""Charts of plans, of one key and of two."""
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(\.[0-9]{1,9})?")
"""A threshold."""


def experiment_page(place: Place, shelf: Shelf) -> Component:
    """The page."""
    kind, name = place.parts
    told = shelf.experiment(name)
    if kind_of(told) != kind:
        raise RunDirectoryError(f"{name} is no {kind}")
    if told["schema"].startswith("ringfence-plan-frontier/"):
        kind = "frontier"
    heading = HEADINGS[told["schema"].rpartition("/")[0]][0]
    by = decision_of(told, place) if kind == "sweep" else Decision()
    drawn: Chart = response(told, by) if kind == "sweep" else DRAWN[kind](told)
    said = SAID[kind](told)
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
                **marks(aria_label=f"What ringfence {place.parts[0]} printed"),
            ),
        ),
        section("tables", "Tables", downloads(name, [POINTS], place.parts[0])),
        lead=_asked(kind, told),
    )


def decision_of(told: Mapping[str, Any], place: Place) -> Decision:
    """What an address decides by; a threshold that is no number is passed over."""
    number = place.one_of("number", numbers_in(told)) or "people_reached"
    limit = place.get("threshold").replace("_", "")
    return Decision(number, float(limit) if _NUMBER.fullmatch(limit) else None)


def _asked(kind: str, told: Mapping[str, Any]) -> str:
    if kind == "frontier":
        budget = "" if told["budget"] is None else f" under {told['budget']}"
        return (
            f"How much of {' and '.join(told['solve'])} is enough for {told['for']}{budget} in "
            f"{100 * told['probability']:g} % of {told['draws']} draws: {told['strategy']}"
        )
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
